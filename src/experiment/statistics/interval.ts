import { deviation, mean } from 'd3-array';
import { studentQuantile } from './distributions.ts';

/** Share of intervals that hold the truth, unless another is asked for. */
export const CONFIDENCE = 0.95;

/** A confidence interval, both ends included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** An estimate and how sure it is. */
export interface Estimate extends Interval {
  readonly value: number;
  /** Independent observations that it is of. */
  readonly count: number;
}

/**
 * The mean of independent observations with Student's interval.
 * Source: Law, Simulation Modeling and Analysis, 5th ed., eq. 4.12.
 * @throws {RangeError} if there are fewer than two observations, of whose spread nothing is known
 */
export function meanInterval(values: readonly number[], confidence: number = CONFIDENCE): Estimate {
  checkCount(values.length, 2, 'an interval of a mean');
  const value = mean(values)!;
  const halfWidth = (studentFactor(values.length - 1, confidence) * deviation(values)!) / Math.sqrt(values.length);
  return { value, low: value - halfWidth, high: value + halfWidth, count: values.length };
}

/** How many standard errors an interval reaches to each side. */
export function studentFactor(df: number, confidence: number): number {
  checkConfidence(confidence);
  return studentQuantile((1 + confidence) / 2, df);
}

/** @throws {RangeError} if there are fewer observations than are needed */
export function checkCount(count: number, needed: number, purpose: string): void {
  if (count < needed) throw new RangeError(`${purpose}: found ${count} observations, expected at least ${needed}`);
}

/** @throws {RangeError} if the confidence is not between 0 and 1 */
export function checkConfidence(confidence: number): void {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`confidence: found ${confidence}, expected a share between 0 and 1, such as 0.95`);
  }
}
