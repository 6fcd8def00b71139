import { describe, expect, test } from 'vitest';
import {
  proposeForTotal,
  proposeReplicas,
  type ScaledPod,
} from '../../../src/kubernetes/autoscaling/replica-calculator.ts';
import { ScalingBehaviour } from '../../../src/kubernetes/autoscaling/scaling-behaviour.ts';
import { DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP, type ScalingRules } from '../../../src/model/index.ts';

const NOW = 1000e9;
const TOLERANCES = { up: 0.1, down: 0.1 };
/** A pod that has run for long, of 100 millicores requested. */
const using = (amount: number | undefined, more: Partial<ScaledPod> = {}): ScaledPod => ({
  phase: 'running',
  ready: true,
  startedNs: 0,
  transitionNs: 2e9,
  request: 100,
  usage: amount === undefined ? undefined : { amount, measuredNs: NOW, windowNs: 15e9 },
  ...more,
});
const times = (count: number, pod: ScaledPod): ScaledPod[] => Array.from({ length: count }, () => pod);
const average = (millivalue: number) => ({ type: 'AverageValue', millivalue }) as const;
const share = (percent: number) => ({ type: 'Utilization', percent }) as const;

describe('how many pods a metric asks for', () => {
  test('200m against 100m doubles, 50m halves (Kubernetes, Horizontal Pod Autoscaling, "Algorithm details")', () => {
    expect(proposeReplicas(3, times(3, using(200)), average(100), TOLERANCES, NOW)?.replicas).toBe(6);
    expect(proposeReplicas(4, times(4, using(50)), average(100), TOLERANCES, NOW)?.replicas).toBe(2);
  });

  test('305 % against 50 % makes 7 pods of one (Kubernetes, HorizontalPodAutoscaler Walkthrough)', () => {
    expect(proposeReplicas(1, [using(305)], share(50), TOLERANCES, NOW)).toEqual({ replicas: 7, value: 305 });
  });

  test.each([
    [109, 10],
    [110, 10],
    [111, 12],
    [90, 10],
    [89, 9],
  ])('within a tenth of the target nothing changes: %i %% of it', (percent, replicas) => {
    expect(proposeReplicas(10, times(10, using(percent)), share(100), TOLERANCES, NOW)?.replicas).toBe(replicas);
  });

  test('pods that are being deleted do not count', () => {
    const pods = [...times(2, using(200)), using(0, { phase: 'deleted' })];
    expect(proposeReplicas(2, pods, share(100), TOLERANCES, NOW)?.replicas).toBe(4);
  });

  test('pods without metrics use nothing where there are too few pods, and all of the target where there are too many', () => {
    // 3 × 200 over 4: a ratio of 1.5 in place of 2
    expect(proposeReplicas(4, [...times(3, using(200)), using(undefined)], share(100), TOLERANCES, NOW)?.replicas).toBe(
      6,
    );
    // (3 × 20 + 100) over 4: 0.4 in place of 0.2
    expect(proposeReplicas(4, [...times(3, using(20)), using(undefined)], share(100), TOLERANCES, NOW)?.replicas).toBe(
      2,
    );
    // 120 over 4 would turn it round
    expect(proposeReplicas(4, [using(120), ...times(3, using(undefined))], share(100), TOLERANCES, NOW)?.replicas).toBe(
      4,
    );
    expect(proposeReplicas(2, times(2, using(undefined)), share(100), TOLERANCES, NOW)).toBeUndefined();
  });

  test('pods that are not ready yet use nothing where there are too few pods, and do not count where there are too many', () => {
    const starting = using(undefined, { phase: 'pending' });
    expect(proposeReplicas(3, [...times(2, using(300)), starting], share(100), TOLERANCES, NOW)?.replicas).toBe(6);
    expect(proposeReplicas(3, [...times(2, using(50)), starting], share(100), TOLERANCES, NOW)?.replicas).toBe(1);
    // its whole window was not measured since it became ready
    const young = using(900, { startedNs: NOW - 20e9, transitionNs: NOW - 5e9 });
    expect(proposeReplicas(3, [...times(2, using(300)), young], share(100), TOLERANCES, NOW)?.replicas).toBe(6);
    const grown = using(900, { startedNs: NOW - 20e9, transitionNs: NOW - 15e9 });
    expect(proposeReplicas(3, [...times(2, using(300)), grown], share(100), TOLERANCES, NOW)?.replicas).toBe(15);
  });
});

describe('other metrics than the CPU (replica_calculator.go)', () => {
  test('a pod that is not ready counts as soon as it has a metric, as only the CPU is held back at first', () => {
    const young = using(200, { ready: false, startedNs: NOW - 20e9, transitionNs: NOW - 5e9 });
    // (200 + 200) / 2 against 100
    expect(proposeReplicas(2, [using(200), young], average(100), TOLERANCES, undefined)?.replicas).toBe(4);
    expect(proposeReplicas(2, [using(200), young], average(100), TOLERANCES, NOW)?.replicas).toBe(2);
  });

  test('each direction has a tolerance of its own', () => {
    const wide = { up: 0.5, down: 0.05 };
    expect(proposeReplicas(10, times(10, using(149)), share(100), wide, NOW)?.replicas).toBe(10);
    expect(proposeReplicas(10, times(10, using(151)), share(100), wide, NOW)?.replicas).toBe(16);
    expect(proposeReplicas(10, times(10, using(94)), share(100), wide, NOW)?.replicas).toBe(10);
  });

  test('an amount in all: in proportion to the ready pods, or shared by as many as it takes', () => {
    const value = (millivalue: number) => ({ type: 'Value', millivalue }) as const;
    // 30 against 10, with 2 of 3 pods ready: 3 × 2
    expect(proposeForTotal({ pods: 3, ready: 2 }, 30_000, value(10_000), TOLERANCES)).toEqual({
      replicas: 6,
      value: 30_000,
    });
    expect(proposeForTotal({ pods: 3, ready: 2 }, 10_900, value(10_000), TOLERANCES).replicas).toBe(3);
    // 30 in all, 4 a pod: 7.5 pods; at 7 pods that is 4.29 each, within a tenth of 4
    expect(proposeForTotal({ pods: 3, ready: 2 }, 30_000, average(4000), TOLERANCES)).toEqual({
      replicas: 8,
      value: 10_000,
    });
    expect(proposeForTotal({ pods: 7, ready: 7 }, 30_000, average(4000), TOLERANCES).replicas).toBe(7);
  });
});

const rules = (policies: ScalingRules['policies'], more: Partial<ScalingRules> = {}): ScalingRules => ({
  tolerance: 0.1,
  stabilizationNs: 0,
  select: 'Max',
  policies,
  ...more,
});

/** Number of pods, look by look every `everyS` seconds, where the metrics ask for these one after the other. */
function course(behaviour: ScalingBehaviour, from: number, recommended: readonly number[], everyS: number): number[] {
  let current = from;
  return recommended.map((replicas, look) => {
    const now = look * everyS * 1e9;
    const desired = behaviour.limit(current, replicas, { min: 1, max: 1000 }, now);
    if (desired !== current) behaviour.scaled(current, desired, now);
    return (current = desired);
  });
}
const always = (replicas: number, looks: number): number[] => Array.from({ length: looks }, () => replicas);

describe('what holds an autoscaler back', () => {
  test('10 % or 4 pods a minute from 80 to 10 (Kubernetes, Horizontal Pod Autoscaling, "Scaling policies")', () => {
    const down = rules([
      { type: 'Pods', value: 4, periodNs: 60e9 },
      { type: 'Percent', value: 10, periodNs: 60e9 },
    ]);
    expect(course(new ScalingBehaviour(DEFAULT_SCALE_UP, down), 80, always(10, 16), 60)).toEqual([
      72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20, 16, 12, 10, 10, 10,
    ]);
  });

  test('by default it doubles every 15 s, or adds 4 pods where that is more', () => {
    const behaviour = new ScalingBehaviour(DEFAULT_SCALE_UP, DEFAULT_SCALE_DOWN);
    expect(course(behaviour, 1, always(30, 5), 15)).toEqual([5, 10, 20, 30, 30]);
  });

  test('by default it scales down to the most that was recommended in 5 minutes', () => {
    const behaviour = new ScalingBehaviour(DEFAULT_SCALE_UP, DEFAULT_SCALE_DOWN);
    const seen = course(behaviour, 10, [10, 4, 6, ...always(2, 25)], 15);
    // the 10 of 0 s counts until 300 s, the 6 of 30 s until 330 s
    expect(seen.slice(0, 20)).toEqual(always(10, 20));
    expect(seen.slice(20)).toEqual([6, 6, 2, 2, 2, 2, 2, 2]);
  });

  test('a policy counts what was changed in its period, both ways', () => {
    const up = rules([{ type: 'Pods', value: 2, periodNs: 60e9 }]);
    const behaviour = new ScalingBehaviour(up, rules([{ type: 'Percent', value: 100, periodNs: 15e9 }]));
    expect(course(behaviour, 4, [9, 9, 9, 9, 9, 9], 15)).toEqual([6, 6, 6, 6, 8, 8]);
  });

  test('the least of the policies where it is asked for, and none where it is disabled', () => {
    const policies = DEFAULT_SCALE_UP.policies;
    const least = new ScalingBehaviour(rules(policies, { select: 'Min' }), DEFAULT_SCALE_DOWN);
    expect(course(least, 2, always(30, 3), 15)).toEqual([4, 8, 12]);
    const disabled = new ScalingBehaviour(rules(policies, { select: 'Disabled' }), DEFAULT_SCALE_DOWN);
    expect(course(disabled, 2, always(30, 3), 15)).toEqual([2, 2, 2]);
  });
});
