import type { Command } from 'commander';
import { compareResults, type Comparison } from '../../experiment/index.ts';
import { formatComparison, verdictOf } from '../comparison-text.ts';
import type { Io } from '../io.ts';
import { readMeasure } from '../measure-argument.ts';
import { collect, outputOption, printAs } from './options.ts';

interface CompareFlags {
  readonly measure?: readonly string[];
  readonly output?: string;
}

/** `compare BASELINE [OTHER]`: what differs between runs, cells or sweeps, and how sure that is. */
export function addCompareCommand(program: Command, io: Io): void {
  const command = program
    .command('compare')
    .summary('compare runs or sweeps: what differs, and how sure that is')
    .description(
      'Compares two runs, two cells of sweeps (FOLDER#NUMBER), or two sweeps cell by cell; one sweep alone with the\n' +
        'baseline that its experiment names. Replications of the same seed are compared in pairs, others as independent\n' +
        "(Welch); of one run each the requests' windows of time are. P-values are corrected for their number (Holm).\n\n" +
        'Examples:\n  codeco-sim compare results/a results/b\n' +
        '  codeco-sim compare results/sweep#0 results/sweep#3 --measure requests.latency.p95\n' +
        '  codeco-sim compare results/sweep -o json',
    )
    .argument('<baseline>', 'results folder, sweep folder, or FOLDER#NUMBER of a cell')
    .argument('[other]', 'what to compare with it; without it a sweep is compared with its own baseline')
    .option(
      '--measure <name>',
      "only this measure, or a quotient such as 'requests.failed / requests.sent' (repeatable)",
      collect,
    );
  outputOption(command);
  command.action(async (baseline: string, other: string | undefined, flags: CompareFlags) => {
    const comparison = await compareResults(
      baseline,
      other,
      flags.measure === undefined ? {} : { measures: flags.measure.map(readMeasure) },
    );
    if (comparison.cells.some(({ isAcrossSources }) => isAcrossSources))
      io.err(
        'one of them is real and the other simulated: `codeco-sim kind compare` tells how true the simulation was\n',
      );
    if (flags.output === undefined) io.out(formatComparison(comparison));
    else {
      const value = { apiVersion: 'codeco-sim/v1', kind: 'Comparison', ...withVerdicts(comparison) };
      printAs(io, flags.output, value, () => asRows(comparison));
    }
  });
}

function withVerdicts(comparison: Comparison) {
  const cells = comparison.cells.map((cell) => ({
    ...cell,
    measures: cell.measures.map((measure) => ({ ...measure, verdict: verdictOf(measure) })),
  }));
  return { ...comparison, cells };
}

/** One row a measure. */
function asRows({ cells }: Comparison): Record<string, unknown>[] {
  return cells.flatMap((cell) =>
    cell.measures.map((measure) => ({
      baseline_cell: cell.baseline,
      other_cell: cell.other,
      measure: measure.measure,
      unit: measure.unit,
      baseline: measure.baseline,
      other: measure.other,
      difference: measure.difference?.difference,
      difference_low: measure.difference?.low,
      difference_high: measure.difference?.high,
      relative: measure.difference?.relative?.value,
      relative_low: measure.difference?.relative?.low,
      relative_high: measure.difference?.relative?.high,
      effect_size: measure.difference?.effectSize,
      p_value: measure.difference?.pValue,
      rank_p_value: measure.difference?.rankPValue,
      adjusted_p_value: measure.adjustedPValue,
      basis: measure.basis,
      verdict: verdictOf(measure),
    })),
  );
}
