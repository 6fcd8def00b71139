import { expect, test } from 'vitest';
import { kubeScheduler, type SchedulerProfile } from '../../../src/kubernetes/scheduling/index.ts';
import type { TopologySpreadConstraint } from '../../../src/model/index.ts';
import { cluster, decide, type NodeSketch, pod, put, scoresOf } from './cluster.ts';

const MIB = 1024 * 1024;

test.each<[string, SchedulerProfile, Record<string, number>]>([
  // cpu: (4000 - 1000) × 100 / 4000 = 75 and (4000 - 3000) × 100 / 4000 = 25; memory likewise 50 and 33, rounded down.
  ['LeastAllocated', {}, { empty: 62, full: 29 }],
  // cpu 25 and 75, memory 50 and 66.
  ['MostAllocated', { scoringStrategy: { type: 'MostAllocated' } }, { empty: 37, full: 70 }],
  [
    'cpu three times as important',
    {
      scoringStrategy: {
        type: 'LeastAllocated',
        resources: [
          { name: 'cpu', weight: 3 },
          { name: 'memory', weight: 1 },
        ],
      },
    },
    { empty: 68, full: 27 },
  ],
  // A line from 0 at 0 % to 10 at 100 %: the percentages times 10 / 10; the mean is rounded to the nearest.
  [
    'RequestedToCapacityRatio',
    {
      scoringStrategy: {
        type: 'RequestedToCapacityRatio',
        shape: [
          { utilization: 0, score: 0 },
          { utilization: 100, score: 10 },
        ],
      },
    },
    { empty: 38, full: 71 },
  ],
  [
    'a falling RequestedToCapacityRatio',
    {
      scoringStrategy: {
        type: 'RequestedToCapacityRatio',
        shape: [
          { utilization: 50, score: 10 },
          { utilization: 100, score: 0 },
        ],
      },
    },
    { empty: 100, full: 59 },
  ],
])('fit, %s', (_name, profile, expected) => {
  const cache = cluster({ empty: {}, full: { allocatable: { memory: 6000 } } });
  put(cache, 'full', 'there', { requests: { cpu: 2, memory: 2000 } });
  const decision = decide(kubeScheduler(profile), cache, pod('p', { requests: { cpu: 1, memory: 2000 } }));
  expect(scoresOf(decision, 'NodeResourcesFit')).toEqual(expected);
});

test('fit counts 100m and 200 MiB for pods that ask for nothing, on nodes and to be placed', () => {
  const cache = cluster({
    a: { allocatable: { cpu: 1, memory: 2000 * MIB } },
    b: { allocatable: { cpu: 1, memory: 2000 * MIB } },
  });
  put(cache, 'b', 'there');
  // a: 90 and 90; b: 80 and 80.
  expect(scoresOf(decide(kubeScheduler(), cache, pod('p')), 'NodeResourcesFit')).toEqual({ a: 90, b: 80 });
});

test('balanced allocation compares the spread of used shares with and without the pod', () => {
  const cache = cluster({ even: {}, skewed: {} });
  put(cache, 'skewed', 'there', { requests: { cpu: 2 } });
  // even: without 100; with 50 % cpu and 25 % memory: deviation 0.125, 87. 50 + (50 + 87 - 100) / 2 = 68.
  // skewed: without 50 % and 0 %: 75; with 100 % and 25 %: deviation 0.375, 62. 50 + (50 + 62 - 75) / 2 = 68.
  const first = decide(kubeScheduler(), cache, pod('p', { requests: { cpu: 2, memory: 1000 } }));
  expect(scoresOf(first, 'NodeResourcesBalancedAllocation')).toEqual({ even: 68, skewed: 68 });
  // even: with 0 % and 50 %: 75, so 62; skewed: with 50 % and 50 %: 100, so 87.
  const second = decide(kubeScheduler(), cache, pod('p', { requests: { memory: 2000 } }));
  expect(scoresOf(second, 'NodeResourcesBalancedAllocation')).toEqual({ even: 62, skewed: 87 });
  expect(scoresOf(decide(kubeScheduler(), cache, pod('p')), 'NodeResourcesBalancedAllocation')).toBeUndefined();
});

test('untolerated PreferNoSchedule taints count against a node, relative to the worst', () => {
  const taint = (key: string): NonNullable<NodeSketch['taints']>[number] => ({ key, effect: 'PreferNoSchedule' });
  const cache = cluster({
    none: {},
    one: { taints: [taint('x')] },
    three: { taints: [taint('x'), taint('y'), taint('z')] },
  });
  expect(scoresOf(decide(kubeScheduler(), cache, pod('p')), 'TaintToleration')).toEqual({
    none: 100,
    one: 67,
    three: 0,
  });
  const tolerant = pod('p', { tolerations: [{ operator: 'Exists' }] });
  expect(scoresOf(decide(kubeScheduler(), cache, tolerant), 'TaintToleration')).toEqual({
    none: 100,
    one: 100,
    three: 100,
  });
});

test('weights of preferred node affinity add up, relative to the best', () => {
  const cache = cluster({ both: { labels: { x: '1', y: '1' } }, one: { labels: { x: '1' } }, none: {} });
  const prefer = (key: string, weight: number): object => ({
    weight,
    preference: { matchExpressions: [{ key, operator: 'Exists' }] },
  });
  const affinity = {
    nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [prefer('x', 10), prefer('y', 20)] },
  } as object;
  expect(scoresOf(decide(kubeScheduler(), cache, pod('p', { affinity })), 'NodeAffinity')).toEqual({
    both: 100,
    one: 33,
    none: 0,
  });
  expect(scoresOf(decide(kubeScheduler(), cache, pod('p')), 'NodeAffinity')).toBeUndefined();
});

test('image locality scales the size of present images by how many nodes have them', () => {
  const images = [{ names: ['app:latest'], sizeBytes: 1000 * MIB }];
  const cache = cluster({ has: { images }, lacks: {} });
  // 1000 MiB × 1/2 = 500 MiB; 100 × (500 - 23) / (1000 - 23) = 48.8. The tag defaults to latest.
  const decision = decide(kubeScheduler(), cache, pod('p', { container: { image: 'app' } }));
  expect(scoresOf(decision, 'ImageLocality')).toEqual({ has: 48, lacks: 0 });
  cache.setImages(cache.node('lacks')!, images);
  const spreadOut = decide(kubeScheduler(), cache, pod('p', { container: { image: 'app' } }));
  expect(scoresOf(spreadOut, 'ImageLocality')).toEqual({ has: 100, lacks: 100 });
});

test('preferences between pods count in both directions, between the least and the most liked node', () => {
  const cache = cluster({ a: {}, b: {}, c: {} });
  const term = (app: string, weight: number): object => ({
    weight,
    podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } },
  });
  put(cache, 'a', 'db', { labels: { app: 'db' } });
  put(cache, 'b', 'fan', {
    affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [term('web', 30)] } } as object,
  });
  const shy = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [term('db', 20)] } } as object;
  // a: -20, b: +30, c: 0; so 100 × 20 / 50 for c.
  const decision = decide(kubeScheduler(), cache, pod('p', { labels: { app: 'web' }, affinity: shy }));
  expect(scoresOf(decision, 'InterPodAffinity')).toEqual({ a: 0, b: 100, c: 40 });
  expect(
    scoresOf(decide(kubeScheduler(), cache, pod('q', { labels: { app: 'x' } })), 'InterPodAffinity'),
  ).toBeUndefined();
});

test('a required affinity term of a pod that is there pulls with the weight of one', () => {
  const cache = cluster({ a: {}, b: {} });
  const required = [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } }];
  put(cache, 'b', 'bound', { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } });
  const pending = pod('p', { labels: { app: 'web' } });
  expect(scoresOf(decide(kubeScheduler(), cache, pending), 'InterPodAffinity')).toEqual({ a: 0, b: 100 });
  const indifferent = kubeScheduler({ interPodAffinity: { hardPodAffinityWeight: 0 } });
  expect(scoresOf(decide(indifferent, cache, pending), 'InterPodAffinity')).toBeUndefined();
});

test('soft topology spread prefers domains with few pods', () => {
  const cache = cluster({ a: { labels: { zone: '1' } }, b: { labels: { zone: '2' } }, d: {} });
  put(cache, 'a', 'w1', { labels: { app: 'web' } });
  put(cache, 'a', 'w2', { labels: { app: 'web' } });
  const constraint: TopologySpreadConstraint = {
    maxSkew: 2,
    topologyKey: 'zone',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { app: 'web' } },
  };
  // Two domains: weight ln 4. a: 2 ln 4 + 1 = 3.77, so 4; b: 1. a: 100 × (4 + 1 - 4) / 4, b: 100 × (4 + 1 - 1) / 4.
  const decision = decide(
    kubeScheduler(),
    cache,
    pod('p', { labels: { app: 'web' }, topologySpreadConstraints: [constraint] }),
  );
  expect(scoresOf(decision, 'PodTopologySpread')).toEqual({ a: 25, b: 100, d: 0 });
});

test('pods of a Service are spread by the system defaults, also over nodes without a zone', () => {
  const zone = (value: string): object => ({ 'topology.kubernetes.io/zone': value });
  const cache = cluster({ a: { labels: { ...zone('1') } }, b: { labels: { ...zone('2') } }, d: {} });
  put(cache, 'a', 'w1', { labels: { app: 'web' } });
  const pending = pod('p', { labels: { app: 'web' } });
  expect(scoresOf(decide(kubeScheduler(), cache, pending), 'PodTopologySpread')).toBeUndefined();
  cache.setService('default', 'web', { app: 'web' });
  // Weights ln 5 for three nodes and for zones 1, 2 and none. a: (ln 5 + 2) + (ln 5 + 4) = 9.2; b: 2 + 4; d: 2.
  // a: 100 × (9 + 2 - 9) / 9; b: 100 × (11 - 6) / 9; d: 100.
  expect(scoresOf(decide(kubeScheduler(), cache, pending), 'PodTopologySpread')).toEqual({ a: 22, b: 55, d: 100 });
});
