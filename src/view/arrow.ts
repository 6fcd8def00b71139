import {
  Bool,
  Dictionary,
  Field,
  Float64,
  Int32,
  makeData,
  makeVector,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
  type Data,
} from 'apache-arrow';

/** A column to be written: numbers (NaN for none), whole numbers, truth values a byte each, or codes of names (-1 for none). */
export type WrittenColumn =
  | Float64Array
  | Int32Array
  | { readonly flags: Uint8Array }
  | { readonly codes: Int32Array; readonly names: readonly (string | null)[] };

/** Writes columns as an Arrow file of one batch. */
export function arrowFile(columns: Readonly<Record<string, WrittenColumn>>): Uint8Array {
  const fields: Field[] = [];
  const children: Data[] = [];
  let length = 0;
  for (const [name, column] of Object.entries(columns)) {
    const data = dataOf(column, fields.length);
    length = data.length;
    fields.push(new Field(name, data.type, true));
    children.push(data);
  }
  const schema = new Schema(fields);
  const batch = new RecordBatch(schema, makeData({ type: new Struct(fields), length, nullCount: 0, children }));
  return tableToIPC(new Table(schema, [batch]), 'file');
}

function dataOf(column: WrittenColumn, id: number): Data {
  if (column instanceof Float64Array) return makeData({ type: new Float64(), data: column });
  if (column instanceof Int32Array) return makeData({ type: new Int32(), data: column });
  if ('flags' in column) {
    const { flags } = column;
    const bits = new Uint8Array(Math.ceil(flags.length / 8));
    for (const [at, flag] of flags.entries()) if (flag !== 0) bits[at >> 3]! |= 1 << (at & 7);
    return makeData({ type: new Bool(), length: flags.length, nullCount: 0, data: bits });
  }
  const { codes, names } = column;
  const isValid = new Uint8Array(Math.ceil(codes.length / 8));
  let nullCount = 0;
  for (const [at, code] of codes.entries()) {
    if (code < 0) nullCount++;
    else isValid[at >> 3]! |= 1 << (at & 7);
  }
  const dictionary = vectorFromArray(names.length === 0 ? [''] : names, new Utf8());
  const type = new Dictionary(new Utf8(), new Int32(), id);
  return makeVector(makeData({ type, length: codes.length, nullCount, nullBitmap: isValid, data: codes, dictionary }))
    .data[0]!;
}
