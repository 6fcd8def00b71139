import { deviation, mean, variance } from 'd3-array';
import { logGamma, studentTwoSided } from './distributions.ts';
import { checkCount, CONFIDENCE, studentFactor, type Interval } from './interval.ts';
import { signedRankTest } from './signed-rank.ts';

/** Below this many pairs a few far from the others can decide a t test, so the ranks are asked too. */
const FEW_PAIRS = 20;

/** How much larger an estimate is than that of a baseline. */
export interface Difference extends Interval {
  /** Paired, or of two independent sets. */
  readonly method: 'paired' | 'welch';
  readonly baseline: number;
  readonly other: number;
  readonly difference: number;
  /** The difference as a share of the baseline; undefined where the baseline may be zero. */
  readonly relative: (Interval & { readonly value: number }) | undefined;
  /** Of there being no difference, two-sided. */
  readonly pValue: number;
  /** The same by Wilcoxon's signed ranks, for few pairs. */
  readonly rankPValue: number | undefined;
  /** Difference over its standard deviation, corrected for small samples; undefined where nothing varies. */
  readonly effectSize: number | undefined;
  /** Degrees of freedom of the interval. */
  readonly df: number;
  /** Observations of baseline and other. */
  readonly counts: readonly [baseline: number, other: number];
}

/** Estimates that stand in place of the means of the observations: see `pairedDifference`. */
export interface Overall {
  readonly baseline: number;
  readonly other: number;
}

/**
 * Difference of observations that belong together in pairs, as two cells' runs of the same seed do.
 * Source: Law, Simulation Modeling and Analysis, 5th ed., §10.2.1 (paired t interval); effect size d_z of Lakens, Frontiers
 * in Psychology 4:863 (2013), with Hedges' correction; interval of the relative difference by Fieller's theorem.
 * @param overall estimates of all observations at once, where the pairs are batches of one run each: the interval is
 *   about their difference (sectioning: Asmussen & Glynn, Stochastic Simulation, 2007, §III.5a)
 * @throws {RangeError} if there are fewer than two pairs, or not as many of one as of the other
 */
export function pairedDifference(
  baseline: readonly number[],
  other: readonly number[],
  confidence: number = CONFIDENCE,
  overall?: Overall,
): Difference {
  checkCount(baseline.length, 2, 'a paired difference');
  if (other.length !== baseline.length) {
    throw new RangeError(`a paired difference: found ${baseline.length} and ${other.length} observations`);
  }
  const n = baseline.length;
  const differences = other.map((value, i) => value - baseline[i]!);
  const spread = deviation(differences)!;
  const [meanX, meanY] = [mean(baseline)!, mean(other)!];
  const comoments = baseline.reduce((sum, value, i) => sum + (value - meanX) * (other[i]! - meanY), 0);
  const conclusion = conclude({
    x: overall?.baseline ?? meanX,
    y: overall?.other ?? meanY,
    xx: variance(baseline)! / n,
    yy: variance(other)! / n,
    xy: comoments / (n - 1) / n,
    standardError: spread / Math.sqrt(n),
    df: n - 1,
    confidence,
  });
  return {
    method: 'paired',
    ...conclusion,
    rankPValue: n < FEW_PAIRS ? signedRankTest(differences) : undefined,
    effectSize: spread === 0 ? undefined : (conclusion.difference / spread) * hedgesCorrection(n - 1),
    counts: [n, n],
  };
}

/**
 * Difference of two independent sets of observations whose variances may differ.
 * Source: Welch, The generalization of Student's problem, Biometrika 34 (1947); effect size with the mean of both
 * variances (Delacre et al., PsyArXiv 2021) and Hedges' correction; relative difference by Fieller's theorem.
 * @param overall as in `pairedDifference`
 * @throws {RangeError} if there are fewer than two of either
 */
export function welchDifference(
  baseline: readonly number[],
  other: readonly number[],
  confidence: number = CONFIDENCE,
  overall?: Overall,
): Difference {
  checkCount(Math.min(baseline.length, other.length), 2, 'a difference of two sets');
  const [xVariance, yVariance] = [variance(baseline)!, variance(other)!];
  const xx = xVariance / baseline.length;
  const yy = yVariance / other.length;
  const df =
    xx + yy === 0
      ? baseline.length + other.length - 2
      : // the equation of Welch and Satterthwaite
        (xx + yy) ** 2 / (xx ** 2 / (baseline.length - 1) + yy ** 2 / (other.length - 1));
  const conclusion = conclude({
    x: overall?.baseline ?? mean(baseline)!,
    y: overall?.other ?? mean(other)!,
    xx,
    yy,
    xy: 0,
    standardError: Math.sqrt(xx + yy),
    df,
    confidence,
  });
  const pooled = Math.sqrt((xVariance + yVariance) / 2);
  return {
    method: 'welch',
    ...conclusion,
    rankPValue: undefined,
    effectSize: pooled === 0 ? undefined : (conclusion.difference / pooled) * hedgesCorrection(df),
    counts: [baseline.length, other.length],
  };
}

/**
 * Turns d into Hedges' g, without the bias of small samples.
 * Source: Hedges, Distribution theory for Glass's estimator of effect size, J. of Educational Statistics 6 (1981), eq. 6e.
 */
export function hedgesCorrection(df: number): number {
  // with one degree of freedom the factor is zero: such a spread says nothing of the effect's size
  return df <= 1 ? 0 : Math.exp(logGamma(df / 2) - logGamma((df - 1) / 2)) / Math.sqrt(df / 2);
}

interface Estimates {
  /** Of the baseline and of the other. */
  readonly x: number;
  readonly y: number;
  /** Variances of their errors, and the covariance. */
  readonly xx: number;
  readonly yy: number;
  readonly xy: number;
  /** Of the difference. */
  readonly standardError: number;
  readonly df: number;
  readonly confidence: number;
}

function conclude(estimates: Estimates) {
  const { x, y, standardError, df, confidence } = estimates;
  const factor = studentFactor(df, confidence);
  const difference = y - x;
  return {
    baseline: x,
    other: y,
    difference,
    low: difference - factor * standardError,
    high: difference + factor * standardError,
    relative: relativeDifference(estimates, factor),
    pValue: standardError > 0 ? studentTwoSided(difference / standardError, df) : difference === 0 ? 1 : 0,
    df,
  };
}

/** Interval of y/x - 1. Source: Fieller, Some problems in interval estimation, J. R. Statistical Society B 16 (1954). */
function relativeDifference({ x, y, xx, yy, xy }: Estimates, factor: number): Difference['relative'] {
  const square = factor * factor;
  const a = x * x - square * xx;
  // where zero is inside the baseline's own interval every ratio is possible
  if (!(a > 0)) return undefined;
  const b = x * y - square * xy;
  const root = Math.sqrt(Math.max(0, b * b - a * (y * y - square * yy)));
  return { value: y / x - 1, low: (b - root) / a - 1, high: (b + root) / a - 1 };
}
