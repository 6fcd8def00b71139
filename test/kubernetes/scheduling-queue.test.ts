import { expect, test } from 'vitest';
import { podBackoffNs } from '../../src/kubernetes/scheduling-queue.ts';

test('the back-off of an unschedulable pod doubles from 1 s to 10 s', () => {
  expect([1, 2, 3, 4, 5, 6, 1000].map((attempts) => podBackoffNs(attempts) / 1e9)).toEqual([1, 2, 4, 8, 10, 10, 10]);
});
