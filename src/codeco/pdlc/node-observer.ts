import { fromSeconds, type Kernel, type Nanoseconds } from '../../kernel/index.ts';
import { valueAt } from '../../dynamics/index.ts';
import type { LinkId, NodeId, PodId, VertexId, World } from '../../model/index.ts';
import type { NodeMetrics } from './node-costs.ts';

/** Time between two scrapes. Source: CODECO's managed clusters, whose Prometheus agents scrape every 30 s. */
export const SCRAPE_INTERVAL_NS = fromSeconds(30);

/** What the metrics are read from: counters since the start of the run, as exporters give them, and what is up. */
export interface MetricSources {
  /** Energy of the active processes on a node: what it drew above idle, J. */
  activeEnergyJ(node: NodeId): number;
  /** Integral of the millicores in use over time. */
  usedMillicoreNs(node: NodeId): number;
  /** Energy of the bits that a link has carried forward (0) or backward (1), J. */
  carryingJ(link: LinkId, direction: 0 | 1): number;
  isNodeUp(node: NodeId): boolean;
  isLinkUp(link: LinkId): boolean;
  /** The pods that have a node, and what each has used of it since its start; not scraped where absent. */
  pods?(): Iterable<{ readonly id: PodId; readonly node: NodeId; readonly usedMillicoreNs: number }>;
}

type ObservedWorld = Pick<World, 'nodes' | 'links' | 'clusters' | 'regions'>;

/**
 * The metrics of all nodes as they were scraped last; of a node or link that was down at two scrapes in a row one failure is
 * counted. Before the first scrape nothing is known of what changes: all nodes are alike in it, and none has failed. Energy
 * on a radio leg is the access point's and counts for no node.
 */
export class NodeObserver {
  readonly #kernel: Kernel;
  readonly #world: ObservedWorld;
  readonly #sources: MetricSources;
  readonly #egress: readonly (readonly { readonly link: LinkId; readonly direction: 0 | 1 }[])[];
  readonly #neighbours: readonly (readonly VertexId[])[];
  readonly #nodeOfVertex: ReadonlyMap<VertexId, NodeId>;
  readonly #state: {
    energyJ: number;
    egressJ: number;
    usedMillicoreNs: number;
    failures: number;
    linkFailures: number;
    up: boolean;
  }[];
  readonly #linkUp: boolean[];
  #metrics: readonly NodeMetrics[];
  /** By pod: what it had used at the last scrape, and in the window before it. */
  #pods = new Map<
    PodId,
    { readonly node: NodeId; readonly totalMillicoreNs: number; readonly usedMillicoreNs: number }
  >();
  #windowNs = 0;
  readonly #followers: (() => void)[] = [];
  #scrapedNs = 0;

  constructor(kernel: Kernel, world: ObservedWorld, sources: MetricSources) {
    this.#kernel = kernel;
    this.#world = world;
    this.#sources = sources;
    this.#nodeOfVertex = new Map(world.nodes.map(({ vertex }, node) => [vertex, node as NodeId]));
    const egress = world.nodes.map((): { link: LinkId; direction: 0 | 1 }[] => []);
    const neighbours = world.nodes.map((): VertexId[] => []);
    for (const [link, { from, to }] of world.links.entries()) {
      for (const [here, there, direction] of [
        [from, to, 0],
        [to, from, 1],
      ] as const) {
        const node = this.#nodeOfVertex.get(here);
        if (node === undefined) continue;
        egress[node]!.push({ link: link as LinkId, direction });
        neighbours[node]!.push(there);
      }
    }
    this.#egress = egress;
    this.#neighbours = neighbours;
    this.#state = world.nodes.map(() => ({
      energyJ: 0,
      egressJ: 0,
      usedMillicoreNs: 0,
      failures: 0,
      linkFailures: 0,
      up: true,
    }));
    this.#linkUp = world.links.map(() => true);
    this.#metrics = world.nodes.map((_, node) => this.#measure(node as NodeId, 0));
    const scrape = kernel.on('pdlc.scrape', () => {
      this.#scrape();
      kernel.after(SCRAPE_INTERVAL_NS, scrape);
    });
    kernel.at(SCRAPE_INTERVAL_NS, scrape);
  }

  /** By node, as of the last scrape. */
  get metrics(): readonly NodeMetrics[] {
    return this.#metrics;
  }

  /**
   * By node: the share of what was used of its CPU in the last window that others than some pods used; 1 where nothing was. An
   * application that weighs whether to move is not to flee from itself. Own design.
   */
  othersShares(pods: Iterable<PodId>): number[] {
    const own = new Float64Array(this.#metrics.length);
    for (const id of pods) {
      const pod = this.#pods.get(id);
      if (pod !== undefined) own[pod.node]! += pod.usedMillicoreNs;
    }
    return this.#metrics.map(({ cpuShare }, node) => {
      const usedMillicoreNs = cpuShare * this.#windowNs * this.#world.nodes[node]!.cpuMillicores;
      return usedMillicoreNs === 0 ? 1 : Math.max(0, 1 - own[node]! / usedMillicoreNs);
    });
  }

  /** Calls back after every scrape. */
  onScrape(follow: () => void): void {
    this.#followers.push(follow);
  }

  /** Time since the last scrape. */
  get ageNs(): Nanoseconds {
    return (this.#kernel.now - this.#scrapedNs) as Nanoseconds;
  }

  #scrape(): void {
    const windowNs = this.#kernel.now - this.#scrapedNs;
    this.#scrapedNs = this.#kernel.now;
    this.#windowNs = windowNs;
    this.#scrapePods();
    const failedLinks = this.#linkUp.map((wasUp, link) => {
      const up = this.#sources.isLinkUp(link as LinkId);
      this.#linkUp[link] = up;
      return wasUp && !up;
    });
    for (const [node, state] of this.#state.entries()) {
      const up = this.#sources.isNodeUp(node as NodeId);
      if (state.up && !up) state.failures++;
      state.up = up;
      for (const { link } of this.#egress[node]!) if (failedLinks[link] === true) state.linkFailures++;
    }
    this.#metrics = this.#state.map((_, node) => this.#measure(node as NodeId, windowNs));
    for (const follow of this.#followers) follow();
  }

  #scrapePods(): void {
    if (this.#sources.pods === undefined) return;
    const before = this.#pods;
    this.#pods = new Map();
    for (const { id, node, usedMillicoreNs } of this.#sources.pods()) {
      const since = before.get(id)?.totalMillicoreNs ?? 0;
      // what a pod has used is counted anew from where its containers were started again
      const used = usedMillicoreNs < since ? usedMillicoreNs : usedMillicoreNs - since;
      this.#pods.set(id, { node, totalMillicoreNs: usedMillicoreNs, usedMillicoreNs: used });
    }
  }

  #measure(node: NodeId, windowNs: number): NodeMetrics {
    const { cpuMillicores, pricePerHour = 0, power } = this.#world.nodes[node]!;
    const state = this.#state[node]!;
    const cores = cpuMillicores / 1000;
    const links = this.#egress[node]!.filter(({ link }) => this.#linkUp[link]);
    let [activeEnergyJ, egressEnergyJ, cpuShare] = [0, 0, 0];
    if (windowNs > 0) {
      const energyJ = this.#sources.activeEnergyJ(node);
      const usedMillicoreNs = this.#sources.usedMillicoreNs(node);
      let egressJ = 0;
      for (const { link, direction } of this.#egress[node]!) egressJ += this.#sources.carryingJ(link, direction);
      activeEnergyJ = Math.max(0, energyJ - state.energyJ);
      egressEnergyJ = egressJ - state.egressJ;
      cpuShare = (usedMillicoreNs - state.usedMillicoreNs) / windowNs / cpuMillicores;
      state.energyJ = energyJ;
      state.egressJ = egressJ;
      state.usedMillicoreNs = usedMillicoreNs;
    }
    return {
      activeEnergyJ,
      egressEnergyJ,
      activeLinks: links.length,
      degree: this.#activeNeighbours(node),
      failures: state.failures,
      linkFailures: state.linkFailures,
      cpuShare,
      pricePerCoreHour: pricePerHour / cores,
      carbonGPerCoreHour: (((power.peakW - power.idleW) / cores) * this.#carbonGPerKwh(node)) / 1000,
    };
  }

  /** Neighbours over links that are up; a neighbour that is a node must be up too. */
  #activeNeighbours(node: NodeId): number {
    return this.#neighbours[node]!.filter((vertex, at) => {
      const neighbour = this.#nodeOfVertex.get(vertex);
      const up = neighbour === undefined || this.#state[neighbour]!.up;
      return up && this.#linkUp[this.#egress[node]![at]!.link];
    }).length;
  }

  #carbonGPerKwh(node: NodeId): number {
    const { provider } = this.#world.clusters[this.#world.nodes[node]!.cluster]!;
    const region = this.#world.regions?.find(({ name }) => name === provider);
    return region === undefined ? 0 : valueAt(region.carbonGPerKwh, this.#kernel.now);
  }
}
