import type { Command } from 'commander';
import { checkExpectations, type ExpectationReport } from '../../experiment/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatExpectations } from '../expectation-text.ts';
import type { Io } from '../io.ts';
import { readExpectation } from '../measure-argument.ts';
import { addReportOptions, hasFailed, writeReports, type ReportFlags } from '../report-files.ts';
import { collect, outputOption, printAs } from './options.ts';

interface CheckFlags extends ReportFlags {
  readonly expect?: readonly string[];
  readonly baseline?: string;
  readonly output?: string;
}

/** `check RESULTS…`: holds results against what is expected of them. */
export function addCheckCommand(program: Command, io: Io): void {
  const command = program
    .command('check')
    .summary('hold results against what is expected of them')
    .description(
      'Evaluates expectations of runs and sweeps: those that the scenario or experiment states under spec.expect, or those\n' +
        'given with --expect. Comparisons hold a sweep against the baseline that its experiment names, or against other\n' +
        'results. Exits with status 1 if one fails.\n\n' +
        'Examples:\n  codeco-sim check results/a\n' +
        '  codeco-sim check results/a --expect "requests.latency.p95 < 80ms" --junit expectations.xml\n' +
        '  codeco-sim check results/new --baseline results/stored \\\n' +
        '    --expect "requests.latency.p95 not worse than baseline by more than 5%" --summary',
    )
    .argument('<results...>', 'results folders, sweep folders, or FOLDER#NUMBER of cells')
    .option('--expect <text>', 'an expectation in place of those stated (repeatable)', collect)
    .option('--baseline <results>', 'what comparisons refer to');
  addReportOptions(command);
  outputOption(command);
  command.action(async (references: readonly string[], flags: CheckFlags) => {
    const expectations = flags.expect?.map(readExpectation);
    const reports: ExpectationReport[] = [];
    for (const reference of references) {
      reports.push(
        await checkExpectations(reference, {
          ...(expectations === undefined ? {} : { expectations }),
          ...(flags.baseline === undefined ? {} : { baseline: flags.baseline }),
        }),
      );
    }
    writeReports(reports, flags);
    if (flags.output === undefined) io.out(formatExpectations(reports));
    else {
      const value = { apiVersion: 'codeco-sim/v1', kind: 'Expectations', reports };
      printAs(io, flags.output, value, () =>
        reports.flatMap(({ results, findings }) =>
          findings.map(({ comparison, ...finding }) => ({ results, ...finding, basis: comparison?.basis })),
        ),
      );
    }
    if (hasFailed(reports)) process.exitCode = exitCodes.differs;
  });
}
