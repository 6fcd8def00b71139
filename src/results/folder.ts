import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ResultsError, onDisk } from './errors.ts';
import { tableNames, type TableName } from './tables.ts';

export const MANIFEST = 'manifest.json';
export const TRAIL = 'trail.bin';
export const SCENARIO = 'scenario.json';
/** The steps of a replay on a real cluster, each with when it was due and when it was done. */
export const REPLAY = 'replay.json';
/** Marks a folder as ours while a run writes into it, and after a run that did not come to its end. */
const UNFINISHED = 'unfinished-run';

/** The one version of the files that this program writes and reads. */
export const API_VERSION = 'codeco-sim/v1';

/** The file of a table in a results folder. */
export const tableFile = (table: TableName): string => `${table}.arrow`;

/** Every file that a run can leave, and nothing else: what a new run may remove. */
const OUR_FILES: readonly string[] = [...tableNames.map(tableFile), TRAIL, SCENARIO, REPLAY, MANIFEST, `${MANIFEST}.tmp`];

/**
 * Makes a folder ready for a run: creates it, or removes the files of an earlier run from it. Files of others are never
 * removed or overwritten.
 * @param force also use a folder that holds other things
 * @throws {ResultsError} if it holds other things and `force` is not given, or a file of another's in a place of ours
 */
export function prepareFolder(folder: string, force: boolean): void {
  onDisk(`create the results folder ${folder}`, () => makeFolder(folder));
  const present = onDisk(`read the results folder ${folder}`, () => readdirSync(folder));
  if (isOurs(folder)) {
    for (const file of OUR_FILES) {
      onDisk(`remove ${join(folder, file)}, which an earlier run left`, () => rmSync(join(folder, file), { force: true }));
    }
  } else if (present.length > 0) {
    if (!force) {
      throw new ResultsError(
        `${folder} is not empty and holds no results of codeco-sim (found ${listSome(present)}): ` +
          'choose another folder with --out, or pass --force to write beside what is there',
      );
    }
    const taken = present.filter((file) => OUR_FILES.includes(file));
    if (taken.length > 0) {
      throw new ResultsError(
        `${folder} holds ${listSome(taken)}, not written by codeco-sim, where results would go: ` +
          'choose another folder with --out, or move it away',
      );
    }
  }
  const marker = join(folder, UNFINISHED);
  onDisk(`write ${marker}`, () => writeFileSync(marker, 'A run is writing here, or was interrupted.\n'));
}

/** Makes a folder and those above it, one at a time: Node's own `recursive` never returns where a file system refuses, as /proc does. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** Takes away the mark of an unfinished run. */
export function markFinished(folder: string): void {
  const marker = join(folder, UNFINISHED);
  onDisk(`remove ${marker}`, () => rmSync(marker, { force: true }));
}

/** Whether a run was begun in this folder and did not finish. */
export function isUnfinished(folder: string): boolean {
  return existsSync(join(folder, UNFINISHED));
}

function isOurs(folder: string): boolean {
  if (isUnfinished(folder)) return true;
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return false;
  try {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as { apiVersion?: unknown } | null;
    return typeof manifest?.apiVersion === 'string' && manifest.apiVersion.startsWith('codeco-sim/');
  } catch {
    return false;
  }
}

function listSome(names: readonly string[]): string {
  const sorted = names.toSorted();
  return sorted.length <= 3 ? sorted.join(', ') : `${sorted.slice(0, 3).join(', ')} and ${sorted.length - 3} more`;
}
