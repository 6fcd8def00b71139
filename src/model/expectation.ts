import { MeasureError, measureNames, measures, parseQuotient, quotientText, type Quotient } from './measures.ts';
import { expectedUnit, UnitError, unitValue } from './unit-text.ts';

/** What a run, or a cell of runs, is expected to come to. */
export type Expectation =
  | {
      readonly kind: 'bound';
      readonly text: string;
      readonly quotient: Quotient;
      readonly relation: Relation;
      /** In the measure's unit. */
      readonly bound: number;
    }
  | {
      readonly kind: 'comparison';
      readonly text: string;
      readonly quotient: Quotient;
      /** Whether it is expected not to be so. */
      readonly isNegated: boolean;
      readonly direction: 'worse' | 'better' | 'different';
      /** By more than this share of the baseline. */
      readonly margin: number;
    };

/** How an estimate stands to a bound. */
export type Relation = '<' | '<=' | '>' | '>=';

/** Why a text is no expectation. */
export class ExpectationError extends RangeError {
  readonly expected: string;
  /** The word that is no name, to look for the nearest. */
  readonly word: string | undefined;

  constructor(found: string, expected: string, word?: string) {
    super(found);
    this.expected = expected;
    this.word = word;
  }
}

const FORM =
  "an expectation such as 'requests.latency.p95 < 80ms', 'requests.failed / requests.sent < 0.1%' or " +
  "'requests.latency.p95 not worse than baseline by more than 5%'";
const comparison =
  /^(.*?)\s+(not\s+)?(?:significantly\s+)?(worse|better|different)\s+(?:than|from)\s+baseline(?:\s+by\s+more\s+than\s+(.+))?$/s;
const bound = /^(.*?)\s*(<=|>=|<|>)\s*(.*)$/s;

/**
 * Reads an expectation:
 *
 *     requests.latency.p95 < 80ms
 *     requests.failed / requests.sent <= 0.1%
 *     requests.latency.p95 not worse than baseline by more than 5%
 *     energy.nodes better than baseline
 *
 * Own design. A bound is held against the estimate. A comparison claims that the measure is significantly worse, better or
 * different, by more than the margin: it is true if the whole interval of the relative difference is beyond the margin.
 * @throws {ExpectationError}
 */
export function parseExpectation(text: string): Expectation {
  const compared = comparison.exec(text.trim());
  if (compared !== null) {
    const quotient = readQuotient(compared[1]!);
    const direction = compared[3] as 'worse' | 'better' | 'different';
    if (direction !== 'different' && measures[quotient.numerator].worse === 'neither') {
      throw new ExpectationError(
        `${quotient.numerator} is neither worse nor better`,
        `'different from baseline' for ${quotient.numerator}`,
      );
    }
    const margin = compared[4] === undefined ? 0 : readShare(compared[4].trim());
    return { kind: 'comparison', text, quotient, isNegated: compared[2] !== undefined, direction, margin };
  }
  const bounded = bound.exec(text.trim());
  if (bounded === null) throw new ExpectationError(`"${text}" is no expectation`, FORM);
  const quotient = readQuotient(bounded[1]!);
  const relation = bounded[2] as Relation;
  return { kind: 'bound', text, quotient, relation, bound: readBound(quotient, bounded[3]!.trim()) };
}

function readQuotient(text: string): Quotient {
  try {
    return parseQuotient(text);
  } catch (error) {
    if (!(error instanceof MeasureError)) throw error;
    throw new ExpectationError(error.message, `a measure: ${measureNames.join(', ')}`, error.word);
  }
}

/** The unit of a quotient: its numerator's, where its denominator is a count. */
export function unitOf({ numerator, denominator }: Quotient): 'ns' | 'J' | 'g' | null {
  const { unit } = measures[numerator];
  return denominator === undefined || measures[denominator].unit === null ? unit : null;
}

function readBound(quotient: Quotient, text: string): number {
  const unit = unitOf(quotient);
  if (unit === null) return readNumber(quotient, text);
  if (unit === 'g') {
    const [, number, kilo] = /^(\d+(?:\.\d*)?|\.\d+) ?(k?)g$/.exec(text) ?? [];
    if (number === undefined) throw new ExpectationError(`"${text}" is not a mass`, 'a mass such as 350g or 1.2kg');
    return Number(number) * (kilo === 'k' ? 1000 : 1);
  }
  const kind = unit === 'ns' ? 'duration' : 'energy';
  try {
    return unitValue(kind, text);
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    throw new ExpectationError(
      `"${text}" as a bound of ${quotientText(quotient)}: ${error.message}`,
      expectedUnit(kind),
    );
  }
}

function readNumber(quotient: Quotient, text: string): number {
  const [, number, percent] = /^(\d+(?:\.\d*)?|\.\d+) ?(%?)$/.exec(text) ?? [];
  if (number === undefined || (percent === '%' && quotient.denominator === undefined)) {
    const expected = quotient.denominator === undefined ? 'a number' : 'a share such as 0.1% or 0.001';
    throw new ExpectationError(`"${text}" as a bound of ${quotientText(quotient)}`, expected);
  }
  return percent === '%' ? Number(`${number}e-2`) : Number(number);
}

function readShare(text: string): number {
  const [, number, percent] = /^(\d+(?:\.\d*)?|\.\d+) ?(%?)$/.exec(text) ?? [];
  if (number === undefined) throw new ExpectationError(`"${text}" is not a share`, 'a share such as 5% or 0.05');
  return percent === '%' ? Number(`${number}e-2`) : Number(number);
}
