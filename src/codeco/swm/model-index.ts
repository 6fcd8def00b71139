import { computedPathId, LOOPBACK, type SwmLink, type SwmModel, type SwmNetwork, type SwmNode } from './contract.ts';

/** One key for a workload, whose name is its own only within its application. */
export const workloadKey = (application: string, workload: string): string =>
  `${application.length} ${application}/${workload}`;

/** The infrastructure of a model by its names. */
export class ModelIndex {
  readonly nodes: ReadonlyMap<string, SwmNode>;
  readonly networks: ReadonlyMap<string, SwmNetwork>;
  readonly #byNetwork = new Map<string, NetworkIndex>();

  constructor({ infrastructure }: Pick<SwmModel, 'infrastructure'>) {
    this.nodes = new Map(infrastructure.nodes.map((node) => [node.id, node]));
    this.networks = new Map(infrastructure.networks.map((network) => [network.id, network]));
  }

  /** The links of a path from end to end; undefined where there is no such network or path, or it holds together nowhere. */
  linksOf(networkId: string, path: string): readonly SwmLink[] | undefined {
    const network = this.networks.get(networkId);
    if (network === undefined || path === LOOPBACK) return undefined;
    let index = this.#byNetwork.get(networkId);
    if (index === undefined) this.#byNetwork.set(networkId, (index = new NetworkIndex(network)));
    const links = index.linksOf(path);
    if (links === undefined || links.length === 0) return undefined;
    const nodes = [links[0]!.source, ...links.map(({ target }) => target)];
    const joined = links.every((link, at) => at === 0 || link.source === links[at - 1]!.target);
    return joined && new Set(nodes).size === nodes.length ? links : undefined;
  }
}

class NetworkIndex {
  readonly #links: ReadonlyMap<string, SwmLink>;
  readonly #paths: ReadonlyMap<string, readonly string[]>;
  readonly #byEnds: ReadonlyMap<string, SwmLink>;
  readonly #names: ReadonlySet<string>;

  constructor(network: SwmNetwork) {
    this.#links = new Map(network.links.map((link) => [link.id, link]));
    this.#paths = new Map(network.paths.map(({ id, links }) => [id, links]));
    this.#byEnds = new Map(network.links.map((link) => [computedPathId([link.source, link.target]), link]));
    this.#names = new Set(network.links.flatMap(({ source, target }) => [source, target]));
  }

  linksOf(path: string): readonly SwmLink[] | undefined {
    const listed = this.#paths.get(path);
    if (listed !== undefined) return this.#found(listed.map((id) => this.#links.get(id)));
    if (this.#paths.size > 0) return undefined;
    const nodes = path.split(' > ');
    if (!nodes.every((node) => this.#names.has(node))) return undefined;
    return this.#found(nodes.slice(1).map((node, at) => this.#byEnds.get(computedPathId([nodes[at]!, node]))));
  }

  #found(links: readonly (SwmLink | undefined)[]): readonly SwmLink[] | undefined {
    return links.every((link) => link !== undefined) ? links : undefined;
  }
}
