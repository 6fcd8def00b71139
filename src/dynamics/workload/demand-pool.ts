import { grown } from '../network/growth.ts';

/** Blocks of CPU demands, one for each request in flight: as long as the request's call plan. Blocks are used again. */
export class DemandPool {
  /** CPU work in ns on a reference core. A block is the stretch from its start on. */
  workNs = new Float64Array(1024);
  #used = 0;
  readonly #freeByLength = new Map<number, number[]>();

  /** @returns the start of a block of the length */
  take(length: number): number {
    const start = this.#freeByLength.get(length)?.pop();
    if (start !== undefined) return start;
    this.workNs = grown(this.workNs, this.#used + length);
    this.#used += length;
    return this.#used - length;
  }

  give(start: number, length: number): void {
    const free = this.#freeByLength.get(length);
    if (free === undefined) this.#freeByLength.set(length, [start]);
    else free.push(start);
  }
}
