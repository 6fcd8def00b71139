import { readTable, ResultsError } from '../../results/index.ts';
import { runFolder } from '../sweep-file.ts';
import type { RunRow } from './run-task.ts';

/** The row of a finished run, from its own folder; undefined if it cannot be read there. */
export async function readRunRow(folder: string, hash: string): Promise<RunRow | undefined> {
  try {
    const table = await readTable(runFolder(folder, { hash }), 'runs');
    return table.get(0)?.toJSON() as RunRow | undefined;
  } catch (error) {
    if (error instanceof ResultsError) return undefined;
    throw error;
  }
}
