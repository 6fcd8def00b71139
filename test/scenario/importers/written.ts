import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  importScenario,
  InputError,
  loadScenario,
  type ImporterName,
  type ImportOptions,
} from '../../../src/scenario/index.ts';
import type { World } from '../../../src/model/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-import-'));
let count = 0;

/** A file with this content, in a folder of its own kind. */
export function fileOf(name: string, content: string | Buffer): string {
  const path = join(folder, `${count++}-${name}`);
  writeFileSync(path, content);
  return path;
}

/** Imports files, writes the scenario beside them and loads it as a user would. */
export function imported(
  kind: ImporterName,
  files: readonly string[],
  options: Partial<ImportOptions> = {},
): { world: World; notes: string; text: string } {
  const { text, notes, allow = [] } = importScenario(kind, files, { folder, stem: `imported-${count++}`, ...options });
  return { world: loadScenario(fileOf('scenario.yaml', text), { allow }).world, notes: notes.join('\n'), text };
}

/** What is told of files that cannot be imported. */
export function refusal(kind: ImporterName, files: readonly string[], options: Partial<ImportOptions> = {}): string {
  try {
    importScenario(kind, files, { folder, stem: `imported-${count++}`, ...options });
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'nothing is wrong';
}

/** Recorded data beside the project; undefined, with a word, where it is absent. */
export function recorded(path: string): string | undefined {
  const file = join('../shared/data', path);
  if (existsSync(file)) return file;
  console.log(`skipped: ${file} is not there`);
  return undefined;
}
