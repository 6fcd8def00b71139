import type { Data, Table } from 'apache-arrow';

/** A column of names: codes into the list, -1 where there is none. */
export interface NameColumn {
  readonly codes: Int32Array;
  readonly names: readonly string[];
}

/** The columns of a table that has been read, each in one piece. */
export class TableColumns {
  readonly rows: number;
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
    this.rows = table.numRows;
  }

  /** A column of numbers or truth values (0 and 1): NaN where there is none. @throws {RangeError} if it is not there */
  numbers(column: string): Float64Array {
    const whole = new Float64Array(this.rows);
    let at = 0;
    for (const data of this.#pieces(column)) {
      const { length, values, nullBitmap, nullCount, offset } = data;
      const isBits = values instanceof Uint8Array;
      for (let row = 0; row < length; row++) {
        const isNull = nullCount > 0 && !bit(nullBitmap, offset + row);
        whole[at + row] = isNull ? NaN : isBits ? Number(bit(values, offset + row)) : (values as Float64Array)[row]!;
      }
      at += length;
    }
    return whole;
  }

  /** A column of names of which few are different. @throws {RangeError} if it is not there */
  names(column: string): NameColumn {
    const codes = new Int32Array(this.rows);
    let names: readonly string[] = [];
    let at = 0;
    for (const { length, values, nullBitmap, nullCount, offset, dictionary } of this.#pieces(column)) {
      // the dictionary of the last batch holds those of all before it
      names = [...(dictionary as Iterable<string>)];
      for (let row = 0; row < length; row++) {
        const isNull = nullCount > 0 && !bit(nullBitmap, offset + row);
        codes[at + row] = isNull ? -1 : (values as Int32Array)[row]!;
      }
      at += length;
    }
    return { codes, names };
  }

  /** A column of texts that hardly repeat: null where there is none. @throws {RangeError} if it is not there */
  texts(column: string): (string | null)[] {
    this.#pieces(column);
    return [...(this.#table.getChild(column) as Iterable<string | null>)];
  }

  #pieces(column: string): Data[] {
    const at = this.#table.schema.fields.findIndex(({ name }) => name === column);
    if (at < 0) throw new RangeError(`found no column ${column}`);
    return this.#table.batches.map((batch) => batch.data.children[at]!);
  }
}

/** A bit of a bitmap of Arrow's: least significant first. */
const bit = (bitmap: Uint8Array, at: number): boolean => ((bitmap[at >> 3]! >> (at & 7)) & 1) === 1;

/** The name of a row, or undefined. */
export const nameAt = ({ codes, names }: NameColumn, row: number): string | undefined => names[codes[row]!];

/** For each code of a column the index of its name in a list of entities; -1 of one that is not there. */
export function indicesOf({ codes, names }: NameColumn, indexOf: ReadonlyMap<string, number>): Int32Array {
  const byCode = names.map((name) => indexOf.get(name) ?? -1);
  return Int32Array.from(codes, (code) => (code < 0 ? -1 : byCode[code]!));
}

/** The first place in an increasing list whose value is above; its length where none is. */
export function firstAbove(values: ArrayLike<number>, value: number, from = 0, to: number = values.length): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
