import { existsSync, rmSync, appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../problem.ts';
import { scenarioFromText, type LoadedScenario } from '../load.ts';
import { eua } from './eua.ts';
import { graphml } from './graphml.ts';
import { ImportedFile } from './imported-file.ts';
import { sumo } from './sumo.ts';
import type { Draft, Importer, ImportOptions } from './importer.ts';
import { networkTopology } from './network-topology.ts';
import { openb } from './openb.ts';

export type { Draft, ImportOptions } from './importer.ts';
export { bandwidthText, durationText, NameMaker } from './yaml-text.ts';

/** The formats that scenarios are made from, by the name that the command line knows. */
export const importers = {
  eua,
  graphml,
  'network-topology': networkTopology,
  openb,
  sumo,
} as const satisfies Readonly<Record<string, Importer>>;

export type ImporterName = keyof typeof importers;

/**
 * Makes a scenario of files in another format. What is returned has been loaded once, as `run` would: it is valid. Files
 * that it refers to are written beside it, into `options.folder`, and only where it is valid. What is odd is among its notes.
 * @throws {InputError} with what is wrong in the files, and where
 */
export function importScenario(kind: ImporterName, names: readonly string[], options: ImportOptions): Draft {
  const importer: Importer = importers[kind];
  if (names.length !== importer.files.length) {
    const found = `${names.length} ${names.length === 1 ? 'file' : 'files'} for ${kind}`;
    throw new InputError([{ found, expected: importer.files.join(' ') }]);
  }
  const draft = importer.draft(
    names.map((name) => new ImportedFile(name)),
    options,
  );
  const { warnings } = writeCompanions(draft, names[0]!, options);
  return { ...draft, notes: [...draft.notes, ...warnings.map(({ found }) => `warning: ${found}`)] };
}

/**
 * Writes the files that a draft refers to beside it, and loads it once, as `run` would: they stay only where it is valid.
 * @param from what it was made of, for errors
 * @throws {InputError} with what is wrong
 */
export function writeCompanions(
  draft: Draft,
  from: string,
  options: Pick<ImportOptions, 'folder' | 'force'>,
): LoadedScenario {
  const written: string[] = [];
  try {
    for (const { name, pieces } of draft.companions ?? []) {
      const path = join(options.folder, name);
      if (options.force !== true && existsSync(path))
        throw new InputError([{ file: path, found: 'is there already', expected: 'another name, or --force' }]);
      writeFileSync(path, '');
      written.push(path);
      for (const piece of pieces()) appendFileSync(path, piece);
    }
    return scenarioFromText(draft.text, `${from} (as a scenario)`, options.folder, { allow: draft.allow ?? [] });
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new InputError([{ file: options.folder, found: `cannot be written to (${error.message})` }]);
  }
}
