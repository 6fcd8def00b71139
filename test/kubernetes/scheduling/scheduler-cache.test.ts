import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  kubeScheduler,
  type NodeInfo,
  SchedulerCache,
  type SchedulingPod,
} from '../../../src/kubernetes/scheduling/index.ts';
import { cluster, decide, nodeObject, pod, type PodSketch, put } from './cluster.ts';
import { describeNode } from '../../../src/kubernetes/scheduling/index.ts';

test('a pod is on one node, a node there once', () => {
  const cache = cluster({ a: {}, b: {} });
  const placed = put(cache, 'a', 'p');
  expect(() => cache.assumePod(placed, cache.node('b')!)).toThrow('pod default/p is on node a already');
  expect(() => cache.addNode(describeNode(nodeObject('a')))).toThrow("node 'a' is there already");
});

test('removing a node forgets its pods, and its slot starts from nothing', () => {
  const cache = cluster({ a: { images: [{ names: ['x'], sizeBytes: 1 }] } });
  const placed = put(cache, 'a', 'p', { labels: { app: 'x' }, requests: { cpu: 1, 'nvidia.com/gpu': 1 } });
  cache.removeNode(cache.node('a')!);
  expect([placed.node, cache.nodeCount, cache.image('x'), cache.podIndex.classes.size]).toEqual([
    undefined,
    0,
    undefined,
    0,
  ]);
  const node = cache.addNode(describeNode(nodeObject('b')));
  expect([node.slot, cache.columns.requestedCpuMillicores[node.slot], node.scalarsRequested.size]).toEqual([0, 0, 0]);
});

test('more nodes than the first columns hold keep their accounts', () => {
  const cache = new SchedulerCache();
  for (let i = 0; i < 300; i++) cache.addNode(describeNode(nodeObject(`n${i}`, { allocatable: { cpu: i } })));
  expect(cache.columns.allocatableCpuMillicores[299]).toBe(299_000);
  expect(cache.columns.allocatableCpuMillicores[63]).toBe(63_000);
});

const selector = { labelSelector: { matchLabels: { app: 'a' } }, topologyKey: 'zone' };
const sketches: readonly PodSketch[] = [
  { labels: { app: 'a' }, requests: { cpu: '100m', memory: 50 } },
  { labels: { app: 'b' }, requests: { memory: 700, 'nvidia.com/gpu': 1 } },
  {
    labels: { app: 'a' },
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [selector] } },
  },
  {
    affinity: {
      podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 7, podAffinityTerm: selector }] },
    },
  },
  { labels: { app: 'b' }, affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [selector] } } },
];
const nodeNames = ['a', 'b', 'c', 'd'];
const sketchOf = (name: string): object => ({
  labels: name === 'd' ? {} : { zone: name === 'a' ? '1' : '2' },
  allocatable: { 'nvidia.com/gpu': 3 },
});
const pending: PodSketch = {
  labels: { app: 'a' },
  requests: { cpu: '100m', memory: 100 },
  topologySpreadConstraints: [
    {
      maxSkew: 3,
      topologyKey: 'zone',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { app: 'a' } },
    },
  ],
};

test('after any history a decision is that of a cluster built afresh from what is there', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('place' as const), node: fc.nat(3), sketch: fc.nat(4) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('forget' as const), pod: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('terminate' as const), pod: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace' as const), node: fc.nat(3) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const cache = cluster(Object.fromEntries(nodeNames.map((name) => [name, sketchOf(name)])));
      let placed: { pod: SchedulingPod; sketch: PodSketch }[] = [];
      for (const each of steps) {
        if (each.kind === 'place') {
          const sketch = sketches[each.sketch]!;
          placed.push({ pod: put(cache, nodeNames[each.node]!, `p${placed.length}`, sketch), sketch });
        } else if (each.kind === 'replace') {
          const name = nodeNames[each.node]!;
          cache.removeNode(cache.node(name) as NodeInfo);
          cache.addNode(describeNode(nodeObject(name, sketchOf(name)), each.node));
        } else {
          const chosen = placed[each.pod]?.pod;
          if (chosen !== undefined && each.kind === 'forget') cache.forgetPod(chosen);
          if (chosen !== undefined && each.kind === 'terminate') cache.terminatePod(chosen);
        }
      }
      placed = placed.filter(({ pod: { node } }) => node !== undefined);
      const fresh = cluster(Object.fromEntries(cache.nodes.map(({ name }) => [name, sketchOf(name)])));
      for (const {
        pod: { name, node, terminating },
        sketch,
      } of placed) {
        const again = put(fresh, node!.name, name, sketch);
        if (terminating) fresh.terminatePod(again);
      }
      const [kept, rebuilt] = [cache, fresh].map((each) => {
        const decision = decide(kubeScheduler(), each, pod('pending', pending));
        const { scored, totals, refused, feasible } = decision.verdicts!;
        const reasons = refused.map(({ node, rejection }) => [node.name, rejection]);
        return {
          totals: Object.fromEntries(scored.map(({ name }, i) => [name, totals[i]])),
          reasons: new Map(reasons as [string, unknown][]),
          feasible: feasible.map(({ name }) => name).sort(),
          message: decision.message,
        };
      });
      expect(kept).toEqual(rebuilt);
    }),
    { numRuns: 300, seed: 4 },
  );
});
