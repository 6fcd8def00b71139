import { exp, type RandomStream } from '../../kernel/index.ts';
import { distributionDistance } from '../comparison/index.ts';
import { quantileOfSorted, type Interval } from '../statistics/index.ts';

/** Distance of two samples, each with the interval in which it lies had others been drawn. */
export interface SampleDistance {
  readonly counts: readonly [simulated: number, real: number];
  readonly means: readonly [simulated: number, real: number];
  readonly kolmogorovSmirnov: Interval & { readonly value: number };
  /** In the unit of the samples. */
  readonly wasserstein: Interval & { readonly value: number };
  /** Of both being drawn from one distribution. */
  readonly pValue: number;
}

/** Own choice: Efron & Tibshirani ask for at least 1,000 for intervals. */
const RESAMPLES = 1000;

/**
 * Kolmogorov-Smirnov and Wasserstein-1 distance of two samples with percentile bootstrap intervals, both samples resampled each
 * for itself. Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, §8.3 and §13.3.
 * @param simulated ascending, and so is `real`; each of at least one value
 */
export function sampleDistance(
  simulated: readonly number[],
  real: readonly number[],
  stream: RandomStream,
  confidence: number,
): SampleDistance {
  const found = distributionDistance(simulated, real)!;
  const [one, other] = [new Float64Array(simulated.length), new Float64Array(real.length)];
  const kolmogorovSmirnov = new Float64Array(RESAMPLES);
  const wasserstein = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i++) {
    const resampled = distributionDistance(redraw(simulated, one, stream), redraw(real, other, stream))!;
    kolmogorovSmirnov[i] = resampled.kolmogorovSmirnov;
    wasserstein[i] = resampled.wasserstein;
  }
  const interval = (statistics: Float64Array): Interval => {
    statistics.sort();
    return {
      low: quantileOfSorted(statistics, (1 - confidence) / 2),
      high: quantileOfSorted(statistics, (1 + confidence) / 2),
    };
  };
  const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    counts: [simulated.length, real.length],
    means: [meanOf(simulated), meanOf(real)],
    kolmogorovSmirnov: { value: found.kolmogorovSmirnov, ...interval(kolmogorovSmirnov) },
    wasserstein: { value: found.wasserstein, ...interval(wasserstein) },
    pValue: smirnovPValue(found.kolmogorovSmirnov, simulated.length, real.length),
  };
}

function redraw(values: readonly number[], into: Float64Array, stream: RandomStream): Float64Array {
  for (let i = 0; i < into.length; i++) into[i] = values[stream.integer(values.length)]!;
  return into.sort();
}

/**
 * Chance that two samples of one continuous distribution are at least so far apart, in the limit of large samples; too high where
 * values repeat. Source: Smirnov, Table for estimating the goodness of fit of empirical distributions, Annals of Mathematical
 * Statistics 19 (1948).
 * @param distance the Kolmogorov-Smirnov distance
 */
export function smirnovPValue(distance: number, first: number, second: number): number {
  const lambda = distance * Math.sqrt((first * second) / (first + second));
  // the series converges slowly where the chance is 1 to ten digits
  if (lambda < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    const term = exp(-2 * k * k * lambda * lambda);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-16) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}
