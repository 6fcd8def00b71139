import { expect, test } from 'vitest';
import { scenarioFromObject } from '../../../src/scenario/index.ts';
import { codecoApp, run } from '../../worlds.ts';

const S = 1e9;

/**
 * A node of 4 cores, whose pod gets a request of 10 s of work each 2 s from 0 to 2 s on, and has to make room at 20 s for an
 * urgent one.
 */
function preempted(podspec: object) {
  const resources = { requests: { cpu: '3' } };
  const app = (name: string, more: object): object => codecoApp(name, { server: { resources, podspec: more } });
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'preempted' },
    spec: {
      duration: '60s',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi' } },
        clusters: [{ name: 'edge', nodes: [{ class: 'box', name: 'n', at: { x: '0m', y: '0m' } }] }],
        access: { technology: 'wifi' },
      },
      users: [
        { at: { x: '1m', y: '0m' }, requests: { app: 'low', to: 'server', rate: '0.5/s', arrivals: 'periodic' } },
      ],
      apps: [
        { codecoApp: 'low', behaviour: { server: { cpu: '10s' } } },
        { codecoApp: 'urgent', at: '20s' },
      ],
      orchestration: { podStartup: '1s' },
    },
  };
  const codecoApps = [app('low', podspec), app('urgent', { priority: 100 })];
  const { pods, outcomes } = run(scenarioFromObject(scenario, { codecoApps }).world);
  const [low, urgent] = pods;
  return { low: low!, urgent: urgent!, lost: outcomes['pod-lost']!, ok: outcomes['ok']! };
}

// Source: Kubernetes, Concepts, Pod Lifecycle, "Termination of Pods": 30 s where the pod states nothing else
test('a pod that is preempted finishes what it has in hand, and only then its node has room', () => {
  const { low, urgent, lost, ok } = preempted({});
  // nine or ten requests have come; by 20 s, four at a time, some are done, and the others share 4 cores
  expect(lost).toBe(0);
  expect(ok).toBeGreaterThanOrEqual(9);
  expect(low.reason).toBe('preempted');
  expect(low.goneNs).toBeGreaterThan(25 * S);
  expect(low.goneNs).toBeLessThan(50 * S);
  expect(urgent.scheduledNs).toBe(low.goneNs);
});

test('a short grace period loses what is not done by then', () => {
  const { low, urgent, lost } = preempted({ terminationGracePeriodSeconds: 2 });
  expect(low.goneNs).toBe(22 * S);
  expect(urgent.scheduledNs).toBe(22 * S);
  expect(lost).toBeGreaterThan(0);
});

test('a grace period of 0 loses all at once', () => {
  expect(preempted({ terminationGracePeriodSeconds: 0 }).low.goneNs).toBe(20 * S);
});
