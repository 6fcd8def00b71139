import { expect, test } from 'vitest';
import { manifestWorld, runManifest, seconds } from './manifest-world.ts';

const deployment = (name: string, replicas: number): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: main, resources: { requests: { cpu: 100m } } }] }
`;

test('pods pass the scheduler one after the other, each for its time; the last of k comes after k times', () => {
  const spec = { orchestration: { podStartup: '2s', schedulingTime: '100ms' } };
  const pods = runManifest(manifestWorld([deployment('a', 3), deployment('b', 2)].join('---'), { nodes: 2, spec }));
  expect(pods.map(({ scheduledNs }) => seconds(scheduledNs))).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
});

test('one that has no room takes its time as well, and again whenever it is tried', () => {
  const spec = { orchestration: { podStartup: '2s', schedulingTime: '100ms' } };
  const pods = runManifest(manifestWorld(deployment('a', 12), { spec }));
  // one core has room for ten; each binding and each refusal ends a time of its own
  expect(pods.map(({ scheduledNs }) => seconds(scheduledNs)).filter((at) => at !== undefined)).toHaveLength(10);
  expect(seconds(pods[9]!.scheduledNs)).toBeCloseTo(1, 9);
  expect(pods[11]!.attemptedNs / 1e9).toBeCloseTo(1.2, 9);
});
