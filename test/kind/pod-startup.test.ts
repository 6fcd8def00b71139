import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { fitPodStartup, predictPodStartup, readPodStartupRecords } from '../../src/kind/index.ts';
import { StartupQueues } from '../../src/kubernetes/index.ts';
import { RandomStreams, type Nanoseconds } from '../../src/kernel/index.ts';
import type { ClusterId, NodeId, PodStartup } from '../../src/model/index.ts';
import { scenarioFromObject } from '../../src/scenario/index.ts';
import { codecoApp, run } from '../worlds.ts';

const measured = '../shared/data/codeco/pod-startup';
const ms = (value: number): Nanoseconds => (value * 1e6) as Nanoseconds;
const startup = (base: number, cluster: number, node: number, cv = 0): PodStartup => ({
  baseNs: ms(base),
  cv,
  perPodInClusterNs: ms(cluster),
  perPodOnNodeNs: ms(node),
});
const nodes = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `n${i}`, cluster: 0 as ClusterId }));

describe('start-up queues', () => {
  const readyMs = (parameters: PodStartup, order: readonly number[]) => {
    const queues = new StartupQueues(parameters, nodes(2), new RandomStreams(1));
    return order.map((node) => queues.readyAtNs(node as NodeId, 0) / 1e6);
  };

  test('without times per pod, every pod takes the base time', () => {
    expect(readyMs(startup(500, 0, 0), [0, 0, 1])).toEqual([500, 500, 500]);
  });

  test('pods pass the control plane one after the other', () => {
    expect(readyMs(startup(500, 100, 0), [0, 1, 0])).toEqual([600, 700, 800]);
  });

  test('pods pass their node one after the other, nodes work side by side', () => {
    expect(readyMs(startup(500, 10, 100), [0, 1, 0])).toEqual([610, 620, 710]);
  });

  test('a node that crashes forgets what it had begun', () => {
    const queues = new StartupQueues(startup(0, 0, 100), nodes(1), new RandomStreams(1));
    queues.readyAtNs(0 as NodeId, 0);
    queues.readyAtNs(0 as NodeId, 0);
    queues.nodeCrashed(0 as NodeId);
    expect(queues.readyAtNs(0 as NodeId, ms(10))).toBe(ms(110));
  });

  test('the base time has the stated mean and spread', () => {
    const queues = new StartupQueues(startup(1000, 0, 0, 0.3), nodes(1), new RandomStreams(1));
    const drawn = Array.from({ length: 20_000 }, () => queues.readyAtNs(0 as NodeId, 0) / 1e6);
    const mean = drawn.reduce((sum, one) => sum + one, 0) / drawn.length;
    const deviation = Math.sqrt(drawn.reduce((sum, one) => sum + (one - mean) * (one - mean), 0) / drawn.length);
    expect(mean).toBeGreaterThan(990);
    expect(mean).toBeLessThan(1010);
    expect(deviation / mean).toBeGreaterThan(0.29);
    expect(deviation / mean).toBeLessThan(0.31);
  });
});

describe('the fit', () => {
  test('finds the parameters that made the batches', () => {
    const truth = startup(1500, 40, 260);
    const batches = [10, 100].map((pods) => {
      const podsByNode = [Math.ceil(pods / 2), Math.floor(pods / 2)];
      const queues = new StartupQueues(truth, nodes(2), new RandomStreams(1));
      const readyMs = Array.from({ length: pods }, (_, k) => queues.readyAtNs((k % 2) as NodeId, 0) / 1e6);
      return { iteration: 1, createdMs: readyMs.map(() => 0), readyMs: readyMs.toSorted((a, b) => a - b), podsByNode };
    });
    const { podStartup } = fitPodStartup(batches);
    expect(podStartup.baseNs / 1e6).toBeCloseTo(1500, -1.5);
    expect(podStartup.perPodOnNodeNs / 1e6).toBeCloseTo(260, 0);
  });

  for (const folder of ['codeco-no-cam-aws', 'codeco-cam-aws']) {
    test(`fitted to measured batches of 10 and 100 pods, predicts 50 and 150 within 10 %: ${folder}`, (context) => {
      if (!existsSync(join(measured, folder))) return context.skip('the measured start-ups are not here');
      const batches = readPodStartupRecords(join(measured, folder));
      const fit = fitPodStartup(batches.filter(({ readyMs }) => [10, 100].includes(readyMs.length)));
      const unseen = predictPodStartup(fit, batches).filter(({ fitted }) => !fitted);
      expect(unseen.map(({ pods, iterations }) => [pods, iterations])).toEqual([
        [50, 6],
        [150, 6],
      ]);
      for (const { batchError } of unseen) expect(Math.abs(batchError)).toBeLessThan(0.1);
      // and so does a whole simulation with that start-up
      for (const { pods, measuredBatchMs } of unseen) {
        const ready = simulatedBatchMs(fit.podStartup, pods);
        expect(Math.abs(ready / measuredBatchMs - 1)).toBeLessThan(0.1);
      }
    });
  }
});

/** From their creation to the readiness of the last of so many pods on three nodes, in a whole simulation. */
function simulatedBatchMs({ baseNs, cv, perPodInClusterNs, perPodOnNodeNs }: PodStartup, pods: number): number {
  const { world } = scenarioFromObject(
    {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'batch' },
      spec: {
        duration: '5m',
        infrastructure: {
          nodeClasses: { vm: { cpu: 8, memory: '32Gi' } },
          clusters: [{ name: 'aws', nodes: [{ class: 'vm', count: 3 }] }],
        },
        apps: [{ codecoApp: 'pause', behaviour: { pause: { replicas: pods } } }],
        orchestration: {
          podStartup: {
            base: `${baseNs}ns`,
            cv,
            perPodInCluster: `${perPodInClusterNs}ns`,
            perPodOnNode: `${perPodOnNodeNs}ns`,
          },
        },
      },
    },
    { codecoApps: [codecoApp('pause', { pause: {} })] },
  );
  return Math.max(...run(world).pods.map(({ readyNs }) => readyNs! / 1e6));
}

describe('measurements that cannot be read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-startup-'));
  afterEach(() => rmSync(join(folder, 'pod_creation_2.csv'), { force: true }));
  const head = 'Pod Name, Creation Timestamp, Ready Timestamp, Latency (milliseconds)\n';

  test.each([
    ['no files', undefined, 'no file pod_creation_N.csv'],
    ['another table', 'time,value\n1,2\n', "no column 'Pod Name'"],
    ['an empty table', head, 'no pods'],
    ['a time that is none', `${head}p-1-1, soon, 5, 1\n`, "'soon'"],
    ['ready before created', `${head}p-1-1, 10, 5, 1\n`, 'ready before it was created'],
    ['a truncated row', `${head}p-1-1, 10\n`, "''"],
    ['a pod without an iteration', `${head}pod, 10, 20, 10\n`, "the pod name 'pod'"],
  ])('%s', (_, text, message) => {
    if (text !== undefined) writeFileSync(join(folder, 'pod_creation_2.csv'), text);
    expect(() => readPodStartupRecords(folder)).toThrow(message);
  });
});
