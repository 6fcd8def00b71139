import { describe, expect, test } from 'vitest';
import { fromSeconds, Kernel } from '../../../src/kernel/index.ts';
import { evictionOrder, NodeMemory, outOfMemoryScore, type MemoryUser } from '../../../src/kubernetes/kubelet/index.ts';
import type { NodeId, PodId } from '../../../src/model/index.ts';

const MIB = 1024 * 1024;

const user = (pod: number, usedMi: number, requestMi: number, more: Partial<MemoryUser> = {}): MemoryUser => ({
  pod: pod as PodId,
  usedBytes: usedMi * MIB,
  requestBytes: requestMi * MIB,
  priority: 0,
  qos: requestMi === 0 ? 'BestEffort' : 'Burstable',
  ...more,
});

// Source: Kubernetes, Node-pressure Eviction, "Pod selection for kubelet eviction": first whether usage exceeds requests, then
// priority, then usage relative to requests. Guaranteed and Burstable pods below their requests come last, by priority
describe('pods are evicted', () => {
  test.each([
    [
      'those above their requests before those below, whatever their priority',
      [user(0, 90, 100), user(1, 60, 50, { priority: 9 })],
      [1, 0],
    ],
    ['of those above, the ones of lowest priority first', [user(0, 500, 0, { priority: 5 }), user(1, 60, 50)], [1, 0]],
    ['of equal priority, by how much they are above', [user(0, 300, 200), user(1, 160, 50), user(2, 90, 0)], [1, 0, 2]],
    [
      'of those below, the ones of lowest priority first',
      [user(0, 10, 100, { priority: 1 }), user(1, 90, 100)],
      [1, 0],
    ],
  ])('%s', (_, users, order) => {
    expect(evictionOrder(users).map(({ pod }) => pod)).toEqual(order);
  });
});

// Source: Kubernetes, Node-pressure Eviction, "Node out of memory behavior": oom_score_adj is -997 for Guaranteed, 1000 for
// BestEffort, min(max(2, 1000 - (1000 × memoryRequestBytes) / machineMemoryCapacityBytes), 999) for Burstable; it adds to the
// percentage of memory that the container uses, in tenths. The code has 3 in place of the 2
test('the kernel kills by what is used and what the kubelet adjusts that by', () => {
  const capacity = 4000 * MIB;
  expect(outOfMemoryScore(user(0, 400, 400, { qos: 'Guaranteed' }), capacity)).toBe(100 - 997);
  expect(outOfMemoryScore(user(0, 400, 0), capacity)).toBe(100 + 1000);
  expect(outOfMemoryScore(user(0, 400, 1000), capacity)).toBe(100 + 750);
  expect(outOfMemoryScore(user(0, 400, 4000), capacity)).toBe(100 + 3);
  expect(outOfMemoryScore(user(0, 400, 1), capacity)).toBe(100 + 999);
});

/** A node of 1000 MiB allocatable, on which events set what pods use; evicted and killed pods use nothing. */
function oneNode() {
  const kernel = new Kernel({ seed: 1 });
  const log: [seconds: number, what: string][] = [];
  const note = (what: string): void => void log.push([kernel.now / 1e9, what]);
  const node = 0 as NodeId;
  const memory: NodeMemory = new NodeMemory(kernel, [1000 * MIB], {
    pressure: (_, isOn) => note(isOn ? 'pressure' : 'no pressure'),
    evict(pod) {
      note(`evict ${pod}`);
      memory.release(node, pod);
    },
    outOfMemory(pod) {
      note(`kill ${pod}`);
      memory.release(node, pod);
    },
  });
  const users: MemoryUser[] = [];
  const set = kernel.on('test.use', (pod, usedMi) => {
    memory.use(node, (users[pod] ??= user(pod, 0, 100)), usedMi * MIB);
  });
  return { kernel, set, log };
}

describe('a node', () => {
  test('with exactly the threshold left goes on; below it evicts one pod each 10 s, and is under pressure for 5 minutes more', () => {
    const { kernel, set, log } = oneNode();
    for (const [s, pod, usedMi] of [
      [1, 0, 600],
      [2, 1, 400],
      [13, 2, 1],
      [14, 3, 49],
      [15, 1, 401],
    ] as const) {
      kernel.at(fromSeconds(s), set, pod, usedMi);
    }
    kernel.run({ until: fromSeconds(1000) });
    // pod 0 uses most above its request; what is left, 451 MiB, is enough
    expect(log).toEqual([
      [20, 'pressure'],
      [20, 'evict 0'],
      [320, 'no pressure'],
    ]);
  });

  test('that stays short evicts the next pod at the next look, and its 5 minutes begin there', () => {
    const { kernel, set, log } = oneNode();
    for (const [s, pod, usedMi] of [
      [1, 0, 350],
      [2, 1, 350],
      [3, 2, 350],
      [12, 1, 700],
    ] as const) {
      kernel.at(fromSeconds(s), set, pod, usedMi);
    }
    kernel.run({ until: fromSeconds(1000) });
    expect(log).toEqual([
      [10, 'pressure'],
      [10, 'evict 0'],
      [20, 'evict 1'],
      [320, 'no pressure'],
    ]);
  });

  test('with nothing left kills at once, the pod with the highest score', () => {
    const { kernel, set, log } = oneNode();
    for (const [s, pod, usedMi] of [
      [1, 0, 400],
      [2, 1, 500],
      [3, 2, 201],
    ] as const) {
      kernel.at(fromSeconds(s), set, pod, usedMi);
    }
    kernel.run({ until: fromSeconds(9) });
    expect(log).toEqual([[3, 'kill 1']]);
  });
});
