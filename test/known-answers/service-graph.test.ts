import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTable } from '../../src/results/index.ts';
import { simulate } from '../../src/simulate.ts';
import { codecoApp, oneNode, run } from '../worlds.ts';

const exponential = (mean: string): object => ({ distribution: 'exponential', mean });

describe('a pod that refuses what does not fit into its queue', () => {
  // M/M/1/K: Kleinrock, Queueing Systems I, §3.6; K counts the one in service
  const blocked = (rho: number, K: number): number => ((1 - rho) * rho ** K) / (1 - rho ** (K + 1));

  test.each([
    { rho: 0.8, K: 1 },
    { rho: 0.8, K: 4 },
    { rho: 1.5, K: 3 },
  ])('at load $rho with room for $K blocks as M/M/1/K does', ({ rho, K }) => {
    const world = oneNode({
      cpu: 1,
      duration: `${Math.ceil(300_000 / (rho * 1000)) + 10}s`,
      rate: `${rho * 1000}/s`,
      behaviour: { cpu: exponential('1ms'), concurrency: 1, queue: K - 1 },
    });
    const { measures, outcomes } = run(world);
    expect(measures.requests_sent).toBeGreaterThan(290_000);
    expect(outcomes['overloaded']).toBe(measures.overloaded);
    expect(Math.abs(outcomes['overloaded']! / measures.requests_sent / blocked(rho, K) - 1)).toBeLessThan(0.02);
  });
});

test('a Jackson network of three stations with feedback has ρ/(1−ρ) visits at each within 3 %', async () => {
  // Jackson, Operations Research 5(4), 1957. From each station one way on and one way out, so that a request is in one place:
  // sa -> sb (0.8), sb -> sc (0.5), sc -> sa (0.4); every round comes back with probability 0.16
  const [toB, toC, toA] = [0.8, 0.5, 0.4];
  const rate = 40;
  const back = toB * toC * toA;
  const arrivals = { sa: rate / (1 - back), sb: (rate * toB) / (1 - back), sc: (rate * toB * toC) / (1 - back) };
  const meanS = { sa: 0.015, sb: 0.02, sc: 0.03 };
  const station = (service: keyof typeof meanS, next: string, probability: number): object => ({
    cpu: exponential(`${meanS[service] * 1000}ms`),
    request: '1B',
    response: '1B',
    concurrency: 1,
    holdsSlotWhileCalling: false,
    callsTo: { [next]: { probability } },
  });
  const at = { x: '0m', y: '0m' };
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'jackson' },
    spec: {
      duration: '8000s',
      infrastructure: {
        nodeClasses: { only: { cpu: 3, memory: '64Gi' } },
        clusters: [{ name: 'only', nodes: [{ class: 'only', name: 'n', at }] }],
        access: { technology: 'wifi', duplex: 'full', bandwidth: '1000Gbit/s', latency: '0s' },
      },
      users: [{ at, requests: { app: 'net', to: 'sa', rate: `${rate}/s` } }],
      apps: [
        {
          codecoApp: 'net',
          behaviour: { sa: station('sa', 'sb', toB), sb: station('sb', 'sc', toC), sc: station('sc', 'sa', toA) },
        },
      ],
      orchestration: { podStartup: '1s' },
      results: { requests: { sample: 0 }, sampleInterval: '1h' },
    },
  };
  const out = mkdtempSync(join(tmpdir(), 'codeco-sim-test-'));
  try {
    const { measures } = simulate(scenario, {
      codecoApps: [codecoApp('net', { sa: { calls: ['sb'] }, sb: { calls: ['sc'] }, sc: { calls: ['sa'] } })],
      out,
    });
    const rows = (await readTable(out, 'services')).toArray().map((row) => row.toJSON() as Record<string, number>);
    let present = 0;
    for (const [index, service] of (['sa', 'sb', 'sc'] as const).entries()) {
      const rho = arrivals[service] * meanS[service];
      expect(Math.abs(rows[index]!['visits']! / (arrivals[service] * 8000) - 1)).toBeLessThan(0.01);
      expect(Math.abs(rows[index]!['mean_present']! / (rho / (1 - rho)) - 1)).toBeLessThan(0.03);
      present += rho / (1 - rho);
    }
    // Little: the time in the network of queues
    expect(Math.abs(((measures.latency_mean_ns! / 1e9) * rate) / present - 1)).toBeLessThan(0.03);
  } finally {
    rmSync(out, { recursive: true });
  }
}, 120_000);

test('an asynchronous server of one place works on while its calls wait, a synchronous one does not', () => {
  const latencies = [true, false].map((holdsSlotWhileCalling) => {
    // one node with two services: the entry takes 1 ms, what it calls 50 ms
    const at = { x: '0m', y: '0m' };
    const scenario = {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'slots' },
      spec: {
        duration: '100s',
        warmup: '10s',
        infrastructure: {
          nodeClasses: { only: { cpu: 64, memory: '64Gi' } },
          clusters: [{ name: 'only', nodes: [{ class: 'only', name: 'n', at }] }],
          access: { technology: 'wifi', duplex: 'full', bandwidth: '1000Gbit/s', latency: '0s' },
        },
        users: [{ at, requests: { app: 'pair', to: 'front', rate: '18/s' } }],
        apps: [
          {
            codecoApp: 'pair',
            behaviour: { front: { cpu: '1ms', concurrency: 1, holdsSlotWhileCalling }, back: { cpu: '50ms' } },
          },
        ],
      },
    };
    return simulate(scenario, { codecoApps: [codecoApp('pair', { front: { calls: ['back'] }, back: {} })] }).measures;
  });
  // M/D/1 with 51 ms at load 0.918: 51 ms and 0.918 / (2 · 0.082) · 51 ms of waiting, against 51 ms and next to no waiting
  expect(latencies[1]!.latency_mean_ns! / 1e6).toBeLessThan(52);
  expect(latencies[0]!.latency_mean_ns! / 1e6).toBeGreaterThan(150);
});
