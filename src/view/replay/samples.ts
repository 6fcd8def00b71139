import { firstAbove } from './columns.ts';

/** Values of many entities at the same times. */
export class Samples {
  /** Ends of the intervals, increasing. */
  readonly times: Float64Array;
  readonly #entities: number;
  readonly #values: Float32Array;

  /**
   * @param rows by row: its time, the entity (-1: none of ours) and the value; rows of one time are together
   * @param join what becomes of several values of one entity at one time
   */
  constructor(
    times: Float64Array,
    entities: Int32Array,
    values: Float64Array,
    count: number,
    join: (a: number, b: number) => number = Math.max,
  ) {
    const distinct: number[] = [];
    for (const time of times) if (time !== distinct.at(-1)) distinct.push(time);
    this.times = Float64Array.from(distinct);
    this.#entities = count;
    this.#values = new Float32Array(distinct.length * count).fill(NaN);
    let sample = -1;
    let lastNs = NaN;
    for (const [row, time] of times.entries()) {
      if (time !== lastNs) {
        sample++;
        lastNs = time;
      }
      if (entities[row]! < 0) continue;
      const at = sample * count + entities[row]!;
      const before = this.#values[at]!;
      this.#values[at] = Number.isNaN(before) ? values[row]! : join(before, values[row]!);
    }
  }

  /** The sample in whose interval a time is: an interval reaches up to and with its end. */
  sampleAt(timeNs: number): number {
    const sample = firstAbove(this.times, timeNs);
    return sample > 0 && this.times[sample - 1] === timeNs ? sample - 1 : sample;
  }

  /** The value of an entity in the interval that a time is in; NaN where there is none. */
  at(entity: number, timeNs: number): number {
    const sample = this.sampleAt(timeNs);
    return sample < this.times.length ? this.#values[sample * this.#entities + entity]! : NaN;
  }

  /** All values of an entity in the order of time. */
  of(entity: number): Float32Array {
    return Float32Array.from(this.times, (_, sample) => this.#values[sample * this.#entities + entity]!);
  }
}
