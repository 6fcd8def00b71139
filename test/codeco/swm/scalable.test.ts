import { expect, test } from 'vitest';
import { exactSolver, objective, scalableSolver, violations } from '../../../src/codeco/swm/index.ts';
import { RandomStream } from '../../../src/kernel/index.ts';
import { districtModel, running, smallModel, weights } from './models.ts';

const exact = exactSolver();
const scalable = scalableSolver();
const options = (instance: number) => ({
  weights,
  budget: 2000,
  draws: new RandomStream(instance, 'test/swm/scalable'),
});

test('of 200 random groups it places each that can be placed, and refuses the others', () => {
  let worse = 0;
  for (let instance = 0; instance < 200; instance++) {
    const problem = smallModel(new RandomStream(instance, 'test/swm/small'));
    const best = exact.solve(problem, { ...options(instance), budget: 100_000 });
    const found = scalable.solve(problem, options(instance));
    expect(found.feasible, `instance ${instance}`).toBe(best.feasible);
    if (!best.feasible) {
      expect(found.errors, `instance ${instance}`).toEqual(best.errors);
      continue;
    }
    expect(violations(problem, found.assignment!), `instance ${instance}`).toEqual([]);
    const [least, reached] = [best, found].map(({ assignment }) => objective(problem, assignment!, weights));
    expect(reached!).toBeGreaterThan(least! - 1e-6);
    if (reached! > least! + 1e-6) worse++;
  }
  expect(worse).toBeLessThan(10);
}, 300_000);

test('on groups of 10 to 22 workloads on 6 to 12 nodes its median gap to the optimum is below 2 %', () => {
  const gaps: number[] = [];
  for (let instance = 0; instance < 6; instance++) {
    const problem = districtModel(new RandomStream(instance, 'test/swm/district'), {
      workloads: [10, 14, 18, 22, 12, 16][instance]!,
      sites: 2 + (instance % 3),
      nodesPerSite: 3,
    });
    const best = exact.solve(problem, { ...options(instance), budget: 100_000 });
    const found = scalable.solve(problem, options(instance));
    expect(found.feasible, `instance ${instance}`).toBe(best.feasible);
    if (!best.feasible) continue;
    expect(best.messages).toEqual([]);
    for (const { assignment } of [best, found]) expect(violations(problem, assignment!)).toEqual([]);
    const [least, reached] = [best, found].map(({ assignment }) => objective(problem, assignment!, weights));
    expect(reached!).toBeGreaterThan(least! - 1e-6);
    gaps.push((reached! - least!) / Math.abs(least!));
  }
  expect(gaps.length).toBeGreaterThan(4);
  expect(gaps.toSorted((a, b) => a - b)[gaps.length >> 1]!).toBeLessThan(0.02);
}, 600_000);

test('placed again after a node is gone, a group leaves in place what it can where moves cost more than they bring', () => {
  const draws = new RandomStream(3, 'test/swm/district');
  const problem = districtModel(draws, { workloads: 40, sites: 4, nodesPerSite: 4 });
  const still = { ...weights, move: 100 };
  const before = scalable.solve(problem, { ...options(1), weights: still });
  const lost = before.assignment!.workloads[0]!.node;
  const onLost = before.assignment!.workloads.filter(({ node }) => node === lost).map(({ workload }) => workload);
  const again = {
    ...running(problem, before.assignment!),
    infrastructure: {
      ...problem.infrastructure,
      nodes: problem.infrastructure.nodes.filter(({ id }) => id !== lost),
    },
  };
  const after = scalable.solve(again, { ...options(2), weights: still });
  expect(violations(again, after.assignment!)).toEqual([]);
  const moved = after.assignment!.workloads.filter(({ workload, node }) => {
    const { node: now } = before.assignment!.workloads.find((entry) => entry.workload === workload)!;
    return now !== node;
  });
  expect(moved.map(({ workload }) => workload)).toEqual(onLost);
});

test('the same group and stream give the same placement', () => {
  const problem = districtModel(new RandomStream(1, 'test/swm/district'), { workloads: 20, sites: 3, nodesPerSite: 3 });
  expect(scalable.solve(problem, options(1))).toEqual(scalable.solve(problem, options(1)));
});
