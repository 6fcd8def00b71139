import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SweepOptions } from '../../../src/experiment/index.ts';

/** Writes an experiment over the scenario tiny.yaml into a folder. @returns its path */
export function writeExperiment(folder: string, name: string, spec: string): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    `apiVersion: codeco-sim/v1\nkind: Experiment\nmetadata: { name: ${name} }\nspec:\n  scenario: tiny.yaml\n${spec}`,
  );
  return file;
}

/** How the tests sweep, into this folder, where they do not say otherwise: each worker more costs a second. */
export const sweepOptions = (out: string, more: Partial<SweepOptions> = {}): SweepOptions => ({
  out,
  workers: 1,
  workerMemoryMb: 256,
  allow: [],
  set: [],
  ...more,
});

/** Every file of a sweep's folder with its content, but for the journal, which holds times. */
export function bytesIn(out: string): Map<string, string> {
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).toSorted();
  const whole = files.filter((file) => statSync(join(out, file)).isFile() && file !== 'journal.jsonl');
  return new Map(whole.map((file) => [file, readFileSync(join(out, file)).toString('base64')]));
}
