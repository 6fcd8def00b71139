import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportResults, onDisk, ResultsError, type Manifest } from '../../results/index.ts';

/** Folder in a results folder that keeps its tables as Parquet, which DuckDB reads by itself. */
const CACHE = '.parquet';

/** Tables as Parquet files, each made when first asked for and kept beside the results, named by what is in it. */
export class ParquetCache {
  #scratch: string | undefined;

  /**
   * @returns where the table is
   * @throws {ResultsError} if it is damaged
   */
  async fileOf(folder: string, manifest: Manifest, table: string): Promise<string> {
    const name = `${table}-${manifest.tables[table]!.sha256.slice(0, 16)}.parquet`;
    const kept = join(folder, CACHE, name);
    if (existsSync(kept)) return kept;
    const home = this.#prepare(join(folder, CACHE));
    // made under another name: a file that is there is whole, also if two queries make it at once
    const workshop = onDisk(`write into ${home}`, () => mkdtempSync(join(home, 'making-')));
    try {
      const [exported] = await exportResults(folder, 'parquet', workshop, { tables: [table] });
      const path = join(home, name);
      onDisk(`write ${path}`, () => renameSync(exported!.path, path));
      return path;
    } finally {
      rmSync(workshop, { recursive: true, force: true });
    }
  }

  /** Removes what could not be kept beside the results. */
  close(): void {
    if (this.#scratch !== undefined) rmSync(this.#scratch, { recursive: true, force: true });
  }

  /** The cache's folder, or one for this query alone where results may only be read. */
  #prepare(cache: string): string {
    try {
      onDisk(`create ${cache}`, () => mkdirSync(cache, { recursive: true }));
      return cache;
    } catch (error) {
      if (!(error instanceof ResultsError)) throw error;
      return (this.#scratch ??= mkdtempSync(join(tmpdir(), 'codeco-sim-query-')));
    }
  }
}
