import { expect, test } from 'vitest';
import { loadManifest, manifestWorld, seconds } from './manifest-world.ts';
import { runOperations } from './operations.ts';

const deployment = (replicas: number, cpu = '400m'): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, resources: { requests: { cpu: ${cpu} } } }] }
`;
const budget = (spec: string): string => `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { selector: { matchLabels: { app: web } }, ${spec} }
`;
const drain = (more: object[] = []) => ({ maintenance: [{ at: '10s', drain: 'n1' }, ...more] });

test('a drained node is cordoned, loses its pods to the others, and takes new ones once it is uncordoned', () => {
  const spec = drain([{ at: '20s', uncordon: 'n1' }]);
  const { pods, operations } = runOperations(manifestWorld(deployment(3), { nodes: 2, spec }));
  // two cores hold four pods: one, with those of n1, waits until n1 is back
  expect(operations).toEqual(['10 n1 cordoned', '10 n1 drained', '20 n1 uncordoned']);
  const gone = pods.filter(({ reason }) => reason === 'drained');
  expect(gone.map(({ goneNs }) => seconds(goneNs))).toEqual(gone.map(() => 10));
  expect(gone.length).toBeGreaterThan(0);
  const left = pods.filter(({ goneNs }) => goneNs === undefined);
  expect(left.map(({ node, scheduledNs }) => [node, seconds(scheduledNs)])).toContainEqual([0, 20]);
  expect(left).toHaveLength(3);
});

test('what a cordoned node refuses pods with', () => {
  const spec = { maintenance: [{ at: '0s', cordon: 'n1' }] };
  const late = { at: '5s' };
  const [pod] = runOperations(manifestWorld(deployment(1), { spec, app: late })).pods;
  expect(pod!.message).toBe(
    '0/1 nodes are available: 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/1 nodes are ' +
      'available: 1 Preemption is not helpful for scheduling.',
  );
});

test('evictions that a budget refuses are asked for again every 5 s, one pod after the other', () => {
  // pods are ready 2 s after their binding, so that at each further try one may go
  const text = [deployment(2), budget('maxUnavailable: 1')].join('---');
  const spec = {
    maintenance: [
      { at: '0s', cordon: 'n3' },
      { at: '9s', uncordon: 'n3' },
      { at: '10s', drain: ['n1', 'n2'] },
    ],
  };
  const { pods, operations } = runOperations(manifestWorld(text, { nodes: 3, duration: '1m', spec }));
  const goneS = pods.slice(0, 2).map(({ goneNs }) => seconds(goneNs)!);
  expect(goneS.toSorted((a, b) => a - b)).toEqual([10, 15]);
  expect(operations.at(-1)).toBe('15 n2 drained');
  expect(pods.slice(2).map(({ node }) => node)).toEqual([2, 2]);
});

test('a budget that allows nothing holds a drain for ever', () => {
  const text = [deployment(1), budget('minAvailable: 1')].join('---');
  const { pods, operations } = runOperations(
    manifestWorld(text, { nodes: 2, spec: { maintenance: [{ at: '10s', drain: ['n1', 'n2'] }] } }),
  );
  expect(operations.filter((each) => each.includes('drained'))).toHaveLength(pods[0]!.node === 1 ? 1 : 0);
  expect(pods).toHaveLength(1);
  expect(pods[0]!.goneNs).toBeUndefined();
});

test('a pod without a controller keeps its node from being drained, but for --force', () => {
  const bare = `
apiVersion: v1
kind: Pod
metadata: { name: bare }
spec: { containers: [{ name: c, resources: { requests: { cpu: 100m } } }] }
`;
  const refused = runOperations(manifestWorld(bare, { spec: drain() }));
  expect(refused.operations).toEqual(['10 n1 cordoned', '10 n1 drain-refused']);
  expect(refused.pods[0]!.goneNs).toBeUndefined();
  const forced = runOperations(
    manifestWorld(bare, { spec: { maintenance: [{ at: '10s', drain: 'n1', force: true }] } }),
  );
  expect(forced.pods.map(({ goneNs, reason }) => [seconds(goneNs), reason])).toEqual([[10, 'drained']]);
});

test('force beside cordon, and what happens after the end, are pointed out', () => {
  const spec = { maintenance: [{ at: '2m', cordon: 'n1', force: true }] };
  expect(loadManifest(deployment(1), { spec }).warnings.map(({ found }) => found)).toEqual([
    'it happens after the end of the simulation',
    'without effect beside "cordon"',
  ]);
});
