import { NS_PER_MS } from '../../kernel/index.ts';
import { ComputedPaths } from './computed-paths.ts';
import {
  computedPathId,
  LOOPBACK,
  type Assignment,
  type ChannelAssignment,
  type SwmChannel,
  type SwmModel,
  type SwmNetwork,
  type WorkloadAssignment,
} from './contract.ts';
import { ModelIndex, workloadKey } from './model-index.ts';
import { valuesByWorkload, valuesOf, type ObjectiveWeights } from './objective.ts';

/** A way for a channel from one node to another. */
export interface Route {
  readonly network: string;
  readonly path: string;
  readonly latencyNs: number;
  /** What it draws bandwidth from: media and NETWORK nodes; one as often as the route meets it. */
  readonly draws: readonly number[];
}

/** Within a node: no latency, no bandwidth. */
const LOOP: Route = { network: LOOPBACK, path: LOOPBACK, latencyNs: 0, draws: [] };
const LOOPS: readonly Route[] = [LOOP];
const NO_ROUTES: readonly Route[] = [];

export interface CompiledWorkload {
  readonly application: string;
  readonly id: string;
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
  /** Node it runs on, or -1: on none, or on one that is gone. */
  readonly now: number;
  /** Nodes that its labels and its being fixed leave to it. */
  readonly allowed: Int32Array;
  /** Channels it is an end of. */
  readonly channels: number[];
}

export interface CompiledChannel {
  readonly contract: SwmChannel;
  /** Workloads. */
  readonly source: number;
  readonly target: number;
  readonly bandwidthBps: number;
  /** Infinity where there is no limit. */
  readonly latencyNs: number;
}

/**
 * A model with its names resolved to indices: what solvers work on. Compute nodes, workloads, channels, and what bandwidth
 * is drawn from (media, NETWORK nodes) count from 0 in the order of the model.
 */
export class CompiledModel {
  readonly nodes: readonly string[];
  readonly freeCpu: Float64Array;
  readonly freeMemory: Float64Array;
  readonly workloads: readonly CompiledWorkload[];
  readonly channels: readonly CompiledChannel[];
  /** By medium or NETWORK node: bandwidth that is free, bit/s. */
  readonly freeBandwidth: Float64Array;
  readonly #weights: ObjectiveWeights;
  readonly #nodeCost: Float64Array;
  /** By workload that has values of its own: what each node costs it beside the node's cost. */
  readonly #ownCost: readonly (Float64Array | undefined)[];
  readonly #networks: readonly CompiledNetwork[];
  readonly #routes = new Map<number, readonly Route[]>();

  /** @throws {RangeError} if the model names a workload that it does not have */
  constructor(model: SwmModel, weights: ObjectiveWeights) {
    this.#weights = weights;
    const index = new ModelIndex(model);
    const compute = model.infrastructure.nodes.filter(({ type }) => type === 'COMPUTE');
    this.nodes = compute.map(({ id }) => id);
    const nodeIndex = new Map(this.nodes.map((id, at) => [id, at]));
    this.freeCpu = Float64Array.from(compute, ({ cpuMillicores: { capacity, used } }) => capacity - used);
    this.freeMemory = Float64Array.from(compute, ({ memoryBytes: { capacity, used } }) => capacity - used);
    const nodeCosts = valuesOf(model.costs.nodes);
    this.#nodeCost = Float64Array.from(this.nodes, (id) => weights.nodeCost * (nodeCosts.get(id) ?? 0));

    const fitting = new Map<string, Int32Array>();
    const labels = compute.map((node) => new Set(node.labels));
    const nodesFor = (required: readonly string[], forbidden: readonly string[]): Int32Array => {
      const key = JSON.stringify([required, forbidden]);
      let found = fitting.get(key);
      if (found === undefined) {
        found = Int32Array.from(labels.keys()).filter(
          (node) => required.every((label) => labels[node]!.has(label)) && !forbidden.some((l) => labels[node]!.has(l)),
        );
        fitting.set(key, found);
      }
      return found;
    };
    const workloadIndex = new Map<string, number>();
    const workloads: CompiledWorkload[] = [];
    for (const { id: application, workloads: own } of model.appGroup.applications) {
      for (const { id, cpuMillicores, memoryBytes, node, fixed, requiredLabels, forbiddenLabels } of own) {
        const now = node === undefined ? -1 : (nodeIndex.get(node) ?? -1);
        const labelled = nodesFor(requiredLabels, forbiddenLabels);
        const allowed = fixed ? labelled.filter((candidate) => candidate === now) : labelled;
        workloadIndex.set(workloadKey(application, id), workloads.length);
        workloads.push({ application, id, cpuMillicores, memoryBytes, now, allowed, channels: [] });
      }
    }
    const indexOf = (application: string, workload: string, user: string): number => {
      const found = workloadIndex.get(workloadKey(application, workload));
      if (found === undefined) throw new RangeError(`${user} names ${application}/${workload}, which is no workload`);
      return found;
    };
    this.workloads = workloads;
    this.channels = model.appGroup.channels.map((contract, channel) => {
      const user = `channel ${contract.id}`;
      const source = indexOf(contract.sourceApplication, contract.sourceWorkload, user);
      const target = indexOf(contract.targetApplication, contract.targetWorkload, user);
      workloads[source]!.channels.push(channel);
      if (target !== source) workloads[target]!.channels.push(channel);
      return {
        contract,
        source,
        target,
        bandwidthBps: contract.bandwidthBps,
        latencyNs: contract.latencyNs ?? Infinity,
      };
    });
    this.#ownCost = this.#ownCosts(model, nodeIndex);

    const drawIndex = new Map<string, number>();
    const free: number[] = [];
    const addDraw = (key: string, bandwidth: number): void => {
      const known = drawIndex.get(key);
      // media of the same name are the same: the least that is free of it holds
      if (known !== undefined) free[known] = Math.min(free[known]!, bandwidth);
      else drawIndex.set(key, free.push(bandwidth) - 1);
    };
    for (const { media } of model.infrastructure.networks) {
      for (const { id, bandwidthBps } of media) addDraw(`medium ${id}`, bandwidthBps.capacity - bandwidthBps.used);
    }
    for (const { id, type, bandwidthBps } of model.infrastructure.nodes) {
      if (type === 'NETWORK' && bandwidthBps !== undefined)
        addDraw(`node ${id}`, bandwidthBps.capacity - bandwidthBps.used);
    }
    this.freeBandwidth = Float64Array.from(free);
    this.#networks = model.infrastructure.networks.map(
      (network) => new CompiledNetwork(network, this.nodes, index, drawIndex),
    );
  }

  /** What putting a workload on a node adds to the objective, its channels apart. */
  placementCost(workload: number, node: number): number {
    const { now } = this.workloads[workload]!;
    const moved = now >= 0 && now !== node ? this.#weights.move : 0;
    return this.nodeCost(workload, node) + moved;
  }

  /** The same, what moving it costs apart. */
  nodeCost(workload: number, node: number): number {
    return this.#nodeCost[node]! + (this.#ownCost[workload]?.[node] ?? 0);
  }

  /** Whether nodes differ in cost for a workload by more than they do for all. */
  hasOwnCosts(workload: number): boolean {
    return this.#ownCost[workload] !== undefined;
  }

  /** What a channel's latency adds to the objective. */
  latencyCost(latencyNs: number): number {
    return (this.#weights.latencyPerMs * latencyNs) / NS_PER_MS;
  }

  /** The ways that its class, its latency and its being fixed leave a channel between two nodes, fastest first; bandwidth apart. */
  routes(channel: number, from: number, to: number): readonly Route[] {
    const { contract, latencyNs } = this.channels[channel]!;
    const all = from === to ? LOOPS : this.#between(contract.qos === 'ASSURED', from, to);
    if (contract.fixed)
      return all.filter((route) => route.network === contract.network && route.path === contract.path);
    if (all.length === 0 || all.at(-1)!.latencyNs <= latencyNs) return all;
    if (all[0]!.latencyNs > latencyNs) return NO_ROUTES;
    return all.filter((route) => route.latencyNs <= latencyNs);
  }

  /** The least latency of a channel between two nodes, bandwidth apart; Infinity where it may not or cannot run there. */
  leastLatencyNs(channel: number, from: number, to: number): number {
    const { contract, latencyNs } = this.channels[channel]!;
    if (contract.fixed) return this.routes(channel, from, to)[0]?.latencyNs ?? Infinity;
    if (from === to) return 0;
    let least = Infinity;
    for (const network of this.#networks) {
      if (contract.qos === 'ASSURED' && !network.assured) continue;
      const found = network.leastLatencyNs(from, to);
      if (found < least) least = found;
    }
    return least <= latencyNs ? least : Infinity;
  }

  /** The least latency from a node to another on any network, whatever channel asks; 0 within one, Infinity where there is no way. */
  reachNs(from: number, to: number): number {
    if (from === to) return 0;
    let least = Infinity;
    for (const network of this.#networks) least = Math.min(least, network.leastLatencyNs(from, to));
    return least;
  }

  /** The contract's form of a solution: the node of each workload, and the route of each channel. */
  assignment(placed: ArrayLike<number>, routes: readonly Route[]): Assignment {
    return {
      workloads: this.workloads.map(({ application, id, now }, workload): WorkloadAssignment => {
        const assigned = { application, workload: id, node: this.nodes[placed[workload]!]! };
        return now < 0 ? assigned : { ...assigned, oldNode: this.nodes[now]! };
      }),
      channels: this.channels.map(({ contract, source, target }, channel): ChannelAssignment => {
        const { network, path } = routes[channel]!;
        const before = {
          ...(contract.network === undefined ? {} : { oldNetwork: contract.network }),
          ...(contract.path === undefined ? {} : { oldPath: contract.path }),
        };
        const ends = { source: this.nodes[placed[source]!]!, target: this.nodes[placed[target]!]! };
        return { channel: contract.id, network, path, ...before, ...ends };
      }),
    };
  }

  #between(assured: boolean, from: number, to: number): readonly Route[] {
    const key = (from * this.nodes.length + to) * 2 + (assured ? 1 : 0);
    let found = this.#routes.get(key);
    if (found === undefined) {
      found = this.#networks
        .flatMap((network) => (assured && !network.assured ? [] : network.routes(from, to)))
        .sort((a, b) => a.latencyNs - b.latencyNs);
      this.#routes.set(key, found);
    }
    return found;
  }

  #ownCosts(model: SwmModel, nodeIndex: ReadonlyMap<string, number>): (Float64Array | undefined)[] {
    const own = valuesByWorkload(model.costs.workloads);
    const recommended = valuesByWorkload(model.recommendations.workloads);
    return this.workloads.map(({ application, id }) => {
      const key = workloadKey(application, id);
      const parts = [
        [own.get(key), this.#weights.workloadCost],
        [recommended.get(key), -this.#weights.recommendation],
      ] as const;
      if (parts.every(([values]) => values === undefined)) return undefined;
      const costs = new Float64Array(this.nodes.length);
      for (const [values = new Map<string, number>(), weight] of parts) {
        for (const [node, value] of values) {
          const at = nodeIndex.get(node);
          if (at !== undefined) costs[at]! += weight * value;
        }
      }
      return costs;
    });
  }
}

/** A way over the links of a network, which is called by its name only where that is asked for. */
class CompiledRoute implements Route {
  readonly network: string;
  readonly latencyNs: number;
  readonly draws: readonly number[];
  readonly #name: () => string;

  constructor(network: string, name: () => string, latencyNs: number, draws: readonly number[]) {
    this.network = network;
    this.latencyNs = latencyNs;
    this.draws = draws;
    this.#name = name;
  }

  get path(): string {
    return this.#name();
  }
}

/** A network's routes between compute nodes. */
class CompiledNetwork {
  readonly assured: boolean;
  readonly #network: SwmNetwork;
  /** By link: its medium and the NETWORK node that it leaves, as they count in what bandwidth is drawn from, or -1. */
  readonly #mediumDraw: Int32Array;
  readonly #nodeDraw: Int32Array;
  /** By link: what passing the node that it leaves takes. */
  readonly #passNs: Float64Array;
  /** By pair of nodes, where the network lists paths. */
  readonly #listed: ReadonlyMap<number, readonly Route[]> | undefined;
  readonly #computed: ComputedPaths | undefined;
  /** By compute node: its vertex of the computed paths. */
  readonly #vertices: Int32Array;
  readonly #nodeCount: number;

  constructor(
    network: SwmNetwork,
    nodes: readonly string[],
    index: ModelIndex,
    drawIndex: ReadonlyMap<string, number>,
  ) {
    const { links } = network;
    this.assured = network.qos === 'ASSURED';
    this.#network = network;
    this.#nodeCount = nodes.length;
    this.#mediumDraw = Int32Array.from(links, ({ medium }) => drawIndex.get(`medium ${medium}`) ?? -1);
    this.#nodeDraw = Int32Array.from(links, ({ source }) => drawIndex.get(`node ${source}`) ?? -1);
    this.#passNs = Float64Array.from(links, ({ source }) => {
      const through = index.nodes.get(source);
      return through?.type === 'NETWORK' ? through.latencyNs : 0;
    });
    this.#vertices = new Int32Array(nodes.length);
    if (network.paths.length === 0) {
      this.#computed = new ComputedPaths(network, index.nodes);
      for (const [node, id] of nodes.entries()) this.#vertices[node] = this.#computed.vertexOf(id);
      return;
    }
    const nodeIndex = new Map(nodes.map((id, at) => [id, at]));
    const linkIndex = new Map(links.map((link, at) => [link, at]));
    const listed = new Map<number, Route[]>();
    for (const { id } of network.paths) {
      const path = index.linksOf(network.id, id);
      const from = path && nodeIndex.get(path[0]!.source);
      const to = path && nodeIndex.get(path.at(-1)!.target);
      if (from === undefined || to === undefined) continue;
      const key = from * nodes.length + to;
      const route = this.#route(
        path!.map((link) => linkIndex.get(link)!),
        () => id,
      );
      listed.set(key, [...(listed.get(key) ?? []), route]);
    }
    for (const routes of listed.values()) routes.sort((a, b) => a.latencyNs - b.latencyNs);
    this.#listed = listed;
  }

  leastLatencyNs(from: number, to: number): number {
    if (this.#computed !== undefined) return this.#computed.latencyNs(this.#vertices[from]!, this.#vertices[to]!);
    return this.#listed!.get(from * this.#nodeCount + to)?.[0]?.latencyNs ?? Infinity;
  }

  routes(from: number, to: number): readonly Route[] {
    if (this.#computed === undefined) return this.#listed!.get(from * this.#nodeCount + to) ?? [];
    const [start, end] = [this.#vertices[from]!, this.#vertices[to]!];
    if (this.#computed.latencyNs(start, end) === Infinity) return [];
    const path = this.#computed.links(start, end);
    const name = (): string => {
      const links = path.map((link) => this.#network.links[link]!);
      return computedPathId([links[0]!.source, ...links.map(({ target }) => target)]);
    };
    return [this.#route(path, name)];
  }

  #route(path: readonly number[], name: () => string): Route {
    const draws: number[] = [];
    let latencyNs = 0;
    for (const [at, link] of path.entries()) {
      latencyNs += this.#network.links[link]!.latencyNs;
      if (this.#mediumDraw[link]! >= 0) draws.push(this.#mediumDraw[link]!);
      if (at === 0) continue;
      latencyNs += this.#passNs[link]!;
      if (this.#nodeDraw[link]! >= 0) draws.push(this.#nodeDraw[link]!);
    }
    return new CompiledRoute(this.#network.id, name, latencyNs, draws);
  }
}
