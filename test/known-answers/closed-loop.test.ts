import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTable } from '../../src/results/index.ts';
import { scenarioFromObject } from '../../src/scenario/index.ts';
import { simulate } from '../../src/simulate.ts';
import { codecoApp, run } from '../worlds.ts';

const SERVICE_MS = 1;
const SEEDS = 10;
/** Student's t of so many degrees of freedom, 99.9 % two-sided. */
const T: Readonly<Record<number, number>> = { 9: 4.781, 19: 3.883 };
const shop = codecoApp('queue', { server: {} });

/** Users who think for an exponential time, at one server of exponential service; the network takes next to no time. */
function repairShop(users: number, thinkTime: unknown, seed: number): object {
  return {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'machine-repairman' },
    spec: {
      seed,
      duration: '30s',
      warmup: '5s',
      infrastructure: {
        nodeClasses: { only: { cpu: 1, memory: '64Gi' } },
        clusters: [{ name: 'only', nodes: [{ class: 'only', at: { x: '0m', y: '0m' } }] }],
        access: { technology: 'wifi', duplex: 'full', bandwidth: '1000Gbit/s', latency: '0s' },
      },
      users: [
        {
          count: users,
          at: { x: '1m', y: '0m' },
          requests: { app: 'queue', to: 'server', arrivals: { process: 'closed', thinkTime } },
        },
      ],
      apps: [
        {
          codecoApp: 'queue',
          behaviour: {
            server: {
              request: '1B',
              response: '1B',
              concurrency: 1,
              cpu: { distribution: 'exponential', mean: `${SERVICE_MS}ms` },
            },
          },
        },
      ],
      orchestration: { podStartup: '1s' },
      results: { requests: { sample: 0 }, sampleInterval: '1250ms' },
    },
  };
}

/** Throughput (1/s) and mean response (ms) of M/M/1//N: Kleinrock, Queueing Systems I, §3.8 (machine repairman). */
function finitePopulation(users: number, thinkMs: number): { throughput: number; responseMs: number } {
  let term = 1;
  let sum = 0;
  for (let waiting = 0; waiting <= users; waiting++) {
    sum += term;
    term *= ((users - waiting) * SERVICE_MS) / thinkMs;
  }
  const throughput = (1 - 1 / sum) / (SERVICE_MS / 1000);
  return { throughput, responseMs: (1000 * users) / throughput - thinkMs };
}

/** Mean of some runs or intervals, and half the width of its confidence interval. */
function interval(values: readonly number[]): readonly [mean: number, half: number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return [mean, T[values.length - 1]! * Math.sqrt(variance / values.length)];
}

describe('a closed loop is the machine repairman, M/M/1//N, within the confidence interval of ten runs', () => {
  test('the formula itself: two machines that run as long as a repair takes keep the repairman busy 4/5 of the time', () => {
    expect(finitePopulation(2, SERVICE_MS).throughput).toBeCloseTo(800, 9);
  });

  test.each([
    { users: 1, thinkMs: 4, distribution: 'exponential' },
    { users: 5, thinkMs: 9, distribution: 'exponential' },
    { users: 20, thinkMs: 15, distribution: 'exponential' },
    // the distribution of the think time does not matter (Baskett, Chandy, Muntz & Palacios, Journal of the ACM 22(2), 1975)
    { users: 5, thinkMs: 9, distribution: 'constant' },
  ])('$users users who think for $thinkMs ms ($distribution)', ({ users, thinkMs, distribution }) => {
    const thinkTime = distribution === 'constant' ? `${thinkMs}ms` : { distribution, mean: `${thinkMs}ms` };
    const expected = finitePopulation(users, thinkMs);
    const runs = Array.from({ length: SEEDS }, (_, seed) =>
      run(scenarioFromObject(repairShop(users, thinkTime, seed + 1), { codecoApps: [shop] }).world),
    );
    const [throughput, halfThroughput] = interval(runs.map(({ measures }) => measures.requests_succeeded / 25));
    const [responseMs, halfResponse] = interval(runs.map(({ measures }) => measures.latency_mean_ns! / 1e6));
    for (const { measures } of runs) expect(measures.requests_failed).toBe(0);
    expect(halfThroughput / throughput).toBeLessThan(0.03);
    expect(halfResponse / responseMs).toBeLessThan(0.05);
    expect(Math.abs(throughput - expected.throughput)).toBeLessThan(halfThroughput);
    expect(Math.abs(responseMs - expected.responseMs)).toBeLessThan(halfResponse);
  });

  test('the server is as busy as it should be, in the mean of twenty intervals', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-closed-'));
    try {
      const thinkTime = { distribution: 'exponential', mean: '9ms' };
      simulate(repairShop(5, thinkTime, 1), { codecoApps: [shop], out: folder, force: true });
      const rows = (await readTable(folder, 'nodes')).toArray();
      const samples = rows.map((row) => row.toJSON() as { time_ns: number; cpu_utilization: number });
      const busy = samples.filter(({ time_ns }) => time_ns > 5e9).map(({ cpu_utilization }) => cpu_utilization);
      expect(busy).toHaveLength(20);
      const [utilization, half] = interval(busy);
      expect(half).toBeLessThan(0.05);
      expect(Math.abs(utilization - finitePopulation(5, 9).throughput / 1000)).toBeLessThan(half);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
