import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onDisk, TableWriter, tables, type Columns } from '../../results/index.ts';
import { SWEEP_RUNS, type ParameterValue } from '../sweep-file.ts';
import type { RunRow } from './run-task.ts';

/** What a finished run adds to the table of a sweep. */
export interface SweepRow {
  readonly cell: number;
  readonly replication: number;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly row: RunRow;
}

/**
 * Writes the table of all finished runs: cell, replication, the parameters, then the columns of the runs' own tables.
 * @param names of the parameters
 * @param cells all cells of the design, those without a finished run too: they decide whether a parameter is a number
 * @throws {ResultsError} if the disk refuses
 */
export function writeSweepTable(
  folder: string,
  names: readonly string[],
  cells: readonly { readonly parameters: Readonly<Record<string, ParameterValue>> }[],
  rows: readonly SweepRow[],
  metadata: Readonly<Record<string, string>>,
): void {
  const columns: Record<string, Columns[string]> = {
    cell: { kind: 'int32', description: 'number of the cell, in the order of the design' },
    replication: {
      kind: 'int32',
      description: 'number of the replication: the same number, the same seed in every cell',
    },
  };
  for (const name of names) columns[name] = parameterColumn(cells.map(({ parameters }) => parameters[name]!));
  Object.assign(columns, tables.runs.columns);
  const definition = {
    description: 'One run of the sweep: its parameters and summary measures.',
    columns,
    rowsPerBatch: 4096,
  };
  const path = join(folder, SWEEP_RUNS);
  const temporary = `${path}.tmp`;
  onDisk(`remove ${temporary}`, () => rmSync(temporary, { force: true }));
  const writer = new TableWriter<Columns>('runs', definition, {}, temporary, metadata);
  try {
    for (const { cell, replication, parameters, row } of rows) {
      const shown = names.map((name) => [name, cellOf(columns[name]!, parameters[name]!)]);
      writer.append({ ...row, ...Object.fromEntries(shown), cell, replication } as Parameters<typeof writer.append>[0]);
    }
    writer.endRows();
    writer.finish({});
  } catch (error) {
    writer.abandon();
    throw error;
  }
  onDisk(`write ${path}`, () => {
    const descriptor = openSync(temporary, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(temporary, path);
  });
}

function parameterColumn(values: readonly ParameterValue[]): Columns[string] {
  const isNumber = values.every((value) => value === null || typeof value === 'number');
  const isKnown = !values.includes(null);
  return {
    kind: isNumber ? 'float64' : 'utf8',
    description: 'parameter of the experiment; null where the cell leaves the scenario as it is',
    ...(isKnown ? {} : { nullable: true }),
  };
}

const cellOf = ({ kind }: Columns[string], value: ParameterValue): ParameterValue =>
  value === null || kind === 'float64' ? value : String(value);
