import { expect, test } from 'vitest';
import { rankClusters, validScore, type ScoredCluster } from '../../../src/codeco/federation/placement.ts';

const cluster = (name: string, decisions: number, isChosen: boolean, cpu: number, addOnScore = 0): ScoredCluster => ({
  name,
  decisions,
  isChosen,
  allocatableCpuMillicores: cpu,
  allocatableMemoryBytes: 1,
  addOnScore,
});
const clusters = [cluster('a', 0, false, 4000), cluster('b', 1, true, 16_000), cluster('c', 4, false, 7000, 80)];
const scores = (weights: Parameters<typeof rankClusters>[1]): Record<string, number> =>
  Object.fromEntries(rankClusters(clusters, weights).map(({ index, score }) => [clusters[index]!.name, score]));

test("scores are those of Open Cluster Management's prioritizers, worked by hand", () => {
  // 100 without a decision; 2 * trunc(100 * (0.5 - 1/4)) = 50; 2 * trunc(100 * (0.5 - 1)) = -100
  expect(scores({ Balance: 1 })).toEqual({ a: 100, b: 50, c: -100 });
  expect(scores({ Steady: 1 })).toEqual({ a: 0, b: 100, c: 0 });
  // trunc((0 - 0.5) * 200) = -100; trunc((1 - 0.5) * 200) = 100; trunc((3/12 - 0.5) * 200) = -50
  expect(scores({ ResourceAllocatableCPU: 1 })).toEqual({ a: -100, b: 100, c: -50 });
  expect(scores({ 'AddOn/codeco/cluster-cost': 2 })).toEqual({ a: 0, b: 0, c: 160 });
  // all alike
  expect(scores({ ResourceAllocatableMemory: 1 })).toEqual({ a: 100, b: 100, c: 100 });
  expect(scores({ Balance: 1, Steady: 1, ResourceAllocatableCPU: 2 })).toEqual({ a: -100, b: 350, c: -200 });
});

test('the highest score is first, of equals the first name', () => {
  expect(rankClusters(clusters, { Balance: 1, Steady: 1 }).map(({ index }) => index)).toEqual([1, 0, 2]);
  expect(rankClusters(clusters.toReversed(), { ResourceAllocatableMemory: 1 }).map(({ index }) => index)).toEqual([
    2, 1, 0,
  ]);
});

test('an AddOnPlacementScore counts until its time is over, and none counts 0', () => {
  expect(validScore({ value: -40, validUntilNs: 300e9 }, 300e9)).toBe(-40);
  expect(validScore({ value: -40, validUntilNs: 300e9 }, 300e9 + 1)).toBe(0);
  expect(validScore(undefined, 0)).toBe(0);
});
