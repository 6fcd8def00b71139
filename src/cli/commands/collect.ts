import type { Command } from 'commander';
import { collectShards } from '../../experiment/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatCount } from '../../format.ts';
import type { Io } from '../io.ts';
import { flatRow, formatSweep } from '../sweep-summary.ts';
import { outputOption, printAs } from './options.ts';

/** Rows of cells that are printed before the rest is left to the files. */
const MOST_ROWS = 40;

/** `collect DIRS… --out DIR`: the shards of a sweep as one. */
export function addCollectCommand(program: Command, io: Io): void {
  const command = program
    .command('collect')
    .summary('put the shards of a sweep together')
    .description(
      'Puts together what `sweep --shard` wrote in several places, after a check that nothing is missing.\n\n' +
        'Example:\n  codeco-sim collect part-1 part-2 part-3 --out results/whole',
    )
    .argument('<folders...>', 'folders that the shards were written to')
    .requiredOption('--out <dir>', 'folder for the whole')
    .option('-q, --quiet', 'print nothing');
  outputOption(command);
  command.action(async (folders: readonly string[], flags: { out: string; quiet?: boolean; output?: string }) => {
    const { sweep, rows, done, failed } = await collectShards(folders, flags.out);
    if (flags.output !== undefined) {
      const { name } = sweep;
      const summary = { apiVersion: 'codeco-sim/v1', kind: 'SweepSummary', name, out: flags.out, done, failed, rows };
      printAs(io, flags.output, summary, () => rows.map(flatRow));
    } else if (flags.quiet !== true) {
      io.out(
        formatSweep(
          sweep.parameters.map(({ name }) => name),
          sweep.cells,
          rows,
          MOST_ROWS,
          io.pictureWidth,
        ),
      );
      io.out(`\n${formatCount(done)} runs of ${folders.length} folders, complete; results in ${flags.out}\n`);
    }
    if (failed > 0) {
      io.err(`${failed} ${failed === 1 ? 'run has' : 'runs have'} failed in the shards\n`);
      process.exitCode = exitCodes.failed;
    }
  });
}
