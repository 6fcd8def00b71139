import { InvalidArgumentError, type Command } from 'commander';
import { observeCluster, observeRights } from '../../kind/index.ts';
import { connectCluster } from '../../kubernetes-client/index.ts';
import { parseDuration, UnitError } from '../../model/index.ts';
import type { Io } from '../io.ts';
import { untilInterrupted } from '../interruption.ts';

interface ObserveFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** In ns. */
  readonly for: number;
  readonly out: string;
  readonly force?: boolean;
}

/** `kind observe`: what becomes of a living cluster, as the tables of a run. */
export function addObserveCommand(kind: Command, io: Io): void {
  kind
    .command('observe')
    .summary('record what becomes of a living cluster, as the tables of a run')
    .description(
      'Watches the nodes, pods and events of any cluster for a while, and writes what it saw as the tables of a run, so that query, report,\n' +
        'why and compare read it as they read a simulation. It only reads; Secrets and environment never. An interrupt ends it early\n' +
        'and keeps what was seen.\n\n' +
        'Example:\n  codeco-sim kind observe --context kind-edge --for 10m --out results/real',
    )
    .option('--kubeconfig <file>', 'in place of $KUBECONFIG and ~/.kube/config')
    .option('--context <name>', "in place of the kubeconfig's current context")
    .requiredOption('--for <duration>', 'how long, such as 10m', duration)
    .requiredOption('--out <dir>', 'results folder to write')
    .option('--force', 'write into a folder that holds other things')
    .action(async (flags: ObserveFlags) => {
      const { kubeconfig, context } = flags;
      const cluster = await connectCluster({
        ...(kubeconfig === undefined ? {} : { kubeconfig }),
        ...(context === undefined ? {} : { context }),
        needs: observeRights,
      });
      await untilInterrupted((signal) =>
        observeCluster(cluster, {
          forMs: flags.for / 1e6,
          folder: flags.out,
          force: flags.force === true,
          command: ['codeco-sim', ...process.argv.slice(2)],
          begun: () => io.err(`observing ${cluster.context} for ${flags.for / 1e9} s\n`),
          signal,
        }),
      );
      io.err(`wrote ${flags.out}\nnext: codeco-sim report ${flags.out}\n`);
    });
}

function duration(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    throw new InvalidArgumentError(error.message);
  }
}
