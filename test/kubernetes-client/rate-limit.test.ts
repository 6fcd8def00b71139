import { expect, test } from 'vitest';
import { RateLimit } from '../../src/kubernetes-client/rate-limit.ts';

test('a full bucket is given at once, then one token each 1/rate, and it fills up again to its size and no more', async () => {
  let now = 0;
  const waits: number[] = [];
  const sleep = (ms: number): Promise<void> => {
    waits.push(ms);
    now += ms;
    return Promise.resolve();
  };
  const limit = new RateLimit(10, 3, { nowMs: () => now, sleep });
  for (let i = 0; i < 5; i++) await limit.take();
  expect(waits).toEqual([100, 100]);
  now += 10_000; // 100 tokens long, but it holds 3
  for (let i = 0; i < 4; i++) await limit.take();
  expect(waits).toEqual([100, 100, 100]);
});
