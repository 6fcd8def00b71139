import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planSweep } from '../../src/experiment/index.ts';
import { InputError, readExperiment } from '../../src/scenario/index.ts';

const folder = join(import.meta.dirname, 'broken');

/** What is said of an experiment, with files named from the folder of the corpus. */
function refusal(file: string): string {
  try {
    planSweep(readExperiment(join(folder, file)));
  } catch (error) {
    if (error instanceof InputError) return `${error.message.replaceAll(`${folder}/`, '')}\n`;
    throw error;
  }
  return 'nothing is wrong\n';
}

describe('broken experiments are refused with exactly the expected message', () => {
  const files = readdirSync(folder).filter((file) => /^\d.*\.yaml$/.test(file));
  test('there are many', () => expect(files.length).toBeGreaterThan(35));
  test.each(files)('%s', (file) => {
    const expected = join(folder, file.replace('.yaml', '.expected.txt'));
    const message = refusal(file);
    expect(message).toBe(readFileSync(expected, 'utf8'));
    expect(message).not.toBe('nothing is wrong\n');
  });
});
