import { expect, test } from 'vitest';
import { flushAtNs, podBackoffNs } from '../../src/kubernetes/scheduling-queue.ts';
import { mayHelp, type ClusterEvent } from '../../src/kubernetes/scheduling/index.ts';
import { cluster, pod, put, type PodSketch } from './scheduling/cluster.ts';
import { manifestWorld, runManifest, seconds } from './manifest-world.ts';

test('the back-off of an unschedulable pod doubles from 1 s to 10 s', () => {
  expect([1, 2, 3, 4, 5, 6, 1000].map((attempts) => podBackoffNs(attempts) / 1e9)).toEqual([1, 2, 4, 8, 10, 10, 10]);
});

test('a pod that was set aside is flushed at the first look, every 30 s, after more than 5 minutes', () => {
  expect([0, 1, 29.9, 30, 31].map((second) => flushAtNs(second * 1e9) / 1e9)).toEqual([330, 330, 330, 360, 360]);
});

const deployment = (name: string, cpu: string, spec = '', replicas = 1): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { ${spec} containers: [{ name: c, resources: { requests: { cpu: ${cpu} } } }] }
`;
const bare = (name: string, cpu: string, spec = ''): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec: { ${spec} containers: [{ name: c, resources: { requests: { cpu: ${cpu} } } }] }
`;

test('pods that come together are placed by priority, whatever their order', () => {
  // one core, three pods of 0.4: the last in line by priority has to wait
  const manifest = [
    deployment('low', '400m', 'priority: 1,'),
    deployment('high', '400m', 'priority: 9,'),
    deployment('mid', '400m', 'priority: 5,'),
  ].join('---');
  const pods = runManifest(manifestWorld(manifest));
  expect(pods.map(({ name, node }) => [name, node !== undefined])).toEqual([
    ['manifest-low-0', false],
    ['manifest-high-0', true],
    ['manifest-mid-0', true],
  ]);
});

test('a pod without room is tried again when a pod goes, after its back-off; another one goes in vain for who lacks a label', () => {
  const manifest = [
    bare('first', '600m', 'activeDeadlineSeconds: 20,'),
    bare('second', '600m'),
    bare('choosy', '100m', 'nodeSelector: { disk: ssd },'),
  ].join('---');
  const pods = runManifest(manifestWorld(manifest, { duration: '4m' }));
  const [first, second, choosy] = pods;
  expect(seconds(first!.goneNs)).toBe(20);
  // its back-off of 1 s is long over when the first one ends
  expect([seconds(second!.scheduledNs), second!.attempts]).toEqual([20, 2]);
  // NodeAffinity refused it, and no event says that a node has another label by now
  expect([choosy!.phase, choosy!.attempts]).toEqual(['pending', 1]);
});

test('a pod that nothing helps is tried again after 5 minutes', () => {
  const [, waiting] = runManifest(
    manifestWorld([bare('a', '900m'), bare('b', '900m')].join('---'), { duration: '10m' }),
  );
  // flushes at 330 s and, as it was set aside again at 330 s, at 660 s
  expect(waiting!.attempts).toBe(2);
  const [, longer] = runManifest(
    manifestWorld([bare('a', '900m'), bare('b', '900m')].join('---'), { duration: '12m' }),
  );
  expect([longer!.attempts, seconds(longer!.attemptedNs)]).toEqual([3, 660]);
});

test('a pod with scheduling gates waits until the last one is lifted', () => {
  const gated = bare('gated', '100m', 'schedulingGates: [{ name: example.com/quota }, { name: example.com/audit }],');
  const app = { liftGates: [{ gate: 'example.com/quota', at: '10s' }] };
  const [stuck] = runManifest(manifestWorld(gated, { app }));
  expect([stuck!.phase, stuck!.attempts, stuck!.reason, stuck!.message]).toEqual([
    'pending',
    0,
    'SchedulingGated',
    'Scheduling is blocked due to non-empty scheduling gates',
  ]);
  const both = { liftGates: [...app.liftGates, { gate: 'example.com/audit', at: '25s' }] };
  const [free] = runManifest(manifestWorld(gated, { app: both }));
  expect([seconds(free!.scheduledNs), free!.reason]).toEqual([25, undefined]);
});

test('which events may help whom that which plugin refused (EventsToRegister of kube-scheduler)', () => {
  const cache = cluster({ big: {}, tainted: { taints: [{ key: 'k', effect: 'NoSchedule' }] } });
  const [big, tainted] = [cache.node('big')!, cache.node('tainted')!];
  const web = put(cache, 'big', 'web', { labels: { app: 'web' } });
  const gone: ClusterEvent = { kind: 'pod-deleted', pod: web, node: big };
  const came: ClusterEvent = { kind: 'pod-added', pod: web, node: big };
  const helps = (plugin: string, sketch: PodSketch, event: ClusterEvent): boolean =>
    mayHelp(plugin, pod('p', sketch), event, cache);
  expect(helps('NodeResourcesFit', {}, gone)).toBe(true);
  expect(helps('NodeResourcesFit', {}, came)).toBe(false);
  expect(helps('NodeResourcesFit', { requests: { cpu: 5 } }, { kind: 'node-added', node: big })).toBe(false);
  expect(helps('NodeResourcesFit', { requests: { cpu: 4 } }, { kind: 'node-added', node: big })).toBe(true);
  const untainted: ClusterEvent = {
    kind: 'taints-changed',
    node: big,
    before: [{ key: 'k', effect: 'NoSchedule' }],
    wasUnschedulable: false,
  };
  expect(helps('TaintToleration', {}, untainted)).toBe(true);
  expect(helps('TaintToleration', { tolerations: [{ operator: 'Exists' }] }, untainted)).toBe(false);
  expect(helps('TaintToleration', {}, { ...untainted, node: tainted })).toBe(false);
  expect(helps('NodeUnschedulable', {}, { ...untainted, wasUnschedulable: true })).toBe(true);
  const term = (app: string, topologyKey = 'kubernetes.io/hostname') => ({
    topologyKey,
    labelSelector: { matchLabels: { app } },
  });
  const near = (...terms: object[]) => ({
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
  });
  const apart = (...terms: object[]) => ({
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
  });
  const added: ClusterEvent = { kind: 'node-added', node: big };
  const removed: ClusterEvent = { kind: 'node-deleted', node: big };
  expect(helps('InterPodAffinity', near(term('web')), came)).toBe(true);
  expect(helps('InterPodAffinity', near(term('db')), came)).toBe(false);
  // one pod has to be what every term speaks about (podMatchesAllAffinityTerms)
  expect(helps('InterPodAffinity', near(term('web'), term('db')), came)).toBe(false);
  expect(helps('InterPodAffinity', near(term('web')), gone)).toBe(false);
  expect(helps('InterPodAffinity', apart(term('web')), gone)).toBe(true);
  expect(helps('InterPodAffinity', apart(term('web'), term('db')), gone)).toBe(false);
  // a node without the label of an affinity is of no help, any node is where others are to be far
  expect(helps('InterPodAffinity', near(term('web', 'rack')), added)).toBe(false);
  expect(helps('InterPodAffinity', apart(term('web', 'rack')), added)).toBe(true);
  expect(helps('InterPodAffinity', {}, added)).toBe(false);
  expect(helps('InterPodAffinity', near(term('web')), removed)).toBe(false);
  const port = (hostPort: number, hostIP?: string) => ({
    container: { ports: [{ containerPort: 80, hostPort, ...(hostIP && { hostIP }) }] },
  });
  const holder = put(cache, 'big', 'holder', port(8080));
  expect(helps('NodePorts', port(8080), { ...gone, pod: holder })).toBe(true);
  expect(helps('NodePorts', port(9090), { ...gone, pod: holder })).toBe(false);
  const local = put(cache, 'big', 'local', port(8443, '127.0.0.1'));
  expect(helps('NodePorts', port(8443, '10.0.0.1'), { ...gone, pod: local })).toBe(false);
  expect(helps('NodePorts', port(8443), { ...gone, pod: local })).toBe(true);
  const evenly = {
    topologySpreadConstraints: [
      { maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', ...term('web') } as const,
      { maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', ...term('x', 'rack') } as const,
    ],
  };
  expect(helps('PodTopologySpread', evenly, came)).toBe(true);
  // the node counts only with the labels of all constraints; one that leaves is a domain less
  expect(helps('PodTopologySpread', evenly, removed)).toBe(false);
  const onHosts = { topologySpreadConstraints: [evenly.topologySpreadConstraints[0]!] };
  expect(helps('PodTopologySpread', onHosts, removed)).toBe(true);
  expect(helps('PodTopologySpread', onHosts, untainted)).toBe(true);
  expect(helps('PodTopologySpread', onHosts, { ...untainted, before: [] })).toBe(false);
  // a pod that only waited for a node had room taken from no pod that is more important
  const urgent = { priority: 10 };
  expect(helps('NodeResourcesFit', urgent, { ...gone, upToPriority: 10 })).toBe(true);
  expect(helps('NodeResourcesFit', urgent, { ...gone, upToPriority: 9 })).toBe(false);
  expect(helps('http://localhost:1', {}, came)).toBe(true);
});
