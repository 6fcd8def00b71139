import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onDisk, readManifest, ResultsError } from '../../results/index.ts';
import { CELLS, isSweep, PARTIAL, readSweep, runFolder } from '../sweep-file.ts';
import { takeLock } from './lock.ts';

/**
 * Makes a folder ready for a sweep, and takes it for this process: a new or empty one, or one of the same experiment, so
 * that what was finished there need not be run again.
 * @returns gives the folder back
 * @throws {ResultsError} if it holds other things, or another process writes into it
 */
export function openSweepFolder(folder: string, name: string): () => void {
  onDisk(`create the folder ${folder}`, () => makeFolder(folder));
  const present = onDisk(`read the folder ${folder}`, () => readdirSync(folder)).filter(
    (file) => !file.startsWith('lock.json'),
  );
  const isOurs = isSweep(folder);
  if (!isOurs && present.some((file) => file !== CELLS && file !== 'journal.jsonl' && !file.endsWith('.tmp'))) {
    throw new ResultsError(
      `${folder} is not empty and holds no sweep (found ${present.slice(0, 3).join(', ')}): choose another folder with --out`,
    );
  }
  const release = takeLock(folder);
  try {
    if (isOurs) {
      const { name: other } = readSweep(folder);
      if (other !== name)
        throw new ResultsError(`${folder} holds the sweep ${other}, not ${name}: choose another folder with --out`);
    }
    const cells = join(folder, CELLS);
    onDisk(`create ${cells}`, () => makeFolder(cells));
    removePartial(folder);
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

/** Whether a run is there, with all its files in full. */
export function isWhole(folder: string, hash: string): boolean {
  const run = runFolder(folder, { hash });
  if (!existsSync(run)) return false;
  try {
    readManifest(run);
    return true;
  } catch (error) {
    if (error instanceof ResultsError) return false;
    throw error;
  }
}

/** Removes what runs that did not come to their end have left. */
export function removePartial(folder: string): void {
  const cells = join(folder, CELLS);
  for (const name of onDisk(`read ${cells}`, () => readdirSync(cells))) {
    const path = join(cells, name);
    if (name.endsWith(PARTIAL)) onDisk(`remove ${path}`, () => rmSync(path, { recursive: true, force: true }));
  }
}

/** One level at a time: Node's own `recursive` never returns where a file system refuses, as /proc does. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}
