import { firstAbove, indicesOf, type NameColumn, type TableColumns } from './columns.ts';
import type { SceneIndex } from './network.ts';

/** Which access point each mover was attached to, and when. */
export class Attachments {
  /** Rows of the table by mover and time. */
  readonly rows: Uint32Array;
  readonly event: NameColumn;
  readonly cause: NameColumn;
  readonly accessPointName: NameColumn;
  /** In the order of `rows`. */
  readonly timesNs: Float64Array;
  readonly #accessPoint: Int32Array;
  /** By mover: its first row; one more at the end. */
  readonly #first: Int32Array;
  readonly #cursor: Int32Array;

  constructor(table: TableColumns, index: SceneIndex, movers: number) {
    const user = indicesOf(table.names('user'), index.users);
    const node = indicesOf(table.names('node'), index.radioNodes);
    const mover = Int32Array.from(user, (of, row) => (of < 0 ? node[row]! : of));
    const known = Uint32Array.from(mover, (_, row) => row).filter((row) => mover[row]! >= 0);
    this.rows = known.sort((a, b) => mover[a]! - mover[b]! || a - b);
    const times = table.numbers('time_ns');
    this.timesNs = Float64Array.from(this.rows, (row) => times[row]!);
    this.event = table.names('event');
    this.cause = table.names('cause');
    this.accessPointName = table.names('access_point');
    const accessPoint = indicesOf(this.accessPointName, index.accessPoints);
    this.#accessPoint = Int32Array.from(this.rows, (row) => accessPoint[row]!);
    this.#first = new Int32Array(movers + 1).fill(this.rows.length);
    for (let at = this.rows.length - 1; at >= 0; at--) this.#first[mover[this.rows[at]!]!] = at;
    for (let i = movers - 1; i >= 0; i--) this.#first[i] = Math.min(this.#first[i]!, this.#first[i + 1]!);
    this.#cursor = this.#first.slice(0, movers);
  }

  /** The access point of a mover at a time, as an index; -1 out of range. */
  at(mover: number, timeNs: number): number {
    const [first, end] = this.between(mover);
    if (first === end || this.timesNs[first]! > timeNs) return -1;
    let at = this.#cursor[mover]!;
    const isNext = this.timesNs[at]! <= timeNs && (at + 1 === end || this.timesNs[at + 1]! > timeNs);
    if (!isNext) this.#cursor[mover] = at = firstAbove(this.timesNs, timeNs, first, end) - 1;
    return this.#accessPoint[at]!;
  }

  /** The first place of a mover in `rows`, and the one after its last. */
  between(mover: number): [number, number] {
    return [this.#first[mover]!, this.#first[mover + 1]!];
  }
}
