import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC, type Table } from 'apache-arrow';
import { onDisk, readManifest, readTable, ResultsError } from '../results/index.ts';
import { isSweep, readSweep, runFolder, SWEEP_RUNS, type ParameterValue, type Sweep } from './sweep-file.ts';

/** A run as it stands in a table `runs`. */
export interface ComparedRun {
  readonly seed: number;
  /** Its results folder. */
  readonly folder: string;
  /** A real cluster was observed, whose seed means nothing; absent: a simulation. */
  readonly source?: 'cluster';
  readonly row: Readonly<Record<string, unknown>>;
}

/** Whether two runs drew the same numbers: a real cluster draws none. */
export const haveSameSeed = (one: ComparedRun, two: ComparedRun): boolean =>
  one.seed === two.seed && one.source === undefined && two.source === undefined;

/** Runs of the same scenario that differ by their seeds alone. */
export interface ComparedCell {
  /** Its number in the sweep; 0 for a run. */
  readonly number: number;
  readonly label: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly runs: readonly ComparedRun[];
  /** Place in the list of the cell that it is to be compared with. */
  readonly baseline?: number;
}

/** What is compared: a run, a cell of a sweep, or a whole sweep. */
export interface Subject {
  readonly kind: 'run' | 'cell' | 'sweep';
  /** Of the run, or the sweep. */
  readonly folder: string;
  readonly cells: readonly ComparedCell[];
}

/**
 * Opens a results folder, a sweep's folder, or one of its cells as `FOLDER#NUMBER`.
 * @throws {ResultsError} if it is none of these, damaged, of another version, or has no finished run
 */
export async function openSubject(reference: string): Promise<Subject> {
  const [, folder, number] = /^(.+)#(\d+)$/.exec(reference) ?? [];
  if (folder !== undefined && !existsSync(reference)) {
    const cells = await cellsOf(folder);
    const cell = cells[Number(number)];
    if (cell === undefined) throw new ResultsError(`${folder} has no cell ${number}: it has 0 to ${cells.length - 1}`);
    if (cell.runs.length === 0) throw new ResultsError(`cell ${number} of ${folder} has no finished run`);
    return { kind: 'cell', folder, cells: [cell] };
  }
  if (isSweep(reference)) {
    const cells = await cellsOf(reference);
    if (cells.every(({ runs }) => runs.length === 0)) throw new ResultsError(`${reference} has no finished run`);
    return { kind: 'sweep', folder: reference, cells };
  }
  const { source } = readManifest(reference);
  const row = rowsOf(await readTable(reference, 'runs'))[0]!;
  const seed = row['seed'] as number;
  const run = { seed, folder: reference, row, ...(source === undefined ? {} : { source }) };
  return { kind: 'run', folder: reference, cells: [{ number: 0, label: reference, parameters: {}, runs: [run] }] };
}

async function cellsOf(folder: string): Promise<ComparedCell[]> {
  const sweep = readSweep(folder);
  const path = join(folder, SWEEP_RUNS);
  if (!existsSync(path)) throw new ResultsError(`${folder} has no ${SWEEP_RUNS}: run the sweep to its end`);
  const rows = rowsOf(await readArrow(path));
  return sweep.cells.map(({ cell, parameters, baseline, runs }) => ({
    number: cell,
    label: cellLabel(sweep, parameters, cell),
    parameters,
    runs: rows
      .filter((row) => row['cell'] === cell)
      .map((row) => {
        const run = runs.find(({ replication }) => replication === row['replication']);
        if (run === undefined) throw new ResultsError(`${path} has runs of cell ${cell} that the sweep does not name`);
        return { seed: run.seed, folder: runFolder(folder, run), row };
      }),
    ...(baseline === undefined ? {} : { baseline: sweep.cells.findIndex((other) => other.cell === baseline) }),
  }));
}

function cellLabel({ parameters: names }: Sweep, parameters: ComparedCell['parameters'], cell: number): string {
  const values = names.map(({ name }) => `${name}=${String(parameters[name] ?? null)}`);
  return values.length === 0 ? `cell ${cell}` : values.join(' ');
}

async function readArrow(path: string): Promise<Table> {
  const bytes = onDisk(`read ${path}`, () => readFileSync(path));
  try {
    return await tableFromIPC(Promise.resolve(bytes));
  } catch (error) {
    throw new ResultsError(
      `${path} cannot be read as an Arrow file: ${(error as Error).message}; run the sweep again`,
      {
        cause: error,
      },
    );
  }
}

const rowsOf = (table: Table): Record<string, unknown>[] =>
  table.toArray().map((row: { toJSON(): Record<string, unknown> }) => row.toJSON());
