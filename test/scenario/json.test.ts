import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonMistake } from '../../src/scenario/json.ts';

test.each([
  ['{"a": 1,}', 7, 'a comma after the last entry', /no comma before the }/],
  ['[1, 2 , ]', 6, 'a comma after the last entry', /no comma before the \]/],
  ['{"a": 1 // one\n}', 8, 'a comment', /"," or "}": JSON has no comments/],
  ['# one\n{}', 0, 'a comment', /JSON has no comments/],
  ["{'a': 1}", 1, 'a single quote', /a name in double quotes/],
  ['{"a": \'b\'}', 6, 'a single quote', /a text in double quotes/],
  ['{a: 1}', 1, '"a"', /a name in double quotes/],
  ['{"a": b}', 6, '"b"', /a value; texts stand in double quotes/],
  ['{"a" 1}', 5, '"1"', /":"/],
  ['[1 2]', 3, '"2"', /"," or "\]"/],
  ['[01]', 2, '"1"', /"," or "\]"/],
  ['{"a": 1', 7, 'the end of the file', /"," or "}"/],
  ['{"a": "b\nc"}', 8, 'a text that goes on over a line', /the quote that ends the text/],
  ['{"a": "b\\x"}', 8, 'the escape \\x', /an escape of JSON/],
  ['{"a": "b}', 6, 'a text that does not end', /a double quote/],
  ['{}\n---\n{}', 3, '"---"', /several documents stand in a \.yaml file/],
])('%j: at %i, %s', (text, start, found, expected) => {
  const mistake = findJsonMistake(text);
  expect(mistake).toMatchObject({ start, found });
  expect(mistake!.expected).toMatch(expected);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('a text has a mistake exactly where JSON.parse refuses it', () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    "'",
    '\\n',
    '\\q',
    '1',
    '-0.5e+3',
    '01',
    'true',
    'nul',
    ' ',
    '\n',
  ];
  const texts = fc.oneof(
    fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join('')),
    fc
      .json()
      .chain((text) =>
        fc
          .tuple(fc.nat(text.length), fc.nat(2), fc.constantFrom(...pieces, ''))
          .map(([at, gone, put]) => text.slice(0, at) + put + text.slice(at + gone)),
      ),
    fc.json(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      fc.pre(text.trim() !== '');
      const mistake = findJsonMistake(text);
      expect(mistake === undefined).toBe(isJson(text));
      if (mistake === undefined) return;
      expect(mistake.start).toBeLessThanOrEqual(text.length);
      expect(mistake.end).toBeGreaterThanOrEqual(mistake.start);
    }),
    { numRuns: 5_000 },
  );
});
