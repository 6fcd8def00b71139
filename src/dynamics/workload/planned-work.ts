import type { RandomStream } from '../../kernel/index.ts';
import type { CallPlan, ServiceId } from '../../model/index.ts';
import type { DurationSampler } from '../distributions/index.ts';
import { grown } from '../network/growth.ts';
import type { Visits } from './visits.ts';

/**
 * What each request in flight calls, and how much CPU each of its visits needs: known from its issue on. The demands of a request
 * are a block as long as its call plan; blocks are used again.
 */
export class PlannedWork {
  readonly #visits: Visits;
  /** By service. */
  readonly #samplers: readonly DurationSampler[];
  /** By root visit. */
  readonly #plans: CallPlan[] = [];
  #workNs = new Float64Array(1024);
  #used = 0;
  readonly #freeByLength = new Map<number, number[]>();

  constructor(visits: Visits, samplers: readonly DurationSampler[]) {
    this.#visits = visits;
    this.#samplers = samplers;
  }

  /** Draws the CPU demands of a request with this root, in the order of its plan; that of the entry may be known instead. */
  add(root: number, plan: CallPlan, stream: RandomStream, entryWorkNs: number | undefined): void {
    const { services } = plan;
    const start = this.#freeByLength.get(services.length)?.pop() ?? this.#newBlock(services.length);
    this.#plans[root] = plan;
    this.#visits.demands[root] = start;
    for (let position = 0; position < services.length; position++) {
      this.#workNs[start + position] = this.#samplers[services[position]!]!(stream);
    }
    if (entryWorkNs !== undefined) this.#workNs[start] = entryWorkNs;
  }

  remove(root: number): void {
    const start = this.#visits.demands[root]!;
    const { length } = this.#plans[root]!.services;
    const free = this.#freeByLength.get(length);
    if (free === undefined) this.#freeByLength.set(length, [start]);
    else free.push(start);
  }

  planOf(visit: number): CallPlan {
    return this.#plans[this.#visits.root[visit]!]!;
  }

  serviceOf(visit: number): ServiceId {
    return this.planOf(visit).services[this.#visits.position[visit]!]!;
  }

  /** CPU time of the visit on a reference core, ns. */
  workNs(visit: number): number {
    const { demands, root, position } = this.#visits;
    return this.#workNs[demands[root[visit]!]! + position[visit]!]!;
  }

  #newBlock(length: number): number {
    this.#workNs = grown(this.#workNs, this.#used + length);
    this.#used += length;
    return this.#used - length;
  }
}
