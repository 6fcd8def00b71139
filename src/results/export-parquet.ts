import { DataType, type Field, type Schema } from 'apache-arrow';
import { ParquetWriter, fileWriter, type ColumnSource, type SchemaElement } from 'hyparquet-writer';
import type { CellReader } from './cell-readers.ts';
import type { ExportFile } from './export-file.ts';

/**
 * Parquet with a row group for every batch. Parquet has no metadata of columns, so units and descriptions stand in that
 * of the file under `latency_ns.unit` and `latency_ns.description`, beside the seed, version and digest of the run.
 */
export function parquetFile(path: string, schema: Schema): ExportFile {
  const kvMetadata = [...schema.metadata].map(([key, value]) => ({ key, value }));
  for (const field of schema.fields) {
    for (const [key, value] of field.metadata) kvMetadata.push({ key: `${field.name}.${key}`, value });
  }
  const root: SchemaElement = { name: 'root', num_children: schema.fields.length };
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: [root, ...schema.fields.map(schemaElement)],
    kvMetadata,
    createdBy: 'codeco-sim',
  });
  return {
    write(columns, rows) {
      const columnData = schema.fields.map((field, i) => ({ name: field.name, data: cells(columns[i]!, rows) }));
      return writer.write({ columnData, rowGroupSize: rows });
    },
    finish: () => writer.finish(),
    // every write opens and closes the file
    abandon: () => {},
  };
}

function schemaElement({ name, type, nullable }: Field): SchemaElement {
  const repetition_type = nullable ? 'OPTIONAL' : 'REQUIRED';
  if (DataType.isFloat(type)) return { name, type: 'DOUBLE', repetition_type };
  if (DataType.isInt(type)) return { name, type: 'INT32', repetition_type };
  if (DataType.isBool(type)) return { name, type: 'BOOLEAN', repetition_type };
  return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type };
}

function cells(column: CellReader, rows: number): ColumnSource['data'] {
  return Array.from({ length: rows }, (_, row) => column(row));
}
