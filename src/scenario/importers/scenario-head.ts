import { basename } from 'node:path';
import type { ImportedFile } from './imported-file.ts';
import type { ImportOptions } from './importer.ts';
import { comment, inline, NameMaker } from './yaml-text.ts';

/** The first lines of an imported scenario: where it comes from, its name and its times. */
export function scenarioHead(
  { name: file }: ImportedFile,
  options: ImportOptions,
  notes: readonly string[],
  duration: string,
): string {
  const stem = basename(file)
    .replace(/\.gz$/, '')
    .replace(/(\.fcd)?\.[^.]*$/, '');
  const name = options.name ?? new NameMaker('imported').make(stem);
  return `${comment([`Made by codeco-sim import from ${basename(file)}.`, ...notes])}
apiVersion: codeco-sim/v1
kind: Scenario
metadata:
  name: ${inline(name)}
spec:
  seed: 1
  duration: ${options.duration ?? duration}
`;
}
