import { expect, test } from 'vitest';
import { admissionRefusal } from '../../../src/kubernetes/kubelet/index.ts';
import { manifestWorld, runManifest, seconds } from '../manifest-world.ts';
import { cluster, pod, put } from '../scheduling/cluster.ts';

const NO_EXECUTE = { key: 'k', effect: 'NoExecute' } as const;
const NO_SCHEDULE = { key: 'k', effect: 'NoSchedule' } as const;

// reasons as in pkg/kubelet/lifecycle/predicate.go
test.each([
  ['room for all', {}, {}, undefined],
  ['no CPU left', { requests: { cpu: '600m' } }, {}, 'OutOfcpu'],
  ['no memory left', { requests: { memory: '600Mi' } }, {}, 'OutOfmemory'],
  ['CPU is told before memory', { requests: { cpu: 2, memory: '2Gi' } }, {}, 'OutOfcpu'],
  ['a device that the node lacks', { requests: { 'example.com/gpu': 1 } }, {}, 'OutOfexample.com/gpu'],
  ['no room for another pod', {}, { allocatable: { cpu: 1, memory: '1Gi', pods: 1 } }, 'OutOfpods'],
  ['labels that the node lacks', { nodeSelector: { disk: 'ssd' } }, {}, 'NodeAffinity'],
  ['a taint that expels', {}, { taints: [NO_EXECUTE] }, 'TaintToleration'],
  ['a taint that the scheduler alone heeds', {}, { taints: [NO_SCHEDULE] }, undefined],
  ['a cordon', {}, { unschedulable: true }, undefined],
] as const)('a kubelet takes a pod or says why not: %s', (_what, sketch, node, expected) => {
  const cache = cluster({ a: { allocatable: { cpu: 1, memory: '1Gi', pods: 10 }, ...node } as never });
  put(cache, 'a', 'there', { requests: { cpu: '500m', memory: '500Mi' } });
  const info = cache.node('a')!;
  expect(admissionRefusal(pod('p', sketch as never), info, cache)).toBe(expected);
});

test('a pod that is counted on the node already takes nothing from itself', () => {
  const cache = cluster({ a: { allocatable: { cpu: 1, memory: '1Gi', pods: 1 } } });
  const counted = put(cache, 'a', 'p', { requests: { cpu: 1 } });
  expect(admissionRefusal(counted, cache.node('a')!, cache)).toBeUndefined();
  expect(cache.columns.requestedCpuMillicores[0]).toBe(1000);
});

const deployment = (node: string, cpu: string, replicas = 1): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { nodeName: ${node}, containers: [{ name: c, resources: { requests: { cpu: ${cpu} } } }] }
`;

test('a pod that names its node passes by the scheduler, and a cordon with it', () => {
  const spec = { maintenance: [{ at: '0s', cordon: 'n2' }] };
  const [first] = runManifest(manifestWorld(deployment('n2', '100m'), { nodes: 2, spec, app: { at: '1s' } }));
  expect([first!.node, first!.attempts, seconds(first!.readyNs)]).toEqual([1, 0, 3]);
});

test('refused pods fail, and their controller makes others 20 times a second, to a thousand', () => {
  const pods = runManifest(manifestWorld(deployment('n1', '600m', 2), { duration: '10s' }));
  const failed = pods.filter(({ reason }) => reason === 'OutOfcpu');
  expect(pods.filter(({ phase }) => phase === 'ready')).toHaveLength(1);
  expect(failed.slice(0, 4).map(({ createdNs, goneNs }) => [createdNs / 1e6, goneNs! / 1e6])).toEqual([
    [0, 0],
    [50, 50],
    [100, 100],
    [150, 150],
  ]);
  // from 0 s to 10 s, both included
  expect(failed).toHaveLength(201);
  expect(runManifest(manifestWorld(deployment('n1', '2'), { duration: '10m' }))).toHaveLength(1000);
});

test('on a node that is down it is looked at when the node is back', () => {
  const spec = { faults: [{ at: '1s', for: '20s', crash: 'n1' }] };
  const [late] = runManifest(manifestWorld(deployment('n1', '100m'), { spec, app: { at: '5s' } }));
  expect([seconds(late!.scheduledNs), seconds(late!.readyNs)]).toEqual([5, 23]);
});

test('on a node that nobody has it waits for 40 s from a look, one in 20 s, and so does each that is made in its place', () => {
  const pods = runManifest(manifestWorld(deployment('nowhere', '100m'), { duration: '2m', app: { at: '5s' } }));
  expect(pods.map(({ createdNs, goneNs }) => [seconds(createdNs), seconds(goneNs)])).toEqual([
    [5, 60],
    [60, 100],
    [100, undefined],
  ]);
  expect([pods[0]!.reason, pods[2]!.phase, pods[2]!.message]).toEqual([
    'orphaned',
    'pending',
    'node "nowhere" not found',
  ]);
});
