import { readManifest, ResultsError, tableNames, type Manifest } from '../../results/index.ts';
import { openSubject, type ComparedCell } from '../subject.ts';
import { openDatabase, sqlName, SqlError, sqlText, sqlValue, type Connection } from './duckdb.ts';
import { ParquetCache } from './parquet-cache.ts';

/** What a query gives, as it comes. */
export interface QueryAnswer {
  readonly columns: readonly string[];
  /** Some rows at a time; once. */
  readonly rows: () => AsyncIterable<readonly (readonly unknown[])[]>;
}

/** A run whose tables are asked. */
interface QueriedRun {
  readonly folder: string;
  /** What tells it from the others: its folder, or its cell, replication and parameters. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly row: Readonly<Record<string, unknown>>;
}

/** Rows that one INSERT statement takes. */
const ROWS_PER_INSERT = 200;

/**
 * Asks results by SQL. Each table is a view of its name. Of a sweep, and of several folders, a view holds the rows of all
 * runs, with columns in front that say which run a row is of: `results`, `cell`, `replication`, `seed` and the parameters.
 * @param references results folders, sweeps' folders or cells of sweeps
 * @param use is called with the answer while the database is open
 * @throws {ResultsError} if something cannot be read, or DuckDB is not installed; {SqlError} if the statement is wrong
 */
export async function queryResults(
  sql: string,
  references: readonly string[],
  use: (answer: QueryAnswer) => Promise<void>,
): Promise<void> {
  if (sql.trim() === '') throw new SqlError('no statement');
  const runs = await findRuns(references);
  const { connection, close } = await openDatabase();
  const cache = new ParquetCache();
  try {
    await makeViews(connection, cache, sql, runs);
    const { columns, batches } = await refuse(async () => {
      const result = await connection.stream(sql);
      return { columns: result.columnNames(), batches: result.yieldRowsJs()[Symbol.asyncIterator]() };
    });
    await use({ columns, rows: () => plainRows(batches) });
  } finally {
    close();
    cache.close();
  }
}

async function findRuns(references: readonly string[]): Promise<QueriedRun[]> {
  const found: QueriedRun[] = [];
  for (const reference of references) {
    const { kind, cells } = await openSubject(reference);
    const source = references.length > 1 ? { results: reference } : {};
    for (const cell of cells) {
      for (const { folder, row, seed } of cell.runs) {
        const own = kind === 'run' ? {} : { cell: cell.number, replication: row['replication'], seed, ...named(cell) };
        found.push({ folder, facts: { ...source, ...own }, row });
      }
    }
  }
  return found;
}

/** A cell's parameters, under names that no other fact has. */
function named({ parameters }: ComparedCell): Record<string, unknown> {
  const taken = new Set(['results', 'cell', 'replication', 'seed']);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [taken.has(name) ? `parameter_${name}` : name, value]),
  );
}

/** Makes the views that the statement names, and no other: each may be a large file to convert. */
async function makeViews(
  connection: Connection,
  cache: ParquetCache,
  sql: string,
  runs: readonly QueriedRun[],
): Promise<void> {
  const manifests = new Map<string, Manifest>();
  const isNamed = (table: string) => new RegExp(`\\b${table}\\b`, 'i').test(sql);
  for (const table of tableNames.filter(isNamed)) {
    if (table === 'runs') {
      await makeRunsTable(connection, runs);
      continue;
    }
    const files: { readonly path: string; readonly run: QueriedRun }[] = [];
    for (const run of runs) {
      let manifest = manifests.get(run.folder);
      if (manifest === undefined) manifests.set(run.folder, (manifest = readManifest(run.folder)));
      if (!Object.hasOwn(manifest.tables, table)) continue;
      files.push({ path: await cache.fileOf(run.folder, manifest, table), run });
    }
    if (files.length === 0) throw new ResultsError(`no table ${table} was kept in these results`);
    await makeView(connection, table, files);
  }
}

async function makeView(
  connection: Connection,
  table: string,
  files: readonly { readonly path: string; readonly run: QueriedRun }[],
): Promise<void> {
  const list = [...new Set(files.map(({ path }) => sqlText(path)))].join(', ');
  const read = `read_parquet([${list}], filename = 'source file', union_by_name = true)`;
  const facts = [...new Set(files.flatMap(({ run }) => Object.keys(run.facts)))];
  if (facts.length === 0) {
    await connection.run(`CREATE VIEW ${table} AS SELECT * EXCLUDE ("source file") FROM ${read}`);
    return;
  }
  const columns = await columnsOf(connection, `SELECT * FROM ${read} LIMIT 0`);
  // a parameter such as the scheduler may be a column of the table, too
  const shown = facts.map((name) => (columns.includes(name) ? `parameter_${name}` : name));
  const source = `source of ${table}`;
  const rows = files.map(({ path, run }) => [path, ...facts.map((name) => run.facts[name])]);
  await makeTable(connection, source, ['source file', ...shown], rows);
  const names = shown.map((name) => `s.${sqlName(name)}`).join(', ');
  await connection.run(
    `CREATE VIEW ${table} AS SELECT ${names}, t.* EXCLUDE ("source file") ` +
      `FROM ${read} t JOIN ${sqlName(source)} s USING ("source file")`,
  );
}

async function columnsOf(connection: Connection, sql: string): Promise<string[]> {
  return (await connection.stream(sql)).columnNames();
}

/** The rows of the runs' own tables are at hand already. */
async function makeRunsTable(connection: Connection, runs: readonly QueriedRun[]): Promise<void> {
  const columns = [...new Set(runs.flatMap(({ facts, row }) => [...Object.keys(facts), ...Object.keys(row)]))];
  const rows = runs.map(({ facts, row }) => columns.map((name) => (Object.hasOwn(row, name) ? row : facts)[name]));
  await makeTable(connection, 'runs', columns, rows);
}

async function makeTable(
  connection: Connection,
  name: string,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  const types = columns.map((_, i) => {
    const values = rows.map((row) => row[i]).filter((value) => value !== null && value !== undefined);
    if (values.every((value) => typeof value === 'number'))
      return values.every(Number.isSafeInteger) ? 'BIGINT' : 'DOUBLE';
    return values.every((value) => typeof value === 'boolean') ? 'BOOLEAN' : 'VARCHAR';
  });
  const definitions = columns.map((column, i) => `${sqlName(column)} ${types[i]}`).join(', ');
  await connection.run(`CREATE TABLE ${sqlName(name)} (${definitions})`);
  for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
    const values = rows.slice(from, from + ROWS_PER_INSERT).map((row) => `(${row.map(sqlValue).join(', ')})`);
    await connection.run(`INSERT INTO ${sqlName(name)} VALUES ${values.join(', ')}`);
  }
}

async function* plainRows(
  batches: AsyncIterator<readonly (readonly unknown[])[]>,
): AsyncIterable<readonly (readonly unknown[])[]> {
  for (;;) {
    const { value, done } = await refuse(() => batches.next());
    if (done === true) return;
    yield value.map((row) => row.map(plain));
  }
}

/** Values as JSON has them: whole numbers as numbers where these hold them, dates as texts. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

/** Turns what DuckDB throws of a statement into an error for people. */
async function refuse<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw new SqlError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
