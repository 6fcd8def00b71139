import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bool, dictionary, float64, int32, optional, utf8 } from '../../src/results/columns.ts';
import { Dictionary, NO_CODE, NO_INT32, TableWriter, type TableDefinition } from '../../src/results/index.ts';
import { freshFolder } from './fixture.ts';

const kinds = {
  description: 'one column of each kind',
  rowsPerBatch: 64,
  columns: {
    f: float64('ns', 'a number'),
    fn: optional(float64('W', 'a number or nothing')),
    i: int32('a whole number'),
    in: optional(int32('a whole number or nothing')),
    b: bool('a truth value'),
    d: dictionary('node', 'a string'),
    dn: optional(dictionary('node', 'a string of the same dictionary or nothing')),
    e: optional(dictionary('pod', 'a string of another dictionary')),
    u: utf8('a text'),
    un: optional(utf8('a text or nothing')),
  },
} as const satisfies TableDefinition;

function newTable(path?: string) {
  const dictionaries = { node: new Dictionary('node'), pod: new Dictionary('pod') };
  return { table: new TableWriter('kinds', kinds, dictionaries, path), ...dictionaries };
}

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const int = fc.integer({ min: NO_INT32 + 1, max: 2147483647 });
const row = fc.record({
  f: number,
  fn: fc.option(number),
  i: int,
  in: fc.option(int),
  b: fc.boolean(),
  d: fc.string({ unit: 'grapheme', maxLength: 3 }),
  dn: fc.option(fc.constantFrom('edge-1', 'edge-2')),
  e: fc.option(fc.string({ maxLength: 2 })),
  u: fc.string({ unit: 'grapheme' }),
  un: fc.option(fc.string()),
});

test('every kind of column comes back as it was written, in any number of batches', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 200, size: 'max' }), (rows) => {
      const path = join(freshFolder(), 'kinds.arrow');
      const { table } = newTable(path);
      for (const one of rows) table.append(one);
      expect(table.rows).toBe(rows.length);
      table.endRows();
      table.finish({});
      const read = tableFromIPC(readFileSync(path));
      expect(read.toArray().map((one) => one.toJSON())).toEqual(rows);
    }),
    { numRuns: 60 },
  );
});

/** 150 rows, cell by cell; `change` may spoil one of them. */
function writeCells({ table, node }: ReturnType<typeof newTable>, change: (k: number, i: number) => void = () => {}) {
  const { columns } = table;
  for (let k = 0; k < 150; k++) {
    const i = table.row();
    columns.f[i] = k / 4;
    columns.fn[i] = k % 2 === 0 ? NaN : k;
    columns.i[i] = -k;
    columns.in[i] = k % 5 === 0 ? NO_INT32 : k;
    columns.b[i] = k % 2;
    columns.d[i] = node.code(`node-${k}`);
    columns.dn[i] = k % 7 === 0 ? NO_CODE : 0;
    columns.u[i] = `text ${k}`;
    change(k, i);
  }
  return table.endRows();
}

test('cells written one by one are the row given as an object', () => {
  const { table } = newTable();
  for (let k = 0; k < 150; k++) {
    table.append({
      f: k / 4,
      fn: k % 2 === 0 ? null : k,
      i: -k,
      in: k % 5 === 0 ? undefined : k,
      b: k % 2 === 1,
      d: `node-${k}`,
      dn: k % 7 === 0 ? null : 'node-0',
      u: `text ${k}`,
    });
  }
  expect(table.endRows()).toBe(writeCells(newTable()));
});

test.each([
  ['f', 0.5],
  ['fn', NaN],
  ['i', 12],
  ['in', NO_INT32],
  ['b', 0],
  ['d', 3],
  ['dn', NO_CODE],
  ['e', 0],
  ['u', 'text'],
  ['un', ''],
] as const)('one other value in column %s gives another digest', (column, value) => {
  const same = newTable();
  const changed = newTable();
  changed.pod.code('pod-0');
  expect(writeCells(same)).toBe(writeCells(newTable()));
  expect(
    writeCells(changed, (k, i) => {
      if (k === 101) (changed.table.columns[column] as (number | string)[])[i] = value;
    }),
  ).not.toBe(same.table.endRows());
});

test('null and zero have different digests', () => {
  const digests = [null, 0].map((fn) => {
    const { table } = newTable();
    table.append({ f: 1, fn, i: 1, b: false, d: 'a', u: '' });
    return table.endRows();
  });
  expect(digests[0]).not.toBe(digests[1]);
});

test('what stood in a buffer before does not show in the digest', () => {
  const dirty = newTable();
  for (let k = 0; k < 64; k++) {
    dirty.table.append({ f: k, fn: k, i: k, in: k, b: true, d: 'x', dn: 'x', e: 'x', u: 'x', un: 'x' });
  }
  const clean = newTable();
  const i = clean.table.row();
  expect(i).toBe(0);
  // a row behind a full batch lands in buffers that were used
  expect(dirty.table.row()).toBe(0);
  expect(dirty.table.columns.fn[0]).toBeNaN();
  expect(dirty.table.columns.dn[0]).toBe(NO_CODE);
  expect(dirty.table.columns.un[0]).toBe(clean.table.columns.un[0]);
});

test.each([
  ['f', 'kinds.f, row 37 of the batch: was not written, or is NaN, and may not be null', NaN],
  ['f', 'kinds.f, row 37 of the batch: Infinity is not a finite number', Infinity],
  ['fn', 'kinds.fn, row 37 of the batch: -Infinity is not a finite number', -Infinity],
  ['i', 'kinds.i, row 37 of the batch: was not written, and may not be null', NO_INT32],
  ['b', 'kinds.b, row 37 of the batch: 2 is neither 0 nor 1', 2],
  ['b', 'kinds.b, row 37 of the batch: was not written', 255],
  ['d', 'kinds.d, row 37 of the batch: was not written, and may not be null', NO_CODE],
  ['d', 'kinds.d, row 37 of the batch: 999 is not a code in the dictionary node, which has 64 entries', 999],
  ['dn', 'kinds.dn, row 37 of the batch: -2 is not a code in the dictionary node, which has 64 entries', -2],
  ['u', 'kinds.u, row 37 of the batch: was not written, and may not be null', null],
] as const)('column %s refuses: %s', (column, message, value) => {
  const filling = newTable();
  expect(() =>
    writeCells(filling, (k, i) => {
      if (k === 37) (filling.table.columns[column] as (number | string | null)[])[i] = value;
    }),
  ).toThrow(new RangeError(message));
});

test('the buffers are taken once: memory does not grow with rows', () => {
  const filling = newTable();
  const { table } = filling;
  const before = { ...table.columns };
  writeCells(filling);
  expect(table.rows).toBe(150);
  for (const key of Object.keys(before) as (keyof typeof before)[]) expect(table.columns[key]).toBe(before[key]);
});

test('long texts are written before the batch is full', () => {
  const path = join(freshFolder(), 'kinds.arrow');
  const { table } = newTable(path);
  for (let k = 0; k < 5; k++) table.append({ f: k, i: k, b: true, d: 'a', u: String(k).repeat(2_500_000) });
  table.endRows();
  table.finish({});
  const read = tableFromIPC(readFileSync(path));
  expect(read.batches.map((batch) => batch.numRows)).toEqual([2, 2, 1]);
  expect(read.getChild('u')!.get(3)).toBe('3'.repeat(2_500_000));
});

test('a batch that is no multiple of 32 rows is refused', () => {
  const dictionaries = { node: new Dictionary('node'), pod: new Dictionary('pod') };
  expect(() => new TableWriter('odd', { ...kinds, rowsPerBatch: 40 }, dictionaries, undefined)).toThrow(
    'table odd: 40 rows a batch is not a multiple of 32',
  );
});
