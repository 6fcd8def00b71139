import {
  MeasureError,
  measureNames,
  measures,
  parseQuotient,
  quotientText,
  unitOf,
  parseExpectation,
  ExpectationError,
  type Expectation,
  type Quotient,
} from '../model/index.ts';
import { nearest } from '../scenario/index.ts';
import { UsageError } from './usage-error.ts';

/**
 * Reads the value of `--measure`.
 * @throws {UsageError} with the nearest name
 */
export function readMeasure(text: string): Quotient {
  try {
    return parseQuotient(text);
  } catch (error) {
    if (!(error instanceof MeasureError)) throw error;
    throw new UsageError(`--measure: ${error.message}, expected one of ${measureNames.join(', ')}${meant(error.word)}`);
  }
}

/**
 * Reads the value of `--expect`.
 * @throws {UsageError} with what was expected
 */
export function readExpectation(text: string): Expectation {
  try {
    return parseExpectation(text);
  } catch (error) {
    if (!(error instanceof ExpectationError)) throw error;
    throw new UsageError(`--expect: ${error.message}, expected ${error.expected}${meant(error.word ?? '')}`);
  }
}

/** What an expectation is about, as values of it are shown. */
export function measureOf(expectation: string): { readonly measure: string; readonly unit: 'ns' | 'J' | 'g' | null } {
  const { quotient } = parseExpectation(expectation);
  return { measure: quotientText(quotient), unit: unitOf(quotient) };
}

function meant(word: string): string {
  const name = nearest(word, [...measureNames, ...measureNames.map((one) => measures[one].column)]);
  return name === undefined ? '' : `\ndid you mean ${name}?`;
}
