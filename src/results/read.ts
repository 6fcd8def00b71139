import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordBatchReader, Table, type RecordBatch, type Schema } from 'apache-arrow';
import { ResultsError, asDiskFault } from './errors.ts';
import { checkFile, readManifest, type Manifest } from './manifest.ts';

/** A table that is read batch by batch, so that any length of it fits into memory. */
export interface OpenTable {
  readonly path: string;
  readonly schema: Schema;
  readonly rows: number;
  /** The batches in their order; once. */
  batches(): AsyncGenerator<RecordBatch>;
  close(): Promise<void>;
}

/**
 * Reads a whole table into memory.
 * @param name a table of the manifest, such as `requests`
 * @throws {ResultsError} naming the file, if there is no such table, or it is cut or was changed
 */
export async function readTable(folder: string, name: string): Promise<Table> {
  const table = await openTable(folder, name);
  try {
    const batches: RecordBatch[] = [];
    for await (const batch of table.batches()) batches.push(batch);
    return new Table(table.schema, batches);
  } finally {
    await table.close();
  }
}

/**
 * Opens a table of a results folder, after its hash was found to be the manifest's.
 * @param options.isChecked its hash has been found right a moment ago: a large file is not read twice for it
 * @throws {ResultsError} as `readTable`
 */
export async function openTable(
  folder: string,
  name: string,
  manifest: Manifest = readManifest(folder),
  options: { readonly isChecked?: boolean } = {},
): Promise<OpenTable> {
  const entry = Object.hasOwn(manifest.tables, name) ? manifest.tables[name] : undefined;
  if (entry === undefined) {
    throw new ResultsError(`there is no table ${name} in ${folder}: it has ${Object.keys(manifest.tables).join(', ')}`);
  }
  const path = join(folder, entry.file);
  checkFile(path, entry, options.isChecked !== true);
  const damage = (error: unknown) => describeDamage(path, error);
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const handle = file;
    const reader = await RecordBatchReader.from(handle);
    await reader.open();
    if (!reader.isFile()) throw new Error('it is not in the file format');
    async function* batches() {
      let rows = 0;
      try {
        for (let i = 0; i < reader.numRecordBatches; i++) {
          const batch = await reader.readRecordBatch(i);
          if (batch === null) throw new Error(`batch ${i} is not there`);
          rows += batch.numRows;
          yield batch;
        }
      } catch (error) {
        throw damage(error);
      }
      if (rows !== entry!.rows) throw damage(new Error(`it has ${rows} rows, the manifest says ${entry!.rows}`));
    }
    return { path, schema: reader.schema, rows: entry.rows, batches, close: () => handle.close() };
  } catch (error) {
    await file?.close();
    throw damage(error);
  }
}

function describeDamage(path: string, error: unknown): unknown {
  const fault = asDiskFault(`read ${path}`, error);
  if (fault instanceof ResultsError || !(fault instanceof Error)) return fault;
  return new ResultsError(`${path} cannot be read as an Arrow file: ${fault.message}; run the scenario again`, {
    cause: error,
  });
}
