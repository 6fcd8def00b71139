import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildDesign } from '../../../src/experiment/design/index.ts';
import { planSweep } from '../../../src/experiment/index.ts';
import { readExperiment } from '../../../src/scenario/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-design-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'tiny.yaml'), readFileSync(join(import.meta.dirname, '../files/tiny.yaml')));

function read(spec: string) {
  const file = join(folder, 'experiment.yaml');
  writeFileSync(
    file,
    `apiVersion: codeco-sim/v1\nkind: Experiment\nmetadata: { name: e }\nspec:\n  scenario: tiny.yaml\n${spec}`,
  );
  return readExperiment(file);
}
const parameters = (spec: string) => buildDesign(read(spec)).cells.map((cell) => Object.values(cell.parameters));
const values = (spec: string) => parameters(spec).flat();
const latency = 'infrastructure.links[0].latency';

test('a grid has every combination, the last parameter varying fastest', () => {
  expect(parameters('  vary:\n    users[0].count: [1, 2]\n    orchestration.scheduler: [spread, random]\n')).toEqual([
    [1, 'spread'],
    [1, 'random'],
    [2, 'spread'],
    [2, 'random'],
  ]);
  expect(parameters('  vary: {}\n')).toEqual([[]]);
});

test('ranges are exact decimals with their unit', () => {
  const range = (text: string, path = latency) => values(`  vary:\n    ${path}: ${text}\n`);
  expect(range('{ from: 0.1ms, to: 0.7ms, step: 0.1ms }')).toEqual([
    '0.1ms',
    '0.2ms',
    '0.3ms',
    '0.4ms',
    '0.5ms',
    '0.6ms',
    '0.7ms',
  ]);
  expect(range('{ from: 1ms, to: 6ms, step: 2ms }')).toEqual(['1ms', '3ms', '5ms']);
  expect(range('{ from: 1ms, to: 2ms, count: 5 }')).toEqual(['1ms', '1.25ms', '1.5ms', '1.75ms', '2ms']);
  expect(range('{ from: 1ms, to: 1000ms, count: 4, scale: log }')).toEqual(['1ms', '10ms', '100ms', '1000ms']);
  expect(range('{ from: 1, to: 64, count: 4, scale: log }', 'users[0].count')).toEqual([1, 4, 16, 64]);
  expect(range('{ from: 1, to: 100, count: 4, scale: log }', 'users[0].count')).toEqual([1, 5, 22, 100]);
});

test('conditions, exclusions, inclusions and derived values', () => {
  const { cells } = buildDesign(
    read(`  vary:
    users[0].count: { values: [10, 20, 30], as: people }
    orchestration.scheduler: [spread, random]
  where: ["people < 30", "!(people == 10 && scheduler == 'random')"]
  exclude: [{ people: 20, orchestration.scheduler: spread }]
  include: [{ people: 500 }, { scheduler: random, people: 10 }]
  derive:
    users[0].requests.rate: "'40/s' / people"
`),
  );
  expect(cells.map((cell) => [cell.cell, ...Object.values(cell.parameters)])).toEqual([
    [0, 10, 'spread'],
    [1, 20, 'random'],
    [2, 500, null],
    [3, 10, 'random'],
  ]);
  expect(cells.map(({ assignments }) => assignments.map(({ path, value }) => `${path}=${String(value)}`))).toEqual([
    ['users[0].count=10', 'orchestration.scheduler=spread', 'users[0].requests.rate=4/s'],
    ['users[0].count=20', 'orchestration.scheduler=random', 'users[0].requests.rate=2/s'],
    ['users[0].count=500', 'users[0].requests.rate=0.08/s'],
    ['users[0].count=10', 'orchestration.scheduler=random', 'users[0].requests.rate=4/s'],
  ]);
});

test('each cell has the baseline that differs from it in the baseline alone', () => {
  const { cells } = buildDesign(
    read(`  vary:
    users[0].count: [1, 2]
    orchestration.scheduler: [random, spread, best-fit]
  where: "!(count == 2 && scheduler == 'spread')"
  baseline: { scheduler: spread }
`),
  );
  expect(cells.map(({ cell, baseline }) => [cell, baseline])).toEqual([
    [0, 1],
    [1, undefined],
    [2, 1],
    [3, undefined],
    [4, undefined],
  ]);
});

test('named variants set several fields; values of every cell come first', () => {
  const { cells } = planSweep(
    read(`  set: { duration: 4s }
  vary:
    load:
      variants:
        low: { "users[0].count": 1, duration: 3s }
        high: { "users[0].count": 9 }
`),
  );
  expect(cells.map(({ set }) => set)).toEqual([
    { duration: '3s', 'users[0].count': 1 },
    { duration: '4s', 'users[0].count': 9 },
  ]);
});

test('drawn designs keep whole numbers whole, draw from lists, and fill the range', () => {
  for (const kind of ['random', 'latin-hypercube', 'sobol']) {
    const cells = parameters(`  vary:
    users[0].count: { from: 1, to: 1000 }
    ${latency}: { from: 100us, to: 900us }
    orchestration.scheduler: [spread, random]
  design: { kind: ${kind}, points: 64, seed: 2 }
`);
    expect(cells).toHaveLength(64);
    const counts = cells.map(([count]) => count as number);
    expect(counts.every((count) => Number.isInteger(count) && count >= 1 && count <= 1000)).toBe(true);
    expect(Math.max(...counts) - Math.min(...counts)).toBeGreaterThan(850);
    expect(cells.every(([, text]) => /^\d+(\.\d+)?us$/.test(String(text)))).toBe(true);
    const spread = cells.filter(([, , scheduler]) => scheduler === 'spread').length;
    if (kind === 'random') expect(spread).toBeGreaterThan(16);
    else expect(spread).toBe(32);
  }
});

test('every cell of the grid is loaded before anything runs, and what depends on it alone is its content', () => {
  const one = planSweep(read('  vary:\n    users[0].count: [1, 2]\n'));
  const other = planSweep(read('  vary:\n    users[0].count: [2, 3]\n  replications: 2\n'));
  expect(one.cells[1]!.contentHash).toBe(other.cells[0]!.contentHash);
  expect(one.cells[0]!.contentHash).not.toBe(one.cells[1]!.contentHash);
  expect(one.seed).toBe(3);
  expect(planSweep(read('  vary: {}\n'), { seed: 11 }).cells[0]!.contentHash).toBe(
    planSweep(read('  vary: {}\n')).cells[0]!.contentHash,
  );
});
