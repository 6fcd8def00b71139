import { cpSync, renameSync, rmSync } from 'node:fs';
import { onDisk, ResultsError } from '../../results/index.ts';
import { describeParameters } from '../design/index.ts';
import { partialOf, readSweep, runFolder, writeSweep, type Sweep, type SweepCell } from '../sweep-file.ts';
import { isWhole, openSweepFolder } from './folder.ts';
import { Journal } from './journal.ts';
import { readRunRow } from './run-row.ts';
import { writeSweepTable, type SweepRow } from './sweep-table.ts';

/** What was put together. */
export interface Collected {
  readonly sweep: Sweep;
  readonly rows: readonly SweepRow[];
  readonly done: number;
  readonly failed: number;
}

/** Cells that are named one by one before the rest is counted. */
const MOST_NAMED = 20;

interface Part {
  readonly folder: string;
  readonly sweep: Sweep;
}

/**
 * Puts the shards of a sweep together: the folder is then the same to the byte as that of a sweep that was run in one.
 * @throws {ResultsError} if the folders are not of one sweep, a run is missing, or the disk refuses
 */
export async function collectShards(folders: readonly string[], out: string): Promise<Collected> {
  const parts = folders.map((folder): Part => ({ folder, sweep: readSweep(folder) }));
  const [first] = parts as [Part];
  for (const part of parts) demandSame(first, part);
  const cells = first.sweep.cells.map((_, cell) => best(parts, cell));
  demandComplete(cells.map(({ cell }) => cell));
  const release = openSweepFolder(out, first.sweep.name);
  try {
    return await gather(first.sweep, cells, out);
  } finally {
    release();
  }
}

interface Source {
  readonly folder: string;
  readonly cell: SweepCell;
}

async function gather(of: Sweep, cells: readonly Source[], out: string): Promise<Collected> {
  const journals = new Map<string, Journal>();
  const journalOf = (folder: string): Journal => {
    let journal = journals.get(folder);
    if (journal === undefined) journals.set(folder, (journal = new Journal(folder)));
    return journal;
  };
  const rows: SweepRow[] = [];
  let failed = 0;
  try {
    for (const { folder, cell } of cells) {
      for (const { replication, hash, state } of cell.runs) {
        if (state === 'failed') {
          failed++;
          continue;
        }
        const row = isWhole(folder, hash)
          ? (journalOf(folder).get(hash)?.row ?? (await readRunRow(folder, hash)))
          : undefined;
        if (row === undefined)
          throw new ResultsError(`${runFolder(folder, { hash })} cannot be read: run that shard again`);
        rows.push({ cell: cell.cell, replication, parameters: cell.parameters, row });
        if (isWhole(out, hash)) continue;
        copy(runFolder(folder, { hash }), runFolder(out, { hash }));
        journalOf(out).add(hash, journalOf(folder).get(hash) ?? { row, seconds: 0 });
      }
    }
  } finally {
    for (const journal of journals.values()) journal.close();
  }
  const { shard: _, ...whole } = of;
  const sweep: Sweep = { ...whole, cells: cells.map(({ cell }) => cell) };
  writeSweepTable(
    out,
    sweep.parameters.map(({ name }) => name),
    sweep.cells,
    rows,
    {
      experiment: sweep.name,
      experiment_hash: sweep.experiment.hash,
      version: sweep.version,
    },
  );
  writeSweep(out, sweep);
  return { sweep, rows, done: rows.length, failed };
}

function demandSame(first: Part, part: Part): void {
  const facts = ({ sweep: { name, version, program, experiment } }: Part) =>
    [
      ['experiment', name],
      ['version', version],
      ['build of the program', program],
      ['hash of the experiment', experiment.hash],
    ] as const;
  const others = facts(part);
  for (const [index, [fact, value]] of facts(first).entries()) {
    const [, other] = others[index]!;
    if (other === value) continue;
    throw new ResultsError(
      `${first.folder} and ${part.folder} are not of one sweep: the ${fact} is ${value} in the first and ${other} in the second`,
    );
  }
}

/** The folder that has most of a cell's runs: shards that do not own a cell have none of them. */
function best(parts: readonly Part[], cell: number): Source {
  const over = ({ sweep }: Part): number => sweep.cells[cell]!.runs.filter(({ state }) => state !== 'planned').length;
  const [chosen] = parts.toSorted((a, b) => over(b) - over(a)) as [Part];
  return { folder: chosen.folder, cell: chosen.sweep.cells[cell]! };
}

function demandComplete(cells: readonly SweepCell[]): void {
  const missing = cells.filter(({ runs }) => runs.some(({ state }) => state === 'planned'));
  if (missing.length === 0) return;
  const named = missing
    .slice(0, MOST_NAMED)
    .map(({ cell, parameters }) => `  cell ${cell}: ${describeParameters(parameters)}`);
  const rest = missing.length > MOST_NAMED ? `\n  and ${missing.length - MOST_NAMED} more` : '';
  throw new ResultsError(
    `${missing.length} of ${cells.length} cells are missing or not finished; give the folders of all shards, or run what is left:\n` +
      named.join('\n') +
      rest,
  );
}

function copy(from: string, to: string): void {
  const partial = partialOf(to);
  onDisk(`copy ${from} to ${to}`, () => {
    rmSync(partial, { recursive: true, force: true });
    cpSync(from, partial, { recursive: true });
    rmSync(to, { recursive: true, force: true });
    renameSync(partial, to);
  });
}
