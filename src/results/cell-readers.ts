import type { RecordBatch, Schema } from 'apache-arrow';

export type CellValue = number | boolean | string | null;
/** The value of a row of a batch. */
export type CellReader = (row: number) => CellValue;

/** Makes what reads each column of a batch: strings are decoded once a dictionary, not once a row. */
export function cellReaders(schema: Schema): ((batch: RecordBatch) => CellReader)[] {
  return schema.fields.map((_, column) => {
    let strings: { readonly of: unknown; readonly names: CellValue[] } | undefined;
    return (batch) => {
      const data = batch.data.children[column]!;
      const { dictionary, values } = data;
      if (dictionary !== undefined) {
        if (strings?.of !== dictionary) strings = { of: dictionary, names: [...dictionary] as CellValue[] };
        const { names } = strings;
        return (row) => (data.getValid(row) ? names[(values as Int32Array)[row]!]! : null);
      }
      const vector = batch.getChildAt(column)!;
      return (row) => vector.get(row) as CellValue;
    };
  });
}
