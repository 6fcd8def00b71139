import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { mean, quantile } from 'd3-array';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareResults, distributionDistance } from '../../../src/experiment/comparison/index.ts';
import { pairedDifference, welchDifference } from '../../../src/experiment/statistics/index.ts';
import { writeSweep, type SweepCell } from '../../../src/experiment/index.ts';
import { RandomStreams } from '../../../src/kernel/index.ts';
import { readTable, ResultsError } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-compare-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scenario = 'scenarios/first-steps.yaml';
const place = (name: string) => join(folder, name);
const run = (name: string, seed: number, ...set: string[]) => simulate(scenario, { out: place(name), seed, set });

test('distances of two samples are those by their definitions: the gap of the distribution functions, and of the quantiles', () => {
  const stream = new RandomStreams(3).get('samples');
  for (let k = 0; k < 50; k++) {
    const n = 1 + stream.integer(20);
    const draw = () => Float64Array.from({ length: n }, () => stream.integer(15)).sort();
    const [a, b] = [draw(), draw()];
    const share = (values: Float64Array, x: number) => values.filter((value) => value <= x).length / values.length;
    const gaps = Array.from({ length: 15 }, (_, x) => Math.abs(share(a, x) - share(b, x)));
    // samples of one size: the mean distance of the values of the same rank
    const moved = mean(a, (value, i) => Math.abs(value - b[i]!))!;
    const { kolmogorovSmirnov, wasserstein } = distributionDistance(a, b)!;
    expect(kolmogorovSmirnov).toBeCloseTo(Math.max(...gaps), 12);
    expect(wasserstein).toBeCloseTo(moved, 12);
  }
  expect(distributionDistance([], [1])).toBeUndefined();
  // SciPy 1.17.1: stats.wasserstein_distance([0, 1, 3], [5, 6, 8, 9]), stats.ks_2samp(…).statistic
  expect(distributionDistance([0, 1, 3], [5, 6, 8, 9])).toEqual({
    kolmogorovSmirnov: 1,
    wasserstein: expect.closeTo(17 / 3, 12),
  });
});

describe('one run against another', () => {
  beforeAll(() => {
    run('a', 1, 'faults=[]');
    run('b', 1, 'faults=[]', 'orchestration.scheduler=random');
    run('c', 2, 'faults=[]');
    run('cut', 1);
    run('cut-b', 1, 'orchestration.scheduler=random');
  }, 120_000);

  test('the same run is called so', async () => {
    const { cells } = await compareResults(place('a'), place('a'));
    expect(cells).toHaveLength(1);
    expect(cells[0]).toMatchObject({ isSameRun: true, pairs: 1 });
    expect(cells[0]!.parting).toBeUndefined();
    for (const { baseline, other } of cells[0]!.measures) expect(baseline).toBe(other);
  });

  test('under one seed: values of all requests, intervals by paired windows, and where the runs part', async () => {
    const [cell] = (await compareResults(place('a'), place('b'))).cells;
    const exact = async (name: string) => {
      const rows = (await readTable(place(name), 'requests')).toArray().filter((row) => !row.warmup);
      const latencies = rows.map((row) => row.latency_ns as number | null).filter((latency) => latency !== null);
      return { mean: mean(latencies)!, p95: quantile(latencies, 0.95)! };
    };
    const [a, b] = [await exact('a'), await exact('b')];
    const measure = (name: string) => cell!.measures.find((one) => one.measure === name)!;
    expect(measure('requests.latency.mean')).toMatchObject({
      baseline: expect.closeTo(a.mean, 3),
      other: expect.closeTo(b.mean, 3),
      basis: 'paired windows',
    });
    expect(measure('requests.latency.p95')).toMatchObject({ baseline: a.p95, other: b.p95 });
    const { low, high, difference } = measure('requests.latency.p95').difference!;
    expect(difference).toBe(b.p95 - a.p95);
    expect((low + high) / 2).toBeCloseTo(difference, 3);
    expect(measure('energy.nodes')).toMatchObject({ basis: 'values', isSignificant: false });
    expect(cell!.parting).toMatchObject({
      row: { table: 'decisions', row: 0, columns: expect.arrayContaining([['scheduler', 'kube-scheduler', 'random']]) },
      tables: expect.arrayContaining(['decisions', 'requests']),
    });
  });

  test('under different seeds windows are independent, and where they part means nothing', async () => {
    const [cell] = (await compareResults(place('a'), place('c'))).cells;
    expect(cell).toMatchObject({ pairs: 0 });
    expect(cell!.parting).toBeUndefined();
    const latency = cell!.measures.find(({ measure }) => measure === 'requests.latency.mean');
    expect(latency).toMatchObject({ basis: 'windows', difference: { method: 'welch' } });
  });

  test('where a cut leaves windows without an answer, latencies have values alone', async () => {
    const [cell] = (await compareResults(place('cut'), place('cut-b'))).cells;
    const basisOf = (name: string) => cell!.measures.find(({ measure }) => measure === name)!.basis;
    expect(basisOf('requests.latency.p95')).toBe('values');
    expect(basisOf('requests.failed / requests.sent')).toBe('paired windows');
  });

  test('a run without requests has values alone', async () => {
    run('idle-a', 1, 'users=[]');
    run('idle-b', 1, 'users=[]', 'orchestration.scheduler=random');
    const { cells } = await compareResults(place('idle-a'), place('idle-b'));
    expect(cells[0]!.measures.map(({ basis }) => basis)).not.toContain('windows');
    expect(cells[0]!.latencyDistance).toBeUndefined();
  });
});

describe('cells of sweeps', () => {
  const measures = ['latency_mean_ns', 'energy_j'] as const;
  type Row = { seed: number } & Record<(typeof measures)[number], number>;
  /** A sweep as it lies on the disk, without the folders of its runs: replications are compared by their summaries. */
  function writeCells(name: string, cells: readonly { size: number; baseline?: number; rows: readonly Row[] }[]) {
    mkdirSync(place(name), { recursive: true });
    const runsOf = (rows: readonly Row[], cell: number) =>
      rows.map(({ seed }, replication) => ({
        replication,
        seed,
        hash: `${cell}${replication}`.padStart(32, '0'),
        state: 'done' as const,
      }));
    writeSweep(place(name), {
      apiVersion: 'codeco-sim/v1',
      kind: 'Sweep',
      name,
      version: '0',
      program: '',
      experiment: { file: '', hash: '', resolved: {} },
      parameters: [{ name: 'size', path: 'size' }],
      tables: ['runs'],
      cells: cells.map(({ size, baseline, rows }, cell): SweepCell => ({
        cell,
        parameters: { size },
        set: { size },
        ...(baseline === undefined ? {} : { baseline }),
        runs: runsOf(rows, cell),
      })),
    });
    const flat = cells.flatMap(({ rows }, cell) => rows.map((row, replication) => ({ cell, replication, ...row })));
    const column = (key: keyof (typeof flat)[number]) => Float64Array.from(flat, (row) => row[key]);
    const table = tableFromArrays({
      cell: column('cell'),
      replication: column('replication'),
      seed: column('seed'),
      latency_mean_ns: column('latency_mean_ns'),
      energy_j: column('energy_j'),
    });
    writeFileSync(join(place(name), 'runs.arrow'), tableToIPC(table, 'file'));
  }

  const stream = new RandomStreams(8).get('rows');
  const replications = (count: number, latency: number, firstSeed = 1): Row[] =>
    Array.from({ length: count }, (_, k) => ({
      seed: firstSeed + k,
      latency_mean_ns: latency + 1e5 * stream.normal(),
      energy_j: 50 + stream.normal(),
    }));

  const small = replications(8, 10e6);
  const large = replications(8, 12e6);
  beforeAll(() =>
    writeCells('sweep', [
      { size: 1, rows: small },
      { size: 2, baseline: 0, rows: large },
    ]),
  );

  test('a sweep is compared with its own baseline, pair by pair of the same seed, with p-values after Holm', async () => {
    const { cells } = await compareResults(place('sweep'), undefined);
    expect(cells).toMatchObject([{ baseline: 'size=1', other: 'size=2', runs: [8, 8], pairs: 8 }]);
    const latency = cells[0]!.measures.find(({ measure }) => measure === 'requests.latency.mean')!;
    const expected = pairedDifference(
      small.map((row) => row.latency_mean_ns),
      large.map((row) => row.latency_mean_ns),
    );
    expect(latency).toMatchObject({ basis: 'seeds', difference: expected, isSignificant: true });
    const energy = cells[0]!.measures.find(({ measure }) => measure === 'energy.nodes')!;
    expect(latency.adjustedPValue).toBeCloseTo(Math.min(1, 2 * expected.pValue), 15);
    expect(energy.isSignificant).toBe(false);
  });

  test('cells without seeds in common are compared as independent runs', async () => {
    const others = replications(5, 12e6, 100);
    writeCells('elsewhere', [{ size: 1, rows: others }]);
    const { cells } = await compareResults(`${place('sweep')}#0`, `${place('elsewhere')}#0`);
    const latency = cells[0]!.measures.find(({ measure }) => measure === 'requests.latency.mean')!;
    const [ones, twos] = [small, others].map((rows) => rows.map((row) => row.latency_mean_ns));
    expect(latency).toMatchObject({ basis: 'runs', difference: welchDifference(ones!, twos!) });
    const whole = await compareResults(place('sweep'), place('elsewhere'));
    expect(whole.cells).toHaveLength(1);
    expect(whole.unmatched).toEqual([`size=2 of ${place('sweep')}`]);
  });

  test.each([
    ['sweep#7', 'sweep#0', /has no cell 7: it has 0 to 1/],
    ['sweep', 'sweep#0', /cannot be compared: one is a whole sweep, the other a cell/],
    ['other', 'sweep', /no cell of one has the parameters/],
    ['other', undefined, /names no baseline/],
    ['nowhere', 'sweep', /nowhere is no results folder/],
  ])('%s against %s is refused', async (one, two, message) => {
    writeCells('other', [{ size: 5, rows: small }]);
    const compared = compareResults(place(one), two === undefined ? two : place(two));
    await expect(compared).rejects.toThrow(message);
    await expect(compared).rejects.toThrow(ResultsError);
  });

  test('a damaged table of a sweep, and one of a run, are named', async () => {
    cpSync(place('sweep'), place('cut'), { recursive: true });
    const path = join(place('cut'), 'runs.arrow');
    truncateSync(path, readFileSync(path).length / 2);
    await expect(compareResults(place('cut'), undefined)).rejects.toThrow(/runs.arrow cannot be read as an Arrow file/);
    cpSync(place('a'), place('a-cut'), { recursive: true });
    truncateSync(join(place('a-cut'), 'requests.arrow'), 5000);
    await expect(compareResults(place('a'), place('a-cut'))).rejects.toThrow(/requests.arrow has 5000 bytes/);
    copyFileSync(join(place('a'), 'requests.arrow'), join(place('a-cut'), 'requests.arrow'));
    const manifest = join(place('a-cut'), 'manifest.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('codeco-sim/v1', 'codeco-sim/v9'));
    await expect(compareResults(place('a'), place('a-cut'))).rejects.toThrow(/has apiVersion codeco-sim\/v9/);
  });
});
