import { measures, quotientText, valueOf, type Expectation } from '../../model/index.ts';
import {
  compareCells,
  estimateByWindows,
  type CellComparison,
  type CellPairs,
  type MeasureComparison,
} from '../comparison/index.ts';
import { meanInterval } from '../statistics/index.ts';
import type { ComparedCell, ComparedRun } from '../subject.ts';

/** What came of an expectation. */
export interface ExpectationResult {
  /** As it was written. */
  readonly expectation: string;
  /** The run or cell. */
  readonly subject: string;
  /** False also where the measure has no value. */
  readonly passed: boolean;
  /** Whether the whole interval says the same as the estimate; undefined where there is no interval. */
  readonly isSure: boolean | undefined;
  /** The estimate, or the relative difference from the baseline; undefined where it has none. */
  readonly value: number | undefined;
  readonly low?: number;
  readonly high?: number;
  /** The comparison that it rests on. */
  readonly comparison?: MeasureComparison;
}

type Bound = Extract<Expectation, { kind: 'bound' }>;
type Claim = Extract<Expectation, { kind: 'comparison' }>;

/**
 * Holds the bounds among expectations against a cell: its replications' mean with Student's interval, or one run's measures,
 * with an interval by windows where its requests were recorded.
 * @throws {ResultsError} if a table is damaged
 */
export async function evaluateBounds(
  expectations: readonly Expectation[],
  cell: ComparedCell,
): Promise<ExpectationResult[]> {
  const results: ExpectationResult[] = [];
  for (const expectation of expectations) {
    if (expectation.kind === 'bound') results.push(await evaluateBound(expectation, cell));
  }
  return results;
}

async function evaluateBound(expectation: Bound, cell: ComparedCell): Promise<ExpectationResult> {
  const { quotient, text } = expectation;
  const common = { expectation: text, subject: cell.label };
  const values = cell.runs.map(({ row }) => valueOf(quotient, row)).filter((value) => value !== undefined);
  if (values.length === 0) return { ...common, passed: false, isSure: undefined, value: undefined };
  const estimate = values.length > 1 ? meanInterval(values) : await ofOneRun(expectation, cell.runs[0]!, values[0]!);
  const { value, low, high } = estimate;
  const passed = holds(value, expectation);
  if (low === undefined || high === undefined) return { ...common, passed, isSure: undefined, value };
  const isSure = holds(low, expectation) === passed && holds(high, expectation) === passed;
  return { ...common, passed, isSure, value, low, high };
}

async function ofOneRun(
  { quotient }: Bound,
  run: ComparedRun,
  value: number,
): Promise<{ value: number; low?: number; high?: number }> {
  const interval = await estimateByWindows(quotient, run);
  // the value is that of the table of runs, which counts every request even if only a share of them was recorded
  return interval === undefined ? { value } : { value, low: interval.low, high: interval.high };
}

function holds(value: number, { relation, bound }: Bound): boolean {
  if (relation === '<') return value < bound;
  if (relation === '<=') return value <= bound;
  return relation === '>' ? value > bound : value >= bound;
}

/**
 * Holds the comparisons among expectations against cells and their baselines; p-values are corrected for all of them.
 * @throws {ResultsError} if a table is damaged
 */
export async function evaluateClaims(
  expectations: readonly Expectation[],
  pairs: CellPairs,
): Promise<ExpectationResult[]> {
  const claims = expectations.filter((expectation) => expectation.kind === 'comparison');
  if (claims.length === 0) return [];
  const texts = new Set<string>();
  const wanted = claims
    .map(({ quotient }) => quotient)
    .filter((quotient) => {
      const text = quotientText(quotient);
      return texts.size < texts.add(text).size;
    });
  const cells = await compareCells(pairs, { measures: wanted });
  return cells.flatMap((cell) => claims.map((claim) => evaluateClaim(claim, cell)));
}

function evaluateClaim(claim: Claim, { other, measures: compared }: CellComparison): ExpectationResult {
  const comparison = compared.find(({ measure }) => measure === quotientText(claim.quotient))!;
  const { difference, isSignificant, isReliable, baseline, other: value } = comparison;
  const common = { expectation: claim.text, subject: other, comparison };
  if (difference === undefined) {
    const share = baseline === undefined || value === undefined || baseline === 0 ? undefined : value / baseline - 1;
    // nothing significant is known; a measure that is missing on one side is no proof of anything
    const isKnown = baseline !== undefined && value !== undefined;
    return { ...common, passed: isKnown && claim.isNegated, isSure: undefined, value: share };
  }
  const isTrue = isSignificant && isBeyond(claim, comparison);
  const interval = difference.relative;
  return {
    ...common,
    passed: isTrue !== claim.isNegated,
    isSure: isReliable,
    value: interval?.value,
    ...(interval === undefined ? {} : { low: interval.low, high: interval.high }),
  };
}

/** Whether the whole interval of the difference is beyond the margin, in the direction of the claim. */
function isBeyond({ direction, margin, quotient }: Claim, { difference }: MeasureComparison): boolean {
  const { relative, low, high } = difference!;
  // without a relative difference, as from a baseline of zero, no margin can be stated and any difference is beyond it
  const interval = relative ?? { low, high };
  const limit = relative === undefined ? 0 : margin;
  const isHigher = interval.low > limit;
  const isLower = interval.high < -limit;
  if (direction === 'different') return isHigher || isLower;
  const isWorse = measures[quotient.numerator].worse === 'higher' ? isHigher : isLower;
  const isBetter = measures[quotient.numerator].worse === 'higher' ? isLower : isHigher;
  return direction === 'worse' ? isWorse : isBetter;
}
