import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Schema } from 'apache-arrow';
import { cellReaders } from './cell-readers.ts';
import { ResultsError, asDiskFault, onDisk } from './errors.ts';
import { csvFile } from './export-csv.ts';
import type { ExportFile } from './export-file.ts';
import { jsonLinesFile } from './export-json-lines.ts';
import { parquetFile } from './export-parquet.ts';
import { readManifest } from './manifest.ts';
import { openTable, type OpenTable } from './read.ts';

/** Formats of `exportResults`, each with the ending of its files. A new one is one line here. */
export const exportFormats = {
  parquet: { extension: 'parquet', open: parquetFile },
  csv: { extension: 'csv', open: csvFile },
  json: { extension: 'jsonl', open: jsonLinesFile },
} as const satisfies Record<string, { extension: string; open: (path: string, schema: Schema) => ExportFile }>;

export type ExportFormat = keyof typeof exportFormats;

export interface ExportOptions {
  /** Names of the tables; all without it. */
  readonly tables?: readonly string[];
}

/** A file that was exported. */
export interface Exported {
  readonly table: string;
  readonly path: string;
  readonly rows: number;
}

/**
 * Writes tables of a results folder in another format, one file a table, batch by batch: memory does not grow with rows.
 * A file of the same name is replaced.
 * @param to `parquet`, `csv` (RFC 4180, null is nothing, an empty string is ""), or `json` (one object a line)
 * @throws {ResultsError} if a table is not there or damaged, or a file cannot be written
 */
export async function exportResults(
  folder: string,
  to: ExportFormat,
  out: string,
  options: ExportOptions = {},
): Promise<Exported[]> {
  const manifest = readManifest(folder);
  const names = options.tables ?? Object.keys(manifest.tables);
  const unknown = names.filter((name) => !Object.hasOwn(manifest.tables, name));
  if (unknown.length > 0) {
    const known = Object.keys(manifest.tables).join(', ');
    throw new ResultsError(`there is no table ${unknown.join(', ')} in ${folder}: it has ${known}`);
  }
  const { extension, open } = exportFormats[to];
  onDisk(`create the folder ${out}`, () => mkdirSync(out, { recursive: true }));
  const exported: Exported[] = [];
  for (const name of names) {
    const path = join(out, `${name}.${extension}`);
    const table = await openTable(folder, name, manifest);
    try {
      await copy(table, onDisk(`write ${path}`, () => open(path, table.schema)));
    } catch (error) {
      throw asDiskFault(`write ${path}`, error);
    } finally {
      await table.close();
    }
    exported.push({ table: name, path, rows: table.rows });
  }
  return exported;
}

async function copy(table: OpenTable, file: ExportFile): Promise<void> {
  try {
    const readers = cellReaders(table.schema);
    for await (const batch of table.batches()) {
      const columns = readers.map((reader) => reader(batch));
      await file.write(columns, batch.numRows);
    }
    await file.finish();
  } finally {
    file.abandon();
  }
}
