import { ResultsError } from '../../results/index.ts';

/** The part of `@duckdb/node-api` that is used here. The package is optional: what needs no SQL runs and builds without. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(
      path: string,
      options: Readonly<Record<string, string>>,
    ): Promise<{
      connect(): Promise<Connection>;
      closeSync(): void;
    }>;
  };
}

export interface Connection {
  run(sql: string): Promise<unknown>;
  stream(sql: string): Promise<{
    columnNames(): string[];
    yieldRowsJs(): AsyncIterable<readonly (readonly unknown[])[]>;
  }>;
}

/** An SQL statement that DuckDB refuses; the message is its own. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
}

/**
 * Opens an empty database in memory.
 * @throws {ResultsError} if DuckDB is not installed
 */
export async function openDatabase(): Promise<{ connection: Connection; readonly close: () => void }> {
  // a name that the compiler does not look up
  const name: string = '@duckdb/node-api';
  let duckDb: DuckDb;
  try {
    duckDb = (await import(name)) as DuckDb;
  } catch (error) {
    throw new ResultsError(
      'queries need DuckDB, which is not installed: run npm install --include=optional, ' +
        'or read the tables with another tool (codeco-sim export writes Parquet, CSV and JSON)',
      { cause: error },
    );
  }
  // nothing is fetched from the network
  const offline = { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' };
  const instance = await duckDb.DuckDBInstance.create(':memory:', offline);
  return { connection: await instance.connect(), close: () => instance.closeSync() };
}

/** A text as SQL writes it. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A name as SQL writes it. */
export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A value as SQL writes it. */
export function sqlValue(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number') return sqlText(typeof value === 'string' ? value : JSON.stringify(value));
  return Number.isFinite(value) ? `${value}::DOUBLE` : `'${value}'::DOUBLE`;
}
