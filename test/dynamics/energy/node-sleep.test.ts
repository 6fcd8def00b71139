import { expect, test } from 'vitest';
import { Bills } from '../../../src/dynamics/energy/index.ts';
import { NodeEnergy } from '../../../src/dynamics/energy/node-energy.ts';
import { Compute, Slowdowns } from '../../../src/dynamics/index.ts';
import { Kernel, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { Node, NodeId, PodId } from '../../../src/model/index.ts';

const S = 1e9;
const NODE = 0 as NodeId;

/** One node of two cores, 100 W idle and 200 W at its peak, that sleeps after 10 s, and a pod on it. */
function bench({ wakeTimeNs = 2 * S, wakingW = 50 } = {}) {
  const kernel = new Kernel({ seed: 1 });
  const finishedNs: number[] = [];
  const sleep = { afterNs: 10 * S, powerW: 5, wakeTimeNs, wakingW };
  // the brands of units are put on here
  const nodes = [{ cpuMillicores: 2000, speed: 1, power: { idleW: 100, peakW: 200, sleep } }] as unknown as Node[];
  const compute = new Compute(kernel, nodes, (tag) => (finishedNs[tag] = kernel.now));
  const speeds = new Slowdowns((node, share) => compute.setSpeedShare(node as NodeId, share));
  const freeze = (node: NodeId, frozen: boolean) => (frozen ? speeds.begin(node, 0) : speeds.end(node, 0));
  const energy = new NodeEnergy(kernel, nodes, compute, new Bills(kernel, []), [undefined], () => {}, freeze);
  compute.addPod(0 as PodId, NODE, { weight: 2, limitMillicores: Infinity });
  const actions: (() => void)[] = [];
  const act = kernel.on('test.act', (index) => actions[index]!());
  return {
    compute,
    speeds,
    finishedNs,
    sleep: energy.sleep!,
    at: (seconds: number, action: () => void) => kernel.at((seconds * S) as Nanoseconds, act, actions.push(action) - 1),
    /** Runs to a time, and returns what the node has drawn until then, J. */
    until: (seconds: number) => {
      kernel.run({ until: (seconds * S) as Nanoseconds });
      const { energyJ, idleJ } = energy.read(NODE);
      return { energyJ, idleJ };
    },
  };
}

test('by hand: an idle node falls asleep, and a task that comes waits until it is awake', () => {
  const { compute, at, until, finishedNs } = bench();
  at(30, () => compute.start(0 as PodId, 3 * S, 0));
  expect(until(10)).toEqual({ energyJ: 1_000, idleJ: 1_000 });
  // asleep from 10 s to 30 s at 5 W, waking until 32 s at 100 W and 50 W
  expect(until(30).energyJ).toBe(1_000 + 100);
  expect(until(32)).toEqual({ energyJ: 1_400, idleJ: 1_400 });
  // one of two cores is busy for 3 s: 150 W; then idle for 10 s, and asleep again
  expect(until(35)).toEqual({ energyJ: 1_850, idleJ: 1_700 });
  expect(until(60)).toEqual({ energyJ: 1_850 + 1_000 + 75, idleJ: 1_700 + 1_000 + 75 });
  expect(finishedNs).toEqual([35 * S]);
});

test('what comes while it wakes waits with the first, and work before the time is over keeps it awake', () => {
  const { compute, at, until, finishedNs } = bench();
  at(9, () => compute.start(0 as PodId, S, 0));
  at(19.5, () => compute.start(0 as PodId, S, 1));
  at(40, () => compute.start(0 as PodId, S, 2));
  at(41, () => compute.start(0 as PodId, S, 3));
  const { energyJ } = until(43);
  expect(finishedNs).toEqual([10 * S, 20.5 * S, 43 * S, 43 * S]);
  // awake until 30.5 s with 2 s of one core, asleep until 40 s, waking until 42 s, both cores until 43 s
  expect(energyJ).toBe(3_050 + 100 + 47.5 + 300 + 200);
});

test('without a wake time a task begins at once', () => {
  const { compute, at, until, finishedNs } = bench({ wakeTimeNs: 0, wakingW: 0 });
  at(30, () => compute.start(0 as PodId, S, 0));
  expect(until(31).energyJ).toBe(1_000 + 100 + 150);
  expect(finishedNs).toEqual([31 * S]);
});

test('a pod that is to start wakes it, and it stays awake until the pod has started', () => {
  const { sleep, at, until } = bench();
  const awakeNs: number[] = [];
  at(20, () => {
    awakeNs.push(sleep.wake(NODE));
    sleep.keepAwake(NODE, 50 * S);
  });
  at(21, () => awakeNs.push(sleep.wake(NODE)));
  at(40, () => awakeNs.push(sleep.wake(NODE)));
  // awake to 10 s, asleep to 20 s, waking to 22 s, awake to 60 s, asleep to 70 s
  expect(until(70).energyJ).toBe(1_000 + 50 + 300 + 3_800 + 50);
  expect(awakeNs).toEqual([22 * S, 22 * S, 40 * S]);
});

test('a fault that slows it down goes on when it is awake, and a crash ends its sleep', () => {
  const { compute, speeds, at, until, finishedNs } = bench();
  at(15, () => speeds.begin(NODE, 0.5));
  at(20, () => compute.start(0 as PodId, S, 0));
  expect(until(24).energyJ).toBe(1_000 + 50 + 300 + 300);
  expect(finishedNs).toEqual([24 * S]);
  // idle from 24 s, asleep from 34 s; down from 40 s to 50 s, awake for 10 s after that
  at(40, () => compute.setNodeUp(NODE, false));
  at(50, () => compute.setNodeUp(NODE, true));
  at(55, () => {
    speeds.end(NODE, 0.5);
    compute.start(0 as PodId, S, 1);
  });
  expect(until(56).energyJ).toBe(1_650 + 1_000 + 30 + 500 + 150);
  expect(finishedNs).toEqual([24 * S, 56 * S]);
});
