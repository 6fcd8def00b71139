import type { Command } from 'commander';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectShards, fetchSweeps, storeAccess, type Collected } from '../../experiment/index.ts';
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
        'Example:\n  codeco-sim collect part-1 part-2 part-3 --out results/whole\n' +
        '  codeco-sim collect s3://bucket/mine --out results/whole    all that lies there, from an S3-compatible store',
    )
    .argument('<folders...>', 'folders that the shards were written to, or places in a store')
    .requiredOption('--out <dir>', 'folder for the whole')
    .option('-q, --quiet', 'print nothing');
  outputOption(command);
  command.action(async (folders: readonly string[], flags: { out: string; quiet?: boolean; output?: string }) => {
    const { sweep, rows, done, failed, shards } = await collectFrom(folders, flags.out);
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
      io.out(`\n${formatCount(done)} runs of ${shards} folders, complete; results in ${flags.out}\n`);
    }
    if (failed > 0) {
      io.err(`${failed} ${failed === 1 ? 'run has' : 'runs have'} failed in the shards\n`);
      process.exitCode = exitCodes.failed;
    }
  });
}

/**
 * Puts shards together, after those that lie in a store have been brought here.
 * @throws {ResultsError} if one cannot be had, or they are not of one sweep
 */
export async function collectFrom(
  places: readonly string[],
  out: string,
): Promise<Collected & { readonly shards: number }> {
  let brought: string | undefined;
  try {
    const folders: string[] = [];
    for (const place of places) {
      if (place.startsWith('s3://')) {
        brought ??= mkdtempSync(join(tmpdir(), 'codeco-sim-collect-'));
        folders.push(
          ...(await fetchSweeps(
            place,
            brought,
            storeAccess(process.env, () => new Date()),
          )),
        );
      } else folders.push(place);
    }
    return { ...(await collectShards(folders, out)), shards: folders.length };
  } finally {
    if (brought !== undefined) rmSync(brought, { recursive: true });
  }
}
