import { expect, test } from 'vitest';
import {
  batchMeans,
  bootstrap,
  isPreciseEnough,
  meanInterval,
  pairedDifference,
  quantileOfSorted,
  welchDifference,
  type Interval,
} from '../../../src/experiment/statistics/index.ts';
import { RandomStreams, type RandomStream } from '../../../src/kernel/index.ts';

const EXPERIMENTS = 1000;

/** Share of synthetic experiments whose interval holds the truth. */
function coverage(name: string, truth: number, experiment: (stream: RandomStream) => Interval): number {
  const streams = new RandomStreams(2024);
  let held = 0;
  for (let k = 0; k < EXPERIMENTS; k++) {
    const { low, high } = experiment(streams.get(`${name}/${k}`));
    if (low <= truth && truth <= high) held++;
  }
  return held / EXPERIMENTS;
}

const sample = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);
/** 95 % with the noise of a thousand experiments: three standard deviations are 2 %. */
function expectHonest(share: number): void {
  expect(share).toBeGreaterThanOrEqual(0.93);
  expect(share).toBeLessThanOrEqual(0.97);
}

test('t intervals of 10 normal observations', () => {
  expectHonest(coverage('t', 3, (stream) => meanInterval(sample(10, () => 3 + 2 * stream.normal()))));
});

test('bootstrap intervals of a mean: 60 normal observations by percentiles, 100 exponential ones by BCa', () => {
  const statistic = (values: Float64Array) => {
    let sum = 0;
    for (const value of values) sum += value;
    return sum / values.length;
  };
  const options = { resamples: 600 };
  expectHonest(
    coverage('percentile', 3, (stream) => {
      const values = sample(60, () => 3 + 2 * stream.normal());
      return bootstrap(values, statistic, stream, options).percentile;
    }),
  );
  expectHonest(
    coverage('bca', 1, (stream) => {
      const values = sample(100, () => stream.exponential());
      return bootstrap(values, statistic, stream, options).bca;
    }),
  );
});

test('bootstrap intervals of a 75th percentile of 100 exponential observations: ln 4', () => {
  const statistic = (values: Float64Array) => quantileOfSorted(values.sort(), 0.75);
  expectHonest(
    coverage('quantile', Math.log(4), (stream) => {
      const values = sample(100, () => stream.exponential());
      return bootstrap(values, statistic, stream, { resamples: 400 }).percentile;
    }),
  );
});

test('batch means of one run of 20,000 observations, each correlated 0.9 with the one before', () => {
  expectHonest(
    coverage('batch means', 7, (stream) => {
      let state = stream.normal() / Math.sqrt(1 - 0.81);
      return batchMeans(
        sample(20_000, () => {
          state = 0.9 * state + stream.normal();
          return 7 + state;
        }),
      );
    }),
  );
});

test('a run that is too short for its correlation is called so', () => {
  const stream = new RandomStreams(4).get('short');
  let state = 0;
  const walk = sample(1000, () => (state = 0.999 * state + stream.normal()));
  expect(batchMeans(walk)).toMatchObject({ isIndependent: false, count: 16 });
  expect(() => batchMeans([1, 2, 3])).toThrow(/found 3 observations, expected at least 32/);
});

test('differences of 10 pairs that share their noise, as differences and as shares', () => {
  const experiment = (stream: RandomStream) => {
    const shared = sample(10, () => 20 + 3 * stream.normal());
    const baseline = shared.map((value) => value + 0.5 * stream.normal());
    const other = shared.map((value) => 1.1 * value + 0.5 * stream.normal());
    return pairedDifference(baseline, other);
  };
  expectHonest(coverage('paired', 2, experiment));
  expectHonest(coverage('relative', 0.1, (stream) => experiment(stream).relative!));
});

test('differences of two sets of unequal size and variance', () => {
  expectHonest(
    coverage('welch', 1, (stream) =>
      welchDifference(
        sample(8, () => 5 + stream.normal()),
        sample(20, () => 6 + 4 * stream.normal()),
      ),
    ),
  );
});

test('replications that stop when their interval is narrow enough keep most of what it claims', () => {
  let replications = 0;
  const share = coverage('stopping', 10, (stream) => {
    const values: number[] = [];
    while (!isPreciseEnough(values, { relativeHalfWidth: 0.05, minimum: 5 })) values.push(10 + 1.5 * stream.normal());
    replications += values.length;
    return meanInterval(values);
  });
  expect(share).toBeGreaterThanOrEqual(0.93);
  // without stopping early: (1.96 × 1.5 / 0.476)² = 38 are needed in the mean
  expect(replications / EXPERIMENTS).toBeGreaterThan(34);
});
