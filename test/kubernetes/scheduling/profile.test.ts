import { expect, test } from 'vitest';
import {
  kubeScheduler,
  readProfile,
  type Decision,
  type SchedulerCache,
  type SchedulerProfile,
} from '../../../src/kubernetes/scheduling/index.ts';
import type { PublishedProfile } from '../../../src/model/index.ts';
import { cluster, decide, feasible, pod, type PodSketch, put, refusals, scoresOf } from './cluster.ts';

const taint = { key: 'k', effect: 'NoSchedule' as const };
const asked = { requests: { cpu: 1, memory: 1000 } };
const decideBy = (profile: PublishedProfile, cache: SchedulerCache, sketch: PodSketch = asked): Decision =>
  decide(kubeScheduler(readProfile(profile)), cache, pod('p', sketch));
const weights = (decision: Decision): Record<string, number> =>
  Object.fromEntries(decision.verdicts!.scores.map(({ plugin, weight }) => [plugin, weight]));
const two = () => cluster({ a: {}, b: {} });

test('a profile that says nothing is the default one', () => {
  expect(weights(decideBy({}, two()))).toEqual({
    TaintToleration: 3,
    NodeResourcesFit: 1,
    DynamicResources: 2,
    NodeResourcesBalancedAllocation: 1,
    ImageLocality: 1,
  });
});

test('disabled for all points a plugin neither filters nor scores; disabled for one it does the other', () => {
  const cache = cluster({ a: { taints: [taint] }, b: {} });
  const disabled = [{ name: 'TaintToleration' as const }];
  const nowhere = decideBy({ plugins: { multiPoint: { disabled } } }, cache);
  expect([feasible(nowhere), weights(nowhere)['TaintToleration']]).toEqual([['a', 'b'], undefined]);
  const unfiltered = decideBy({ plugins: { filter: { disabled } } }, cache);
  expect([feasible(unfiltered), weights(unfiltered)['TaintToleration']]).toEqual([['a', 'b'], 3]);
  const unscored = decideBy({ plugins: { score: { disabled } } }, cluster({ a: { taints: [taint] }, b: {}, c: {} }));
  expect(refusals(unscored)).toEqual({ a: 'TaintToleration' });
  expect(weights(unscored)['TaintToleration']).toBeUndefined();
});

test("'*' takes all default plugins away, and what is enabled beside it is alone", () => {
  const disabled = [{ name: '*' as const }];
  // published example: a scheduler that filters and does not score
  const unscored = decideBy({ plugins: { preScore: { disabled }, score: { disabled } } }, two());
  expect([unscored.value, unscored.tieSet.length, weights(unscored)]).toEqual([0, 2, {}]);
  const score = { disabled, enabled: [{ name: 'ImageLocality' as const, weight: 7 }] };
  expect(weights(decideBy({ plugins: { score } }, two()))).toEqual({ ImageLocality: 7 });
  const multiPoint = { disabled, enabled: [{ name: 'NodeResourcesFit' as const }] };
  const alone = decideBy({ plugins: { multiPoint } }, cluster({ a: { taints: [taint] }, b: {} }));
  expect([feasible(alone), weights(alone)]).toEqual([['a', 'b'], { NodeResourcesFit: 1 }]);
});

test('a weight in score comes before one in multiPoint, which comes before the default; none stated, or 0, is 1', () => {
  const name = 'TaintToleration' as const;
  const ofTaints = (plugins: NonNullable<PublishedProfile['plugins']>) =>
    weights(decideBy({ plugins }, two()))['TaintToleration'];
  expect(ofTaints({ multiPoint: { enabled: [{ name, weight: 5 }] } })).toBe(5);
  expect(ofTaints({ multiPoint: { enabled: [{ name, weight: 5 }] }, score: { enabled: [{ name, weight: 8 }] } })).toBe(
    8,
  );
  expect(ofTaints({ score: { disabled: [{ name }], enabled: [{ name, weight: 8 }] } })).toBe(8);
  expect(ofTaints({ multiPoint: { enabled: [{ name }] } })).toBe(1);
  expect(ofTaints({ score: { enabled: [{ name, weight: 0 }] } })).toBe(1);
});

test('filters that are restated run first: they name the reason of a refusal', () => {
  const cache = cluster({ a: { taints: [taint], allocatable: { pods: 0 } } });
  expect(refusals(decideBy({}, cache))).toEqual({ a: 'TaintToleration' });
  const plugins = { filter: { enabled: [{ name: 'NodeResourcesFit' as const }] } };
  expect(refusals(decideBy({ plugins }, cache))).toEqual({ a: 'NodeResourcesFit' });
});

test('without preemption nobody is nominated, and the message ends with the reasons', () => {
  const cache = cluster({ a: {} });
  put(cache, 'a', 'small', { priority: 0, requests: { cpu: 4 } });
  const important = { priority: 9, requests: { cpu: 1 } };
  expect(decideBy({}, cache, important).nomination?.node.name).toBe('a');
  const postFilter = { disabled: [{ name: 'DefaultPreemption' as const }] };
  const decision = decideBy({ plugins: { postFilter } }, cache, important);
  expect(decision.nomination).toBeUndefined();
  expect(decision.message).toBe('0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate');
  const neither = decideBy({ plugins: { postFilter: { disabled: [{ name: '*' }] } } }, cache, important);
  expect(neither.message).toBe('0/1 nodes are available: 1 Insufficient cpu.');
});

test('NodeResourcesFitArgs: packing in place of spreading, and a ratio of its own shape', () => {
  const cache = two();
  put(cache, 'a', 'there', asked);
  const fit = (scoringStrategy: object): Record<string, number> | undefined =>
    scoresOf(
      decideBy({ pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy } }] }, cache),
      'NodeResourcesFit',
    );
  expect(fit({ type: 'LeastAllocated' })).toEqual({ a: 50, b: 75 });
  expect(fit({ type: 'MostAllocated' })).toEqual({ a: 50, b: 25 });
  expect(fit({ type: 'MostAllocated', resources: [{ name: 'cpu', weight: 3 }] })).toEqual({ a: 50, b: 25 });
  const shape = [
    { utilization: 0, score: 0 },
    { utilization: 50, score: 10 },
  ];
  expect(fit({ type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape } })).toEqual({ a: 100, b: 50 });
});

test('InterPodAffinityArgs: what a required term of another pod is worth', () => {
  const cache = cluster({ a: {}, b: {} });
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'x' } } };
  put(cache, 'a', 'near', {
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
  });
  const scores = (args: object) =>
    scoresOf(
      decideBy({ pluginConfig: [{ name: 'InterPodAffinity', args }] }, cache, { ...asked, labels: { app: 'x' } }),
      'InterPodAffinity',
    );
  expect(scores({})).toEqual({ a: 100, b: 0 });
  expect(scores({ hardPodAffinityWeight: 0 })).toBeUndefined();
  expect(scores({ ignorePreferredTermsOfExistingPods: true })).toBeUndefined();
});

test('PodTopologySpreadArgs: listed constraints hold for pods that a Service selects and that state none', () => {
  const zoned = (zone: string) => ({ labels: { zone } });
  const cache = cluster({ a: zoned('1'), b: zoned('2') });
  cache.setService('default', 'mine', { app: 'mine' });
  put(cache, 'a', 'mine-0', { labels: { app: 'mine' } });
  const constraint = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' as const };
  const args = { defaultingType: 'List' as const, defaultConstraints: [constraint] };
  const pluginConfig: PublishedProfile['pluginConfig'] = [{ name: 'PodTopologySpread', args }];
  const listed = decideBy({ pluginConfig }, cache, { labels: { app: 'mine' } });
  expect([feasible(listed), refusals(listed)]).toEqual([['b'], { a: 'PodTopologySpread' }]);
  expect(feasible(decideBy({ pluginConfig }, cache, { labels: { app: 'other' } }))).toEqual(['a', 'b']);
  const own = { ...constraint, whenUnsatisfiable: 'ScheduleAnyway' as const };
  const stating = decideBy({ pluginConfig }, cache, { labels: { app: 'mine' }, topologySpreadConstraints: [own] });
  expect(feasible(stating)).toEqual(['a', 'b']);
  const none = decideBy({ pluginConfig: [{ name: 'PodTopologySpread', args: { defaultingType: 'List' } }] }, cache, {
    ...asked,
    labels: { app: 'mine' },
  });
  expect([feasible(none), scoresOf(none, 'PodTopologySpread')]).toEqual([['a', 'b'], undefined]);
});

test('NodeAffinityArgs: what is added is demanded and preferred for every pod', () => {
  const cache = cluster({ a: { labels: { disk: 'ssd' } }, b: { labels: { disk: 'hdd' } }, c: {} });
  const has = (...values: string[]) => ({ matchExpressions: [{ key: 'disk', operator: 'In' as const, values }] });
  const addedAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [has('ssd', 'hdd')] },
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, preference: has('ssd') }],
  };
  const pluginConfig: PublishedProfile['pluginConfig'] = [{ name: 'NodeAffinity', args: { addedAffinity } }];
  const decision = decideBy({ pluginConfig }, cache);
  expect(decision.verdicts!.refused.map(({ node, rejection }) => [node.name, ...rejection.reasons])).toEqual([
    ['c', "node(s) didn't match scheduler-enforced node affinity"],
  ]);
  expect(scoresOf(decision, 'NodeAffinity')).toEqual({ a: 100, b: 0 });
  const lost = decideBy({ pluginConfig }, cache, { ...asked, nodeSelector: { disk: 'hdd' } });
  expect([lost.node?.name, refusals(lost)]).toEqual(['b', { a: 'NodeAffinity', c: 'NodeAffinity' }]);
});

test('NodeResourcesBalancedAllocationArgs: which resources are balanced', () => {
  const cache = cluster({ a: {}, b: { allocatable: { memory: 1000 } } });
  const args = { resources: [{ name: 'cpu' }] };
  const scores = scoresOf(
    decideBy({ pluginConfig: [{ name: 'NodeResourcesBalancedAllocation', args }] }, cache),
    'NodeResourcesBalancedAllocation',
  );
  // one resource is always in balance: 50 + (50 + 0) / 2
  expect(scores).toEqual({ a: 75, b: 75 });
});

test('what a profile cannot be made of is refused', () => {
  const refuse = (profile: SchedulerProfile) => () => kubeScheduler(profile);
  const twice = [{ name: 'NodePorts' as const }, { name: 'NodePorts' as const }];
  expect(refuse({ plugins: { multiPoint: { enabled: twice } } })).toThrow('plugin NodePorts is enabled twice');
  expect(refuse({ plugins: { score: { enabled: [{ name: 'NodePorts' }] } } })).toThrow(
    'plugin NodePorts does not extend score',
  );
});

test.each([{ ignoredResources: ['example.org/gpu'] }, { ignoredResourceGroups: ['example.org'] }])(
  'a resource that is to be ignored is no reason to refuse a node: %j',
  (args) => {
    const sketch = { requests: { 'example.org/gpu': 1, cpu: 1 } };
    expect(decideBy({}, two(), sketch).message).toContain('2 Insufficient example.org/gpu');
    const ignoring: PublishedProfile = { pluginConfig: [{ name: 'NodeResourcesFit', args }] };
    expect(feasible(decideBy(ignoring, two(), sketch))).toEqual(['a', 'b']);
    expect(decideBy(ignoring, two(), { requests: { 'example.com/gpu': 1 } }).message).toContain('Insufficient');
  },
);
