import { readManifest, ResultsError } from '../results/index.ts';
import { openSubject } from './subject.ts';

/**
 * The results folder of one run: of a results folder itself, or of a replication of a cell of a sweep, `FOLDER#NUMBER`.
 * @param replication of a cell, from 0
 * @throws {ResultsError} if it is a sweep of several cells, there is no such cell or replication, or the run's folder is gone
 */
export async function folderOfRun(reference: string, replication: number | undefined): Promise<string> {
  const { kind, folder, cells } = await openSubject(reference);
  if (kind === 'sweep' && cells.length > 1) {
    throw new ResultsError(
      `${reference} is a sweep of ${cells.length} cells: give one of them, such as '${folder}#0' to '${folder}#${cells.length - 1}'`,
    );
  }
  const { runs } = cells[0]!;
  if (kind === 'run' && replication === undefined) return folder;
  const numbers = runs.map(({ row }) => Number(row['replication'] ?? 0));
  const run = runs[replication === undefined ? 0 : numbers.indexOf(replication)];
  if (run === undefined) {
    throw new ResultsError(`${reference} has no replication ${replication}: it has ${numbers.join(', ')}`);
  }
  readManifest(run.folder);
  return run.folder;
}
