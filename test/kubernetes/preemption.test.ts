import { expect, test } from 'vitest';
import { kubeScheduler, type DisruptionAllowance, type SchedulingPod } from '../../src/kubernetes/scheduling/index.ts';
import { Recorder } from '../../src/results/index.ts';
import { runSimulation } from '../../src/simulation.ts';
import { manifestWorld, runManifest, seconds } from './manifest-world.ts';
import { cluster, decide, pod, put } from './scheduling/cluster.ts';

const whole = { requests: { cpu: 4 } };
const half = { requests: { cpu: 2 } };
const urgent = pod('urgent', { ...half, priority: 100 });
const budget = (allowed: number, ...names: string[]): (() => DisruptionAllowance[]) => {
  return () => [{ covers: ({ name }: SchedulingPod) => names.includes(name), allowed }];
};
const victims = (decision: ReturnType<typeof decide>) => [
  decision.nomination?.node.name,
  ...(decision.nomination?.victims.map(({ name }) => name) ?? []),
];

test('the node where the fewest budgets are broken is taken, though its victims are more important', () => {
  const cache = cluster({ a: {}, b: {} });
  put(cache, 'a', 'guarded', { ...whole, priority: 1 });
  put(cache, 'b', 'free', { ...whole, priority: 50 });
  expect(victims(decide(kubeScheduler(), cache, urgent))).toEqual(['a', 'guarded']);
  const disruptionBudgets = budget(0, 'guarded');
  expect(victims(decide(kubeScheduler(), cache, urgent, { disruptionBudgets }))).toEqual(['b', 'free']);
  // a budget that still allows one is not broken by one
  expect(victims(decide(kubeScheduler(), cache, urgent, { disruptionBudgets: budget(1, 'guarded') }))).toEqual([
    'a',
    'guarded',
  ]);
});

test('on a node, pods that a budget would keep are spared before others, even of higher priority', () => {
  const cache = cluster({ a: {} });
  put(cache, 'a', 'guarded', { ...half, priority: 1 });
  put(cache, 'a', 'free', { ...half, priority: 50 });
  expect(victims(decide(kubeScheduler(), cache, urgent))).toEqual(['a', 'guarded']);
  expect(victims(decide(kubeScheduler(), cache, urgent, { disruptionBudgets: budget(0, 'guarded') }))).toEqual([
    'a',
    'free',
  ]);
  // budgets are a wish: where nothing else helps, they are broken
  const decision = decide(kubeScheduler(), cache, pod('p', { ...whole, priority: 100 }), {
    disruptionBudgets: budget(0, 'guarded'),
  });
  expect([...victims(decision), decision.nomination?.violations]).toEqual(['a', 'free', 'guarded', 1]);
});

test.each([
  ['the lowest of the highest priorities', [9, 1], [8, 8], 'b'],
  ['then the lowest sum of priorities', [9, 5], [9, 4], 'b'],
  ['then the fewest pods', [9, -2147483648], [9], 'b'],
] as const)('of nodes without broken budgets: %s', (_what, onA, onB, best) => {
  const cache = cluster({ a: {}, b: {} });
  for (const [name, priorities] of [
    ['a', onA],
    ['b', onB],
  ] as const)
    priorities.forEach((priority, i) =>
      put(cache, name, `${name}${i}`, { requests: { cpu: 4 / priorities.length }, priority }),
    );
  expect(victims(decide(kubeScheduler(), cache, pod('p', { ...whole, priority: 100 })))[0]).toBe(best);
});

test('of equal nodes, the one whose most important victims started last', () => {
  const cache = cluster({ a: {}, b: {} });
  put(cache, 'a', 'old', { ...whole, priority: 1 }, 1e9);
  put(cache, 'b', 'young', { ...whole, priority: 1 }, 2e9);
  expect(victims(decide(kubeScheduler(), cache, urgent))).toEqual(['b', 'young']);
});

test('the room of a nominated pod is kept from others, but not from more important ones', () => {
  const cache = cluster({ a: {}, b: {} });
  put(cache, 'b', 'full', { ...whole, priority: 1000 });
  cache.nominate(pod('waiting', { ...whole, priority: 100 }), cache.node('a'));
  const lower = decide(kubeScheduler(), cache, pod('lower', { ...half, priority: 5 }));
  expect(lower.node).toBeUndefined();
  expect(lower.message).toBe(
    '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: 0/2 nodes are available: ' +
      '2 No preemption victims found for incoming pod.',
  );
  expect(decide(kubeScheduler(), cache, pod('higher', { ...half, priority: 101 })).node?.name).toBe('a');
});

test('a nominated pod takes its node as soon as it can, and evicts nobody else while its victims end', () => {
  const cache = cluster({ a: {}, b: {} });
  const victim = put(cache, 'a', 'victim', { ...whole, priority: 1 });
  put(cache, 'b', 'other', { ...whole, priority: 0 });
  const preemptor = pod('preemptor', { ...whole, priority: 100 });
  cache.nominate(preemptor, cache.node('a'));
  cache.terminatePod(victim);
  victim.preempted = true;
  const waiting = decide(kubeScheduler(), cache, preemptor);
  expect(waiting.nomination).toBeUndefined();
  expect(waiting.message).toBe(
    '0/2 nodes are available: 2 Insufficient cpu. ' +
      'no new claims to deallocate, preemption: not eligible due to a terminating pod on the nominated node.',
  );
  cache.forgetPod(victim);
  expect(decide(kubeScheduler(), cache, preemptor).node?.name).toBe('a');
});

const deployment = (name: string, priority: number, replicas: number, cpu: string, more = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { priority: ${priority}, ${more} containers: [{ name: c, resources: { requests: { cpu: ${cpu} } } }] }
`;
const urgentPod = (preemptionPolicy: string) => `
apiVersion: v1
kind: Pod
metadata: { name: urgent, labels: { app: urgent } }
spec:
  priority: 100
  preemptionPolicy: ${preemptionPolicy}
  schedulingGates: [{ name: later }]
  containers: [{ name: c, resources: { requests: { cpu: 800m } } }]
`;
const lifted = { app: { liftGates: [{ gate: 'later', at: '20s' }] } };

test('in a run, victims go, are made anew and wait, while the pod takes their node after its back-off', () => {
  const manifest = [deployment('small', 1, 2, '500m'), urgentPod('PreemptLowerPriority')].join('---');
  const world = manifestWorld(manifest, lifted);
  const recorder = new Recorder(undefined, { name: 'test', scenario: { file: '', hash: '' }, seed: 1, version: '0' });
  const { pods } = runSimulation(world, recorder);
  const facts = pods.map(({ name, phase, reason, node, scheduledNs, goneNs }) => [
    name,
    phase,
    reason,
    node,
    seconds(scheduledNs),
    seconds(goneNs),
  ]);
  expect(facts).toEqual([
    ['manifest-small-0', 'gone', 'preempted', 0, 0, 20],
    ['manifest-small-1', 'gone', 'preempted', 0, 0, 20],
    ['urgent', 'ready', undefined, 0, 21, undefined],
    ['manifest-small-2', 'pending', undefined, undefined, undefined, undefined],
    ['manifest-small-3', 'pending', undefined, undefined, undefined, undefined],
  ]);
});

test('in a run, preemptionPolicy Never waits', () => {
  const manifest = [deployment('small', 1, 2, '500m'), urgentPod('Never')].join('---');
  const pods = runManifest(manifestWorld(manifest, lifted));
  expect(pods.map(({ phase }) => phase)).toEqual(['ready', 'ready', 'pending']);
  expect(pods[2]!.message).toBe(
    '0/1 nodes are available: 1 Insufficient cpu. ' +
      'no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.',
  );
});

test('in a run, a PodDisruptionBudget turns preemption to the other node', () => {
  const guard = (spec: string): string => `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: guard }
spec: { selector: { matchLabels: { app: one } }, ${spec} }
`;
  const evicted = (...more: string[]): string[] => {
    const manifest = [
      deployment('one', 1, 1, '900m'),
      deployment('two', 50, 1, '900m', 'preemptionPolicy: Never,'),
      urgentPod('PreemptLowerPriority'),
      ...more,
    ].join('---');
    const pods = runManifest(manifestWorld(manifest, { ...lifted, nodes: 2 }));
    return pods.filter(({ reason }) => reason === 'preempted').map(({ name }) => name);
  };
  expect(evicted()).toEqual(['manifest-one-0']);
  expect(evicted(guard('minAvailable: 1'))).toEqual(['manifest-two-0']);
  expect(evicted(guard('maxUnavailable: 0'))).toEqual(['manifest-two-0']);
  // a half of one pod is rounded up: it may go
  expect(evicted(guard('maxUnavailable: "50%"'))).toEqual(['manifest-one-0']);
});
