import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { InputError, loadScenario, scenarioFromObject } from '../../src/scenario/index.ts';

const files = join(import.meta.dirname, 'files');
const temporary = mkdtempSync(join(tmpdir(), 'codeco-sim-mutation-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

type Json = Record<string | number, unknown>;

/** Whether it loads or is refused with messages; anything else is a crash. */
function isHandled(load: () => unknown): boolean {
  try {
    load();
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    return true;
  }
}

/** The containers of a document, each with its keys. */
function* entriesOf(value: unknown): Generator<[container: Json, key: string | number]> {
  if (typeof value !== 'object' || value === null) return;
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const key of keys) {
    yield [value as Json, key];
    yield* entriesOf((value as Json)[key]);
  }
}

const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    1e300,
    '',
    ' ',
    '5',
    '5s',
    'hub',
    'constructor',
    '-1Gi',
    '1/s',
    [],
    {},
    [[]],
    [null],
    {
      x: '1m',
    },
  ),
  fc.jsonValue(),
);

test.each(['base', 'everything'])(
  '%s with any of its values replaced is loaded or refused, and never crashes',
  (name) => {
    const [scenario, ...others] = parseAllDocuments(readFileSync(join(files, `${name}.yaml`), 'utf8')).map(
      (d) => d.toJS() as object,
    );
    const apps =
      others.length > 0
        ? others
        : [parseAllDocuments(readFileSync(join(files, 'base.yaml'), 'utf8'))[1]!.toJS() as object];
    const documents = JSON.stringify([scenario, ...apps]);
    const count = [...entriesOf(JSON.parse(documents))].length;
    const changes = fc.array(fc.tuple(fc.nat(count - 1), fc.option(junk, { nil: undefined })), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(changes, (edits) => {
        const [changed, ...codecoApps] = JSON.parse(documents) as object[];
        const entries = [...entriesOf([changed, ...codecoApps])].slice(1);
        for (const [at, value] of edits) {
          const [container, key] = entries[at % entries.length]!;
          if (value === undefined && !Array.isArray(container)) delete container[key];
          else container[key] = value ?? null;
        }
        return isHandled(() => scenarioFromObject(changed!, { codecoApps }));
      }),
      { numRuns: 1_500 },
    );
  },
);

test('a file with some of its characters gone or changed is loaded or refused, and never crashes', () => {
  const text = readFileSync(join(files, 'base.yaml'), 'utf8');
  const file = join(temporary, 'mutated.yaml');
  const edit = fc.tuple(
    fc.nat(text.length),
    fc.nat(20),
    fc.string({ unit: fc.constantFrom(...Array.from('{}[]:,-&*!|>#\'"\n\t 0aé')), maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      let mutated = text;
      for (const [at, length, inserted] of edits)
        mutated = mutated.slice(0, at) + inserted + mutated.slice(at + length);
      writeFileSync(file, mutated);
      return isHandled(() => loadScenario(file));
    }),
    { numRuns: 700 },
  );
});
