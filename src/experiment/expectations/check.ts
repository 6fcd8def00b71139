import { ExpectationError, parseExpectation, type Expectation } from '../../model/index.ts';
import { readScenario, ResultsError } from '../../results/index.ts';
import { matchCells, type CellPairs } from '../comparison/index.ts';
import { openSubject, type Subject } from '../subject.ts';
import { readSweep } from '../sweep-file.ts';
import { evaluateBounds, evaluateClaims, type ExpectationResult } from './evaluation.ts';

/** Everything that was expected of one reference's results. */
export interface ExpectationReport {
  /** The folder, or the cell. */
  readonly results: string;
  readonly findings: readonly ExpectationResult[];
}

export interface CheckOptions {
  /** Expectations in place of those that the scenario or experiment states. */
  readonly expectations?: readonly Expectation[];
  /** Results that comparisons refer to, in place of the baseline that an experiment names. */
  readonly baseline?: string;
}

/**
 * Holds results against what is expected of them: a run against its scenario's `expect`, a sweep, cell by cell, against its
 * experiment's.
 * @throws {ResultsError} if something cannot be read, nothing is expected, or a comparison has no baseline
 */
export async function checkExpectations(reference: string, options: CheckOptions = {}): Promise<ExpectationReport> {
  const subject = await openSubject(reference);
  const expectations = options.expectations ?? statedExpectations(reference, subject);
  if (expectations.length === 0) {
    throw new ResultsError(`nothing is expected of ${reference}: state it under spec.expect, or with --expect`);
  }
  const pairs = await pairsOf(reference, subject, expectations, options.baseline);
  const bounds: ExpectationResult[] = [];
  for (const cell of subject.cells) {
    if (cell.runs.length > 0) bounds.push(...(await evaluateBounds(expectations, cell)));
  }
  return { results: reference, findings: [...bounds, ...(await evaluateClaims(expectations, pairs))] };
}

function statedExpectations(reference: string, subject: Subject): Expectation[] {
  const texts = subject.kind === 'run' ? readScenario(reference) : readSweep(subject.folder).experiment.resolved;
  const { scenario = texts } = (texts ?? {}) as { scenario?: unknown };
  const { expect } = ((scenario ?? {}) as { spec?: { expect?: unknown } }).spec ?? {};
  const stated = Array.isArray(expect) ? expect.filter((text) => typeof text === 'string') : [];
  try {
    return stated.map(parseExpectation);
  } catch (error) {
    if (!(error instanceof ExpectationError)) throw error;
    throw new ResultsError(`${reference} states an expectation that this program does not know: ${error.message}`, {
      cause: error,
    });
  }
}

async function pairsOf(
  reference: string,
  subject: Subject,
  expectations: readonly Expectation[],
  baseline: string | undefined,
): Promise<CellPairs> {
  if (expectations.every(({ kind }) => kind === 'bound')) return [];
  if (baseline === undefined) return matchCells(subject, undefined, [reference]).pairs;
  return matchCells(await openSubject(baseline), subject, [baseline, reference]).pairs;
}
