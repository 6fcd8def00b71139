import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/kernel/index.ts';
import { MAX_CALLS, meanVisits, planCalls, TooManyCalls, type Service, type ServiceId } from '../../src/model/index.ts';

const services = (calls: readonly (readonly number[])[]): Service[] =>
  calls.map((to, id) => ({ name: `s${id}`, channels: to.map((target) => ({ to: target })) }) as unknown as Service);
const entry = 0 as ServiceId;
type Calls = { fanOut: number; probability?: number; maxDepth?: number } | undefined;
const p = (probability: number): Calls => ({ fanOut: 1, probability });
const withCalls = (graph: readonly (readonly (readonly [to: number, calls: Calls])[])[]): Service[] =>
  graph.map((of, id) => ({ name: `s${id}`, channels: of.map(([to, calls]) => ({ to, calls })) }) as unknown as Service);

test('a tree of calls is unrolled breadth first, the calls of a service side by side', () => {
  expect(planCalls(services([[1, 2], [3], [], []]), entry)).toEqual({
    services: [0, 1, 2, 3],
    channels: [undefined, { to: 1 }, { to: 2 }, { to: 3 }],
    firstCall: [1, 3, 4, 4],
    callCount: [2, 1, 0, 0],
  });
});

test('a service that two others call is visited twice', () => {
  expect(planCalls(services([[1, 2], [3], [3], []]), entry).services).toEqual([0, 1, 2, 3, 3]);
});

test('a channel back to a caller is no further call', () => {
  // as in Bookinfo: productpage -> reviews, details; details -> productpage
  expect(planCalls(services([[1, 2], [], [0]]), entry).services).toEqual([0, 1, 2]);
});

test('a fan-out calls several times, and a depth ends a loop', () => {
  const graph = withCalls([[[1, { fanOut: 3, maxDepth: 4 }]], [[0, { fanOut: 1, maxDepth: 4 }]]]);
  // front, three backs, a front each, and their three backs each
  expect(planCalls(graph, entry).services).toEqual([0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  expect(meanVisits(graph, entry)).toEqual([4, 12]);
});

describe('mean visits', () => {
  test('of a graph without loops or chance are those of its plan', () => {
    expect(meanVisits(services([[1, 2], [3], [3, 0], []]), entry)).toEqual([1, 1, 1, 2]);
  });

  test('of a loop are the row of (I - M)^-1', () => {
    // 0 -> 1 (0.8), 1 -> 2 (0.5), 2 -> 0 (0.4): each round comes back with probability 0.16
    const back = withCalls([[[1, p(0.8)]], [[2, p(0.5)]], [[0, p(0.4)]]]);
    const visits = meanVisits(back, entry);
    for (const [index, share] of [1, 0.8, 0.4].entries()) expect(visits[index]).toBeCloseTo(share / 0.84, 12);
  });

  test('are the mean of the plans that are drawn, with several calls of each visit too', () => {
    const graph = withCalls([
      [
        [1, { fanOut: 2, probability: 0.6 }],
        [0, p(0.1)],
      ],
      [
        [0, p(0.3)],
        [2, undefined],
      ],
      [[0, undefined]],
    ]);
    const stream = new RandomStream(1, 'calls');
    const sums = [0, 0, 0];
    const draws = 40_000;
    for (let draw = 0; draw < draws; draw++) {
      const plan = planCalls(graph, entry, ({ calls }) => stream.bernoulli(calls?.probability ?? 1));
      for (const service of plan.services) sums[service]!++;
    }
    const mean = meanVisits(graph, entry);
    // I - M = [[0.9, -1.2], [-0.3, 1]] for the first two; the third once for each visit to the second
    expect(mean[0]).toBeCloseTo(1 / 0.54, 10);
    expect(mean[1]).toBeCloseTo(1.2 / 0.54, 10);
    expect(mean[2]).toBeCloseTo(1.2 / 0.54, 10);
    for (const [service, sum] of sums.entries()) expect(Math.abs(sum / draws / mean[service]! - 1)).toBeLessThan(0.03);
  });

  test.each([
    ['without a chance to end', [[[1, p(1)]], [[0, p(1)]]], 's0 → s1 → s0'],
    ['that grows', [[[1, p(0.9)]], [[1, { fanOut: 2, probability: 0.5 }]]], 's1 → s1'],
    ['entered once in 10^12 requests', [[[1, p(1e-12)]], [[2, p(1)]], [[1, p(1)]]], 's1 → s2 → s1'],
  ] as const)('of a loop %s are refused, and the loop is named', (_, calls, loop) => {
    expect(() => meanVisits(withCalls(calls), entry)).toThrow(`round the loop ${loop}`);
  });

  test('of a graph that unrolls to too many calls are refused', () => {
    const layers = Array.from({ length: 20 }, (_, layer) =>
      [2 * layer + 1, 2 * layer + 2].map((id) => Math.min(id, 39)),
    );
    const diamond = Array.from({ length: 40 }, (_, id) => layers[Math.ceil(id / 2)] ?? []);
    expect(() => meanVisits(services(diamond), entry)).toThrow(TooManyCalls);
    expect(() => meanVisits(services(diamond), entry)).toThrow(
      `would make more than ${MAX_CALLS} calls: its service graph`,
    );
  });
});
