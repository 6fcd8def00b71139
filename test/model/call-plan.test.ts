import { expect, test } from 'vitest';
import { MAX_CALLS, planCalls, type Service, type ServiceId } from '../../src/model/index.ts';

const services = (calls: readonly (readonly number[])[]): Service[] =>
  calls.map((to, id) => ({ name: `s${id}`, channels: to.map((target) => ({ to: target })) }) as unknown as Service);
const entry = 0 as ServiceId;

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

test('a graph that unrolls to too many calls is refused', () => {
  const layers = Array.from({ length: 20 }, (_, layer) => [2 * layer + 1, 2 * layer + 2].map((id) => Math.min(id, 39)));
  const diamond = Array.from({ length: 40 }, (_, id) => layers[Math.ceil(id / 2)] ?? []);
  expect(() => planCalls(services(diamond), entry)).toThrow(`would make more than ${MAX_CALLS} calls`);
});
