import { expect, test } from 'vitest';
import { RandomStream } from '../../../src/kernel/index.ts';
import {
  compilePod,
  feasibleNodesToFind,
  kubeScheduler,
  lowestLatency,
  type NodeInfo,
  prioritySort,
  SchedulerCache,
  schedulers,
} from '../../../src/kubernetes/scheduling/index.ts';
import { schedulers as schedulerNames } from '../../../src/model/index.ts';
import { cluster, decide, nodeObject, pod, podObject, put } from './cluster.ts';

const names = (nodes: readonly NodeInfo[]): string[] => nodes.map(({ name }) => name);
const unhelpful = (count: number): string =>
  `no new claims to deallocate, preemption: 0/${count} nodes are available: ${count} Preemption is not helpful for scheduling.`;

test('every scheduler that a scenario can name is there under its name, save the one that places groups of pods', () => {
  expect([...Object.keys(schedulers), 'swm']).toEqual(Object.keys(schedulerNames));
  for (const [name, make] of Object.entries(schedulers)) expect(make().name).toBe(name);
});

test('a cluster without nodes has its own message', () => {
  expect(decide(kubeScheduler(), new SchedulerCache(), pod('p')).message).toBe('no nodes available to schedule pods');
});

test('the message counts every reason, sorted as text, and tells emptied nodes from ones that are too small', () => {
  const taint = { key: 'k', effect: 'NoSchedule' as const };
  const cache = cluster({
    a: { taints: [taint] },
    b: { taints: [taint] },
    c: {},
    d: { allocatable: { pods: 0, cpu: 1 } },
  });
  put(cache, 'c', 'there', { requests: { cpu: 3 } });
  const decision = decide(kubeScheduler(), cache, pod('p', { requests: { cpu: 2, memory: 100 } }));
  expect(decision.message).toBe(
    '0/4 nodes are available: 1 Too many pods, 2 Insufficient cpu, 2 node(s) had untolerated taint(s). ' +
      'no new claims to deallocate, preemption: 0/4 nodes are available: ' +
      '1 No preemption victims found for incoming pod, 3 Preemption is not helpful for scheduling.',
  );
  expect([decision.considered, decision.feasible, decision.tieSet]).toEqual([4, 0, []]);
});

test('node affinity that contradicts itself ends the attempt before any node is looked at', () => {
  const matchFields = ['a', 'b'].map((name) => ({ key: 'metadata.name', operator: 'In' as const, values: [name] }));
  const affinity = {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } },
  };
  const decision = decide(kubeScheduler(), cluster({ a: {} }), pod('p', { affinity }));
  expect(decision.message).toBe('0/1 nodes are available: pod affinity terms conflict. not found');
});

test('a pod with a resource claim waits: there are none', () => {
  const resourceClaims = [{ name: 'gpu', resourceClaimName: 'my-gpu' }];
  expect(decide(kubeScheduler(), cluster({ a: {} }), pod('p', { resourceClaims })).message).toBe(
    `0/1 nodes are available: resourceclaim.resource.k8s.io "my-gpu" not found. ${unhelpful(1)}`,
  );
});

test('nodes are examined zone by zone in turn, and the next attempt goes on where the last one stopped', () => {
  const cache = new SchedulerCache();
  const zoned = (name: string, zone: string): void => {
    const { metadata } = nodeObject(name, { labels: { 'topology.kubernetes.io/zone': zone } });
    cache.addNode({
      name,
      labels: metadata.labels ?? {},
      allocatable: compilePod(podObject('x')).requests.declared,
      maxPods: 9,
    });
  };
  for (const [name, zone] of [
    ['a1', 'a'],
    ['a2', 'a'],
    ['a3', 'a'],
    ['b1', 'b'],
    ['c1', 'c'],
    ['c2', 'c'],
  ] as const)
    zoned(name, zone);
  expect(names(cache.nodes)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  cache.removeNode(cache.node('b1')!);
  expect(names(cache.nodes)).toEqual(['a1', 'c1', 'a2', 'c2', 'a3']);
});

test('the share of nodes to find falls with their number (kube-scheduler’s documented 50 % to 5 %)', () => {
  expect([50, 99, 100, 1000, 5000, 10_000].map((nodes) => feasibleNodesToFind(nodes))).toEqual([
    50, 99, 100, 420, 500, 500,
  ]);
  expect(feasibleNodesToFind(1000, 30)).toBe(300);
});

test('a large cluster is searched in turns: each attempt examines only as many as it needs', () => {
  const cache = cluster(Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`n${i}`, {}])));
  const scheduler = kubeScheduler({ percentageOfNodesToScore: 1 });
  const first = decide(scheduler, cache, pod('p'));
  const second = decide(scheduler, cache, pod('p'));
  const third = decide(scheduler, cache, pod('p'));
  expect([first.considered, first.feasible]).toEqual([100, 100]);
  expect(first.verdicts!.feasible[0]!.name).toBe('n0');
  expect(second.verdicts!.feasible[0]!.name).toBe('n100');
  expect(names(third.verdicts!.feasible).slice(48, 52)).toEqual(['n248', 'n249', 'n0', 'n1']);
});

test('of equally good nodes each is drawn alike, from the stream that is given, and nothing is drawn without a tie', () => {
  const cache = cluster({ a: {}, b: {}, c: {} });
  put(cache, 'c', 'there', { requests: { cpu: 1, memory: 1000 } });
  const draws = new RandomStream(7, 'ties');
  const scheduler = kubeScheduler();
  const counts: Record<string, number> = {};
  for (let i = 0; i < 400; i++) {
    const decision = decide(scheduler, cache, pod('p', { requests: { cpu: 1, memory: 1000 } }), { draws });
    expect(names(decision.tieSet).sort()).toEqual(['a', 'b']);
    counts[decision.node!.name] = (counts[decision.node!.name] ?? 0) + 1;
  }
  // 400 fair draws: six standard deviations are 60.
  expect(counts['a']).toBeGreaterThan(140);
  expect(counts['b']).toBeGreaterThan(140);
  const [untouched, used] = [new RandomStream(3, 'ties'), new RandomStream(3, 'ties')];
  put(cache, 'a', 'more', { requests: { cpu: 2, memory: 2000 } });
  expect(decide(scheduler, cache, pod('p', { requests: { cpu: 1 } }), { draws: used }).node?.name).toBe('b');
  expect(used.uniform()).toBe(untouched.uniform());
});

test('waiting pods come by priority, then by age', () => {
  const pods = [pod('young', {}, 5), pod('old', {}, 1), pod('urgent', { priority: 10 }, 9)];
  expect(pods.sort(prioritySort).map(({ name }) => name)).toEqual(['urgent', 'old', 'young']);
});

test('an important pod is offered the node where the least important pods would have to go, and as few as will do', () => {
  const cache = cluster({ a: {}, b: {} });
  put(cache, 'a', 'important', { priority: 50, requests: { cpu: 4 } });
  put(cache, 'b', 'small', { priority: 1, requests: { cpu: 1 } }, 1);
  put(cache, 'b', 'smaller', { priority: 1, requests: { cpu: 1 } }, 2);
  put(cache, 'b', 'large', { priority: 5, requests: { cpu: 2 } }, 3);
  const before = Array.from(cache.columns.requestedCpuMillicores);
  const decision = decide(kubeScheduler(), cache, pod('p', { priority: 100, requests: { cpu: 1 } }));
  expect(decision.node).toBeUndefined();
  expect(decision.message).toBe('0/2 nodes are available: 2 Insufficient cpu.');
  expect(decision.nomination?.node.name).toBe('b');
  expect(decision.nomination?.victims.map(({ name }) => name)).toEqual(['smaller']);
  expect(Array.from(cache.columns.requestedCpuMillicores)).toEqual(before);
  const modest = decide(
    kubeScheduler(),
    cache,
    pod('p', { priority: 100, preemptionPolicy: 'Never', requests: { cpu: 1 } }),
  );
  expect(modest.nomination).toBeUndefined();
  expect(modest.message).toMatch('preemption: not eligible due to preemptionPolicy=Never.');
});

test('lowest latency wins over everything that scores say, among nodes that pass the filters', () => {
  const latencies: Record<string, number> = { near: 1e6, far: 9e6, tainted: 0, lost: Infinity };
  const cache = cluster({ far: {}, near: {}, tainted: { taints: [{ key: 'k', effect: 'NoSchedule' }] }, lost: {} });
  put(cache, 'near', 'there', { requests: { cpu: 3, memory: 3000 } });
  const decision = decide(lowestLatency(), cache, pod('p'), { communicationLatencyNs: ({ name }) => latencies[name]! });
  expect([decision.node?.name, decision.value, names(decision.tieSet)]).toEqual(['near', 1e6, ['near']]);
});

test('equal latencies are settled by kube-scheduler’s score, then drawn', () => {
  const cache = cluster({ a: {}, b: {}, c: {}, d: {} });
  put(cache, 'a', 'there', { requests: { cpu: 2, memory: 2000 } });
  const communicationLatencyNs = ({ name }: NodeInfo): number => (name === 'd' ? 2 : 1);
  const decision = decide(lowestLatency(), cache, pod('p', { requests: { cpu: 1, memory: 1000 } }), {
    communicationLatencyNs,
  });
  expect(names(decision.tieSet)).toEqual(['b', 'c']);
  expect(names(decision.verdicts!.scored)).toEqual(['a', 'b', 'c']);
  const unreachable = decide(lowestLatency(), cache, pod('p'), { communicationLatencyNs: () => Infinity });
  expect(unreachable.node).toBeDefined();
});

test('lowest latency refuses to guess', () => {
  const cache = cluster({ a: {} });
  expect(() => decide(lowestLatency(), cache, pod('p'))).toThrow('needs communicationLatencyNs');
  expect(() => decide(lowestLatency(), cache, pod('p'), { communicationLatencyNs: () => Number.NaN })).toThrow(
    "node 'a': found NaN",
  );
  expect(
    decide(lowestLatency(), cache, pod('p', { requests: { cpu: 9 } }), { communicationLatencyNs: () => 1 }).message,
  ).toBe(`0/1 nodes are available: 1 Insufficient cpu. ${unhelpful(1)}`);
});
