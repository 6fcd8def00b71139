import { InputError } from '../problem.ts';
import { scenarioFromText } from '../load.ts';
import { eua } from './eua.ts';
import { graphml } from './graphml.ts';
import { ImportedFile } from './imported-file.ts';
import type { Draft, Importer, ImportOptions } from './importer.ts';
import { networkTopology } from './network-topology.ts';

export type { ImportOptions } from './importer.ts';

/** The formats that scenarios are made from, by the name that the command line knows. */
export const importers = {
  eua,
  graphml,
  'network-topology': networkTopology,
} as const satisfies Readonly<Record<string, Importer>>;

export type ImporterName = keyof typeof importers;

/**
 * Makes a scenario of files in another format. What is returned has been loaded once, as `run` would: it is valid.
 * @throws {InputError} with what is wrong in the files, and where
 */
export function importScenario(kind: ImporterName, names: readonly string[], options: ImportOptions): Draft {
  const importer: Importer = importers[kind];
  if (names.length !== importer.files.length) {
    throw new InputError([
      {
        found: `${names.length} ${names.length === 1 ? 'file' : 'files'} for ${kind}`,
        expected: importer.files.join(' '),
      },
    ]);
  }
  const draft = importer.draft(
    names.map((name) => ImportedFile.read(name)),
    options,
  );
  scenarioFromText(draft.text, `${names[0]} (as a scenario)`, options.folder, { allow: draft.allow ?? [] });
  return draft;
}
