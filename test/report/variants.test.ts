import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareResults, meanInterval, planSweep, runSweep, type SweepRow } from '../../src/experiment/index.ts';
import { formatMeasure, signedShare } from '../../src/format.ts';
import { makeReport, pageOf } from '../../src/report/index.ts';
import { ResultsError } from '../../src/results/index.ts';
import { readExperiment } from '../../src/scenario/index.ts';
import { simulate } from '../../src/simulate.ts';
import { sweepOptions, writeExperiment } from '../experiment/execution/fixture.ts';

let folder: string;
let rows: readonly SweepRow[];
const odd = '<img onload=alert(1)> & "six"';

beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/bootstrap.mjs'], { stdio: 'ignore' });
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-report-'));
  cpSync('test/experiment/files/tiny.yaml', join(folder, 'tiny.yaml'));
  const file = writeExperiment(
    folder,
    'rates',
    `  vary:
    users[0].requests.rate: [20/s, 200/s]
  replications: 3
  baseline: { rate: 20/s }
  tables: [requests]
`,
  );
  ({ rows } = await runSweep(planSweep(readExperiment(file)), sweepOptions(join(folder, 'sweep'))));
  simulate('scenarios/first-steps.yaml', { out: join(folder, 'two') });
  simulate('scenarios/first-steps.yaml', { out: join(folder, odd), seed: 2 });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const p95Text = (ns: number) => formatMeasure(ns, { unit: 'ns', measure: 'requests.latency.p95' });
const table = (report: Awaited<ReturnType<typeof makeReport>>, id: string) =>
  report.pictures.find((picture) => picture.id === id)!.table!;

test("a sweep's cells come with the interval over their replications, and differ from the baseline as `compare` says", async () => {
  const report = await makeReport([join(folder, 'sweep')]);
  expect(report.pictures.map(({ id }) => id)).toEqual([
    'estimates',
    'differences',
    'latency-percentiles',
    'latency-distribution',
    'variants-over-time',
  ]);
  for (const [cell, row] of table(report, 'estimates').rows.entries()) {
    const own = rows.filter((each) => each.cell === cell).map(({ row: each }) => each['latency_p95_ns'] as number);
    const { value, low, high } = meanInterval(own);
    expect(row[2]).toBe(`${p95Text(value)} (${p95Text(low)} … ${p95Text(high)})`);
  }
  const compared = await compareResults(join(folder, 'sweep'), undefined);
  const p95 = compared.cells[0]!.measures.find(({ measure }) => measure === 'requests.latency.p95')!;
  const shown = table(report, 'differences').rows.find((row) => row[2] === '95th percentile of latency')!;
  expect(shown.slice(0, 2)).toEqual(['200/s', '20/s']);
  expect(shown[5]).toBe(signedShare(p95.difference!.relative!.value));
  expect(report.answer[0]).toContain('The lowest share of failed requests of 2 variants');
  expect(report.answer[1]).toContain('The lowest 95th percentile of latency of 2 variants');
  expect(report.commands).toEqual([`codeco-sim sweep ${join(folder, 'rates.yaml')} --out ${join(folder, 'sweep')}`]);
});

test('the latencies of a variant are those of all its replications together', async () => {
  const report = await makeReport([join(folder, 'sweep')]);
  for (const [cell, row] of table(report, 'latency-distribution').rows.entries()) {
    const answered = rows
      .filter((each) => each.cell === cell)
      .map(({ row: each }) => each['requests_succeeded'] as number);
    expect(row[1]).toBe(answered.reduce((sum, count) => sum + count, 0).toLocaleString('en-US'));
  }
});

test('several runs are held against the first of them, and no name becomes markup', async () => {
  const report = await makeReport([join(folder, 'two'), join(folder, odd)]);
  expect(table(report, 'differences').rows[0]!.slice(0, 2)).toEqual([odd, 'two']);
  const page = pageOf(report);
  expect(page).not.toContain('<img');
  expect(page).toContain('&lt;img onload=alert(1)&gt; &amp; &quot;six&quot;');
  // seeds differ, and nothing else: they stand at the head of the parameters
  expect(report.parameters.rows[0]).toEqual(['seed', '1', '2']);
});

test('a run beside itself is told to be the same', async () => {
  const report = await makeReport([join(folder, 'two'), join(folder, 'two')]);
  expect(report.answer.join(' ')).toContain('is the same run as');
});

test('runs of different length are not drawn over one axis of time', async () => {
  simulate('scenarios/first-steps.yaml', { out: join(folder, 'short'), set: ['duration=40s'] });
  const report = await makeReport([join(folder, 'two'), join(folder, 'short')]);
  expect(report.pictures.map(({ id }) => id)).not.toContain('variants-over-time');
  expect(report.missing.join(' ')).toContain('of different length');
});

test('a real cluster is told apart, and is not paired with a simulation that has its seed', async () => {
  const real = join(folder, 'observed');
  cpSync(join(folder, 'two'), real, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(real, 'manifest.json'), 'utf8')) as object;
  writeFileSync(
    join(real, 'manifest.json'),
    JSON.stringify({ ...manifest, digest: '0'.repeat(16), source: 'cluster' }),
  );
  const report = await makeReport([join(folder, 'two'), real]);
  expect(report.answer[0]).toContain('codeco-sim kind compare');
  const differences = report.pictures.find(({ id }) => id === 'differences');
  expect(differences!.table!.rows[0]![0]).toBe('observed (real)');
  expect(differences!.caption).not.toContain('of the same seed');
  expect(report.isRepeatable).toBe(false);
  const [simulated, observed] = table(report, 'time-ready').rows;
  expect(observed!.slice(1)).toEqual(simulated!.slice(1));
  const alone = await makeReport([real]);
  expect(alone.answer[0]).toContain('A real cluster was observed for 1 min. It ran 2 pods.');
  expect(alone.facts.map(([name]) => name)).not.toContain('seed');
  expect(pageOf(alone)).toContain('not to be had again');
});

test('what is no results folder is named', async () => {
  await expect(makeReport([join(folder, 'tiny.yaml')])).rejects.toThrow(ResultsError);
  await expect(makeReport([join(folder, 'sweep#9')])).rejects.toThrow(/has no cell 9/);
});
