import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Learning, NodeObserver } from '../../../src/codeco/index.ts';
import { Network } from '../../../src/dynamics/index.ts';
import { Kernel, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { ClusterId, World } from '../../../src/model/index.ts';
import { readTable } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { codecoApp } from '../../worlds.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-learning-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Two sites about a hub, with a steady load on one of them. */
function run(learning: object, spec: object = {}) {
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'learning' },
    spec: {
      duration: '20m',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi', power: { idle: '10W', peak: '50W' } } },
        clusters: [
          { name: 'hub', role: 'hub' },
          { name: 'one', nodes: [{ class: 'box', name: 'n1' }] },
          { name: 'two', nodes: [{ class: 'box', name: 'n2' }] },
        ],
        links: [
          { name: 'l1', from: 'hub', to: 'one', bandwidth: '10Mbit/s', latency: '1ms' },
          { name: 'l2', from: 'hub', to: 'two', bandwidth: '10Mbit/s', latency: '5ms' },
        ],
        access: { at: [{ x: '0m', y: '0m' }], uplink: { to: 'hub', bandwidth: '1Gbit/s', latency: '1ms' } },
      },
      users: [{ at: { x: '1m', y: '0m' }, requests: { app: 'shop', to: 'front', rate: '2/s' } }],
      apps: [{ codecoApp: 'shop', behaviour: { front: { cpu: '500ms', response: '20kB' } } }],
      orchestration: { scheduler: 'swm', swm: { profile: 'latency' }, podStartup: '1s', learning },
      ...spec,
    },
  };
  return simulate(scenario, { out: folder, force: true, codecoApps: [codecoApp('shop', { front: {} })] });
}

async function rows(table: 'forecasts' | 'learning' | 'nodes' | 'links') {
  return (await readTable(folder, table))
    .toArray()
    .map((row) => row.toJSON() as Record<string, number | string | null>);
}

test('the last value as a forecast is exactly as good as the last value', async () => {
  run({ learner: 'last-value', horizon: '60s' });
  const learning = await rows('learning');
  expect(learning.map(({ cluster, quantity }) => `${cluster}/${quantity}`)).toHaveLength(9);
  const row = learning.find(({ cluster, quantity }) => cluster === 'one' && quantity === 'cpu')!;
  expect(row).toMatchObject({ relative_error: 1, forecasts: 38, messages_sent: 0 });
  for (const { time_ns, made_ns, forecast, last_value } of await rows('forecasts')) {
    expect(Number(time_ns) - Number(made_ns)).toBe(60e9);
    expect(forecast).toBe(last_value);
  }
});

test('what is compared with is what nodes and links were loaded with over the scrape', async () => {
  run({ learner: 'autoregression' }, { results: { sampleInterval: '30s' } });
  const forecasts = await rows('forecasts');
  const actualOf = (quantity: string, key: string, value: string, direction: string | null) =>
    forecasts
      .filter((row) => row['quantity'] === quantity && row[key] === value && row['direction'] === direction)
      .map(({ time_ns, actual }) => [time_ns, actual]);
  const nodes = (await rows('nodes')).filter(({ node, time_ns }) => node === 'n1' && Number(time_ns) > 30e9);
  const cpu = actualOf('cpu', 'node', 'n1', null);
  expect(cpu).toHaveLength(nodes.length);
  for (const [at, { time_ns, cpu_utilization }] of nodes.entries()) {
    expect(cpu[at]![0]).toBe(time_ns);
    expect(cpu[at]![1]).toBeCloseTo(cpu_utilization as number, 9);
  }
  const links = (await rows('links')).filter(
    ({ link, direction, time_ns }) => link === 'l1' && direction === 'backward' && Number(time_ns) > 30e9,
  );
  const throughput = actualOf('throughput', 'link', 'l1', 'backward');
  for (const [at, { utilization }] of links.entries()) {
    expect(throughput[at]![1]).toBeCloseTo(utilization as number, 9);
  }
  expect(Math.max(...links.map(({ utilization }) => utilization as number))).toBeGreaterThan(0.01);
});

test('models go to the hub and back, and their bytes are counted', async () => {
  run({ learner: 'autoregression', lags: 3, exchange: { method: 'hub', interval: '5m', privacy: { epsilon: 0.5 } } });
  const learning = await rows('learning');
  // 5, 10, 15 and 20 min; a model of 3 lags is 10 + 4 numbers, and there are three quantities
  const model = 16 + 3 * 14 * 8;
  const bytesOf = (name: string) => learning.find(({ cluster }) => cluster === name)!['bytes_sent'];
  expect(bytesOf('one')).toBe(4 * (100 + model));
  // the hub knows its own model the first time, and the other one's later
  expect(bytesOf('hub')).toBe(2 * (100 + model) + 6 * (100 + 2 * model));
  expect(learning[0]).toMatchObject({ epsilon_spent: 2, messages_lost: 0 });
});

test('forecasts stand in for the load and the energy that were observed, and for nothing else', () => {
  const kernel = new Kernel({ seed: 1 });
  const world = {
    vertices: [{ name: 'n' }],
    links: [],
    media: [],
    accessPoints: [],
    clusters: [{ name: 'only', gateway: 0 }],
    nodes: [
      { name: 'n', vertex: 0, cluster: 0, cpuMillicores: 4000, power: { idleW: 10, peakW: 50 }, pricePerHour: 8 },
    ],
  } as unknown as World;
  /** Busy and idle by turns of 30 s: the integral of the share in use, s. */
  const busySeconds = () => {
    const turns = Math.floor(kernel.now / 60e9);
    return 30 * turns + Math.min(30, (kernel.now - 60e9 * turns) / 1e9);
  };
  const observer = new NodeObserver(kernel, world, {
    activeEnergyJ: () => 40 * busySeconds(),
    usedMillicoreNs: () => 4000e9 * busySeconds(),
    carryingJ: () => 0,
    isNodeUp: () => true,
    isLinkUp: () => true,
  });
  const settings = { learner: 'holt-winters', horizon: 1, season: 2, lags: 1, costs: 'forecast' } as const;
  const network = new Network(kernel, world);
  const learning = new Learning(kernel, network, world, settings, observer, 0 as ClusterId, () => undefined);
  kernel.run({ until: 631e9 as Nanoseconds });
  expect(observer.metrics[0]).toMatchObject({ cpuShare: 1, activeEnergyJ: 1200 });
  const [foretold] = learning.metrics;
  expect(foretold!.cpuShare).toBeCloseTo(0, 9);
  expect(foretold!.activeEnergyJ).toBeCloseTo(0, 6);
  expect(foretold).toMatchObject({ pricePerCoreHour: 2, failures: 0 });
  kernel.run({ until: 661e9 as Nanoseconds });
  expect(observer.metrics[0]).toMatchObject({ cpuShare: 0, activeEnergyJ: 0 });
  expect(learning.metrics[0]!.cpuShare).toBeCloseTo(1, 9);
  expect(learning.metrics[0]!.activeEnergyJ).toBeCloseTo(1200, 6);
});
