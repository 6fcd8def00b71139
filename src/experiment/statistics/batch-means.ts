import { mean } from 'd3-array';
import { normalCdf } from './distributions.ts';
import { checkCount, CONFIDENCE, meanInterval, type Estimate } from './interval.ts';

/** Batches that are made at first. Between 10 and 30 are enough for a stable interval (Schmeiser, Operations Research 30, 1982). */
const FINE_BATCHES = 64;
const FEWEST_BATCHES = 16;
/** Below this p-value batches count as correlated, and are merged in pairs. */
const CORRELATED = 0.1;

/** Parts of one run that may be taken for independent observations, if `isIndependent`. */
export interface Batches<T> {
  readonly batches: T;
  /** Probability of batches as correlated as these if they were independent. */
  readonly independence: number;
  /** False if even the largest batches are correlated: the run is too short, and an interval too narrow. */
  readonly isIndependent: boolean;
}

/** A mean of correlated observations, and whether its interval can be relied on. */
export interface BatchMeansEstimate extends Estimate, Omit<Batches<unknown>, 'batches'> {
  /** Observations in each batch; the few behind the last whole batch are left out. */
  readonly batchSize: number;
}

/**
 * The mean of one long run of correlated observations with an interval, by means of batches that do not overlap. Batches
 * are merged in pairs while von Neumann's test finds them correlated.
 * Source: Law, Simulation Modeling and Analysis, 5th ed., §9.5.3; merging until the test is passed: Fishman & Yarberry,
 * An implementation of the batch means method, INFORMS J. on Computing 9 (1997); numbers of batches are own design.
 * @throws {RangeError} if there are fewer than 32 observations
 */
export function batchMeans(values: ArrayLike<number>, confidence: number = CONFIDENCE): BatchMeansEstimate {
  checkCount(values.length, 2 * FEWEST_BATCHES, 'an interval of one run');
  const most = Math.min(FINE_BATCHES, 2 ** Math.floor(Math.log2(values.length / 2)));
  const { batches, ...test } = independentBatches(
    most,
    (count) => meansOfBatches(values, count),
    (means) => means,
  );
  return { ...meanInterval(batches, confidence), batchSize: Math.floor(values.length / batches.length), ...test };
}

/**
 * Divides one run into as many batches as von Neumann's test finds uncorrelated, from `most` by halves down to 16.
 * @param divide into so many batches
 * @param tested what of them is to be uncorrelated
 */
export function independentBatches<T>(
  most: number,
  divide: (count: number) => T,
  tested: (batches: T) => readonly number[],
): Batches<T> {
  for (let count = most; ; count /= 2) {
    const batches = divide(count);
    const independence = vonNeumannTest(tested(batches));
    const isIndependent = independence >= CORRELATED;
    if (isIndependent || count <= FEWEST_BATCHES) return { batches, independence, isIndependent };
  }
}

function meansOfBatches(values: ArrayLike<number>, count: number): number[] {
  const size = Math.floor(values.length / count);
  return Array.from({ length: count }, (_, k) => {
    let sum = 0;
    for (let i = k * size; i < (k + 1) * size; i++) sum += values[i]!;
    return sum / size;
  });
}

/**
 * Tests a sequence for positive correlation of neighbours.
 * Source: von Neumann's ratio as in Fishman, Grouping observations in digital simulation, Management Science 24 (1978):
 * C = 1 - Σ(xₖ - xₖ₊₁)² / 2Σ(xₖ - x̄)² has mean 0 and variance (n - 2)/(n² - 1) for independent normal observations.
 * @returns the probability of a C at least this large; 1 for a constant sequence
 */
export function vonNeumannTest(values: readonly number[]): number {
  const centre = mean(values)!;
  let deviations = 0;
  let steps = 0;
  for (const [k, value] of values.entries()) {
    deviations += (value - centre) ** 2;
    if (k > 0) steps += (value - values[k - 1]!) ** 2;
  }
  if (deviations === 0) return 1;
  const n = values.length;
  const c = 1 - steps / (2 * deviations);
  return normalCdf(-c / Math.sqrt((n - 2) / (n * n - 1)));
}
