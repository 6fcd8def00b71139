import { expect, test } from 'vitest';
import { LinkEstimate } from '../../../src/codeco/netma/index.ts';

test('round-trip time and variation as RFC 6298, §2, has them', () => {
  const estimate = new LinkEstimate(1 / 8);
  estimate.answered(100);
  expect([estimate.roundTripNs, estimate.variationNs]).toEqual([100, 50]);
  estimate.answered(180);
  // RTTVAR = 3/4 · 50 + 1/4 · |100 − 180|, with the SRTT before; SRTT = 7/8 · 100 + 1/8 · 180
  expect([estimate.roundTripNs, estimate.variationNs]).toEqual([110, 57.5]);
  estimate.answered(110);
  expect([estimate.roundTripNs, estimate.variationNs]).toEqual([110, 43.125]);
});

test('the share of failures is an exponential moving average, and a failure leaves the times alone', () => {
  const estimate = new LinkEstimate(1 / 2);
  estimate.answered(100);
  estimate.failed();
  expect(estimate).toMatchObject({ isUp: false, failureShare: 0.5, roundTripNs: 100 });
  estimate.failed();
  expect(estimate.failureShare).toBe(0.75);
  estimate.answered(100);
  expect(estimate).toMatchObject({ isUp: true, failureShare: 0.375, roundTripNs: 100 });
});

test('a gain that is no weight is refused', () => {
  for (const gain of [0, -1, 1.5, NaN]) expect(() => new LinkEstimate(gain)).toThrow(RangeError);
});
