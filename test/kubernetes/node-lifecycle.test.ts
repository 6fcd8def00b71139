import { expect, test } from 'vitest';
import { notReadyAtNs, tolerationNs } from '../../src/kubernetes/node-lifecycle.ts';
import { UNREACHABLE_TAINTS } from '../../src/kubernetes/node-state.ts';
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
  expect(tolerationNs(tolerations, UNREACHABLE_TAINTS, 300e9)).toBe(expected * 1e9);
});

const deployment = (name: string, tolerationSeconds?: number): string => `
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
          : `tolerations: [{ key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: ${tolerationSeconds} }]`
      }
      containers: [{ name: c, resources: { requests: { cpu: 100m } } }]
`;

test('a crash is noticed after the grace period less up to 10 s or plus up to 5 s, and each pod goes after its own toleration', () => {
  const manifest = [deployment('patient'), deployment('hasty', 7)].join('---');
  const noticedS = new Set<number>();
  for (let seed = 1; seed <= 12; seed++) {
    const spec = { seed, faults: [{ at: '100s', crash: 'n1' }] };
    const pods = runManifest(manifestWorld(manifest, { duration: '10m', spec }));
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

test('a node that is back keeps its taint until the controller looks at its next lease', () => {
  const manifest = deployment('web');
  const spec = { faults: [{ at: '100s', for: '90.2s', crash: 'n1' }] };
  const world = manifestWorld(manifest, { duration: '10m', spec });
  const late = { ...world.apps[0]!, createdAtNs: 190_300_000_000 };
  const [pod] = runManifest({ ...world, apps: [late as (typeof world.apps)[number]] });
  // back at 190.2 s, when its kubelet renews the lease; looked at at 195 s
  expect([seconds(pod!.scheduledNs), pod!.attempts]).toEqual([195, 2]);
});
