import { appendFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { ExpectationReport } from '../experiment/index.ts';
import { onDisk } from '../results/index.ts';
import { junitXml } from './junit.ts';
import { stepSummary } from './step-summary.ts';
import { UsageError } from './usage-error.ts';

/** Where the outcome of expectations is written besides the terminal. */
export interface ReportFlags {
  readonly junit?: string;
  readonly summary?: string | true;
}

export function addReportOptions(command: Command): void {
  command
    .option('--junit <file>', 'write the outcome as JUnit XML')
    .option(
      '--summary [file]',
      "append the outcome as Markdown; without a file to GitHub's step summary ($GITHUB_STEP_SUMMARY)",
    );
}

/** Whether an expectation failed: then the exit status is 1. */
export function hasFailed(reports: readonly ExpectationReport[]): boolean {
  return reports.some(({ findings }) => findings.some(({ passed }) => !passed));
}

/**
 * Writes the files that were asked for.
 * @throws {UsageError} if a step summary is wanted outside of GitHub Actions; {ResultsError} if the disk refuses
 */
export function writeReports(reports: readonly ExpectationReport[], { junit, summary }: ReportFlags): void {
  if (junit !== undefined) onDisk(`write ${junit}`, () => writeFileSync(junit, junitXml(reports)));
  if (summary === undefined) return;
  const file = summary === true ? process.env['GITHUB_STEP_SUMMARY'] : summary;
  if (file === undefined || file === '') throw new UsageError('--summary: found no file, and no $GITHUB_STEP_SUMMARY');
  onDisk(`write ${file}`, () => appendFileSync(file, stepSummary(reports)));
}
