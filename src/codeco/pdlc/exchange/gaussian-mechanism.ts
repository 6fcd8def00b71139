import { log, type RandomStream } from '../../../kernel/index.ts';
import type { PrivacySettings } from '../../../model/index.ts';

/**
 * How far the statistics of an autoregression of so many lags can be apart, in Euclidean distance, where one sample of a series
 * in 0 … 1 is another. The sample stands in `lags + 1` rows: in `lags - 1` as an older lag, which changes `lags + 1` products in
 * A and one in b by at most 1 each; in one as the last value, which changes as many in A by at most 1, and in b, where the target is
 * the difference to it, `lags` by at most 1 and its own by at most 1.25; in one as the target, which changes `lags + 1` in b
 * by at most 1. Own derivation, by the triangle inequality.
 */
export function sensitivity(lags: number): number {
  const asLag = Math.sqrt(lags + 2);
  const asLast = Math.sqrt(2 * lags + 1 + 1.25 * 1.25);
  const asTarget = Math.sqrt(lags + 1);
  return (lags - 1) * asLag + asLast + asTarget;
}

/**
 * Standard deviation of the noise of the Gaussian mechanism for (ε, δ)-differential privacy. Source: Dwork & Roth, "The
 * Algorithmic Foundations of Differential Privacy" (2014), theorem A.1.
 * @throws {RangeError} where it does not hold: ε not in 0 … 1, δ not in 0 … 1
 */
export function noiseDeviation({ epsilon, delta }: PrivacySettings, distance: number): number {
  if (!(epsilon > 0 && epsilon <= 1 && delta > 0 && delta < 1)) {
    throw new RangeError(
      `epsilon ${epsilon} and delta ${delta}: expected each above 0, epsilon at most 1, delta below 1`,
    );
  }
  return (distance * Math.sqrt(2 * log(1.25 / delta))) / epsilon;
}

/** The values with noise on each. */
export function withNoise(values: Float64Array, deviation: number, draws: RandomStream): Float64Array {
  return values.map((value) => value + deviation * draws.normal());
}
