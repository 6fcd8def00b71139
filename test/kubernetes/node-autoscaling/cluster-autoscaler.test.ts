import { expect, test } from 'vitest';
import { manifestWorld, seconds, type ManifestSketch } from '../manifest-world.ts';
import { runOperations } from '../operations.ts';

const deployment = (replicas: number, cpu: string, more = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { ${more} containers: [{ name: c, resources: { requests: { cpu: ${cpu} } } }] }
`;
const job = (cpu: string, deadlineS: number): string => `
apiVersion: v1
kind: Pod
metadata: { name: job }
spec: { activeDeadlineSeconds: ${deadlineS}, containers: [{ name: c, resources: { requests: { cpu: ${cpu} } } }] }
`;

/** A cluster of node n1 with one core, and a pool of nodes like it that take 60 s to come. */
const pooled = (
  autoscaling: object,
  { count, flags = {}, duration = '20m' }: { count?: number; flags?: object; duration?: string } = {},
): ManifestSketch => ({
  duration,
  spec: {
    infrastructure: {
      nodeClasses: { small: { cpu: 1, memory: '4Gi', price: '3.6/h', power: { idle: '10W', peak: '10W' } } },
      clusters: [
        {
          name: 'a',
          nodes: [
            { class: 'small', name: 'n1' },
            {
              class: 'small',
              name: 'pool-{i}',
              ...(count === undefined ? {} : { count }),
              autoscaling: { max: 3, provisioning: '60s', ...autoscaling },
            },
          ],
        },
      ],
    },
    orchestration: { podStartup: '2s', clusterAutoscaler: flags },
  },
});
const run = (text: string, sketch: ManifestSketch) => runOperations(manifestWorld(text, sketch));

test('pods that find no place are given nodes at the next look, which come after their provisioning time', () => {
  const { pods, operations } = run(deployment(3, '600m'), pooled({}, { duration: '5m' }));
  expect(operations).toEqual(['10 pool-1 ordered', '10 pool-2 ordered', '70 pool-1 joined', '70 pool-2 joined']);
  expect(pods.map(({ scheduledNs, readyNs }) => [seconds(scheduledNs), seconds(readyNs)])).toEqual([
    [0, 2],
    [70, 72],
    [70, 72],
  ]);
});

test('nodes on their way are counted on: nothing more is ordered for the same pods', () => {
  const { operations } = run(deployment(2, '600m'), pooled({ provisioning: '10m' }));
  expect(operations).toEqual(['10 pool-1 ordered', '610 pool-1 joined']);
});

test('no more nodes than the group has, and none for pods that would not fit on one', () => {
  expect(
    run(deployment(9, '600m'), pooled({ max: 2 })).operations.filter((each) => each.endsWith('ordered')),
  ).toHaveLength(2);
  expect(run(deployment(1, '1500m'), pooled({})).operations).toEqual([]);
  const selector = 'nodeSelector: { disk: ssd },';
  expect(run(deployment(1, '100m', selector), pooled({})).operations).toEqual([]);
});

test('while all that wait have come in the last 2 s, one look is left out', () => {
  const sketch = pooled({}, { duration: '3m' });
  const { operations } = run(deployment(2, '600m'), { ...sketch, app: { at: '9s' } });
  expect(operations[0]).toBe('20 pool-1 ordered');
});

test('pods of a priority below -10 are given nothing', () => {
  const { operations } = run(deployment(2, '600m', 'priority: -11,'), pooled({}, { duration: '3m' }));
  expect(operations).toEqual([]);
});

test('a node that has been empty for more than 10 minutes goes, and costs and draws nothing before it came and after', () => {
  // it is there from 70 s; the job ends at 75 s, is first missed at 80 s, and the first look more than 600 s later is at 690 s
  const text = [deployment(1, '900m'), job('900m', 5)].join('---');
  const { operations, cost, energyJ, pods } = run(text, pooled({}));
  expect(pods.find(({ name }) => name === 'job')!.node).toBe(1);
  expect(operations).toEqual(['10 pool-1 ordered', '70 pool-1 joined', '690 pool-1 removing', '690 pool-1 removed']);
  // n1 for 1200 s and the pool's for 620 s, at 3.6 an hour and 10 W
  expect(cost).toBeCloseTo((1200 + 620) * 0.001, 9);
  expect(energyJ).toBeCloseTo((1200 + 620) * 10, 6);
});

test('an underused node is emptied first where its pods have room elsewhere', () => {
  // scale-down begins 600 s after the order at 10 s, and a node has to be unneeded for longer than that
  const flags = { scaleDownUnneededTime: '1m', scaleDownDelayAfterAdd: '2m' };
  const { operations, pods } = run(deployment(1, '300m'), pooled({ min: 0 }, { count: 2, flags, duration: '5m' }));
  // both nodes are unneeded from the first look at 10 s on: more than 60 s later is at 80 s
  expect(operations.filter((each) => each.endsWith('removed'))).toHaveLength(2);
  expect(operations.every((each) => /^(80|90|140|150) /.test(each))).toBe(true);
  expect(pods.at(-1)!.node).toBe(0);
});

test('nodes stay that are half used, at the minimum, or hold a pod that cannot move', () => {
  const flags = { scaleDownUnneededTime: '1m', scaleDownDelayAfterAdd: '0s' };
  const removed = (text: string, autoscaling: object): number =>
    run(text, pooled(autoscaling, { count: 1, flags, duration: '10m' })).operations.filter((each) =>
      each.endsWith('removed'),
    ).length;
  expect(removed(deployment(2, '500m'), {})).toBe(0);
  expect(removed(deployment(2, '490m'), {})).toBe(1);
  expect(removed(deployment(0, '400m'), { min: 1 })).toBe(0);
  const blocked = 'nodeSelector: { kubernetes.io/hostname: pool-1 },';
  expect(removed(deployment(1, '100m', blocked), {})).toBe(0);
  const guarded = `${deployment(2, '450m', 'topologySpreadConstraints: [{ maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: { matchLabels: { app: web } } }],')}---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { selector: { matchLabels: { app: web } }, maxUnavailable: 0 }
`;
  expect(removed(guarded, {})).toBe(0);
});

test('a node that is handed back comes again as a fresh one when it is needed', () => {
  const flags = { scaleDownUnneededTime: '10s', scaleDownDelayAfterAdd: '0s' };
  const sketch = pooled({ max: 1 }, { flags, duration: '10m' });
  const apps = [
    { manifest: 'manifest.yaml', name: 'early' },
    { manifest: 'manifest.yaml', name: 'late', at: '305s' },
  ];
  const spec = { ...sketch.spec, apps, maintenance: [{ at: '0s', cordon: 'n1' }] };
  expect(run(job('900m', 5), { ...sketch, spec }).operations.slice(1)).toEqual([
    '10 pool-1 ordered',
    '70 pool-1 joined',
    '100 pool-1 removing',
    '100 pool-1 removed',
    '310 pool-1 ordered',
    '370 pool-1 joined',
    '400 pool-1 removing',
    '400 pool-1 removed',
  ]);
});

test('the same scenario gives the same run', () => {
  const sketch = pooled({ provisioning: { distribution: 'exponential', mean: '2m' } });
  const once = run(deployment(4, '600m'), sketch);
  expect(run(deployment(4, '600m'), sketch).operations).toEqual(once.operations);
  expect(once.operations.length).toBe(6);
});
