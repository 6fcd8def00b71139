import { describe, expect, test } from 'vitest';
import { durationSampler, gammaFunction } from '../../../src/dynamics/distributions/index.ts';
import { RandomStream } from '../../../src/kernel/index.ts';
import type { Duration } from '../../../src/model/index.ts';
import { gammaQ } from '../../kernel/distributions.ts';

const DRAWS = 200_000;
const MEAN = 3e9;
const of = (duration: unknown): Duration => duration as Duration;

describe('the gamma function', () => {
  // Abramowitz & Stegun, tables 6.1 and 6.2; Γ(1/2) = √π
  test.each([
    [0.5, 1.772453850905516],
    [1, 1],
    [1.5, 0.886226925452758],
    [1.25, 0.9064024770554771],
    [5, 24],
    [21, 2432902008176640000],
    [0.1, 9.513507698668732],
  ])('of %d is %d', (x, expected) => expect(Math.abs(gammaFunction(x) / expected - 1)).toBeLessThan(1e-13));
  test.each([0, -1, NaN])('is not defined here for %d', (x) => expect(() => gammaFunction(x)).toThrow(RangeError));
});

/** Distribution functions of the mean MEAN, in closed form (Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1). */
const weibull = (shape: number) => (t: number) => 1 - Math.exp(-(((t / MEAN) * gammaFunction(1 + 1 / shape)) ** shape));
const gamma = (shape: number) => (t: number) => 1 - gammaQ(shape, (t / MEAN) * shape);

const cases = [
  { distribution: 'exponential', cdf: (t: number) => 1 - Math.exp(-t / MEAN), cv: 1 },
  { distribution: 'weibull', shape: 0.6, cdf: weibull(0.6), cv: weibullCv(0.6) },
  { distribution: 'weibull', shape: 1, cdf: weibull(1), cv: 1 },
  { distribution: 'weibull', shape: 3, cdf: weibull(3), cv: weibullCv(3) },
  { distribution: 'gamma', shape: 0.3, cdf: gamma(0.3), cv: Math.sqrt(1 / 0.3) },
  { distribution: 'gamma', shape: 1, cdf: gamma(1), cv: 1 },
  { distribution: 'gamma', shape: 4.5, cdf: gamma(4.5), cv: Math.sqrt(1 / 4.5) },
];

/** Parameters that give the mean MEAN; distribution functions as of Johnson, Kotz & Balakrishnan, chapters 19 and 20. */
const paretoMin = MEAN * (1.5 / 2.5);
const bounded = { minNs: 1e9, maxNs: 100e9, shape: 1.5 };
const boundedShare = 1 - (bounded.minNs / bounded.maxNs) ** bounded.shape;
const phases = (t: number, share: number): number =>
  1 - share * Math.exp((-t * 2 * share) / MEAN) - (1 - share) * Math.exp((-t * 2 * (1 - share)) / MEAN);

const heavy: { what: string; duration: object; cdf: (t: number) => number; mean?: number; cv?: number }[] = [
  {
    what: 'a Pareto without a bound',
    duration: { distribution: 'pareto', minNs: paretoMin, shape: 2.5 },
    cdf: (t) => 1 - (paretoMin / t) ** 2.5,
    mean: MEAN,
    cv: 1 / Math.sqrt(2.5 * 0.5),
  },
  {
    what: 'a Pareto of infinite mean',
    duration: { distribution: 'pareto', minNs: 1e6, shape: 0.9 },
    cdf: (t) => 1 - (1e6 / t) ** 0.9,
  },
  {
    what: 'a bounded Pareto',
    duration: { distribution: 'pareto', ...bounded },
    cdf: (t) => (1 - (bounded.minNs / t) ** bounded.shape) / boundedShare,
    // min · a/(a−1) · (1 − (min/max)^(a−1)) / (1 − (min/max)^a)
    mean: (1e9 * 3 * (1 - 0.01 ** 0.5)) / (1 - 0.01 ** 1.5),
    cv: 2,
  },
  {
    what: 'a hyperexponential of cv 3',
    duration: { distribution: 'hyperexponential', meanNs: MEAN, cv: 3 },
    cdf: (t) => phases(t, (1 + Math.sqrt(0.8)) / 2),
    mean: MEAN,
    cv: 3,
  },
];

describe.each(heavy)('$what', ({ duration, cdf, mean, cv }) => {
  const sample = durationSampler(of(duration));
  const stream = new RandomStream(12, 'distribution/heavy');
  const drawn = Float64Array.from({ length: DRAWS }, () => sample(stream)).sort();

  test('passes the test of Kolmogorov and Smirnov at 0.1 %', () => {
    let largest = 0;
    for (const [index, t] of drawn.entries()) {
      const f = cdf(t);
      largest = Math.max(largest, f - index / DRAWS, (index + 1) / DRAWS - f);
    }
    expect(largest).toBeLessThan(1.95 / Math.sqrt(DRAWS));
  });

  test.runIf(mean !== undefined)('has its mean within four standard errors', () => {
    const drawnMean = drawn.reduce((sum, t) => sum + t, 0) / DRAWS;
    expect(Math.abs(drawnMean / mean! - 1)).toBeLessThan((4 * cv!) / Math.sqrt(DRAWS));
  });
});

test('listed values come as often as their weights say', () => {
  const cumulativeWeights = [1, 1, 4];
  const sample = durationSampler({ distribution: 'empirical', valuesNs: [10, 20, 30], cumulativeWeights });
  const alike = durationSampler({ distribution: 'empirical', valuesNs: [10, 20] });
  const stream = new RandomStream(13, 'distribution/empirical');
  const counts = new Map<number, number>();
  for (let i = 0; i < 40_000; i++) {
    const value = sample(stream);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  expect(new Set(counts.keys())).toEqual(new Set([10, 30]));
  // four standard deviations of a binomial
  expect(Math.abs(counts.get(10)! - 10_000)).toBeLessThan(4 * Math.sqrt(40_000 * 0.25 * 0.75));
  const tens = Array.from({ length: 40_000 }, () => alike(stream)).filter((value) => value === 10).length;
  expect(Math.abs(tens - 20_000)).toBeLessThan(4 * 100);
});

function weibullCv(shape: number): number {
  const first = gammaFunction(1 + 1 / shape);
  return Math.sqrt(gammaFunction(1 + 2 / shape) / (first * first) - 1);
}

describe.each(cases)('$distribution of shape $shape', ({ cdf, cv, ...duration }) => {
  const sample = durationSampler(of({ ...duration, meanNs: MEAN }));
  const stream = new RandomStream(11, `distribution/${duration.distribution}/${duration.shape}`);
  const drawn = Float64Array.from({ length: DRAWS }, () => sample(stream)).sort();

  test('passes the test of Kolmogorov and Smirnov at 0.1 %', () => {
    let largest = 0;
    for (const [index, t] of drawn.entries()) {
      const f = cdf(t);
      largest = Math.max(largest, f - index / DRAWS, (index + 1) / DRAWS - f);
    }
    expect(largest).toBeLessThan(1.95 / Math.sqrt(DRAWS));
  });

  test('has its mean within four standard errors', () => {
    const mean = drawn.reduce((sum, t) => sum + t, 0) / DRAWS;
    expect(Math.abs(mean / MEAN - 1)).toBeLessThan((4 * cv) / Math.sqrt(DRAWS));
  });
});
