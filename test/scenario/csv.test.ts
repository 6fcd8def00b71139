import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CsvError, fieldRange, readCsv } from '../../src/scenario/csv.ts';
import { nearest } from '../../src/scenario/nearest.ts';

const fieldsOf = (text: string) => [...readCsv(text)].map(({ fields }) => fields);

test.each([
  [
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\r\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['\ufeffa\n\n1\n', [['a'], ['1']]],
  [
    'a,\n,b\n',
    [
      ['a', ''],
      ['', 'b'],
    ],
  ],
  ['"a,b","c""d","e\nf"\n', [['a,b', 'c"d', 'e\nf']]],
  ['""\n', []],
  ['', []],
])('%j', (text, rows) => expect(fieldsOf(text)).toEqual(rows));

test('a field of a row is found again in the text', () => {
  const text = 'a\n"b,""\n",,c\r\nd,e';
  for (const { start, fields } of readCsv(text)) {
    const found = fields.map((_, index) => text.slice(...fieldRange(text, start, index)));
    const unquoted = found.map((field) => field.replace(/^"|"$/g, '').replaceAll('""', '"'));
    expect(unquoted).toEqual(fields);
  }
});

test('rows know the line they begin on', () => {
  expect([...readCsv('a\n"b\nc"\nd\n')].map(({ line }) => line)).toEqual([1, 2, 4]);
});

test.each([
  ['a\n"b', 2],
  ['a\n"b"c\n', 2],
])('%j is broken on line %i', (text, line) => {
  expect(() => fieldsOf(text)).toThrow(CsvError);
  try {
    fieldsOf(text);
  } catch (error) {
    expect((error as CsvError).line).toBe(line);
  }
});

test('what is written by RFC 4180 is read back', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é'), minLength: 1 });
  const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
  fc.assert(
    fc.property(rows, (written) => {
      const text = written.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join('\r\n');
      expect(fieldsOf(text)).toEqual(written);
    }),
  );
});

test.each([
  ['cuont', 'count'],
  ['Count', 'count'],
  ['conut', 'count'],
  ['x', undefined],
  ['something', undefined],
  ['a'.repeat(1000), undefined],
])('the name nearest to %s is %s', (typed, meant) => {
  expect(nearest(typed, ['name', 'count', 'at', 'requests'])).toBe(meant);
});
