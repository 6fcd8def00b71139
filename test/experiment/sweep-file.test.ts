import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isSweep, readSweep, runFolder, SWEEP_RUNS, writeSweep, type Sweep } from '../../src/experiment/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-sweep-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sweep: Sweep = {
  apiVersion: 'codeco-sim/v1',
  kind: 'Sweep',
  name: 'small',
  version: '0.1.0',
  program: 'abc',
  experiment: { file: 'small.yaml', hash: 'def', resolved: {} },
  parameters: [{ name: 'count', path: 'spec.users[0].count' }],
  tables: ['runs'],
  cells: [
    {
      cell: 0,
      parameters: { count: 3 },
      set: { 'spec.users[0].count': 3 },
      runs: [{ replication: 0, seed: 1, hash: '0123456789abcdef0123456789abcdef', state: 'done' }],
    },
  ],
};

test('a sweep that was written is read again', () => {
  expect(isSweep(folder)).toBe(false);
  writeSweep(folder, sweep);
  expect(isSweep(folder)).toBe(true);
  expect(SWEEP_RUNS).toBe('runs.arrow');
  expect(readSweep(folder)).toEqual(sweep);
  expect(runFolder(folder, sweep.cells[0]!.runs[0]!)).toBe(join(folder, 'cells', '0123456789abcdef0123456789abcdef'));
});

test('a folder that is none, and a file that was cut, changed or is of another kind, are told apart', () => {
  const refuse = (text: string) => {
    writeFileSync(join(folder, 'sweep.json'), text);
    return () => readSweep(folder);
  };
  const text = readFileSync(join(folder, 'sweep.json'), 'utf8');
  expect(() => readSweep(join(folder, 'none'))).toThrow('is no folder of a sweep');
  expect(refuse(text.slice(0, 100))).toThrow('is not JSON');
  expect(refuse(text.replace('"Sweep"', '"Run"'))).toThrow('kind Run; this program reads');
  expect(refuse(text.replace('codeco-sim/v1', 'codeco-sim/v9'))).toThrow('apiVersion codeco-sim/v9');
  expect(refuse(text.replace('0123456789abcdef0', '../../../../etc/p'))).toThrow('/cells/0/runs/0/hash');
});
