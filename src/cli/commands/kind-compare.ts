import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { assessFidelity } from '../../experiment/index.ts';
import { makeFidelityReport, pageOf } from '../../report/index.ts';
import { onDisk } from '../../results/index.ts';
import { fidelityRows, formatFidelity } from '../fidelity-text.ts';
import type { Io } from '../io.ts';
import { outputOption, printAs } from './options.ts';

interface KindCompareFlags {
  readonly report?: string;
  readonly output?: string;
}

/** `kind compare RESULTS…`: how true simulated runs were to real ones. */
export function addKindCompareCommand(kind: Command, io: Io): void {
  const command = kind
    .command('compare')
    .summary('say how true simulated runs were to recorded ones of a real cluster')
    .description(
      'Holds simulated runs against runs of the same scenario that were recorded from a cluster: where pods were placed, ties set aside,\n' +
        'and how long they took to be scheduled, started, ready, evicted and replaced, each with an interval and a verdict. Several\n' +
        'simulated runs of different seeds tell what ties and chance alone make of it.\n\n' +
        'Example:\n  codeco-sim kind compare results/sweep#0 results/real-1 results/real-2 --report fidelity.html',
    )
    .argument(
      '<results...>',
      'results folders, or FOLDER#NUMBER of cells of sweeps, simulated and real ones in any order',
    )
    .option('--report <file>', 'also write the report as an HTML page');
  outputOption(command);
  command.action(async (references: readonly string[], flags: KindCompareFlags) => {
    const fidelity = await assessFidelity(references);
    if (flags.report !== undefined) {
      const page = pageOf(await makeFidelityReport(fidelity, ['codeco-sim', 'kind', 'compare', ...references]));
      onDisk(`write ${flags.report}`, () => writeFileSync(flags.report!, page));
      io.err(`wrote ${flags.report}\n`);
    }
    if (flags.output === undefined) io.out(formatFidelity(fidelity));
    else {
      const { samples: _, ...value } = fidelity;
      printAs(io, flags.output, { apiVersion: 'codeco-sim/v1', kind: 'Fidelity', ...value }, () =>
        fidelityRows(fidelity),
      );
    }
  });
}
