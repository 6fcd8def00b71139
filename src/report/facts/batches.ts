import { openTable, type Manifest } from '../../results/index.ts';

/** The columns of a batch of rows, as they are read. */
export interface BatchColumns {
  readonly rows: number;
  /** Reads a column of numbers: NaN where there is none. */
  numbers(column: string): (row: number) => number;
  /** Reads a column of truth values. */
  flags(column: string): (row: number) => boolean;
  /** Reads a column of names: null where there is none. */
  names(column: string): (row: number) => string | null;
}

/**
 * Goes through a table batch by batch: memory does not grow with its length.
 * @returns false if the run did not keep the table
 * @throws {ResultsError} if it is damaged; {RangeError} if a column that is asked for is not in it
 */
export async function eachBatch(
  folder: string,
  manifest: Manifest,
  name: string,
  visit: (batch: BatchColumns) => void,
): Promise<boolean> {
  if (!Object.hasOwn(manifest.tables, name)) return false;
  const table = await openTable(folder, name, manifest);
  try {
    const { fields } = table.schema;
    const decoded = new Map<string, { readonly of: unknown; readonly names: readonly (string | null)[] }>();
    for await (const batch of table.batches()) {
      const columnOf = (column: string) => {
        const at = fields.findIndex((field) => field.name === column);
        if (at < 0) throw new RangeError(`${table.path}: found no column ${column}`);
        return { at, data: batch.data.children[at]! };
      };
      visit({
        rows: batch.numRows,
        numbers: (column) => {
          const { data } = columnOf(column);
          const values = data.values as Float64Array;
          const { nullCount, nullBitmap, offset } = data;
          if (nullCount === 0) return (row) => values[row]!;
          return (row) => (bit(nullBitmap, offset + row) ? values[row]! : NaN);
        },
        flags: (column) => {
          const { values, offset } = columnOf(column).data;
          return (row) => bit(values as Uint8Array, offset + row);
        },
        names: (column) => {
          const { at, data } = columnOf(column);
          const { dictionary, values } = data;
          if (dictionary === undefined) {
            const vector = batch.getChildAt(at)!;
            return (row) => vector.get(row) as string | null;
          }
          let known = decoded.get(column);
          if (known?.of !== dictionary) {
            known = { of: dictionary, names: [...dictionary] as (string | null)[] };
            decoded.set(column, known);
          }
          const { names } = known;
          const codes = values as Int32Array;
          if (data.nullCount === 0) return (row) => names[codes[row]!]!;
          return (row) => (data.getValid(row) ? names[codes[row]!]! : null);
        },
      });
    }
    return true;
  } finally {
    await table.close();
  }
}

/** A bit of a bitmap of Arrow's: least significant first. */
const bit = (bitmap: Uint8Array, at: number): boolean => ((bitmap[at >> 3]! >> (at & 7)) & 1) === 1;
