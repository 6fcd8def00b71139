import { describe, expect, test } from 'vitest';
import { Recorder } from '../../../src/results/index.ts';
import { runSimulation } from '../../../src/simulation.ts';
import { loadManifest, type ManifestSketch } from '../manifest-world.ts';

const manifest = (autoscaler: string, requests = '{ cpu: 200m }'): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, resources: { requests: ${requests} } }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  ${autoscaler}
`;
const halfOfCpu =
  'metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 50 } } }]';

/** Ten requests a second of 50 ms each from 0 s on: half a core. */
const loaded = (duration: string, spec: object = {}): ManifestSketch => ({
  duration,
  app: { behaviour: { '*': { cpu: '50ms', trafficDistribution: 'Cluster' } } },
  spec: {
    infrastructure: {
      nodeClasses: { small: { cpu: 4, memory: '8Gi' } },
      clusters: [
        {
          name: 'a',
          nodes: [
            { class: 'small', name: 'n1', at: { x: '0m', y: '0m' } },
            { class: 'small', name: 'n2', at: { x: '500m', y: '0m' } },
          ],
        },
      ],
      access: { technology: 'wifi' },
    },
    users: [
      {
        at: { x: '1m', y: '0m' },
        count: 10,
        requests: { app: 'manifest', to: 'web', rate: '1/s', arrivals: 'periodic' },
      },
    ],
    ...spec,
  },
});

function scalings(text: string, sketch: ManifestSketch) {
  const { world, warnings } = loadManifest(text, sketch);
  const recorder = new Recorder(undefined, { name: 'test', scenario: { file: '', hash: '' }, seed: 1, version: '0' });
  const made: (string | number | null | undefined)[][] = [];
  const { scalings: table } = recorder.tables;
  const append = table.append.bind(table);
  table.append = (row) => {
    made.push([(row['time_ns'] as number) / 1e9, row.from_pods, row.to_pods, row.metric_value]);
    append(row);
  };
  const { pods } = runSimulation(world, recorder);
  return { made, pods, warnings: warnings.map(({ found }) => found) };
}

describe('a Deployment that is scaled by its CPU', () => {
  test('gets 5 pods for half a core, where each is to use half of 0.2, and keeps them', () => {
    const { made, pods } = scalings(manifest(`maxReplicas: 10\n  ${halfOfCpu}`), loaded('4m'));
    // one pod uses 250 % of its requests: 5 times the target, and 4 pods more are what is allowed at once
    expect(made.map(([, from, to]) => [from, to])).toEqual([[1, 5]]);
    expect(made[0]![0]).toBe(15);
    expect(made[0]![3]).toBeGreaterThanOrEqual(240);
    expect(made[0]![3]).toBeLessThanOrEqual(260);
    expect(pods).toHaveLength(5);
    expect(pods.every(({ phase }) => phase === 'ready')).toBe(true);
  });

  test('is brought within its bounds at once, and loses the pods that are too many after 5 minutes without load', () => {
    const idle = loaded('7m', { users: [] });
    const { made, pods } = scalings(manifest(`minReplicas: 3\n  maxReplicas: 10\n  ${halfOfCpu}`), idle);
    expect(made).toEqual([[15, 1, 3, null]]);
    expect(pods).toHaveLength(3);
    const from5 = manifest(`maxReplicas: 10\n  ${halfOfCpu}`).replace('replicas: 1', 'replicas: 5');
    const falling = scalings(from5, idle);
    // what it began with at 15 s counts until 315 s
    expect(falling.made).toEqual([[315, 5, 1, 0]]);
    expect(falling.pods.filter(({ phase }) => phase === 'ready')).toHaveLength(1);
    expect(falling.pods.filter(({ reason }) => reason === 'scaled-down')).toHaveLength(4);
  });

  test('is left alone where its containers request no CPU, or nothing measures the metric', () => {
    const none = scalings(manifest(`maxReplicas: 10\n  ${halfOfCpu}`, '{ memory: 1Mi }'), loaded('1m'));
    expect(none.made).toEqual([]);
    expect(none.warnings.join()).toContain('not all of their containers request any: nothing is scaled');
    const memory = halfOfCpu.replace('name: cpu', 'name: memory');
    const other = scalings(manifest(`maxReplicas: 10\n  ${memory}`), loaded('1m'));
    expect(other.made).toEqual([]);
    expect(other.warnings.join()).toContain('no behaviour says how much of it its pods use');
    const disk = scalings(manifest(`maxReplicas: 10\n  ${halfOfCpu.replace('name: cpu', 'name: disk')}`), loaded('1m'));
    expect(disk.warnings.join()).toContain('nothing measures the resource "disk"');
  });
});

const byMetrics = (...metrics: string[]): string => `maxReplicas: 10\n  metrics: [${metrics.join(', ')}]`;
const pods = (name: string, averageValue: string): string =>
  `{ type: Pods, pods: { metric: { name: ${name} }, target: { type: AverageValue, averageValue: ${averageValue} } } }`;

describe('a Deployment that is scaled by other metrics', () => {
  test('memory: 300 MiB of 100 MiB requested, at a target of 75 %, is 4 pods', () => {
    const sketch = loaded('20s', { users: [] });
    const app = { behaviour: { '*': { cpu: '1ms', memory: { base: '300Mi' } } } };
    const memory =
      '{ type: Resource, resource: { name: memory, target: { type: Utilization, averageUtilization: 75 } } }';
    const { made } = scalings(manifest(byMetrics(memory), '{ memory: 100Mi }'), { ...sketch, app });
    expect(made).toEqual([[15, 1, 4, 300]]);
    // as an amount: 300 MiB against 200 MiB
    const amount = memory.replace(
      'type: Utilization, averageUtilization: 75',
      'type: AverageValue, averageValue: 200Mi',
    );
    expect(scalings(manifest(byMetrics(amount)), { ...sketch, app }).made).toEqual([
      [15, 1, 2, 300 * 1024 ** 2 * 1000],
    ]);
  });

  test('requests a second: ten in all, four a pod, are three pods; of several metrics the largest wins', () => {
    const perPod = scalings(manifest(byMetrics(pods('http_requests', '4'))), loaded('1m'));
    expect(perPod.made.map(([, from, to]) => [from, to])).toEqual([[1, 3]]);
    expect(perPod.made[0]![3]).toBeGreaterThan(9_500);
    expect(perPod.made[0]![3]).toBeLessThan(10_500);
    const both = byMetrics(pods('http_requests', '4'), pods('requests-per-second', '3500m'));
    // 10 against 3.5 is 2.9: three pods as well; against 2.2 it is 4.5
    expect(scalings(manifest(both), loaded('1m')).made.map(([, , to]) => to)).toEqual([3]);
    const larger = byMetrics(pods('http_requests', '4'), pods('requests-per-second', '2200m'));
    expect(scalings(manifest(larger), loaded('1m')).made.map(([, , to]) => to)).toEqual([5]);
    const total =
      '{ type: External, external: { metric: { name: http_requests }, target: { type: Value, value: 4 } } }';
    // ten against four of the one pod that is ready
    expect(scalings(manifest(byMetrics(total)), loaded('30s')).made[0]!.slice(1, 3)).toEqual([1, 3]);
  });

  test('one that nothing measures keeps it from being scaled down, and is told', () => {
    const object =
      '{ type: Object, object: { describedObject: { kind: Ingress, name: main }, metric: { name: hits }, target: { type: Value, value: 2 } } }';
    const { made, warnings } = scalings(manifest(byMetrics(object, pods('http_requests', '4'))), loaded('1m'));
    expect(made.map(([, from, to]) => [from, to])).toEqual([[1, 3]]);
    expect(warnings.join()).toContain('nothing measures "hits"');
    expect(warnings.join()).toContain('http_requests_per_second');
  });

  test('one container: the first does the work, and each has its own request', () => {
    const container = (name: string): string =>
      `{ type: ContainerResource, containerResource: { name: cpu, container: ${name}, target: { type: Utilization, averageUtilization: 50 } } }`;
    const withSidecar = (metrics: string): string =>
      manifest(byMetrics(metrics)).replace(
        'resources: { requests: { cpu: 200m } } }',
        'resources: { requests: { cpu: 500m } } }, { name: log }',
      );
    // half a core of half a core: twice the target, though the other container requests none
    expect(scalings(withSidecar(container('c')), loaded('30s')).made[0]!.slice(1, 3)).toEqual([1, 2]);
    expect(scalings(withSidecar(container('log')), loaded('30s')).made).toEqual([]);
    expect(scalings(withSidecar(container('none')), loaded('30s')).warnings.join()).toContain(
      'its pods have none of the name',
    );
  });
});
