import { expect, test } from 'vitest';
import { nextStepNs, valueAt } from '../../../src/dynamics/energy/step-series.ts';
import type { Nanoseconds } from '../../../src/kernel/index.ts';

const series = { startsNs: [0, 10, 30] as Nanoseconds[], values: [1, 2, 3] };

test('a value holds from its start until the next begins, and the last for ever', () => {
  expect([0, 9, 10, 29, 30, 1e9].map((time) => valueAt(series, time))).toEqual([1, 1, 2, 2, 3, 3]);
  expect([0, 9, 10, 29, 30].map((time) => nextStepNs(series, time))).toEqual([10, 10, 30, 30, Infinity]);
});
test('a series with a period begins anew', () => {
  const daily = { ...series, periodNs: 40 as Nanoseconds };
  expect([39, 40, 49, 50, 119, 120].map((time) => valueAt(daily, time))).toEqual([3, 1, 1, 2, 3, 1]);
  expect([30, 39, 40, 50, 79, 80].map((time) => nextStepNs(daily, time))).toEqual([40, 40, 50, 70, 80, 90]);
});
