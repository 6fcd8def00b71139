import { expect, test } from 'vitest';
import {
  clusterCost,
  computationalGreenness,
  networkGreenness,
  nodeCosts,
  resilience,
  type NodeMetrics,
} from '../../../src/codeco/pdlc/index.ts';

const idle: NodeMetrics = {
  activeEnergyJ: 0,
  egressEnergyJ: 0,
  activeLinks: 1,
  degree: 1,
  failures: 0,
  linkFailures: 0,
  cpuShare: 0,
  pricePerCoreHour: 0,
  carbonGPerCoreHour: 0,
};
const node = (metrics: Partial<NodeMetrics>): NodeMetrics => ({ ...idle, ...metrics });

// worked by hand from the printed formulas: g(i) = n_e(i) and g(i) = nL_e(i) · L_e(i), arXiv 2511.09116
const worked = [
  node({ activeEnergyJ: 120, egressEnergyJ: 2, activeLinks: 3 }),
  node({ activeEnergyJ: 30, egressEnergyJ: 9, activeLinks: 2 }),
  node({ activeEnergyJ: 60, egressEnergyJ: 1, activeLinks: 0 }),
];

test('greenness of a worked example: 120, 30 and 60 J of computing; 3·2, 2·9 and 0·1 J of sending', () => {
  expect(worked.map(computationalGreenness)).toEqual([120, 30, 60]);
  expect(worked.map(networkGreenness)).toEqual([6, 18, 0]);
});

test('costs are spread from 0 for the best node to 1 for the worst, and weighed', () => {
  expect(nodeCosts(worked, { greenness: 1 })).toEqual([1, 0, 1 / 3]);
  expect(nodeCosts(worked, { 'network-greenness': 7 })).toEqual([1 / 3, 1, 0]);
  const both = nodeCosts(worked, { greenness: 3, 'network-greenness': 1 });
  for (const [at, expected] of [3 / 4 + 1 / 12, 1 / 4, 1 / 4].entries()) expect(both[at]).toBeCloseTo(expected, 12);
});

test('combined greenness adds both as shares of their largest: 1 + 1/3, 1/4 + 1 and 1/2 + 0, spread', () => {
  const costs = nodeCosts(worked, { 'combined-greenness': 1 });
  for (const [at, expected] of [1, 0.75 / (4 / 3 - 0.5), 0].entries()) expect(costs[at]).toBeCloseTo(expected, 12);
});

test('resilience is degree by failures by link failures, each counted from 1; without neighbours there is none', () => {
  expect(resilience(node({ degree: 6, failures: 1, linkFailures: 2 }))).toBe(1);
  expect(resilience(node({ degree: 4 }))).toBe(4);
  const nodes = [node({ degree: 4 }), node({ degree: 0 }), node({ degree: 2 }), node({ degree: 1, failures: 3 })];
  // costs 1/4, Infinity, 1/2 and 4: the node without neighbours is as bad as the worst
  const costs = nodeCosts(nodes, { resilience: 1 });
  for (const [at, expected] of [0, 1, 0.25 / 3.75, 1].entries()) expect(costs[at]).toBeCloseTo(expected, 12);
});

test('a criterion in which all nodes are alike costs none of them anything, and latency is none of nodes', () => {
  expect(nodeCosts(worked, { load: 1, price: 2, carbon: 1 })).toEqual([0, 0, 0]);
  expect(nodeCosts(worked, { latency: 5 })).toEqual([0, 0, 0]);
});

test('a cluster costs the mean of its nodes', () => {
  expect(clusterCost([0.2, 0.4, 0.9])).toBeCloseTo(0.5, 12);
  expect(() => clusterCost([])).toThrow(RangeError);
});
