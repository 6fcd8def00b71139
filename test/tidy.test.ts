import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const sources = ['src', 'scripts', 'test'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|mjs)$/.test(file))
    .map((file) => ({ path: join(folder, file), text: readFileSync(join(folder, file), 'utf8') })),
);
/** Code without comments and texts, in which `**` is an operator. */
const code = (text: string): string =>
  text.replace(
    /\/\*[^]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/(?![*/\s])(?:[^/\\\n]|\\.)+\/[a-z]*(?=[.,;)\s])/g,
    '',
  );
const found = (pattern: RegExp, of: RegExp): string[] =>
  sources.filter(({ path, text }) => of.test(path) && pattern.test(code(text))).map(({ path }) => path);

const simulation = /^src\/((kernel|model|dynamics|kubernetes|codeco)\/|simulation\.ts)/;

test('the powers of simulation code come from the kernel: ** of anything but whole BigInts differs between versions of Node', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(found(/(?<!\dn )\*\*/, simulation)).toEqual([]);
});

test('nothing is left for later', () => {
  const marks = new RegExp(['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'PLACE' + 'HOLDER'].join('|'));
  expect(
    sources.filter(({ path, text }) => path !== 'test/tidy.test.ts' && marks.test(text)).map(({ path }) => path),
  ).toEqual([]);
});

test('a file is short enough to be read at once', () => {
  const long = sources
    .filter(({ path, text }) => path.startsWith('src/') && text.split('\n').length > 420)
    .map(({ path }) => path);
  expect(long).toEqual([]);
});

test('no test is skipped or alone by accident', () => {
  const pattern = /\b(?:test|describe|it)\.(?:only|skip|todo)\(/;
  expect(
    sources.filter(({ path, text }) => path !== 'test/tidy.test.ts' && pattern.test(text)).map(({ path }) => path),
  ).toEqual([]);
});
