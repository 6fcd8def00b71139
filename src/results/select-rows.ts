import type { RecordBatch } from 'apache-arrow';
import { cellReaders, type CellReader, type CellValue } from './cell-readers.ts';
import type { Column } from './columns.ts';
import type { Manifest } from './manifest.ts';
import { openTable } from './read.ts';
import type { TableName, Tables } from './tables.ts';

type ReadValue<C extends Column> =
  | (C['kind'] extends 'bool' ? boolean : C['kind'] extends 'dictionary' | 'utf8' ? string : number)
  | (C extends { nullable: true } ? null : never);

/** A row as it is read. */
export type ReadRow<T extends TableName> = {
  readonly [K in keyof Tables[T]['columns']]: Tables[T]['columns'][K] extends Column
    ? ReadValue<Tables[T]['columns'][K]>
    : never;
};

/**
 * The rows of a table whose cell in one column is one of some values, in their order. Batches are read one at a time, and
 * only rows that are wanted are decoded: memory grows with these alone. A cell without a value is never found.
 * @throws {ResultsError} as `readTable`; {RangeError} if the table has no such column
 */
export async function selectRows<T extends TableName, K extends keyof Tables[T]['columns'] & string>(
  folder: string,
  name: T,
  column: K,
  values: ReadonlySet<NonNullable<ReadRow<T>[K]>>,
  manifest?: Manifest,
): Promise<ReadRow<T>[]> {
  const table = await openTable(folder, name, manifest);
  try {
    const { fields } = table.schema;
    const at = fields.findIndex((field) => field.name === column);
    if (at < 0) throw new RangeError(`${table.path}: found no column ${column}`);
    const readers = cellReaders(table.schema);
    const found: ReadRow<T>[] = [];
    for await (const batch of table.batches()) {
      const rows = matching(batch, at, values as ReadonlySet<CellValue>, readers[at]!);
      if (rows.length === 0) continue;
      const cells = readers.map((reader) => reader(batch));
      for (const row of rows) {
        found.push(Object.fromEntries(fields.map((field, i) => [field.name, cells[i]!(row)])) as ReadRow<T>);
      }
    }
    return found;
  } finally {
    await table.close();
  }
}

function matching(
  batch: RecordBatch,
  column: number,
  values: ReadonlySet<CellValue>,
  reader: (batch: RecordBatch) => CellReader,
): number[] {
  const data = batch.data.children[column]!;
  const rows: number[] = [];
  if (data.dictionary === undefined) {
    const cell = reader(batch);
    for (let row = 0; row < batch.numRows; row++) if (values.has(cell(row))) rows.push(row);
    return rows;
  }
  // compare codes: a string is decoded once a dictionary, not once a row
  const codes = new Set<number>();
  for (let code = 0; code < data.dictionary.length; code++) {
    if (values.has(data.dictionary.get(code) as CellValue)) codes.add(code);
  }
  if (codes.size === 0) return rows;
  const cells = data.values as Int32Array;
  for (let row = 0; row < batch.numRows; row++) if (codes.has(cells[row]!) && data.getValid(row)) rows.push(row);
  return rows;
}
