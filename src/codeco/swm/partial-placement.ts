import type { CompiledModel, Route } from './compiled-model.ts';

/** Not placed: the node of a workload that is nowhere so far. */
export const NOWHERE = -1;

/**
 * A placement under construction: some workloads have nodes, the channels between those have routes, and what they take is
 * taken. It keeps every constraint of the model at all times.
 */
export class PartialPlacement {
  /** By workload: its node, or NOWHERE. */
  readonly node: Int32Array;
  /** By channel: its route, where both its ends are placed. */
  readonly route: (Route | undefined)[];
  placedCount = 0;
  /** By node: the workloads on it. */
  readonly onNode: readonly Set<number>[];
  readonly #model: CompiledModel;
  readonly #freeCpu: Float64Array;
  readonly #freeMemory: Float64Array;
  readonly #freeBandwidth: Float64Array;

  constructor(model: CompiledModel) {
    this.#model = model;
    this.node = new Int32Array(model.workloads.length).fill(NOWHERE);
    this.route = model.channels.map(() => undefined);
    this.onNode = model.nodes.map(() => new Set());
    this.#freeCpu = model.freeCpu.slice();
    this.#freeMemory = model.freeMemory.slice();
    this.#freeBandwidth = model.freeBandwidth.slice();
  }

  get isComplete(): boolean {
    return this.placedCount === this.node.length;
  }

  /** Whether a node has CPU and memory left for a workload. */
  hasRoom(workload: number, node: number): boolean {
    const { cpuMillicores, memoryBytes } = this.#model.workloads[workload]!;
    return cpuMillicores <= this.#freeCpu[node]! && memoryBytes <= this.#freeMemory[node]!;
  }

  /**
   * What a workload would cost on a node together with its channels to what is placed, each on its fastest way; Infinity
   * where one has none. Whether there is bandwidth is left open.
   */
  estimate(workload: number, node: number): number {
    const model = this.#model;
    let cost = model.placementCost(workload, node);
    for (const channel of model.workloads[workload]!.channels) {
      const { source, target } = model.channels[channel]!;
      const other = source === workload ? target : source;
      const at = other === workload ? node : this.node[other]!;
      if (at === NOWHERE) continue;
      const latencyNs =
        source === workload ? model.leastLatencyNs(channel, node, at) : model.leastLatencyNs(channel, at, node);
      if (latencyNs === Infinity) return Infinity;
      cost += model.latencyCost(latencyNs);
    }
    return cost;
  }

  /** Puts a workload on a node that has room for it, its channels on the fastest ways that have room. Returns whether they do; if not, nothing changes. */
  put(workload: number, node: number): boolean {
    const model = this.#model;
    this.#occupy(workload, node);
    const { channels } = model.workloads[workload]!;
    for (const [at, channel] of channels.entries()) {
      const { source, target, bandwidthBps } = model.channels[channel]!;
      const [from, to] = [this.node[source]!, this.node[target]!];
      if (from === NOWHERE || to === NOWHERE) continue;
      const route = model.routes(channel, from, to).find(({ draws }) => this.#carries(draws, bandwidthBps));
      if (route !== undefined) {
        this.#embed(channel, route);
        continue;
      }
      for (const before of channels.slice(0, at)) this.#release(before);
      this.#vacate(workload);
      return false;
    }
    return true;
  }

  /** Takes a workload off its node, and its channels off their ways. */
  take(workload: number): void {
    for (const channel of this.#model.workloads[workload]!.channels) this.#release(channel);
    this.#vacate(workload);
  }

  /** What workloads and the channels that they are an end of cost, each once. */
  costOf(workloads: Iterable<number>): number {
    const model = this.#model;
    const seen = new Set<number>();
    let cost = 0;
    for (const workload of workloads) {
      const node = this.node[workload]!;
      if (node === NOWHERE) continue;
      cost += model.placementCost(workload, node);
      for (const channel of model.workloads[workload]!.channels) {
        const route = this.route[channel];
        if (route === undefined || seen.has(channel)) continue;
        seen.add(channel);
        cost += model.latencyCost(route.latencyNs);
      }
    }
    return cost;
  }

  /** Where workloads and their channels are now, to come back to. */
  remember(workloads: readonly number[]): () => void {
    const nodes = workloads.map((workload) => this.node[workload]!);
    const channels = [...new Set(workloads.flatMap((workload) => this.#model.workloads[workload]!.channels))];
    const routes = channels.map((channel) => this.route[channel]);
    return () => {
      for (const workload of workloads) if (this.node[workload] !== NOWHERE) this.take(workload);
      for (const [at, workload] of workloads.entries()) if (nodes[at] !== NOWHERE) this.#occupy(workload, nodes[at]!);
      for (const [at, channel] of channels.entries()) if (routes[at] !== undefined) this.#embed(channel, routes[at]);
    };
  }

  #occupy(workload: number, node: number): void {
    const { cpuMillicores, memoryBytes } = this.#model.workloads[workload]!;
    this.node[workload] = node;
    this.onNode[node]!.add(workload);
    this.#freeCpu[node]! -= cpuMillicores;
    this.#freeMemory[node]! -= memoryBytes;
    this.placedCount++;
  }

  #vacate(workload: number): void {
    const { cpuMillicores, memoryBytes } = this.#model.workloads[workload]!;
    const node = this.node[workload]!;
    this.node[workload] = NOWHERE;
    this.onNode[node]!.delete(workload);
    this.#freeCpu[node]! += cpuMillicores;
    this.#freeMemory[node]! += memoryBytes;
    this.placedCount--;
  }

  #embed(channel: number, route: Route): void {
    const { bandwidthBps } = this.#model.channels[channel]!;
    this.route[channel] = route;
    for (const draw of route.draws) this.#freeBandwidth[draw]! -= bandwidthBps;
  }

  #release(channel: number): void {
    const route = this.route[channel];
    if (route === undefined) return;
    const { bandwidthBps } = this.#model.channels[channel]!;
    for (const draw of route.draws) this.#freeBandwidth[draw]! += bandwidthBps;
    this.route[channel] = undefined;
  }

  #carries(draws: readonly number[], bandwidthBps: number): boolean {
    if (bandwidthBps === 0) return true;
    for (const draw of draws) {
      const free = this.#freeBandwidth[draw]!;
      if (bandwidthBps > free) return false;
      // a way that meets a medium twice, there and back on a half-duplex wire, takes twice of it
      if (2 * bandwidthBps > free && draws.filter((other) => other === draw).length * bandwidthBps > free) return false;
    }
    return true;
  }
}
