import { expect, test } from 'vitest';
import { compilePod, kubeScheduler } from '../../../src/kubernetes/scheduling/index.ts';
import type {
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinityTerm,
  Taint,
  Toleration,
  TopologySpreadConstraint,
} from '../../../src/model/index.ts';
import { cluster, decide, feasible, pod, podObject, type PodSketch, put, refusals } from './cluster.ts';

const noSchedule: Taint = { key: 'k', value: 'v', effect: 'NoSchedule' };

test.each<[string, Taint, Toleration | undefined, boolean]>([
  ['no toleration', noSchedule, undefined, false],
  ['equal', noSchedule, { key: 'k', operator: 'Equal', value: 'v', effect: 'NoSchedule' }, true],
  ['the operator is Equal by default', noSchedule, { key: 'k', value: 'v' }, true],
  ['another value', noSchedule, { key: 'k', value: 'w' }, false],
  ['another effect', noSchedule, { key: 'k', value: 'v', effect: 'NoExecute' }, false],
  ['no effect means every effect', { ...noSchedule, effect: 'NoExecute' }, { key: 'k', operator: 'Exists' }, true],
  ['exists, whatever the value', noSchedule, { key: 'k', operator: 'Exists' }, true],
  ['exists without key tolerates everything', noSchedule, { operator: 'Exists' }, true],
  ['another key', noSchedule, { key: 'l', operator: 'Exists' }, false],
  [
    'an absent value is the empty one',
    { key: 'k', effect: 'NoSchedule' },
    { key: 'k', operator: 'Equal', value: '' },
    true,
  ],
  ['PreferNoSchedule keeps nobody off', { ...noSchedule, effect: 'PreferNoSchedule' }, undefined, true],
])('taints and tolerations: %s', (_name, taint, toleration, admitted) => {
  const cache = cluster({ a: { taints: [taint] } });
  const decision = decide(
    kubeScheduler(),
    cache,
    pod('p', toleration === undefined ? {} : { tolerations: [toleration] }),
  );
  expect(decision.node?.name).toBe(admitted ? 'a' : undefined);
  if (!admitted) expect(refusals(decision)).toEqual({ a: 'TaintToleration' });
});

test.each<[NodeSelectorRequirement, string[]]>([
  [{ key: 'gen', operator: 'In', values: ['5', '9'] }, ['five', 'nine']],
  [{ key: 'gen', operator: 'NotIn', values: ['5'] }, ['nine', 'word', 'none']],
  [{ key: 'gen', operator: 'Exists' }, ['five', 'nine', 'word']],
  [{ key: 'gen', operator: 'DoesNotExist' }, ['none']],
  [{ key: 'gen', operator: 'Gt', values: ['5'] }, ['nine']],
  [{ key: 'gen', operator: 'Lt', values: ['9'] }, ['five']],
  [{ key: 'gen', operator: 'Gt', values: ['many'] }, []],
])('node affinity: %o admits %o', (requirement, nodes) => {
  const cache = cluster({
    five: { labels: { gen: '5' } },
    nine: { labels: { gen: '9' } },
    word: { labels: { gen: 'x' } },
    none: {},
  });
  const terms = { nodeSelectorTerms: [{ matchExpressions: [requirement] }] };
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } };
  expect(feasible(decide(kubeScheduler(), cache, pod('p', { affinity })))).toEqual(nodes);
});

test('terms of node affinity are alternatives, a node selector must hold besides, an empty term admits no node', () => {
  const cache = cluster({
    a: { labels: { x: '1', y: '1' } },
    b: { labels: { x: '2', y: '1' } },
    c: { labels: { x: '1' } },
  });
  const terms = ['1', '2'].map((value) => ({
    matchExpressions: [{ key: 'x', operator: 'In' as const, values: [value] }],
  }));
  const required = (nodeSelectorTerms: readonly NodeSelectorTerm[]): PodSketch => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
  const both = pod('p', { ...required(terms), nodeSelector: { y: '1' } });
  expect(feasible(decide(kubeScheduler(), cache, both))).toEqual(['a', 'b']);
  expect(feasible(decide(kubeScheduler(), cache, pod('p', required([{}]))))).toEqual([]);
});

test('a pod that names its node by field is only tried there', () => {
  const cache = cluster({ a: {}, b: {}, c: { taints: [noSchedule] } });
  const at = (name: string): PodSketch => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }],
        },
      },
    },
  });
  const decision = decide(kubeScheduler(), cache, pod('p', at('b')));
  expect([decision.node?.name, decision.considered]).toEqual(['b', 1]);
  expect(decide(kubeScheduler(), cache, pod('p', at('c'))).message).toMatch(
    "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
  );
});

test('selectors that the API server refuses are refused, with pod and field', () => {
  const matchExpressions = [{ key: 'zone', operator: 'Within', values: ['a'] }];
  const affinity = {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
  };
  expect(() => compilePod(podObject('p', { affinity } as unknown as PodSketch))).toThrow(
    "pod default/p: requirement on 'zone': found operator 'Within', expected In, NotIn, Exists, DoesNotExist, Gt or Lt",
  );
});

test.each([
  ['same port on every address', {}, {}, true],
  ['another protocol', { protocol: 'UDP' }, {}, false],
  ['two different addresses', { hostIP: '10.0.0.1' }, { hostIP: '10.0.0.2' }, false],
  ['an address and the wildcard', { hostIP: '10.0.0.1' }, {}, true],
  ['the wildcard and an address', {}, { hostIP: '10.0.0.1' }, true],
])('host ports: %s', (_name, taken, wanted, conflicts) => {
  const cache = cluster({ a: {} });
  put(cache, 'a', 'there', { container: { ports: [{ containerPort: 80, hostPort: 8080, ...taken }] } });
  const decision = decide(
    kubeScheduler(),
    cache,
    pod('p', { container: { ports: [{ containerPort: 81, hostPort: 8080, ...wanted }] } }),
  );
  expect(refusals(decision)).toEqual(conflicts ? { a: 'NodePorts' } : {});
});

test('a pod in the network of its host takes its container ports', () => {
  const cache = cluster({ a: {} });
  const sketch = { hostNetwork: true, container: { ports: [{ containerPort: 80 }] } };
  const there = put(cache, 'a', 'there', sketch);
  expect(decide(kubeScheduler(), cache, pod('p', sketch)).node).toBeUndefined();
  cache.forgetPod(there);
  expect(decide(kubeScheduler(), cache, pod('p', sketch)).node?.name).toBe('a');
});

test('cordoned nodes take only pods that tolerate it', () => {
  const cache = cluster({ a: { unschedulable: true } });
  expect(refusals(decide(kubeScheduler(), cache, pod('p')))).toEqual({ a: 'NodeUnschedulable' });
  const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' as const }];
  expect(decide(kubeScheduler(), cache, pod('p', { tolerations })).node?.name).toBe('a');
});

test('extended resources are refused where they lack', () => {
  const cache = cluster({ cpu: {}, gpu: { allocatable: { 'nvidia.com/gpu': 1 } } });
  const wanting = { requests: { 'nvidia.com/gpu': 1 } };
  expect(feasible(decide(kubeScheduler(), cache, pod('p', wanting)))).toEqual(['gpu']);
  put(cache, 'gpu', 'there', wanting);
  expect(decide(kubeScheduler(), cache, pod('p', wanting)).message).toMatch(
    '0/2 nodes are available: 2 Insufficient nvidia.com/gpu.',
  );
});

const near = (app: string, topologyKey = 'zone'): PodAffinityTerm => ({
  labelSelector: { matchLabels: { app } },
  topologyKey,
});
const affinityTo = (kind: 'podAffinity' | 'podAntiAffinity', ...terms: PodAffinityTerm[]): PodSketch => ({
  affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});
const zones = { a: { labels: { zone: '1' } }, b: { labels: { zone: '1' } }, c: { labels: { zone: '2' } }, d: {} };

test('required affinity looks at pods of the own namespace in the same topology', () => {
  const cache = cluster(zones);
  put(cache, 'a', 'db', { labels: { app: 'db' } });
  put(cache, 'c', 'other', { labels: { app: 'db' }, namespace: 'elsewhere' });
  expect(feasible(decide(kubeScheduler(), cache, pod('p', affinityTo('podAffinity', near('db')))))).toEqual(['a', 'b']);
  const everywhere = pod('p', affinityTo('podAffinity', { ...near('db'), namespaceSelector: {} }));
  expect(feasible(decide(kubeScheduler(), cache, everywhere))).toEqual(['a', 'c', 'b'].sort());
});

test('the first pod of a group that wants to be near itself goes anywhere that has the label', () => {
  const sketch = { labels: { app: 'web' }, ...affinityTo('podAffinity', near('web')) };
  expect(feasible(decide(kubeScheduler(), cluster(zones), pod('p', sketch)))).toEqual(['a', 'b', 'c']);
  expect(feasible(decide(kubeScheduler(), cluster(zones), pod('p', affinityTo('podAffinity', near('web')))))).toEqual(
    [],
  );
});

test('required anti-affinity holds in both directions', () => {
  const cache = cluster(zones);
  put(cache, 'a', 'loner', { labels: { app: 'loner' }, ...affinityTo('podAntiAffinity', near('web')) });
  expect(refusals(decide(kubeScheduler(), cache, pod('p', { labels: { app: 'web' } })))).toEqual({
    a: 'InterPodAffinity',
    b: 'InterPodAffinity',
  });
  expect(feasible(decide(kubeScheduler(), cache, pod('p', affinityTo('podAntiAffinity', near('loner')))))).toEqual([
    'c',
    'd',
  ]);
});

const spread = (more: Partial<TopologySpreadConstraint> = {}): PodSketch => ({
  labels: { app: 'web' },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
      ...more,
    },
  ],
});

test('hard topology spread refuses domains that are ahead, and nodes without the label', () => {
  const cache = cluster(zones);
  const there = put(cache, 'a', 'w1', { labels: { app: 'web' } });
  const decision = decide(kubeScheduler(), cache, pod('p', spread()));
  expect(feasible(decision)).toEqual(['c']);
  expect(decision.verdicts!.refused.map(({ rejection }) => rejection.resolvable)).toEqual([true, true, false]);
  expect(feasible(decide(kubeScheduler(), cache, pod('p', spread({ maxSkew: 2 }))))).toEqual(['a', 'b', 'c']);
  cache.terminatePod(there);
  expect(feasible(decide(kubeScheduler(), cache, pod('p', spread())))).toEqual(['a', 'b', 'c']);
});

test('with fewer domains than asked for, the emptiest counts as empty', () => {
  const cache = cluster(zones);
  put(cache, 'a', 'w1', { labels: { app: 'web' } });
  put(cache, 'c', 'w2', { labels: { app: 'web' } });
  expect(feasible(decide(kubeScheduler(), cache, pod('p', spread())))).toEqual(['a', 'b', 'c']);
  expect(feasible(decide(kubeScheduler(), cache, pod('p', spread({ minDomains: 3 }))))).toEqual([]);
});

test('nodes that the pod’s own affinity excludes are no domain, unless the policy ignores it', () => {
  const cache = cluster({ a: { labels: { zone: '1', ssd: 'y' } }, c: { labels: { zone: '2' } } });
  put(cache, 'a', 'w1', { labels: { app: 'web' } });
  expect(feasible(decide(kubeScheduler(), cache, pod('p', { ...spread(), nodeSelector: { ssd: 'y' } })))).toEqual([
    'a',
  ]);
  const ignoring = { ...spread({ nodeAffinityPolicy: 'Ignore' }), nodeSelector: { ssd: 'y' } };
  expect(feasible(decide(kubeScheduler(), cache, pod('p', ignoring)))).toEqual([]);
});
