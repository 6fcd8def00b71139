import { expect, test } from 'vitest';
import { Acm } from '../../../src/codeco/index.ts';
import { Kernel } from '../../../src/kernel/index.ts';
import type { Pod } from '../../../src/kubernetes/index.ts';
import { Recorder } from '../../../src/results/index.ts';
import { runSimulation } from '../../../src/simulation.ts';
import { app, twoClusters } from '../governance/governed.ts';

/** The rows of the table app_status: seconds, phase, status, pods, ready pods. */
function statuses(entry: object, orchestration: object = { acm: {} }, spec: object = {}) {
  const world = twoClusters({ duration: '250s', apps: [{ codecoApp: 'shop', ...entry }], orchestration, ...spec }, [
    app('shop', ['front', 'store']),
  ]);
  const recorder = new Recorder(undefined, { name: 'a', scenario: { file: 'test', hash: '' }, seed: 1, version: '0' });
  const rows: unknown[][] = [];
  const table = recorder.tables.app_status;
  const append = table.append.bind(table);
  table.append = (row) => {
    rows.push([row.time_ns / 1e9, row.phase, row.status, row.pods, row.ready_pods]);
    append(row);
  };
  const { pods } = runSimulation(world, recorder);
  return { rows, pods };
}

test('the status is read 8 s after the application came, and again 60 s after that and 8 s', () => {
  expect(statuses({ at: '10s' }).rows).toEqual([
    [18, 'Running', 'OK', 2, 2],
    [86, 'Running', 'OK', 2, 2],
    [154, 'Running', 'OK', 2, 2],
    [222, 'Running', 'OK', 2, 2],
  ]);
  expect(statuses({ at: '10s' }, {}).rows).toEqual([]);
});

test('phases: pods that are not ready, pods that have no node', () => {
  expect(statuses({}, { acm: {}, podStartup: '20s' }).rows.slice(0, 2)).toEqual([
    [8, 'Pending', 'Error', 2, 0],
    [76, 'Running', 'OK', 2, 2],
  ]);
  // 24 cores, of which each pod takes a half
  expect(statuses({ behaviour: { front: { replicas: 60 } } }).rows[0]).toEqual([8, 'Scheduling', 'Warning', 61, 48]);
});

test('a change begins a reconciliation at once: replicas, then the end of the application', () => {
  const changes = [
    { at: '30s', replicas: { front: 3 } },
    { at: '50s', replicas: { front: 1, store: 2 } },
    { at: '150s', delete: true },
  ];
  const { rows, pods } = statuses({ changes });
  expect(rows).toEqual([
    [8, 'Running', 'OK', 2, 2],
    [38, 'Running', 'OK', 4, 4],
    [58, 'Running', 'OK', 3, 3],
    [126, 'Running', 'OK', 3, 3],
    [158, 'Waiting', 'OK', 0, 0],
    [226, 'Waiting', 'OK', 0, 0],
  ]);
  expect(pods.map(({ createdNs, goneNs }) => [createdNs / 1e9, goneNs! / 1e9])).toEqual([
    [0, expect.any(Number)],
    [0, 150],
    [30, expect.any(Number)],
    [30, expect.any(Number)],
    [50, 150],
  ]);
});

test('an application that was deleted is not brought back by a policy', () => {
  const policies = [{ name: 'p', versions: [{ failureTolerance: 'High' }, { at: '200s' }] }];
  const { pods } = statuses({ changes: [{ at: '100s', delete: true }] }, { acm: {} }, { policies });
  expect(pods.length).toBe(4);
  expect(pods.every(({ goneNs }) => goneNs === 100e9)).toBe(true);
});

test('the average of the CPU weighs the newest value and those before alike (own design)', () => {
  const world = twoClusters({ duration: '150s', apps: [{ codecoApp: 'shop' }] }, [app('shop', ['front'])]);
  const kernel = new Kernel({ seed: 1 });
  const pod = { id: 0, app: 0, phase: 'ready', readyOnNode: true } as Pod;
  // 0.1 cores for 8 s, 0.3 cores for 68 s, then nothing
  const used: Record<number, number> = { 8: 100 * 8e9, 76: 100 * 8e9 + 300 * 68e9, 144: 100 * 8e9 + 300 * 68e9 };
  const averages: number[] = [];
  const sources = { pods: () => [pod], podUsedMillicoreNs: () => used[kernel.now / 1e9]! };
  new Acm(kernel, world, sources, ({ averageCpuCores }) => averages.push(averageCpuCores));
  kernel.run({ until: world.durationNs });
  expect(averages.map((cores) => Math.round(cores * 1e9) / 1e9)).toEqual([0.1, 0.2, 0.1]);
});
