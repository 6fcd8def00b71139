import { describe, expect, test } from 'vitest';
import { Acm, type AppStatus } from '../../../src/codeco/index.ts';
import type { NodeMetrics } from '../../../src/codeco/pdlc/index.ts';
import { Kernel } from '../../../src/kernel/index.ts';
import type { Pod } from '../../../src/kubernetes/index.ts';
import { Recorder } from '../../../src/results/index.ts';
import { scenarioFromObject } from '../../../src/scenario/index.ts';
import { runSimulation } from '../../../src/simulation.ts';
import { app, governed, twoClusters } from '../governance/governed.ts';

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

/** Nodes and pods of which nothing is known. */
const silent = { podMemoryBytes: () => undefined, nodeMetrics: () => [] };

test('the average of the CPU weighs the newest value and those before alike (own design)', () => {
  const world = twoClusters({ duration: '150s', apps: [{ codecoApp: 'shop' }] }, [app('shop', ['front'])]);
  const kernel = new Kernel({ seed: 1 });
  const pod = { id: 0, app: 0, phase: 'ready', readyOnNode: true } as Pod;
  // 0.1 cores for 8 s, 0.3 cores for 68 s, then nothing
  const used: Record<number, number> = { 8: 100 * 8e9, 76: 100 * 8e9 + 300 * 68e9, 144: 100 * 8e9 + 300 * 68e9 };
  const averages: number[] = [];
  const sources = { pods: () => [pod], podUsedMillicoreNs: () => used[kernel.now / 1e9]!, ...silent };
  new Acm(kernel, world, sources, ({ averageCpuCores }) => averages.push(averageCpuCores));
  kernel.run({ until: world.durationNs });
  expect(averages.map((cores) => Math.round(cores * 1e9) / 1e9)).toEqual([0.1, 0.2, 0.1]);
});

/** A scenario that goes by price, which is low in the hub; CO2 is low in the west. */
function placedBy(performanceProfile: string | undefined, changes: readonly object[] = []) {
  const loaded = scenarioFromObject(
    {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'profiles' },
      spec: {
        duration: '5m',
        infrastructure: {
          nodeClasses: {
            cheap: { cpu: 4, memory: '8Gi', price: '0.1/h', power: { idle: '10W', peak: '50W' } },
            dear: { cpu: 4, memory: '8Gi', price: '0.9/h', power: { idle: '10W', peak: '50W' } },
          },
          clusters: [
            { name: 'hub', role: 'hub', provider: 'cloud', nodes: [{ class: 'cheap', count: 2, name: 'hub-{i}' }] },
            { name: 'west', provider: 'telco', nodes: [{ class: 'dear', count: 2, name: 'west-{i}' }] },
          ],
          links: [{ name: 'backhaul', from: 'west', to: 'hub', bandwidth: '1Gbit/s', latency: '10ms' }],
          regions: { cloud: { carbonIntensity: '400g/kWh' }, telco: { carbonIntensity: '50g/kWh' } },
        },
        apps: [{ codecoApp: 'green', changes }, { codecoApp: 'plain' }],
        orchestration: { scheduler: 'swm', swm: { profile: 'cost' } },
      },
    },
    {
      codecoApps: [
        app('green', ['front'], performanceProfile === undefined ? {} : { performanceProfile }),
        app('plain', ['front']),
      ],
    },
  );
  const { placed } = governed(loaded.world);
  const clusterOf = (name: string, pod = 0) => placed[`${name}-front-${pod}`]?.split('-', 1)[0];
  return {
    green: clusterOf('green'),
    next: clusterOf('green', 1),
    plain: clusterOf('plain'),
    warnings: loaded.warnings,
  };
}

test('memory and nodes are averaged as well, and memory that nobody states is not known', () => {
  const world = twoClusters({ duration: '150s', apps: [{ codecoApp: 'shop' }] }, [app('shop', ['front'])]);
  const pods = [0, 1].map((id) => ({ id, app: 0, node: id, phase: 'ready', readyOnNode: true })) as Pod[];
  const metricsAt: Record<number, object> = {
    8: { cpuShare: 0.2, failures: 0, activeEnergyJ: 100 },
    76: { cpuShare: 0.4, failures: 2, activeEnergyJ: 300 },
    144: { cpuShare: 0, failures: 2, activeEnergyJ: 0 },
  };
  const statusesOf = (memory: (pod: number, seconds: number) => number | undefined) => {
    const kernel = new Kernel({ seed: 1 });
    const seconds = () => kernel.now / 1e9;
    const found: AppStatus[] = [];
    const sources = {
      pods: () => pods,
      podUsedMillicoreNs: () => 0,
      podMemoryBytes: ({ id }: Pod) => memory(id, seconds()),
      nodeMetrics: () => world.nodes.map(() => metricsAt[seconds()] as NodeMetrics),
    };
    new Acm(kernel, world, sources, (status) => found.push(status));
    kernel.run({ until: world.durationNs });
    return found;
  };
  // of the two pods the first uses 100, then 300, then 100 bytes, the other one 50
  const known = statusesOf((pod, seconds) => (pod === 1 ? 50 : seconds === 76 ? 300 : 100));
  expect(known.map(({ averageMemoryBytes }) => averageMemoryBytes)).toEqual([150, 250, 200]);
  expect(known[2]!.nodes.slice(0, 3).map(({ averageMemoryBytes }) => averageMemoryBytes)).toEqual([150, 50, 0]);
  // ((0.2 + 0.4) / 2 + 0) / 2, and so on
  expect(known[2]!.nodes[0]!.averageCpuShare).toBeCloseTo(0.15, 12);
  expect(known.map(({ nodes }) => nodes[0]!.averageFailures)).toEqual([0, 1, 1.5]);
  expect(known.map(({ nodes }) => nodes[0]!.averageEnergyJ)).toEqual([100, 200, 100]);
  expect(statusesOf(() => undefined).map((status) => status.averageMemoryBytes)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

describe('performanceProfile', () => {
  test.each(['Carbon', 'carbon'])('%s: the application that asks for it is placed by it, and no other', (name) => {
    expect(placedBy(name)).toMatchObject({ green: 'west', plain: 'hub', warnings: [] });
  });

  test('the profile of the scenario holds where none is asked for, and where that is not known, with a warning', () => {
    expect(placedBy(undefined)).toMatchObject({ green: 'hub', plain: 'hub', warnings: [] });
    const { green, warnings } = placedBy('Karbon');
    expect(green).toBe('hub');
    expect(warnings).toHaveLength(1);
    expect(String(warnings[0]!.found)).toBe('no profile is named "Karbon"');
    expect(warnings[0]!.nearest).toBe('carbon');
  });
});

test('a new version of a CodecoApp with another profile counts for the pods that are placed from then on', () => {
  const changes = [
    { at: '60s', performanceProfile: 'carbon' },
    { at: '120s', replicas: { front: 2 } },
  ];
  expect(placedBy(undefined, changes)).toMatchObject({ green: 'hub', next: 'west', plain: 'hub' });
  expect(placedBy('Carbon', [{ at: '120s', performanceProfile: 'cost', replicas: { front: 2 } }])).toMatchObject({
    green: 'west',
    next: 'hub',
  });
});
