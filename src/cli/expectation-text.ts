import type { ExpectationReport, ExpectationResult } from '../experiment/index.ts';
import { formatMeasure, signedShare } from '../format.ts';
import { measureOf } from './measure-argument.ts';
import { formatTable } from './table.ts';

/** The outcome of each expectation, as a line for people. */
export function formatExpectations(reports: readonly ExpectationReport[]): string {
  const rows = reports.flatMap(({ findings }) =>
    findings.map((finding) => [
      finding.passed ? 'passed' : 'FAILED',
      finding.expectation,
      foundText(finding),
      finding.subject,
    ]),
  );
  return formatTable(['', 'expectation', 'found', 'results'], rows);
}

/** The estimate with its interval, and what to think of it. */
export function foundText(finding: ExpectationResult): string {
  const { expectation, value, low, high, comparison, isSure } = finding;
  if (value === undefined) return 'no value';
  const show = comparison === undefined ? (x: number) => formatMeasure(x, measureOf(expectation)) : signedShare;
  const interval = low === undefined || high === undefined ? '' : ` (${show(low)} … ${show(high)})`;
  return show(value) + interval + doubt(finding, isSure);
}

function doubt({ comparison }: ExpectationResult, isSure: boolean | undefined): string {
  if (isSure === undefined) return comparison === undefined ? '' : ', no interval: one run each';
  if (isSure) return '';
  return comparison === undefined
    ? ', not sure: the bound is inside the interval'
    : ', not sure: the runs are too short';
}
