import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LatencyHistogram } from '../../../src/dynamics/index.ts';

test('an empty histogram has no measures', () => {
  const histogram = new LatencyHistogram();
  expect([histogram.meanNs, histogram.maxNs, histogram.quantileNs(0.5)]).toEqual([undefined, undefined, undefined]);
});

test('any quantile is within 0.1 % of the sorted sample, from 0 to 2^53', () => {
  const latency = fc.oneof(fc.nat(5000), fc.maxSafeNat());
  fc.assert(
    fc.property(fc.array(latency, { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (latencies, q) => {
      const histogram = new LatencyHistogram();
      for (const ns of latencies) histogram.add(ns);
      const sorted = latencies.toSorted((a, b) => a - b);
      const exact = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!;
      const found = histogram.quantileNs(q)!;
      expect(found).toBeGreaterThanOrEqual(exact);
      expect(found).toBeLessThanOrEqual(exact * 1.001);
      expect(histogram.maxNs).toBe(sorted.at(-1));
    }),
  );
});
