import { expect, test } from 'vitest';
import { BackOff } from '../../../src/kubernetes/kubelet/index.ts';

const S = 1e9;

/** Seconds from each failure of a container that runs for `runsS` to its restart. */
function waits(runsS: readonly number[]): number[] {
  const backOff = new BackOff();
  let now = 0;
  return runsS.map((runs) => {
    const failed = now + runs * S;
    now = backOff.untilNs(failed);
    backOff.next(failed, now);
    return (now - failed) / S;
  });
}

// Source: Kubernetes, Concepts, Pod Lifecycle, "How Pods handle problems with containers": 10 s, 20 s, 40 s, …, capped at
// 300 s, and reset once a container has run for 10 minutes; the first restart is immediate
test('restarts come at once, then after 10, 20, 40, 80, 160, 300, 300 seconds', () => {
  expect(waits([1, 1, 1, 1, 1, 1, 1, 1])).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
});

test('a container that has run for more than 10 minutes starts anew, one of just 10 does not', () => {
  expect(waits([1, 1, 1, 601, 1])).toEqual([0, 10, 20, 0, 10]);
  expect(waits([1, 1, 1, 600, 1])).toEqual([0, 10, 20, 40, 80]);
});

test('an image pull that fails is tried again 10 s later, then 20 s', () => {
  const backOff = new BackOff();
  backOff.next(5 * S, 5 * S);
  expect(backOff.untilNs(5 * S)).toBe(15 * S);
  backOff.next(16 * S, 16 * S);
  expect(backOff.untilNs(16 * S)).toBe(36 * S);
});
