import { expect, test } from 'vitest';
import { notReadyAtNs, tolerationNs } from '../../src/kubernetes/node-lifecycle.ts';
import { evictionTaint } from '../../src/kubernetes/node-state.ts';
import { manifestWorld, runManifest, seconds } from './manifest-world.ts';

test('NotReady comes at the first look, every 5 s, a grace period after that which saw the last lease', () => {
  const at = (lastLeaseS: number, graceS: number): number => notReadyAtNs(lastLeaseS * 1e9, graceS * 1e9) / 1e9;
  // seen at 20 s, and nothing for 50 s
  expect(at(20, 50)).toBe(70);
  // seen at 25 s
  expect(at(20.1, 50)).toBe(75);
  // 25 s + 42 s lie between two looks
  expect(at(25, 42)).toBe(70);
});

const unreachable = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' } as const;

test.each([
  ['none of its own: what admission gives it', [], 300],
  ['one without seconds: for ever', [{ ...unreachable, operator: 'Exists' }], Infinity],
  ['seconds of its own', [{ ...unreachable, operator: 'Exists', tolerationSeconds: 6 }], 6],
  [
    'the least of several',
    [
      { operator: 'Exists', tolerationSeconds: 60 },
      { ...unreachable, operator: 'Exists' },
    ],
    60,
  ],
  ['zero or less: at once', [{ operator: 'Exists', tolerationSeconds: -1 }], 0],
  ['of another taint: what admission gives it', [{ key: 'other', operator: 'Exists', tolerationSeconds: 6 }], 300],
] as const)('how long a pod stays on an unreachable node, by its tolerations: %s', (_what, tolerations, expected) => {
  expect(tolerationNs(tolerations, evictionTaint('Unknown'), 300e9)).toBe(expected * 1e9);
});

/** A Deployment of one pod that rather runs on n1. @param tolerationSeconds of both taints of a node that is not ready */
const deployment = (name: string, tolerationSeconds?: number, node = 'n1'): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 1
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      ${
        tolerationSeconds === undefined
          ? ''
          : `tolerations: [${['unreachable', 'not-ready']
              .map(
                (key) =>
                  `{ key: node.kubernetes.io/${key}, operator: Exists, effect: NoExecute, tolerationSeconds: ${tolerationSeconds} }`,
              )
              .join(', ')}]`
      }
      affinity:
        nodeAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              preference: { matchExpressions: [{ key: kubernetes.io/hostname, operator: In, values: [${node}] }] }
      containers: [{ name: c, resources: { requests: { cpu: 100m } } }]
`;

test('a crash is noticed after the grace period less up to 10 s or plus up to 5 s, and each pod goes after its own toleration', () => {
  const manifest = [deployment('patient'), deployment('hasty', 7)].join('---');
  const noticedS = new Set<number>();
  for (let seed = 1; seed <= 12; seed++) {
    const spec = { seed, faults: [{ at: '100s', crash: 'n1' }] };
    const pods = runManifest(manifestWorld(manifest, { nodes: 2, duration: '10m', spec }));
    const [patient, hasty] = pods;
    const taintedS = seconds(hasty!.goneNs)! - 7;
    expect(taintedS % 5).toBe(0);
    expect(taintedS).toBeGreaterThanOrEqual(140);
    expect(taintedS).toBeLessThanOrEqual(155);
    expect(seconds(patient!.goneNs)).toBe(taintedS + 300);
    expect(pods.slice(2).map(({ createdNs }) => seconds(createdNs))).toEqual([taintedS + 7, taintedS + 300]);
    noticedS.add(taintedS);
  }
  // leases have phases of their own
  expect(noticedS.size).toBeGreaterThan(1);
});

test('a cluster without any node that is ready loses no pod: it may be the control plane that is cut off', () => {
  const spec = { faults: [{ at: '100s', crash: 'n1' }] };
  const pods = runManifest(manifestWorld(deployment('web', 7), { duration: '10m', spec }));
  expect(pods.map(({ goneNs }) => goneNs)).toEqual([undefined]);
});

test('nodes that fail together are emptied one after the other, 10 s apart', () => {
  const manifest = [1, 2, 3].map((index) => deployment(`web-${index}`, 0, `n${index}`)).join('---');
  const spec = { faults: [{ at: '100s', crash: ['n1', 'n2', 'n3'] }] };
  const pods = runManifest(manifestWorld(manifest, { nodes: 8, duration: '4m', spec }));
  expect(pods.slice(0, 3).map(({ node }) => node)).toEqual([0, 1, 2]);
  const goneS = pods
    .slice(0, 3)
    .map(({ goneNs }) => seconds(goneNs)!)
    .toSorted((a, b) => a - b);
  expect([goneS[1]! - goneS[0]!, goneS[2]! - goneS[1]!]).toEqual([10, 10]);
});

test('a node that is back takes pods as soon as its kubelet says so', () => {
  const manifest = deployment('web');
  const spec = { faults: [{ at: '100s', for: '90.2s', crash: 'n1' }] };
  const world = manifestWorld(manifest, { duration: '10m', spec });
  const late = { ...world.apps[0]!, createdAtNs: 180_300_000_000 };
  const [pod] = runManifest({ ...world, apps: [late as (typeof world.apps)[number]] });
  expect([seconds(pod!.scheduledNs), pod!.attempts]).toEqual([190.2, 2]);
});

test('a kubelet that can run no pods says so when its status is due; its pods run on, and leave when they have to and it can stop them', () => {
  const manifest = [deployment('patient'), deployment('hasty', 7)].join('---');
  const noticedS = new Set<number>();
  for (let seed = 1; seed <= 6; seed++) {
    const spec = { seed, faults: [{ at: '100s', for: '50s', kubelet: 'n1' }] };
    const [patient, hasty, again, ...others] = runManifest(
      manifestWorld(manifest, { nodes: 2, duration: '10m', spec }),
    );
    const taintedS = seconds(again!.createdNs)! - 7;
    expect(taintedS % 5).toBe(0);
    expect(taintedS).toBeGreaterThanOrEqual(100);
    expect(taintedS).toBeLessThanOrEqual(115);
    expect([again!.node, hasty!.reason]).toEqual([1, 'node-not-ready']);
    expect(seconds(hasty!.goneNs)).toBeGreaterThanOrEqual(150);
    expect([patient!.goneNs, others]).toEqual([undefined, []]);
    noticedS.add(taintedS);
  }
  expect(noticedS.size).toBeGreaterThan(1);
});

test('pods of a node that is back start when its kubelet can run pods again', () => {
  const spec = {
    faults: [
      { at: '100s', for: '20s', crash: 'n1' },
      { at: '90s', for: '60s', kubelet: 'n1' },
    ],
  };
  const phases = ['149s', '153s'].map((duration) => {
    const pods = runManifest(manifestWorld(deployment('web'), { duration, spec }));
    return pods.map(({ phase }) => phase);
  });
  expect(phases).toEqual([['stopped'], ['ready']]);
});
