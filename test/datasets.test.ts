import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTable } from '../src/results/index.ts';
import { simulate } from '../src/simulate.ts';
import { codecoApp } from './worlds.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-datasets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const map = { name: 'map', at: 'cloud', size: '1MB', updatePeriod: '10s', replicas: ['edge-1'] };

/** A user at an edge node, a service on it, a cloud 20 ms away. */
function scenario(dataset: object, behaviour: object, spec: object = {}): object {
  return {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'datasets' },
    spec: {
      duration: '100s',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi' } },
        clusters: [
          {
            name: 'edge',
            network: { latency: '0s' },
            nodes: [{ class: 'box', name: 'edge-1', at: { x: '0m', y: '0m' } }],
          },
          { name: 'cloud', nodes: [{ class: 'box', name: 'cloud-1' }] },
        ],
        links: [{ name: 'line', from: 'edge', to: 'cloud', bandwidth: '1Gbit/s', latency: '20ms' }],
        access: { technology: 'nr', latency: '0s', bandwidth: '1000Gbit/s', clusters: ['edge'] },
      },
      users: [
        { at: { x: '0m', y: '0m' }, requests: { app: 'guide', to: 'front', rate: '10/s', arrivals: 'periodic' } },
      ],
      apps: [{ codecoApp: 'guide', clusters: ['edge'], behaviour: { front: { cpu: '1ms', ...behaviour } } }],
      datasets: [dataset],
      orchestration: { podStartup: '1s' },
      warmup: '5s',
      ...spec,
    },
  };
}

function run(what: object) {
  return simulate(what, { codecoApps: [codecoApp('guide', { front: {} })], out: folder, force: true });
}

async function rows(name: string) {
  const table = await readTable(folder, name);
  return table.toArray().map((row) => row.toJSON() as Record<string, number | string | null>);
}

describe('a read', () => {
  test('goes to the nearest copy: of a replica on its own node it takes no time, of a distant one a round trip and the bytes', async () => {
    const reads = [{ dataset: 'map', bytes: '125kB' }];
    const plain = run(scenario(map, {})).measures.latency_p50_ns!;
    const near = run(scenario(map, { reads })).measures.latency_p50_ns!;
    expect((await rows('data'))[0]).toMatchObject({ dataset: 'map', service: 'front', failed: 0 });
    const far = run(scenario({ ...map, replicas: [] }, { reads })).measures.latency_p50_ns!;
    // percentiles are within 0.1 %
    expect(near / plain).toBeCloseTo(1, 2);
    // 2 × 20 ms, and 125 kB at 1 Gbit/s
    expect((far - plain) / 1e6).toBeCloseTo(41, 0);
    const [row] = await rows('data');
    expect(row!['bytes']).toBe((row!['reads'] as number) * 125_000);
  });

  test('reads what the copy holds: its mean age is T/2, and the delay of replication', async () => {
    run(scenario(map, { reads: [{ dataset: 'map', share: '10%' }] }, { duration: '1001s' }));
    const [row] = await rows('data');
    // 10 s between updates, 20.2 ms of latency and 1 MB at 1 Gbit/s
    const expectedS = 10 / 2 + 0.0202 + 0.008;
    expect(Math.abs((row!['mean_age_ns'] as number) / 1e9 / expectedS - 1)).toBeLessThan(0.01);
    expect((row!['max_age_ns'] as number) / 1e9).toBeLessThan(10.1);
    const copies = await rows('replicas');
    expect(copies.map(({ place, role }) => [place, role])).toEqual([
      ['cloud', 'primary'],
      ['edge-1', 'replica'],
    ]);
    expect(copies[1]!['replication_bytes']).toBe(100 * 1_000_000);
  });

  test('is of stale data behind a cut, and fails where every copy is behind it', async () => {
    const faults = [{ at: '20s', for: '60s', cut: 'line' }];
    const reads = [{ dataset: 'map', bytes: '1kB' }];
    const stale = run(scenario(map, { reads }, { faults }));
    expect(stale.outcomes['data-unavailable']).toBe(0);
    expect((await rows('data'))[0]!['max_age_ns']).toBeGreaterThan(60e9);
    const failed = run(scenario({ ...map, replicas: [] }, { reads }, { faults }));
    expect(failed.outcomes['data-unavailable']).toBeGreaterThanOrEqual(599);
    expect(failed.outcomes['data-unavailable']).toBeLessThanOrEqual(601);
    expect((await rows('data'))[0]!['failed']).toBe(failed.outcomes['data-unavailable']);
  });

  test('with a probability is drawn with the request: the same requests read, whatever else there is', async () => {
    const reads = [{ dataset: 'map', bytes: '1kB', probability: 0.25 }];
    const counts: unknown[] = [];
    for (const cpu of ['1ms', '9ms']) {
      const { measures } = run(scenario(map, { reads, cpu }));
      const [row] = await rows('data');
      counts.push(row!['reads']);
      expect(Math.abs((row!['reads'] as number) / measures.requests_sent - 0.25)).toBeLessThan(0.08);
    }
    expect(counts[0]).toBe(counts[1]);
  });
});

test('a write is a new version at the primary, as old as its way was long, and travels on to the replicas', async () => {
  const written = { ...map, updatePeriod: undefined, at: 'edge-1', replicas: ['cloud-1'] };
  run(scenario(written, { writes: [{ dataset: 'map', bytes: '1kB' }] }));
  const [row] = await rows('data');
  expect(row).toMatchObject({ reads: 0, mean_age_ns: null });
  const [primary, replica] = await rows('replicas');
  expect(primary!['versions']).toBe(row!['writes']);
  expect(replica!['versions']).toBeGreaterThan((row!['writes'] as number) - 10);
});

test('a crash keeps what is on the disk: the copy is there again with the node, as stale as it was, and catches up', async () => {
  const faults = [{ at: '30s', for: '40s', crash: 'edge-1' }];
  const once = { ...map, updatePeriod: undefined };
  run(scenario(once, { reads: [{ dataset: 'map', bytes: '1kB' }] }, { faults }));
  expect((await rows('replicas'))[1]).toMatchObject({ place: 'edge-1', versions: 0, mean_age_ns: 50e9 });
  expect((await rows('data'))[0]!['max_age_ns']).toBeGreaterThan(90e9);
  run(scenario(map, {}, { faults }));
  const [primary, replica] = await rows('replicas');
  expect(replica!['lost_versions']).toBeGreaterThanOrEqual(4);
  expect(primary!['versions']).toBe(10);
  expect(replica!['versions']).toBeLessThan(10);
});

test('a pod that dies while it reads lets go of what it waits for', () => {
  const reads = [{ dataset: 'map', bytes: '100MB' }];
  const faults = [{ at: '30.05s', for: '1s', crash: 'edge-1' }];
  const { outcomes } = run(scenario({ ...map, replicas: [], size: '100MB' }, { reads }, { faults }));
  expect(outcomes['pod-lost']! + outcomes['lost']! + outcomes['data-unavailable']!).toBeGreaterThan(0);
  expect(outcomes['ok']).toBeGreaterThan(0);
});
