import { grown } from './growth.ts';
import type { Incidence } from './incidence.ts';
import { IndexedHeap } from './indexed-heap.ts';

/** What holds a flow back where it is not a medium. */
export const OWN_LIMIT = -1;

/** The columns that a solution is written to; see `MaxMin`. */
export interface Allocation {
  /** By medium: the level of the flows that it holds back, or Infinity. */
  readonly ceiling: Float64Array;
  /** By medium: the sum of its flows' rates, bit/s. */
  readonly load: Float64Array;
  /** By flow: rate over weight, bit/s. */
  readonly level: Float64Array;
  /** By flow: the medium that holds it back, or OWN_LIMIT. */
  readonly bottleneck: Int32Array;
}

/**
 * Max-min fair sharing solved from scratch by progressive filling (Bertsekas & Gallager, Data Networks, §6.5.2): all
 * levels rise together; where a medium becomes full its flows stay, and the rest rises on. The next medium to become
 * full comes from a heap of lower bounds, as a medium's bound only rises while others take their flows out of it.
 */
export class ProgressiveFilling {
  readonly #incidence: Incidence;
  readonly #capacity: Float64Array;
  /** By medium: the capacity that is left, and the weight and the number of the flows that still rise. */
  readonly #left: Float64Array;
  readonly #weight: Float64Array;
  readonly #rising: Int32Array;
  readonly #next: IndexedHeap;
  #isSettled = new Uint8Array(64);

  /** @param capacityBps by medium, bit/s */
  constructor(incidence: Incidence, capacityBps: Float64Array) {
    this.#incidence = incidence;
    this.#capacity = capacityBps;
    this.#left = new Float64Array(capacityBps.length);
    this.#weight = new Float64Array(capacityBps.length);
    this.#rising = new Int32Array(capacityBps.length);
    this.#next = new IndexedHeap(capacityBps.length);
  }

  /**
   * Writes the solution for all flows and media.
   * @param limit by flow: the highest level it may have, or Infinity
   */
  fill(limit: Float64Array, allocation: Allocation): void {
    const { base, count, first, entryFlow, entryWeight, flowLimit } = this.#incidence;
    const next = this.#next;
    this.#isSettled = grown(this.#isSettled, flowLimit).fill(0);
    const limited: number[] = [];
    for (let flow = 0; flow < flowLimit; flow++) {
      if (base[flow]! >= 0 && limit[flow]! < Infinity) limited.push(flow);
    }
    limited.sort((a, b) => limit[a]! - limit[b]! || a - b);
    for (let medium = 0; medium < this.#capacity.length; medium++) {
      allocation.ceiling[medium] = Infinity;
      const size = count[medium]!;
      let weight = 0;
      for (let entry = first[medium]!; entry < first[medium]! + size; entry++) weight += entryWeight[entry]!;
      this.#left[medium] = this.#capacity[medium]!;
      this.#weight[medium] = weight;
      this.#rising[medium] = size;
      if (size > 0) next.set(medium, this.#capacity[medium]! / weight);
    }
    let nextLimited = 0;
    let level = 0;
    while (next.size > 0) {
      const medium = next.first;
      if (this.#rising[medium] === 0) {
        next.pop();
        continue;
      }
      while (nextLimited < limited.length && limit[limited[nextLimited]!]! <= next.firstKey) {
        const flow = limited[nextLimited++]!;
        if (this.#isSettled[flow] === 1) continue;
        this.#settle(flow, limit[flow]!, OWN_LIMIT, allocation);
      }
      if (this.#rising[medium] === 0) continue;
      // others may have taken their flows out since: then it becomes full later
      const fullAt = Math.max(this.#left[medium]! / this.#weight[medium]!, level);
      if (fullAt > next.firstKey) {
        next.set(medium, fullAt);
        continue;
      }
      next.pop();
      level = fullAt;
      allocation.ceiling[medium] = level;
      for (let entry = first[medium]!; entry < first[medium]! + count[medium]!; entry++) {
        const flow = entryFlow[entry]!;
        if (this.#isSettled[flow] === 0) this.#settle(flow, level, medium, allocation);
      }
    }
    for (let medium = 0; medium < this.#capacity.length; medium++) {
      const isFull = allocation.ceiling[medium]! < Infinity;
      allocation.load[medium] = isFull ? this.#capacity[medium]! : this.#capacity[medium]! - this.#left[medium]!;
    }
  }

  #settle(flow: number, level: number, bottleneck: number, allocation: Allocation): void {
    const { base, length, crossingMedium, crossingEntry, entryWeight } = this.#incidence;
    this.#isSettled[flow] = 1;
    allocation.level[flow] = level;
    allocation.bottleneck[flow] = bottleneck;
    const end = base[flow]! + length[flow]!;
    for (let crossing = base[flow]!; crossing < end; crossing++) {
      const medium = crossingMedium[crossing]!;
      const weight = entryWeight[crossingEntry[crossing]!]!;
      this.#left[medium] = Math.max(this.#left[medium]! - weight * level, 0);
      this.#weight[medium]! -= weight;
      this.#rising[medium]!--;
    }
  }
}
