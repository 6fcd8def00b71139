import type { RandomStream } from '../../kernel/index.ts';
import { normalCdf, normalQuantile } from './distributions.ts';
import { checkConfidence, checkCount, CONFIDENCE, type Interval } from './interval.ts';
import { quantileOfSorted } from './quantile.ts';

/** Own choice: Efron & Tibshirani ask for at least 1,000 for intervals. */
const RESAMPLES = 2000;

export interface BootstrapOptions {
  readonly confidence?: number;
  readonly resamples?: number;
}

/** Two intervals of one statistic. */
export interface BootstrapIntervals {
  readonly value: number;
  /** Quantiles of the resampled statistic. */
  readonly percentile: Interval;
  /** The same, corrected for bias and for a spread that changes with the statistic: narrower errors on skewed samples. */
  readonly bca: Interval;
}

/**
 * Bootstrap intervals of any statistic of independent observations.
 * Source: Efron, Better bootstrap confidence intervals, JASA 82 (1987), eq. 2.3 for BCa, with the jackknife's acceleration
 * (eq. 6.6), and ties of the statistic counted by half as SciPy does.
 * @param statistic of a sample of the same length; it may sort or otherwise use up the array that it is given
 * @param stream what draws the samples: a stream of its own for each statistic keeps results the same
 * @throws {RangeError} if there are fewer than two observations
 */
export function bootstrap(
  values: readonly number[],
  statistic: (sample: Float64Array) => number,
  stream: RandomStream,
  options: BootstrapOptions = {},
): BootstrapIntervals {
  const { confidence = CONFIDENCE, resamples = RESAMPLES } = options;
  checkCount(values.length, 2, 'a bootstrap interval');
  checkConfidence(confidence);
  const value = statistic(Float64Array.from(values));
  const sample = new Float64Array(values.length);
  const statistics = Float64Array.from({ length: resamples }, () => {
    for (let i = 0; i < sample.length; i++) sample[i] = values[stream.integer(values.length)]!;
    return statistic(sample);
  }).sort();
  const tails = [(1 - confidence) / 2, (1 + confidence) / 2] as const;
  const at = ([low, high]: readonly [number, number]): Interval => ({
    low: quantileOfSorted(statistics, low),
    high: quantileOfSorted(statistics, high),
  });
  return { value, percentile: at(tails), bca: at(correctTails(tails, values, statistic, statistics, value)) };
}

function correctTails(
  tails: readonly [number, number],
  values: readonly number[],
  statistic: (sample: Float64Array) => number,
  statistics: Float64Array,
  value: number,
): readonly [number, number] {
  let below = 0;
  for (const resampled of statistics) below += resampled < value ? 1 : resampled === value ? 0.5 : 0;
  // a statistic that never varies, or that every resample exceeds, leaves nothing to correct by
  if (below === 0 || below === statistics.length) return tails;
  const bias = normalQuantile(below / statistics.length);
  const acceleration = jackknifeAcceleration(values, statistic);
  const [low, high] = tails.map((tail) => {
    const z = bias + normalQuantile(tail);
    return normalCdf(bias + z / (1 - acceleration * z));
  });
  return [low!, high!];
}

function jackknifeAcceleration(values: readonly number[], statistic: (sample: Float64Array) => number): number {
  const without = values.map((_, left) => statistic(Float64Array.from(values.toSpliced(left, 1))));
  const centre = without.reduce((sum, one) => sum + one, 0) / without.length;
  let squares = 0;
  let cubes = 0;
  for (const one of without) {
    const difference = centre - one;
    squares += difference * difference;
    cubes += difference * difference * difference;
  }
  return squares === 0 ? 0 : cubes / (6 * squares * Math.sqrt(squares));
}
