import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { readTable, Recorder } from '../../../src/results/index.ts';
import { scenarioFromObject } from '../../../src/scenario/index.ts';
import { runSimulation } from '../../../src/simulation.ts';
import { codecoApp } from '../../worlds.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The hub, the island where the users are, and the mainland; the island is cut off from 10 to 30 minutes. */
async function run(governance: string) {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-federation-'));
  folders.push(folder);
  const cluster = (name: string, role: string, x: number) => ({
    name,
    role,
    provider: name,
    at: { x: `${x}m`, y: '0m' },
    nodes: [{ class: 'server', count: 2 }],
  });
  const { world } = scenarioFromObject(
    {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'island' },
      spec: {
        seed: 3,
        duration: '40m',
        infrastructure: {
          nodeClasses: { server: { cpu: '4', memory: '8Gi' } },
          clusters: [
            cluster('hub', 'hub', 0),
            cluster('island', 'managed', 1000),
            cluster('mainland', 'managed', 2000),
          ],
          links: [
            { name: 'bridge', from: 'island', to: 'hub', bandwidth: '1Gbit/s', latency: '10ms' },
            { from: 'mainland', to: 'hub', bandwidth: '1Gbit/s', latency: '10ms' },
          ],
          access: [
            {
              name: 'island-ap',
              technology: 'wifi',
              at: { x: '1000m', y: '5m' },
              uplink: { to: 'island', bandwidth: '1Gbit/s', latency: '1ms' },
            },
            {
              name: 'mainland-ap',
              technology: 'wifi',
              at: { x: '2000m', y: '5m' },
              uplink: { to: 'mainland', bandwidth: '1Gbit/s', latency: '1ms' },
            },
          ],
        },
        users: [
          {
            name: 'islanders',
            count: 4,
            at: { x: '1000m', y: '10m' },
            requests: { app: 'shop', to: 'web', rate: '1/s' },
          },
          { name: 'others', count: 2, at: { x: '2000m', y: '10m' }, requests: { app: 'shop', to: 'web', rate: '1/s' } },
        ],
        apps: [{ codecoApp: 'shop', behaviour: { web: { cpu: '5ms' } } }],
        orchestration: { federation: { governance } },
        faults: [{ at: '10m', for: '20m', cut: 'bridge' }],
      },
    },
    { codecoApps: [codecoApp('shop', { web: { resources: { requests: { cpu: '500m' } } } })] },
  );
  const recorder = new Recorder(folder, {
    name: 'island',
    scenario: { file: 'island', hash: '00' },
    seed: 3,
    version: '0',
  });
  const { kernel, measures, pods } = runSimulation(world, recorder);
  recorder.close({ trail: kernel.trail, measures });
  const rows = (await readTable(folder, 'governance')).toArray().map((row) => row.toJSON());
  return { rows, measures, pods };
}
/** The rows as `second event cluster peer`, bids and neighbourhoods left out; the lease's phase is 7.19 s here. */
const timeline = (rows: readonly Record<string, unknown>[]): string[] =>
  rows
    .filter(({ event }) => event !== 'bid' && event !== 'neighbourhood-formed')
    .map(({ time_ns, event, cluster, peer }) =>
      [Math.floor((time_ns as number) / 1e9), event, cluster ?? '-', peer ?? '-'].join(' '),
    );

// the last lease before the cut is that of 547.19 s: it is lost five leases of 60 s later; the first after it that of 1807.19 s
test('hybrid: the hub has a neighbour take over by bids, and the copy nearer most users stays', async () => {
  const { rows, measures, pods } = await run('hybrid');
  expect(timeline(rows)).toEqual([
    '0 cluster-chosen hub island',
    '0 work-applied island hub',
    '607 hub-lost island hub',
    '847 cluster-unknown hub island',
    '847 cluster-chosen hub mainland',
    '847 work-applied mainland hub',
    '847 duplicate-began mainland -',
    '1807 cluster-returned hub island',
    '1807 duplicate-resolved island mainland',
    '1807 hub-heard island hub',
    '1807 work-removed mainland hub',
    '1807 duplicate-ended - -',
  ]);
  expect(measures.duplicates).toBe(1);
  expect(Math.round(measures.duplicate_ns! / 1e9)).toBe(960);
  expect(pods.map(({ name, phase }) => `${name} ${phase}`)).toEqual([
    'shop-web-island-0 ready',
    'shop-web-mainland-0 gone',
  ]);
});

test("centralized: clusters ask for leave to place pods, and the hub's desired state wins", async () => {
  const { rows, measures, pods } = await run('centralized');
  expect(timeline(rows)).toEqual([
    '0 cluster-chosen hub island',
    '0 work-applied island hub',
    '0 placement-allowed island hub',
    '607 hub-lost island hub',
    '847 cluster-unknown hub island',
    '847 cluster-chosen hub mainland',
    '847 work-applied mainland hub',
    '847 duplicate-began mainland -',
    '847 placement-allowed mainland hub',
    '1807 cluster-returned hub island',
    '1807 duplicate-resolved mainland island',
    '1807 hub-heard island hub',
    '1807 work-removed island hub',
    '1807 duplicate-ended - -',
  ]);
  // two choices at once, and two round trips over 10 ms and 256 bytes at 1 Gbit/s
  expect(measures.federation_decisions).toBe(4);
  expect(measures.federation_decision_mean_ns).toBe((2 * 2 * (10e6 + 2048)) / 4);
  expect(pods.map(({ phase }) => phase)).toEqual(['gone', 'ready']);
});

test('decentralized: neighbours notice and take over, and the first of them resolves the duplicate', async () => {
  const { rows, pods } = await run('decentralized');
  expect(timeline(rows)).toEqual([
    '0 cluster-chosen island island',
    '0 work-applied island island',
    '847 cluster-unknown mainland island',
    '847 cluster-chosen mainland mainland',
    '847 work-applied mainland mainland',
    '847 duplicate-began mainland -',
    '877 cluster-unknown island mainland',
    '1807 cluster-returned mainland island',
    '1837 cluster-returned island mainland',
    '1837 duplicate-resolved island mainland',
    '1837 work-removed mainland island',
    '1837 duplicate-ended - -',
  ]);
  expect(pods.map(({ phase }) => phase)).toEqual(['ready', 'gone']);
});
