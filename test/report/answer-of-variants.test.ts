import { expect, test } from 'vitest';
import { answerOfVariants } from '../../src/report/answer-of-variants.ts';
import type { Variant } from '../../src/report/variants.ts';

/** A variant with a replication for each share of failed requests in per cent, and latency in ms. */
function variant(label: string, runs: readonly (readonly [failedPercent: number, p95Ms: number])[]): Variant {
  const cell = {
    number: 0,
    label,
    parameters: {},
    runs: runs.map(([failed, p95Ms], i) => ({
      seed: i + 1,
      folder: `${label}-${i}`,
      row: { requests_sent: 1000, requests_failed: 10 * failed, latency_p95_ns: p95Ms * 1e6, latency_mean_ns: 1e6 },
    })),
  };
  return { label, cell };
}

/*
 * Worked by hand, each seed's values in turn. Failures, less those of `few`: `many` 9, 10, 11 % (t = 10 / (1 / √3) = 17.3 of
 * 2 degrees of freedom, p = 0.0033); `alike` 0.1, −0.1, 0.3 % (t = 0.1 / (0.2 / √3) = 0.87, p = 0.48), whose own
 * interval is 2.1 ± 4.303 × 1.114 / √3 %.
 */
const few = variant('few', [
  [1, 40],
  [2, 42],
  [3, 44],
]);
const alike = variant('alike', [
  [1.1, 20],
  [1.9, 21],
  [3.3, 23],
]);
const many = variant('many', [
  [10, 10],
  [12, 10],
  [14, 10],
]);

test('failures count first: the fastest is not chosen where significantly more fail, and of those alike the faster is', async () => {
  const [lead] = await answerOfVariants([few, alike, many], [], []);
  expect(lead).toBe(
    'If failures count first and latency second, choose alike: 2.1 % (-0.666 % … 4.87 %) of requests fail, not significantly ' +
      'more than the fewest (few, 2 %); 95 of 100 are answered within 21.3 ms (17.5 ms … 25.1 ms).',
  );
});

test('variants that cannot be told apart are not ranked, and one run each says nothing of chance', async () => {
  const twin = variant('twin', [
    [1.2, 21],
    [1.8, 20],
    [3.3, 24],
  ]);
  expect((await answerOfVariants([alike, twin], [], []))[0]).toContain(
    'The lowest 95th percentile of latency of 2 variants',
  );
  const chosen = await answerOfVariants([alike, twin, many], [], []);
  expect(chosen[0]).toContain('choose one of these, which cannot be told apart: alike: the fewest requests fail');
  expect(chosen[0]).toContain('. twin: ');
});

test('what explains an answer stands behind its extremes', async () => {
  const answer = await answerOfVariants([few, many], [], ['Pods waited.']);
  expect(answer.indexOf('Pods waited.')).toBe(3);
});
