import type { Command } from 'commander';
import { describeResults, type CellDescription } from '../../experiment/index.ts';
import { formatDescription } from '../description-text.ts';
import type { Io } from '../io.ts';
import { readMeasure } from '../measure-argument.ts';
import { UsageError } from '../usage-error.ts';
import { collect, outputOption, printAs } from './options.ts';

interface DescribeFlags {
  readonly measure?: readonly string[];
  readonly confidence: number;
  readonly foundWarmup?: boolean;
  readonly output?: string;
}

/** `describe RESULTS`: each measure with how sure it is, and where the warm-up ends. */
export function addDescribeCommand(program: Command, io: Io): void {
  const command = program
    .command('describe')
    .summary('describe a run or sweep: each measure with its interval, and the warm-up')
    .description(
      "Prints, for a run, a cell (FOLDER#NUMBER) or every cell of a sweep, each measure's mean with Student's interval and\n" +
        'its median with a bootstrap interval (BCa) over the replications; of one run alone intervals by windows of time.\n' +
        'Where requests were recorded, it says where the warm-up ends (MSER-5).\n\n' +
        'Examples:\n  codeco-sim describe results/a\n' +
        '  codeco-sim describe results/sweep --measure requests.latency.p95 --confidence 99%\n' +
        '  codeco-sim describe results/a --found-warmup',
    )
    .argument('<results>', 'results folder, sweep folder, or FOLDER#NUMBER of a cell')
    .option(
      '--measure <name>',
      "only this measure, or a quotient such as 'requests.failed / requests.sent' (repeatable)",
      collect,
    )
    .option('--confidence <share>', 'of the intervals', asConfidence, 0.95)
    .option('--found-warmup', 'leave out the warm-up that is found in place of the stated one, and measure the rest');
  outputOption(command);
  command.action(async (reference: string, flags: DescribeFlags) => {
    const { measure, confidence, foundWarmup } = flags;
    const cells = await describeResults(reference, {
      confidence,
      foundWarmUp: foundWarmup === true,
      ...(measure === undefined ? {} : { measures: measure.map(readMeasure) }),
    });
    if (flags.output === undefined) io.out(formatDescription(cells, confidence, foundWarmup === true));
    else {
      const value = { apiVersion: 'codeco-sim/v1', kind: 'Description', confidence, cells };
      printAs(io, flags.output, value, () => asRows(cells));
    }
  });
}

function asConfidence(text: string): number {
  const share = text.endsWith('%') ? Number(`${text.slice(0, -1)}e-2`) : Number(text);
  if (share > 0 && share < 1) return share;
  throw new UsageError(`--confidence: found '${text}', expected a share between 0 and 1, such as 95%`);
}

/** One row a measure of a cell. */
function asRows(cells: readonly CellDescription[]): Record<string, unknown>[] {
  return cells.flatMap(({ label, measures }) =>
    measures.map(({ meanInterval, medianInterval, isReliable, ...measure }) => ({
      cell: label,
      ...measure,
      mean_low: meanInterval?.low,
      mean_high: meanInterval?.high,
      median_low: medianInterval?.low,
      median_high: medianInterval?.high,
      is_reliable: isReliable,
    })),
  );
}
