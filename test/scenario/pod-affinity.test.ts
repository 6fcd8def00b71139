import { expect, test } from 'vitest';
import { loadManifest, runManifest } from '../kubernetes/manifest-world.ts';

const deployment = (name: string, near: string | undefined): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 2
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      ${
        near === undefined
          ? ''
          : `affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [
               { topologyKey: kubernetes.io/hostname, labelSelector: { matchExpressions: [{ key: app, operator: In, values: [${near}] }] } } ] } }`
      }
      containers: [{ name: c }]
`;
const loaded = (...kinds: readonly [name: string, near?: string][]) => {
  const { world, warnings } = loadManifest(kinds.map(([name, near]) => deployment(name, near)).join('---'));
  return { warnings: warnings.map(({ found }) => found), phases: runManifest(world).map(({ phase }) => phase) };
};

test('two kinds of pods that each require the other near them are named, stay pending, and the run goes on', () => {
  const { warnings, phases } = loaded(['hen', 'egg'], ['egg', 'hen'], ['farmer']);
  expect(warnings).toEqual([
    'the pods of "manifest/hen" require those of "manifest/egg" near them before they are there, and these wait in turn ' +
      '(circular podAffinity): they stay pending',
    'the pods of "manifest/egg" require those of "manifest/hen" near them before they are there, and these wait in turn ' +
      '(circular podAffinity): they stay pending',
  ]);
  expect(phases).toEqual(['pending', 'pending', 'pending', 'pending', 'ready', 'ready']);
});

test('so are pods that require others which are nowhere', () => {
  const { warnings, phases } = loaded(['hen', 'cock']);
  expect(warnings).toEqual([
    'the pods of "manifest/hen" require pods near them that there are none of (podAffinity): they stay pending',
  ]);
  expect(phases).toEqual(['pending', 'pending']);
});

test('pods that require their own like, or others that can be there first, are placed without a word', () => {
  const { warnings, phases } = loaded(['chick', 'hen'], ['hen', 'hen']);
  expect(warnings).toEqual([]);
  expect(phases.every((phase) => phase === 'ready')).toBe(true);
});
