import { expect, test } from 'vitest';
import { linearEnergyJ } from '../../src/dynamics/energy/node-energy.ts';
import { Compute, cpuWeight } from '../../src/dynamics/index.ts';
import { Kernel, type Nanoseconds } from '../../src/kernel/index.ts';
import type { Node, NodeId, PodId } from '../../src/model/index.ts';

const node = 0 as NodeId;
const pod = (id: number): PodId => id as PodId;
const MS = 1e6;
const unlimited = { weight: 1024, limitMillicores: Infinity };

function setUp(cpuMillicores: number, speed = 1) {
  const kernel = new Kernel({ seed: 1 });
  const finished: [tag: number, atMs: number][] = [];
  const nodes = [{ cpuMillicores, speed } as Node];
  const compute = new Compute(kernel, nodes, (tag) => finished.push([tag, kernel.now / MS]));
  let count = 0;
  const at = (ms: number, what: () => void): void => {
    kernel.at((ms * MS) as Nanoseconds, kernel.on(`step ${count++}`, what));
  };
  return { kernel, compute, finished, at };
}

test('a task alone runs on one core, however many there are', () => {
  const { kernel, compute, finished } = setUp(8000);
  compute.addPod(pod(0), node, unlimited);
  compute.start(pod(0), 10 * MS, 7);
  kernel.run();
  expect(finished).toEqual([[7, 10]]);
});

test('two tasks on one core share it equally: the shorter ends at twice its work, the longer at the sum', () => {
  const { kernel, compute, finished } = setUp(1000);
  compute.addPod(pod(0), node, unlimited);
  compute.start(pod(0), 10 * MS, 1);
  compute.start(pod(0), 30 * MS, 2);
  kernel.run();
  expect(finished).toEqual([
    [1, 20],
    [2, 40],
  ]);
});

test('contended pods get CPU in proportion to their weights, and all of it once they are alone', () => {
  const { kernel, compute, finished } = setUp(1000);
  compute.addPod(pod(0), node, { weight: 3072, limitMillicores: Infinity });
  compute.addPod(pod(1), node, unlimited);
  compute.start(pod(0), 30 * MS, 0);
  compute.start(pod(1), 30 * MS, 1);
  kernel.run();
  // 3/4 and 1/4: the first ends at 40 ms, when the second has had 10 ms of its work
  expect(finished).toEqual([
    [0, 40],
    [1, 60],
  ]);
});

test('a limit caps a pod on an idle node, and what it leaves goes to the others', () => {
  const { kernel, compute, finished } = setUp(1000);
  compute.addPod(pod(0), node, { weight: 1024, limitMillicores: 250 });
  compute.addPod(pod(1), node, unlimited);
  compute.start(pod(0), 10 * MS, 0);
  compute.start(pod(1), 30 * MS, 1);
  kernel.run();
  // a quarter and three quarters
  expect(finished).toEqual([
    [0, 40],
    [1, 40],
  ]);
});

test('a core of half the speed takes twice the time', () => {
  const { kernel, compute, finished } = setUp(1000, 0.5);
  compute.addPod(pod(0), node, unlimited);
  compute.start(pod(0), 10 * MS, 0);
  kernel.run();
  expect(finished).toEqual([[0, 20]]);
});

test('the tasks of a pod that is removed do not finish', () => {
  const { kernel, compute, finished, at } = setUp(1000);
  compute.addPod(pod(0), node, unlimited);
  compute.addPod(pod(1), node, unlimited);
  compute.start(pod(0), 10 * MS, 0);
  compute.start(pod(1), 10 * MS, 1);
  at(4, () => compute.removePod(pod(0)));
  kernel.run();
  expect(finished).toEqual([[1, 12]]);
});

test('the energy of a node with a known load profile is exact', () => {
  const { kernel, compute, at } = setUp(4000);
  compute.addPod(pod(0), node, unlimited);
  // idle 1 s, one core for 2 s, four cores for 1 s, idle 1 s, down 1 s, idle 2 s
  at(1000, () => compute.start(pod(0), 2000 * MS, 0));
  at(3000, () => {
    for (let task = 1; task <= 4; task++) compute.start(pod(0), 1000 * MS, task);
  });
  at(5000, () => compute.setNodeUp(node, false));
  at(6000, () => compute.setNodeUp(node, true));
  kernel.run({ until: 8e9 as Nanoseconds });
  const description = { cpuMillicores: 4000, power: { idleW: 30, peakW: 95 } } as Node;
  // 7 s up at 30 W, and 65 W times a quarter for 2 s and the whole for 1 s
  expect(linearEnergyJ(description, compute.usage(node))).toBe(30 * 7 + 65 * (0.25 * 2 + 1));
});

test('weights are those of the kubelet', () => {
  expect([0, 1, 250, 1000, 4000].map(cpuWeight)).toEqual([2, 2, 256, 1024, 4096]);
});

test('a node that is slowed or frozen gives each task exactly the work of its speed, and counts its cores as used', () => {
  const { kernel, compute, finished, at } = setUp(2000, 0.5);
  compute.addPod(pod(0), node, unlimited);
  compute.addPod(pod(1), node, unlimited);
  compute.start(pod(0), 10 * MS, 0);
  compute.start(pod(1), 20 * MS, 1);
  at(10, () => compute.setSpeedShare(node, 0.2));
  at(30, () => compute.setSpeedShare(node, 0));
  at(50, () => compute.setSpeedShare(node, 1));
  kernel.run();
  // 5 ms of work in the first 10 ms, 2 ms in the next 20 ms, none in 20 ms, and then 1 ms in 2 ms
  expect(finished).toEqual([
    [0, 56],
    [1, 76],
  ]);
  expect(compute.usage(node).usedMillicoreNs).toBe(1000 * (56 + 76) * MS);
});

test('a task that comes to a frozen node waits until it is thawed', () => {
  const { kernel, compute, finished, at } = setUp(1000);
  compute.addPod(pod(0), node, unlimited);
  compute.setSpeedShare(node, 0);
  at(5, () => compute.start(pod(0), 10 * MS, 3));
  at(20, () => compute.setSpeedShare(node, 1));
  kernel.run();
  expect(finished).toEqual([[3, 30]]);
});
