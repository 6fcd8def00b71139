import { expect, test } from 'vitest';
import type { Pod } from '../../src/kubernetes/index.ts';
import type { NodeId, PodId } from '../../src/model/index.ts';
import { chooseVictims } from '../../src/kubernetes/replica-set.ts';

const NOW = 10_000e9;
let id = 0;
const pod = (name: string, facts: Partial<Omit<Pod, 'node'>> & { node?: number } = {}): Pod =>
  ({
    id: id++ as PodId,
    name,
    phase: 'ready',
    createdNs: 0,
    readinessChangedNs: 2e9,
    node: 1 as NodeId,
    ...facts,
  }) as Pod;
const order = (...pods: Pod[]): string[] =>
  chooseVictims(pods, pods.length, { ready: ({ phase }) => phase === 'ready', nowNs: NOW }).map(({ name }) => name);

test('too many pods: who goes first (Kubernetes, ReplicaSet, "Scaling a ReplicaSet"; ActivePodsWithRanks)', () => {
  expect(
    order(
      pod('alone', { node: 2 as NodeId }),
      pod('with another'),
      pod('with another, young', { createdNs: NOW - 20e9, readinessChangedNs: NOW - 18e9 }),
      pod('not ready', { phase: 'stopped', node: 3 as NodeId }),
      pod('starting', { phase: 'starting', node: 4 as NodeId }),
      pod('without a node', { phase: 'pending', node: undefined as unknown as NodeId }),
    ),
  ).toEqual(['without a node', 'starting', 'not ready', 'with another, young', 'with another', 'alone']);
});

test('ages count by their power of two, so that of pods of nearly one age none is certain to go', () => {
  // 9,000 s and 9,500 s have the same power of two: the one created last goes
  expect(
    order(
      pod('older', { readinessChangedNs: NOW - 9_500e9 }),
      pod('younger', { readinessChangedNs: NOW - 9_000e9 }),
    )[0],
  ).toBe('younger');
  expect(
    order(
      pod('younger', { readinessChangedNs: NOW - 9_000e9 }),
      pod('older', { readinessChangedNs: NOW - 9_500e9 }),
    )[0],
  ).toBe('older');
  expect(
    order(pod('young', { readinessChangedNs: NOW - 100e9 }), pod('old', { readinessChangedNs: NOW - 9_000e9 }))[0],
  ).toBe('young');
});
