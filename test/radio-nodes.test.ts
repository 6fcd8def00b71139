import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTable } from '../src/results/index.ts';
import { simulate } from '../src/simulate.ts';
import { codecoApp } from './worlds.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-radio-nodes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const app = codecoApp('echo', { server: { resources: { requests: { cpu: '3' } } } });

/** A robot that leaves the one cell, of 100 m, at 10 s and is back in it at 50 s, perhaps beside a server on a wire. */
function yard(servers: readonly object[], replicas: number, spec: object = {}): object {
  return {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'yard' },
    spec: {
      duration: '65s',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi' } },
        clusters: [
          {
            name: 'hub',
            role: 'hub',
            nodes: [
              ...servers,
              {
                class: 'box',
                name: 'robot',
                mobility: {
                  model: 'route',
                  waypoints: [
                    { x: '0m', y: '0m' },
                    { x: '300m', y: '0m' },
                  ],
                  speed: '10m/s',
                  end: 'return',
                },
              },
            ],
          },
        ],
        access: {
          name: 'mast',
          at: [{ x: '0m', y: '0m' }],
          uplink: { to: 'hub', bandwidth: '1Gbit/s', latency: '500us' },
          range: '100m',
        },
      },
      users: [{ at: { x: '5m', y: '0m' }, requests: { app: 'echo', to: 'server', rate: '4/s', arrivals: 'periodic' } }],
      apps: [{ codecoApp: 'echo', behaviour: { server: { cpu: '1ms', request: '1B', response: '1B', replicas } } }],
      orchestration: { nodeMonitorGracePeriod: '10s', evictionToleration: '10s', podStartup: '1s' },
      results: { sampleInterval: '5s' },
      ...spec,
    },
  };
}

async function rows(name: string): Promise<Record<string, number | string | null>[]> {
  const table = await readTable(folder, name);
  return table.toArray().map((row) => row.toJSON());
}
const seconds = (ns: unknown): number => Math.floor((ns as number) / 10) / 1e8;

test('a node that drives out of coverage is NotReady, its pod is deleted, and stops when the node is heard again', async () => {
  const { measures } = simulate(yard([{ class: 'box', name: 'server' }], 2), { codecoApps: [app], out: folder });
  const movement = (await rows('movement')).filter(({ node }) => node === 'robot');
  expect(movement.map(({ time_ns, event, cause }) => [seconds(time_ns), event, cause])).toEqual([
    [0, 'attached', null],
    [10, 'out-of-range', 'left-range'],
    [50, 'attached', null],
  ]);
  expect(seconds(measures.uncovered_ns)).toBeCloseTo(40, 7);
  const states = (await rows('nodes')).filter(({ node }) => node === 'robot');
  const stateAt = (s: number) => states.find(({ time_ns }) => time_ns === s * 1e9)!['state'];
  expect([5, 15, 25, 45, 60].map(stateAt)).toEqual(['up', 'unreachable', 'not-ready', 'not-ready', 'up']);
  const pods = await rows('pods');
  const [old] = pods.filter(({ node, created_ns }) => node === 'robot' && created_ns === 0);
  expect([seconds(old!['gone_ns']), old!['reason']]).toEqual([50, 'node-unreachable']);
  // made anew when the toleration is over; there is room for it only once the old one is gone
  const [fresh] = pods.filter(({ created_ns }) => created_ns !== 0);
  expect([seconds(fresh!['created_ns']), fresh!['node']]).toEqual([30, 'robot']);
  expect(seconds(fresh!['scheduled_ns'])).toBeGreaterThanOrEqual(50);
  const inHole = (await rows('requests')).filter(({ issued_ns: at }) => seconds(at) > 21 && seconds(at) < 49);
  expect(inHole.length).toBeGreaterThan(100);
  expect(inHole.every(({ outcome, node }) => outcome === 'ok' && node === 'server')).toBe(true);
});

test('requests to a pod on a robot cross the cell twice each way, and do not arrive while it is out of coverage', async () => {
  // no eviction within the run: the pod stays
  const orchestration = { nodeMonitorGracePeriod: '100s', podStartup: '1s' };
  simulate(yard([], 1, { orchestration }), { codecoApps: [app], out: folder });
  const requests = await rows('requests');
  const between = (from: number, to: number) =>
    requests.filter(({ issued_ns: at }) => seconds(at) > from && seconds(at) < to);
  for (const [from, to] of [
    [2, 9.9],
    [50.1, 64],
  ] as const) {
    const during = between(from, to);
    expect(during.length).toBeGreaterThan(20);
    // four legs of 4 ms over the air, and twice a byte at 500 Mbit/s
    for (const { outcome, network_ns } of during) expect([outcome, network_ns]).toEqual(['ok', 16_000_032]);
  }
  expect(new Set(between(10.1, 49.9).map(({ outcome }) => outcome))).toEqual(new Set(['unreachable']));
});

test('a robot that crashes is off its cell, and on it again when it is back', async () => {
  const faults = [{ at: '3s', for: '4s', crash: 'robot' }];
  simulate(yard([], 1, { faults }), { codecoApps: [app], out: folder });
  const movement = (await rows('movement')).filter(({ node }) => node === 'robot').slice(1, 3);
  expect(movement.map(({ time_ns, event, cause }) => [seconds(time_ns), event, cause])).toEqual([
    [3, 'out-of-range', 'absent'],
    [7, 'attached', null],
  ]);
});
