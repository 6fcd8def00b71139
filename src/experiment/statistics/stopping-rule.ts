import { checkConfidence, CONFIDENCE, meanInterval } from './interval.ts';

/** When there are enough replications. */
export interface StoppingRule {
  /** Half of the interval's width, as a share of the mean, that is wanted. */
  readonly relativeHalfWidth: number;
  readonly confidence?: number;
  /** Replications before the first look. */
  readonly minimum: number;
}

/**
 * Whether the replications of a measure, in the order of their making, are enough.
 *
 * Stopping as soon as an interval looks narrow favours samples whose spread is small by chance, so that fewer intervals
 * hold the truth than they claim. Three guards: the half width is held against γ' = γ/(1 + γ) of the estimated mean, which
 * makes γ the error relative to the true one (Law, Simulation Modeling and Analysis, 5th ed., §9.4.1); it is widened by
 * 1/n, as Glynn & Whitt (Annals of Applied Probability 2, 1992) add a term that vanishes more slowly than the width; and
 * there must be enough of them one replication earlier, too (own design). A mean of zero without spread is precise.
 * @throws {RangeError} if the rule's half width is not positive, or its minimum below 3
 */
export function isPreciseEnough(values: readonly number[], rule: StoppingRule): boolean {
  const { relativeHalfWidth, minimum, confidence = CONFIDENCE } = rule;
  checkConfidence(confidence);
  if (!(relativeHalfWidth > 0)) {
    throw new RangeError(`half width: found ${relativeHalfWidth}, expected a share above 0, such as 0.05`);
  }
  if (!(minimum >= 3)) throw new RangeError(`minimum of replications: found ${minimum}, expected at least 3`);
  if (values.length < minimum) return false;
  const bound = relativeHalfWidth / (1 + relativeHalfWidth);
  const isNarrow = (count: number) => {
    const { value, low, high } = meanInterval(values.slice(0, count), confidence);
    return ((high - low) / 2) * (1 + 1 / count) <= bound * Math.abs(value);
  };
  return isNarrow(values.length) && (values.length === minimum || isNarrow(values.length - 1));
}
