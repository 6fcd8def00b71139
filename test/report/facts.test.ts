import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseBandwidth, type World } from '../../src/model/index.ts';
import { latencyAxis } from '../../src/report/charts/latency-axis.ts';
import { responseCurves } from '../../src/report/charts/response-curves.ts';
import { loadDrawing } from '../../src/report/drawing.ts';
import { layOut } from '../../src/report/charts/map-layout.ts';
import { readGovernance } from '../../src/report/facts/governance.ts';
import { podsByPhase, waitingPods, type PodSpan } from '../../src/report/facts/pods.ts';
import { makeReport } from '../../src/report/index.ts';
import { shortNames } from '../../src/report/picture.ts';
import { numericValues } from '../../src/report/parameter-values.ts';
import { readManifest, readTable } from '../../src/results/index.ts';
import { simulate } from '../../src/simulate.ts';

const folder = mkdtempSync(join(tmpdir(), 'report-facts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('governance that lasts is a stretch of time, with the length that its table says', async () => {
  const run = join(folder, 'hub-loss');
  const few = [0, 1, 2].map((group) => `users[${group}].count=1`);
  // where the hub decides alone it gives applications away that come back a moment later
  const governance = 'orchestration.federation.governance=centralized';
  simulate('scenarios/hub-loss.yaml', { out: run, set: ['duration=32m', governance, ...few] });
  const { spans, events, counts } = (await readGovernance(run, readManifest(run), 32 * 60e9))!;
  const rows = (await readTable(run, 'governance')).toArray().map((row: { toJSON(): object }) => row.toJSON()) as {
    event: string;
    duration_ns: number | null;
  }[];
  const lengthsOf = (event: string) => rows.filter((row) => row.event === event).map((row) => row.duration_ns);
  const cut = spans.filter(({ kind, what }) => kind === 'cut off' && what.endsWith('has lost the hub'));
  expect(cut.map(({ what }) => what).toSorted()).toEqual(
    ['ferries', 'port', 'town'].map((cluster) => `${cluster} has lost the hub`),
  );
  expect(new Set(cut.map(({ fromNs, toNs }) => toNs - fromNs))).toEqual(new Set(lengthsOf('hub-heard')));
  // the links are cut from 8 to 28 min, and an agent asks for its lease every minute
  for (const { fromNs, toNs } of cut) {
    expect(fromNs).toBeGreaterThanOrEqual(8 * 60e9);
    expect(fromNs).toBeLessThan(9.5 * 60e9);
    expect(toNs).toBeGreaterThanOrEqual(28 * 60e9);
    expect(toNs).toBeLessThan(29.5 * 60e9);
  }
  const copies = spans.filter(({ kind }) => kind === 'two copies').map(({ fromNs, toNs }) => toNs - fromNs);
  const inOrder = (lengths: readonly unknown[]): number[] => lengths.map(Number).toSorted((a, b) => a - b);
  expect(inOrder(copies)).toEqual(inOrder(lengthsOf('duplicate-ended')));
  expect(copies.length).toBeGreaterThan(0);
  expect(events.every(({ event }) => !/^(hub-lost|hub-heard|duplicate-began|duplicate-ended)$/.test(event))).toBe(true);
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(rows.length);
  const { pictures, answer } = await makeReport([run]);
  expect(answer.join(' ')).toMatch(
    /Two clusters ran the same application (once|\d+ times), for [\d.]+ (s|min) together\./,
  );
  expect(pictures.find(({ id }) => id === 'events')!.alt).toMatch(
    /town has lost the hub from 8[.\d]* min to 28[.\d]* min/,
  );
});

test('pods wait from their creation to their binding, or to their end', () => {
  const pod = (createdNs: number, scheduledNs: number, endNs: number) =>
    ({ createdNs, scheduledNs, endNs }) as unknown as PodSpan;
  const windows = [
    { fromNs: 0, toNs: 10 },
    { fromNs: 10, toNs: 20 },
  ];
  // 5 of the first ten; 2 of the first and 10 of the second; none
  const pods = [pod(0, 5, 20), pod(8, NaN, 20), pod(3, 3, 20)];
  expect(waitingPods(pods, windows)).toEqual([0.7, 1]);
  // bound at 5 and 3, ready at 6 (a second later) and 12: 1 and 7 of the first ten start; 4 of the first are ready, 10 and 8 of the second
  const ready = [
    { ...pods[0]!, readyNs: 6 },
    { ...pods[1]!, readyNs: NaN },
    { ...pods[2]!, readyNs: 12 },
  ];
  expect(podsByPhase(ready, windows)).toEqual({ waiting: [0.7, 1], starting: [0.8, 0.2], ready: [0.4, 1.8] });
});

test('a long name of a way keeps both of its ends', () => {
  const way = 'northern-harbour-container-terminal → northern-harbour-gateway';
  expect(shortNames([way, 'a → b'], 1000)).toEqual(
    new Map([
      [way, 'norther…erminal → northern…gateway'],
      ['a → b', 'a → b'],
    ]),
  );
  // what a short end leaves goes to the other
  expect(shortNames(['hub → northern-harbour-container-terminal'], 1000).values().next().value).toBe(
    'hub → northern-harbo…iner-terminal',
  );
});

test('parameters are numbers where all their values are of one unit', () => {
  expect(numericValues([1, 2, 4])).toEqual({ values: [1, 2, 4], unit: '' });
  expect(numericValues(['20/s', '5/s', '0.5/s'])).toEqual({ values: [20, 5, 0.5], unit: '/s' });
  expect(numericValues(['500ms', '1s', '2m'])).toEqual({ values: [500 / 6e4, 1 / 60, 2], unit: 'min' });
  expect(numericValues(['500Mbit/s', '1Gbit/s', '2Gbit/s'])).toEqual({
    values: [0.5, 1, 2],
    unit: parseBandwidth('2Gbit/s') === 2e9 ? 'Gbit/s' : '',
  });
  expect(numericValues(['hybrid', 'centralized', 'plain'])).toBeUndefined();
  // two values are two variants, no curve
  expect(numericValues([1, 2, 1])).toBeUndefined();
});

test('latencies of several orders are read on a logarithmic axis, in the unit of their middle', () => {
  expect(latencyAxis(10e6, 40e6)).toEqual({ unit: 'ms', size: 1e6, isLogarithmic: false, note: '' });
  expect(latencyAxis(10e6, 40e9)).toMatchObject({ unit: 'ms', isLogarithmic: true });
  expect(latencyAxis(1e9, 400e9)).toMatchObject({ unit: 's', isLogarithmic: true });
});

test('a map keeps what is near at its place, draws what is far at the edge, and nodes around their cluster', () => {
  const at = (x: number, y: number) => ({ x, y });
  const world = {
    vertices: [
      { name: 'near', kind: 'gateway', position: at(0, 0) },
      { name: 'near-1', kind: 'node' },
      { name: 'far', kind: 'gateway', position: at(30_000, 40_000) },
      { name: 'cloud', kind: 'gateway' },
      { name: 'cloud-1', kind: 'node' },
    ],
    clusters: [{ gateway: 0 }, { gateway: 2 }, { gateway: 3 }],
    nodes: [
      { cluster: 0, vertex: 1 },
      { cluster: 2, vertex: 4 },
    ],
    accessPoints: [],
    users: [{ position: at(-100, -100) }, { position: at(100, 100) }],
  } as unknown as World;
  const { at: places, far, isInvented } = layOut(world)!;
  expect(places[0]).toEqual(at(0, 0));
  // half of the extent and 0.6 of it: 220 m up, and on the line to (3, 4)
  expect(places[2]!.y).toBeCloseTo(220, 9);
  expect(places[2]!.x).toBeCloseTo(165, 9);
  expect(far).toEqual(new Map([[2, 50_000]]));
  // 4.5 % of the larger extent, which is 320 m
  expect(places[1]!.x ** 2 + places[1]!.y ** 2).toBeCloseTo((0.045 * 320) ** 2, 6);
  expect(places[3]!.y).toBeGreaterThan(220);
  expect(places[4]!.y).toBeGreaterThan(places[3]!.y);
  expect(isInvented).toBe(true);
});

test('a curve for each numeric parameter, a line for each combination of the others; where cells are drawn at random, dots', async () => {
  const drawing = await loadDrawing();
  const quotient = { numerator: 'energy.nodes' } as const;
  const grid = [1, 2, 4].flatMap((rate) => ['a', 'b'].map((mode) => ({ rate: `${rate}/s`, mode })));
  const cells = (parameters: readonly Record<string, string>[]) =>
    parameters.map((own, number) => ({
      label: String(number),
      cell: { number, label: '', parameters: own, runs: [] },
    }));
  const curvesOf = (parameters: readonly Record<string, string>[]) => {
    const estimates = parameters.map((_, i) => ({
      value: 10 * (i + 1),
      interval: { low: 10 * i, high: 10 * (i + 2) },
    }));
    return responseCurves(drawing, cells(parameters), [{ quotient, estimates }], '');
  };
  const [curve, ...others] = curvesOf(grid);
  expect(others).toEqual([]);
  expect(curve!.alt).toBe('energy of the nodes is highest at 4 /s');
  const svg = curve!.draw(760);
  // of each mode a line of three points and its band
  const lines = [...svg.matchAll(/<path [^>]*stroke-width="2"[^>]*>|<g [^>]*stroke-width="2"[^>]*><path d="([^"]*)"/g)];
  expect(lines).toHaveLength(2);
  expect(svg).toContain('mode b');
  const scattered = curvesOf([1, 2, 3, 4].map((i) => ({ rate: `${i}/s`, delay: `${7 - i}ms` })));
  expect(scattered.map(({ title }) => title)).toEqual(['What follows rate', 'What follows delay']);
  expect(scattered[0]!.caption).toContain('a dot is a cell of the sweep');
});
