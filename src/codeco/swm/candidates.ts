import type { RandomStream } from '../../kernel/index.ts';
import type { CompiledModel } from './compiled-model.ts';
import { NOWHERE, type PartialPlacement } from './partial-placement.ts';

/** Up to so many nodes all are looked at for each workload. */
const LOOK_AT_ALL = 128;
/** Of more nodes so many are looked at: the cheapest, those near each peer, and some at random. */
const CHEAPEST = 24;
const NEAREST = 16;
const AT_RANDOM = 16;

/** Which nodes are worth a look for a workload, where there are too many to look at all of them. Own design. */
export class Candidates {
  /** By workload: the larger and the more restricted it is, the higher. */
  readonly hardness: Float64Array;
  readonly #model: CompiledModel;
  readonly #draws: RandomStream;
  /** By workload with costs of its own: the cheapest nodes, its channels and what moving it costs apart. */
  readonly #ownCheapest: (readonly number[] | undefined)[] = [];
  /** By list of allowed nodes: the cheapest of them for all other workloads. */
  readonly #cheapest = new Map<Int32Array, readonly number[]>();
  /** By node: the nodes that can be reached from it the soonest. */
  readonly #nearest = new Map<number, readonly number[]>();
  /** By list of allowed nodes: 1 for each node on it. */
  readonly #masks = new Map<Int32Array, Uint8Array>();
  readonly #everywhere: readonly number[];

  constructor(model: CompiledModel, draws: RandomStream) {
    this.#model = model;
    this.#draws = draws;
    this.#everywhere = [...model.nodes.keys()];
    const cpu = mean(model.freeCpu);
    const memory = mean(model.freeMemory);
    this.hardness = Float64Array.from(model.workloads, ({ cpuMillicores, memoryBytes, allowed, channels }) => {
      const restricted = allowed.length === 0 ? 0 : model.nodes.length / allowed.length;
      return cpuMillicores / cpu + memoryBytes / memory + restricted + 0.1 * channels.length;
    });
  }

  /** Nodes to look at first; each is allowed for the workload. One may be there twice. */
  some(workload: number, placement: PartialPlacement): ArrayLike<number> & Iterable<number> {
    const { allowed, channels, now } = this.#model.workloads[workload]!;
    if (allowed.length <= LOOK_AT_ALL) return allowed;
    const found = this.#cheapestOf(workload, allowed).slice();
    const isAllowed = this.#maskOf(allowed);
    if (now >= 0 && isAllowed[now] === 1) found.push(now);
    for (const channel of channels) {
      const { source, target } = this.#model.channels[channel]!;
      const at = placement.node[source === workload ? target : source]!;
      if (at === NOWHERE) continue;
      let near = this.#nearest.get(at);
      if (near === undefined) this.#nearest.set(at, (near = this.#nearestTo(at)));
      for (const node of near) if (isAllowed[node] === 1) found.push(node);
    }
    for (let count = 0; count < AT_RANDOM; count++) found.push(allowed[this.#draws.integer(allowed.length)]!);
    return found;
  }

  isAllowed(workload: number, node: number): boolean {
    return this.#maskOf(this.#model.workloads[workload]!.allowed)[node] === 1;
  }

  #cheapestOf(workload: number, allowed: Int32Array): readonly number[] {
    const find = (): number[] => least(CHEAPEST, allowed, (node) => this.#model.nodeCost(workload, node));
    if (this.#model.hasOwnCosts(workload)) return (this.#ownCheapest[workload] ??= find());
    let found = this.#cheapest.get(allowed);
    if (found === undefined) this.#cheapest.set(allowed, (found = find()));
    return found;
  }

  #nearestTo(node: number): number[] {
    return least(NEAREST, this.#everywhere, (other) => this.#model.reachNs(node, other));
  }

  #maskOf(allowed: Int32Array): Uint8Array {
    let mask = this.#masks.get(allowed);
    if (mask === undefined) {
      mask = new Uint8Array(this.#model.nodes.length);
      for (const node of allowed) mask[node] = 1;
      this.#masks.set(allowed, mask);
    }
    return mask;
  }
}

/** The nodes with the lowest values, lowest first; of equal ones those that come first. */
function least(count: number, nodes: ArrayLike<number>, valueOf: (node: number) => number): number[] {
  const found: number[] = [];
  const values: number[] = [];
  for (let at = 0; at < nodes.length; at++) {
    const value = valueOf(nodes[at]!);
    if (found.length === count && value >= values[count - 1]!) continue;
    let place = Math.min(found.length, count - 1);
    for (; place > 0 && values[place - 1]! > value; place--) {
      found[place] = found[place - 1]!;
      values[place] = values[place - 1]!;
    }
    found[place] = nodes[at]!;
    values[place] = value;
  }
  return found;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
