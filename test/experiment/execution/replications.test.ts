import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectShards, planSweep, readSweep, runSweep, type SweepOptions } from '../../../src/experiment/index.ts';
import { isPreciseEnough } from '../../../src/experiment/statistics/index.ts';
import { readExperiment } from '../../../src/scenario/index.ts';
import { callProgram } from '../../cli/call-program.ts';
import { bytesIn, sweepOptions, writeExperiment } from './fixture.ts';

let folder: string;
beforeAll(() => {
  execFileSync(process.execPath, ['scripts/bootstrap.mjs'], { stdio: 'ignore' });
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-replications-'));
  cpSync(join(import.meta.dirname, '../files/tiny.yaml'), join(folder, 'tiny.yaml'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function plan(name: string, spec: string) {
  return planSweep(readExperiment(writeExperiment(folder, name, spec)));
}
const options = (out: string, more: Partial<SweepOptions> = {}) => sweepOptions(join(folder, out), more);
const bytesOf = (out: string) => bytesIn(join(folder, out));

const until = `  vary:
    users[0].requests.rate: [1/s, 200/s]
  replications: { min: 3, max: 7, until: { metric: requests_sent, halfWidth: 10% } }
`;

test('a cell gets replications until the interval of its measure is narrow enough, and no more', async () => {
  const { sweep, rows } = await runSweep(plan('until', until), options('until', { workers: 2 }));
  const counts = sweep.cells.map(({ runs }) => runs.length);
  for (const { cell, runs } of sweep.cells) {
    const values = rows.filter((row) => row.cell === cell).map(({ row }) => row['requests_sent'] as number);
    expect(values).toHaveLength(runs.length);
    expect(runs.map(({ seed }) => seed)).toEqual(runs.map((_, replication) => 3 + replication));
    const rule = { relativeHalfWidth: 0.1, confidence: 0.95, minimum: 3 };
    const enough = values.map((_, index) => isPreciseEnough(values.slice(0, index + 1), rule));
    // the first moment at which it is known, or the most that were allowed
    expect(enough.slice(0, -1)).not.toContain(true);
    expect(enough.at(-1) === true || values.length === 7).toBe(true);
  }
  // few requests leave more to chance than many
  expect(counts[0]).toBeGreaterThan(counts[1]!);
});

test('one worker and two stop at the same replication', async () => {
  await runSweep(plan('until', until), options('until-one'));
  expect(bytesOf('until-one')).toEqual(bytesOf('until'));
});

test('shards share the cells out, and are collected to the bytes of a sweep in one', async () => {
  const whole = await runSweep(plan('until', until), options('until'));
  const shards = [1, 2, 3];
  for (const index of shards)
    await runSweep(plan('until', until), options(`part-${index}`, { shard: { index, of: 3 } }));
  const parts = shards.map((index) => join(folder, `part-${index}`));
  const done = parts.map(
    (part) => readSweep(part).cells.filter(({ runs }) => runs.every(({ state }) => state === 'done')).length,
  );
  expect(done.toSorted((a, b) => a - b)).toEqual([0, 1, 1]);
  const collected = await collectShards(parts, join(folder, 'collected'));
  expect(collected.rows).toEqual(whole.rows);
  expect(bytesOf('collected')).toEqual(bytesOf('until'));
  // what was collected can be gone on with
  expect(await runSweep(plan('until', until), options('collected'))).toMatchObject({ reused: whole.done });
});

test('collect names the cells that are missing, and refuses shards of different sweeps', async () => {
  const command = (...args: string[]) => callProgram(folder, ['collect', ...args]);
  const missing = [];
  for (const index of [1, 2, 3]) missing.push(await command(`part-${index}`, '--out', `lonely-${index}`));
  const refused = missing.filter(({ status }) => status === 2);
  expect(refused).toHaveLength(3);
  for (const { stderr } of refused) {
    expect(stderr).toMatch(/[12] of 2 cells are missing or not finished/);
    expect(stderr).toMatch(/ {2}cell [01]: rate=(1|200)\/s\n/);
  }
  await runSweep(plan('until', until.replace('10%', '11%')), options('other', { shard: { index: 1, of: 3 } }));
  const mixed = await command('part-1', 'other', '--out', 'mixed');
  expect(mixed.status).toBe(2);
  expect(mixed.stderr).toContain('part-1 and other are not of one sweep: the hash of the experiment is');
  expect((await command('part-1', 'none', '--out', 'mixed')).stderr).toContain('none is no folder of a sweep');
});
