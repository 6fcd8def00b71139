import { expect, test } from 'vitest';
import { fromSeconds, Kernel } from '../../../src/kernel/index.ts';
import { Terminations } from '../../../src/kubernetes/kubelet/index.ts';
import type { PodId } from '../../../src/model/index.ts';

const S = 1e9;

/** When a pod that has this in hand from some seconds on has ended, deleted after 10 s. */
function endsAfter(
  grace: { graceS: number; preStopS?: number },
  inHand: readonly (readonly [atS: number, requests: number])[],
) {
  const kernel = new Kernel({ seed: 1 });
  const pod = 0 as PodId;
  let load = 0;
  let endedS: number | undefined;
  const terminations = new Terminations(kernel, () => load);
  const set = kernel.on('test.load', (requests) => {
    load = requests;
    terminations.loadChanged(pod);
  });
  const remove = kernel.on('test.delete', () => {
    terminations.begin(
      pod,
      { graceNs: grace.graceS * S, preStopNs: (grace.preStopS ?? 0) * S },
      () => (endedS = kernel.now / S),
    );
  });
  for (const [at, requests] of inHand) kernel.at(fromSeconds(at), set, requests);
  kernel.at(fromSeconds(10), remove);
  kernel.run({ until: fromSeconds(200) });
  return endedS;
}

// Source: Kubernetes, Concepts, Pod Lifecycle, "Pod Termination Flow"
test.each([
  ['with nothing in hand at once', { graceS: 30 }, [], 10],
  [
    'when what it has in hand is done',
    { graceS: 30 },
    [
      [5, 2],
      [12, 1],
      [17, 0],
      [18, 1],
    ],
    17,
  ],
  [
    'at the latest when the grace period is over',
    { graceS: 30 },
    [
      [5, 1],
      [45, 0],
    ],
    40,
  ],
  ['after preStop, though it has nothing in hand', { graceS: 30, preStopS: 8 }, [], 18],
  [
    'with what came during preStop done',
    { graceS: 30, preStopS: 8 },
    [
      [11, 0],
      [12, 1],
      [25, 0],
    ],
    25,
  ],
  [
    'when the grace period is over, preStop or not: the one counts against the other',
    { graceS: 5, preStopS: 8 },
    [],
    15,
  ],
  ['at once without a grace period', { graceS: 0 }, [[5, 1]], 10],
] as const)('a pod that is deleted ends %s', (_, grace, inHand, at) => {
  expect(endsAfter(grace, inHand)).toBe(at);
});
