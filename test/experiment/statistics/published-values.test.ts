import { mean, median, quantile } from 'd3-array';
import { describe, expect, test } from 'vitest';
import {
  bootstrap,
  hedgesCorrection,
  holm,
  isPreciseEnough,
  meanInterval,
  normalCdf,
  normalQuantile,
  pairedDifference,
  quantileOfSorted,
  signedRankTest,
  studentQuantile,
  studentTwoSided,
  vonNeumannTest,
  warmUpByMser,
  welchDifference,
} from '../../../src/experiment/statistics/index.ts';
import { RandomStreams } from '../../../src/kernel/index.ts';

// Values of SciPy 1.17.1 (stats.t, norm, ttest_rel, ttest_ind(equal_var=False), wilcoxon, bootstrap with 200,000 resamples,
// special.gammaln) and statsmodels 0.15.0 (multipletests(method='holm')), for the arrays as they stand here.
const a = [12.1, 11.4, 13.0, 12.7, 11.9, 12.4, 10.8, 12.2, 13.3, 11.6];
const b = [12.9, 11.9, 13.1, 13.6, 12.0, 13.3, 11.7, 12.1, 14.5, 12.2];
const c = [3.1, 2.7, 9.8, 4.4, 5.0, 1.2, 7.7];
const skewed = [0.3, 0.7, 1.1, 0.2, 4.9, 2.2, 0.6, 0.9, 1.4, 7.5, 0.1, 3.0, 0.8, 1.9, 0.5, 0.4, 2.7, 1.2, 0.05, 5.6];

describe('distributions agree with SciPy', () => {
  test.each([
    [0.975, 1, 12.706204736174694],
    [0.975, 2, 4.302652729749462],
    [0.975, 9, 2.262157162798205],
    [0.995, 30, 2.7499956535672254],
    [0.95, 2.5, 2.5582186141359355],
    [0.975, 1000, 1.9623390808264083],
    [0.9, 4, 1.533206274058944],
  ])('quantile %d of t with %d degrees of freedom', (p, df, expected) => {
    expect(studentQuantile(p, df) / expected).toBeCloseTo(1, 7);
    expect(studentQuantile(1 - p, df) / -expected).toBeCloseTo(1, 7);
  });

  test('tails of t and the normal distribution', () => {
    expect(studentTwoSided(2.5, 9)).toBeCloseTo(0.033861827682985735, 9);
    expect(studentTwoSided(-1, 3.7)).toBeCloseTo(0.37814139976045247, 9);
    expect(studentTwoSided(12, 4)).toBeCloseTo(0.000276428548502973, 12);
    expect(studentTwoSided(Infinity, 4)).toBe(0);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 10);
    expect(normalCdf(-5) / 2.866515718791933e-7).toBeCloseTo(1, 10);
  });
});

test("Student's interval of a mean (scipy.stats.t.interval)", () => {
  const { value, low, high } = meanInterval(a);
  expect([value, low, high]).toEqual([
    expect.closeTo(12.14, 10),
    expect.closeTo(11.598130587986931, 8),
    expect.closeTo(12.681869412013066, 8),
  ]);
  expect(() => meanInterval([1])).toThrow(/found 1 observations, expected at least 2/);
  expect(() => meanInterval(a, 95)).toThrow(/confidence: found 95/);
});

test('a paired difference (scipy.stats.ttest_rel), d_z with the correction of Hedges, and the ranks', () => {
  const difference = pairedDifference(a, b);
  expect(difference).toMatchObject({ method: 'paired', df: 9, counts: [10, 10] });
  expect(difference.pValue).toBeCloseTo(0.0018979719548853453, 9);
  expect(difference.low).toBeCloseTo(0.2819439887918377, 8);
  expect(difference.high).toBeCloseTo(0.898056011208162, 8);
  expect(difference.effectSize).toBeCloseTo(1.3700773858215474 * 0.9138748917925524, 9);
  expect(difference.rankPValue).toBeLessThan(0.01);
});

test("Welch's difference (scipy.stats.ttest_ind, equal_var=False)", () => {
  const difference = welchDifference(a, c);
  expect(difference.df).toBeCloseTo(6.540229659703018, 10);
  expect(difference.pValue).toBeCloseTo(0.0005289960989338927, 10);
  expect(difference.low).toBeCloseTo(-10.07356831639675, 7);
  expect(difference.high).toBeCloseTo(-4.520717397888962, 7);
});

test('the relative difference lies in its interval, is exact where every pair has one ratio, and unknown over a baseline of zero', () => {
  const { relative } = pairedDifference(
    a,
    a.map((value) => 1.25 * value),
  );
  expect(relative!.value).toBeCloseTo(0.25, 12);
  expect(relative!.low).toBeCloseTo(0.25, 6);
  expect(relative!.high).toBeCloseTo(0.25, 6);
  expect(pairedDifference([-1, 1, 0.5], [1, 2, 3]).relative).toBeUndefined();
});

test("Fieller's interval holds exactly the ratios R for which a t test of y - Rx against zero does not reject", () => {
  const { relative, df } = pairedDifference(a, b);
  const t = (ratio: number) => {
    const residuals = b.map((y, i) => y - ratio * a[i]!);
    const { value, high } = meanInterval(residuals);
    return (value / (high - value)) * studentQuantile(0.975, df);
  };
  expect(Math.abs(t(1 + relative!.low))).toBeCloseTo(studentQuantile(0.975, df), 6);
  expect(Math.abs(t(1 + relative!.high))).toBeCloseTo(studentQuantile(0.975, df), 6);
});

test('where every pair differs by the same, the difference is certain', () => {
  const shifted = [2, 3, 4];
  expect(pairedDifference([1, 2, 3], shifted)).toMatchObject({ low: 1, high: 1, pValue: 0, effectSize: undefined });
  expect(pairedDifference([1, 2, 3], [1, 2, 3])).toMatchObject({ difference: 0, pValue: 1, rankPValue: 1 });
  expect(() => pairedDifference([1, 2], [1])).toThrow(/found 2 and 1 observations/);
});

test('the signed rank test (scipy.stats.wilcoxon: exact, with ties by all permutations, and normal with 80 pairs, one zero)', () => {
  const few = [0.81, 0.52, -0.13, 0.94, 0.11, 0.92, 0.93, -0.14, 1.25, 0.63, -0.2, 0.37];
  expect(signedRankTest(few)).toBeCloseTo(0.01611328125, 12);
  expect(signedRankTest([1, 1, -1, 2, 2, 3, -3, 4, 0, 2])).toBeCloseTo(0.1484375, 12);
  const many = Array.from({ length: 80 }, (_, i) => (((i * 37) % 101) - 45) / 7);
  expect(signedRankTest(many)).toBeCloseTo(0.14393573321978, 10);
  expect(signedRankTest([0, 0])).toBe(1);
});

test("Holm's adjustment (statsmodels)", () => {
  const adjusted = holm([0.01, 0.04, 0.03, 0.005, 0.5]);
  for (const [i, expected] of [0.04, 0.09, 0.09, 0.025, 0.5].entries()) expect(adjusted[i]).toBeCloseTo(expected, 12);
  expect(holm([])).toEqual([]);
});

test("Hedges' correction by its exact formula", () => {
  for (const [df, expected] of [
    [2, 0.5641895835477564],
    [5, 0.8407486824596893],
    [9, 0.9138748917925524],
    [20, 0.9619445337407481],
  ] as const) {
    expect(hedgesCorrection(df)).toBeCloseTo(expected, 10);
  }
});

test('bootstrap intervals of a skewed sample agree with SciPy to the noise of resampling', () => {
  const streams = new RandomStreams(1);
  const ofMean = bootstrap(skewed, (sample) => mean(sample)!, streams.get('mean'), { resamples: 50_000 });
  expect(ofMean.percentile.low).toBeCloseTo(1.015, 1);
  expect(ofMean.percentile.high).toBeCloseTo(2.745, 1);
  expect(ofMean.bca.low).toBeCloseTo(1.115, 1);
  expect(ofMean.bca.high).toBeCloseTo(2.95, 1);
  const ofMedian = bootstrap(skewed, (sample) => median(sample)!, streams.get('median'), { resamples: 20_000 });
  expect(ofMedian.bca).toEqual({ low: 0.55, high: 2.05 });
});

test('the same stream gives the same bootstrap interval; a sample without spread has none either', () => {
  const once = () => bootstrap(skewed, (sample) => mean(sample)!, new RandomStreams(3).get('x'), { resamples: 100 });
  expect(once()).toEqual(once());
  const flat = bootstrap([2, 2, 2], (sample) => mean(sample)!, new RandomStreams(3).get('x'));
  expect(flat).toEqual({ value: 2, percentile: { low: 2, high: 2 }, bca: { low: 2, high: 2 } });
});

test("von Neumann's ratio: by hand for 1, 2, 3, 4, C = 1 - 3/10, of standard deviation √(2/15)", () => {
  expect(vonNeumannTest([1, 2, 3, 4])).toBeCloseTo(normalCdf(-0.7 / Math.sqrt(2 / 15)), 12);
  expect(vonNeumannTest([1, 1, 1])).toBe(1);
});

test("quantiles are d3's, which are R's of type 7", () => {
  for (const p of [0, 0.05, 0.25, 0.5, 0.77, 0.95, 1]) {
    expect(quantileOfSorted(Float64Array.from(skewed).sort(), p)).toBeCloseTo(quantile(skewed, p)!, 12);
  }
  expect(() => quantileOfSorted([], 0.5)).toThrow(/found no values/);
});

describe('warm-up by MSER-5', () => {
  /** The rule as it is defined, every cut by itself. */
  const bruteForce = (values: readonly number[]) => {
    const means = Array.from({ length: Math.floor(values.length / 5) }, (_, k) =>
      mean(values.slice(5 * k, 5 * k + 5))!,
    );
    let best = { cut: 0, statistic: Infinity };
    for (let cut = 0; cut <= means.length - 5; cut++) {
      const left = means.slice(cut);
      const centre = mean(left)!;
      const statistic = left.reduce((sum, value) => sum + (value - centre) ** 2, 0) / left.length ** 2;
      if (statistic < best.statistic) best = { cut, statistic };
    }
    return 5 * best.cut;
  };

  test('cuts where the definition says', () => {
    const stream = new RandomStreams(5).get('noise');
    for (let k = 0; k < 50; k++) {
      const values = Array.from({ length: 400 }, (_, i) => 5 * 0.97 ** i + stream.normal());
      expect(warmUpByMser(values).observations).toBe(bruteForce(values));
    }
  });

  test('finds the end of a step, and says where a run has not settled', () => {
    const step = Array.from({ length: 1000 }, (_, i) => (i < 200 ? 50 : 0) + (i % 7));
    const { observations, isSettled } = warmUpByMser(step);
    expect(observations).toBeGreaterThanOrEqual(200);
    expect(observations).toBeLessThan(300);
    expect(isSettled).toBe(true);
    expect(warmUpByMser(Array.from({ length: 1000 }, (_, i) => i)).isSettled).toBe(false);
    expect(() => warmUpByMser([1, 2, 3])).toThrow(/found 3 observations, expected at least 50/);
  });
});

describe('the stopping rule', () => {
  const rule = { relativeHalfWidth: 0.05, minimum: 5 };
  test('waits for the minimum, for a narrow interval, and for it to have been narrow before', () => {
    expect(isPreciseEnough([10, 10, 10, 10], rule)).toBe(false);
    expect(isPreciseEnough([10, 10, 10, 10, 10], rule)).toBe(true);
    expect(isPreciseEnough([10, 12, 8, 11, 9], rule)).toBe(false);
    expect(isPreciseEnough([0, 0, 0, 0, 0], rule)).toBe(true);
    // six are narrow enough, the first five were not
    const six = [10, 10.45, 9.55, 10.25, 9.65, 10];
    const alone = { relativeHalfWidth: 0.05, minimum: 6 };
    expect(isPreciseEnough(six, alone)).toBe(true);
    expect(isPreciseEnough(six, rule)).toBe(false);
  });

  test('refuses a rule that means nothing', () => {
    expect(() => isPreciseEnough([1, 2, 3], { relativeHalfWidth: 0, minimum: 5 })).toThrow(/half width: found 0/);
    expect(() => isPreciseEnough([1, 2, 3], { relativeHalfWidth: 0.1, minimum: 2 })).toThrow(/minimum .* found 2/);
  });
});
