import { Option, type Command } from 'commander';
import { stringify } from 'yaml';
import { queryResults, SqlError, type QueryAnswer } from '../../experiment/index.ts';
import { csvLine } from '../csv.ts';
import { formatCount } from '../../format.ts';
import type { Io } from '../io.ts';
import { formatTable, type Cell } from '../table.ts';
import { UsageError } from '../usage-error.ts';

/** More rows than anyone reads on a terminal. */
const MOST_ROWS = 1000;

/** `query SQL RESULTS…`: asks the tables of runs and sweeps by SQL. */
export function addQueryCommand(program: Command, io: Io): void {
  program
    .command('query')
    .summary('ask the tables of runs and sweeps by SQL')
    .description(
      'Runs an SQL statement of DuckDB over the tables of results folders and sweeps (codeco-sim list table), each a\n' +
        'view of its name. Of sweeps and of several folders the views hold the rows of all runs, with columns in front that\n' +
        'say of which: results, cell, replication, seed and the parameters. Tables that the statement names are kept as\n' +
        'Parquet in a folder .parquet beside them.\n\n' +
        'Examples:\n' +
        '  codeco-sim query "SELECT node, avg(latency_ns) / 1e6 AS ms FROM requests GROUP BY node" results/a\n' +
        '  codeco-sim query "SELECT scheduler, avg(latency_p95_ns) FROM runs GROUP BY ALL" results/sweep -o csv',
    )
    .argument('<sql>', 'the statement')
    .argument('<results...>', 'results folders, sweep folders, or FOLDER#NUMBER of cells')
    .addOption(
      new Option('-o, --output <format>', 'how the answer is printed')
        .choices(['table', 'csv', 'json', 'yaml'])
        .default('table'),
    )
    .action(async (sql: string, results: readonly string[], { output }: { readonly output: Format }) => {
      try {
        await queryResults(sql, results, printers[output](io));
      } catch (error) {
        if (error instanceof SqlError) throw new UsageError(`${error.message.trimEnd()}`);
        throw error;
      }
    });
}

type Printer = (io: Io) => (answer: QueryAnswer) => Promise<void>;
type Format = 'table' | 'csv' | 'json' | 'yaml';

const asObject = (columns: readonly string[], row: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(columns.map((name, i) => [name, row[i]]));

/** CSV and JSON are written as the rows come: an answer may be larger than the memory. */
const printers: Readonly<Record<Format, Printer>> = {
  csv:
    (io) =>
    async ({ columns, rows }) => {
      io.out(csvLine(columns));
      for await (const batch of rows()) io.out(batch.map(csvLine).join(''));
    },
  json:
    (io) =>
    async ({ columns, rows }) => {
      let before = '[\n  ';
      for await (const batch of rows()) {
        for (const row of batch) {
          io.out(before + JSON.stringify(asObject(columns, row)));
          before = ',\n  ';
        }
      }
      io.out(before === '[\n  ' ? '[]\n' : '\n]\n');
    },
  yaml:
    (io) =>
    async ({ columns, rows }) => {
      for await (const batch of rows())
        if (batch.length > 0) io.out(stringify(batch.map((row) => asObject(columns, row))));
    },
  table:
    (io) =>
    async ({ columns, rows }) => {
      const shown: Cell[][] = [];
      let count = 0;
      for await (const batch of rows()) {
        count += batch.length;
        for (const row of batch.slice(0, MOST_ROWS - shown.length)) shown.push(row.map(cell));
      }
      io.out(formatTable(columns, shown));
      if (count > shown.length) io.out(`… and ${formatCount(count - shown.length)} more rows: -o csv prints all\n`);
    },
};

function cell(value: unknown): Cell {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'string') return value;
  return JSON.stringify(value);
}
