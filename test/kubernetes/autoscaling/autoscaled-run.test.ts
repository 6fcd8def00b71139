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
    expect(other.warnings.join()).toContain('nothing measures the resource "memory"');
  });
});
