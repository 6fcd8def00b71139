import { firstAbove, type TableColumns } from './columns.ts';

/** Where every mover is at a time. */
export class Ways {
  readonly #times: Float64Array;
  readonly #xs: Float64Array;
  readonly #ys: Float64Array;
  readonly #present: Float64Array;
  /** By mover: its first turning point; one more at the end. */
  readonly #first: Int32Array;
  /** By mover: the turning point that it was found behind last. */
  readonly #cursor: Int32Array;
  /** By mover: where `at` has put it, and whether it is there. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly isThere: Uint8Array;

  constructor(table: TableColumns, movers: number) {
    const mover = table.numbers('mover');
    this.#times = table.numbers('time_ns');
    this.#xs = table.numbers('x_m');
    this.#ys = table.numbers('y_m');
    this.#present = table.numbers('present');
    this.#first = new Int32Array(movers + 1).fill(table.rows);
    for (let row = table.rows - 1; row >= 0; row--) this.#first[mover[row]!] = row;
    for (let i = movers - 1; i >= 0; i--) this.#first[i] = Math.min(this.#first[i]!, this.#first[i + 1]!);
    this.#cursor = this.#first.slice(0, movers);
    this.x = new Float64Array(movers);
    this.y = new Float64Array(movers);
    this.isThere = new Uint8Array(movers);
  }

  /** Puts every mover where it is at a time, ns. Steps in time may go either way; short ones forward are quick. */
  at(timeNs: number): void {
    for (let mover = 0; mover < this.x.length; mover++) this.#place(mover, timeNs);
  }

  /** Where one mover is at a time; undefined where it is not there. */
  positionOf(mover: number, timeNs: number): { readonly x: number; readonly y: number } | undefined {
    const [x, y, isThere] = [this.x[mover]!, this.y[mover]!, this.isThere[mover]!];
    this.#place(mover, timeNs);
    const found = this.isThere[mover] === 1 ? { x: this.x[mover]!, y: this.y[mover]! } : undefined;
    [this.x[mover], this.y[mover], this.isThere[mover]] = [x, y, isThere];
    return found;
  }

  #place(mover: number, timeNs: number): void {
    const times = this.#times;
    const first = this.#first[mover]!;
    const end = this.#first[mover + 1]!;
    if (first === end || timeNs < times[first]!) {
      this.isThere[mover] = 0;
      return;
    }
    let at = this.#cursor[mover]!;
    if (times[at]! > timeNs) at = firstAbove(times, timeNs, first, end) - 1;
    else {
      for (let steps = 0; at + 1 < end && times[at + 1]! <= timeNs; at++) {
        if (++steps > 8) {
          at = firstAbove(times, timeNs, at, end) - 1;
          break;
        }
      }
    }
    this.#cursor[mover] = at;
    this.isThere[mover] = this.#present[at]!;
    if (at + 1 === end) {
      this.x[mover] = this.#xs[at]!;
      this.y[mover] = this.#ys[at]!;
      return;
    }
    const share = (timeNs - times[at]!) / (times[at + 1]! - times[at]!);
    this.x[mover] = this.#xs[at]! + (this.#xs[at + 1]! - this.#xs[at]!) * share;
    this.y[mover] = this.#ys[at]! + (this.#ys[at + 1]! - this.#ys[at]!) * share;
  }
}
