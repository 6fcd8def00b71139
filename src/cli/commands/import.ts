import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, relative } from 'node:path';
import { Argument, InvalidArgumentError, type Command } from 'commander';
import { parseBandwidth, parseDistance, parseDuration, UnitError } from '../../model/index.ts';
import { importers, importScenario, type ImporterName, type ImportOptions } from '../../scenario/index.ts';
import type { Io } from '../io.ts';
import { importCluster, type ClusterFlags } from './import-cluster.ts';
import { wholeNumber } from './options.ts';
import { UsageError } from '../usage-error.ts';

interface ImportFlags extends Omit<ImportOptions, 'folder'>, ClusterFlags {
  readonly out?: string;
}

/** Reads the value of an option with a unit. */
const measured =
  <Value>(parse: (text: string) => Value) =>
  (text: string): Value => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      throw new InvalidArgumentError(error.message);
    }
  };

/** The kind that is no file: a cluster that lives. */
const CLUSTER = 'cluster';

/** `import KIND FILE…`: makes a scenario of files in another format, or of a living cluster. */
export function addImportCommand(program: Command, io: Io): void {
  const kinds = Object.entries(importers).map(
    ([name, { files, description }]) => `  ${name} ${files.join(' ')}\n      ${description}`,
  );
  program
    .command('import')
    .summary('make a scenario of files in another format, or of a living cluster')
    .description(
      `Makes a scenario of files in another format (plain or gzip), checks it, and writes it; what was read, left out and assumed is told on stderr.\n\n${kinds.join('\n')}\n` +
        '  cluster\n      A living cluster: nodes, workloads with their pods where they are, budgets, autoscalers and priorities. It is only read.\n\n' +
        'Examples:\n  codeco-sim import graphml Geant2012.graphml --out geant.yaml && codeco-sim run geant.yaml\n' +
        '  codeco-sim import cluster --context kind-edge --out edge.yaml && codeco-sim run edge.yaml --set orchestration.scheduler=swm',
    )
    .addArgument(new Argument('<kind>', 'what the files are').choices([...Object.keys(importers), CLUSTER]))
    .argument('[files...]', 'the files')
    .option('-o, --out <file>', 'scenario to write (default: standard output)')
    .option('--force', 'overwrite it')
    .option('--name <name>', "name of the scenario (default: the file's)")
    .option(
      '--duration <duration>',
      'simulated time',
      measured((text) => (parseDuration(text), text)),
    )
    .option(
      '--default-latency <duration>',
      'of links that state none and have no coordinates; of each node of a cluster',
      measured(parseDuration),
    )
    .option(
      '--default-bandwidth <bandwidth>',
      'of links that state none; of each node of a cluster',
      measured(parseBandwidth),
    )
    .option('--round-trip', 'latencies in the file are round trips (network-topology)')
    .option(
      '--access-spacing <distance>',
      'put access points so far apart over the area (sumo)',
      measured(parseDistance),
    )
    .option('--divide-times <n>', 'divide recorded times by it (openb)', wholeNumber('--divide-times'))
    .option('--kubeconfig <file>', 'in place of $KUBECONFIG and ~/.kube/config (cluster)')
    .option('--context <name>', "in place of the kubeconfig's current context (cluster)")
    .action(
      async (
        kind: ImporterName | typeof CLUSTER,
        files: readonly string[],
        flags: Record<string, unknown> & ImportFlags,
      ) => {
        const { out, force } = flags;
        if (out !== undefined && force !== true && existsSync(out))
          throw new UsageError(`${out} is there already: choose another name, or pass --force to overwrite it`);
        if (out !== undefined && !/\.ya?ml$/.test(out))
          throw new UsageError(`${out}: import writes YAML; name a file that ends in .yaml`);
        const options = optionsOf(flags, out);
        if (kind === CLUSTER && files.length > 0)
          throw new UsageError(`import cluster takes no file: found ${files.join(' ')}`);
        const draft = kind === CLUSTER ? await importCluster(options, flags) : importScenario(kind, files, options);
        for (const note of draft.notes) io.err(`${note}\n`);
        if (out === undefined) io.out(draft.text);
        else {
          write(out, draft.text);
          const allow = (draft.allow ?? []).map((folder) => ` --allow ${relative('.', folder) || '.'}`).join('');
          io.err(`wrote ${out}\nnext: codeco-sim run ${out}${allow}\n`);
        }
      },
    );
}

function optionsOf(flags: Record<string, unknown> & ImportFlags, out: string | undefined): ImportOptions {
  const { name, duration, roundTrip, divideTimes, accessSpacing, force } = flags;
  const { defaultLatency, defaultBandwidth } = flags;
  return {
    folder: out === undefined ? '.' : dirname(out),
    ...(out === undefined ? {} : { stem: basename(out, extname(out)) }),
    ...(force === undefined ? {} : { force }),
    ...(name === undefined ? {} : { name }),
    ...(accessSpacing === undefined ? {} : { accessSpacingM: accessSpacing as number }),
    ...(divideTimes === undefined ? {} : { timesDividedBy: Math.max(1, divideTimes as number) }),
    ...(duration === undefined ? {} : { duration }),
    ...(roundTrip === undefined ? {} : { roundTrip }),
    ...(defaultLatency === undefined
      ? {}
      : { defaultLatencyNs: defaultLatency as NonNullable<ImportOptions['defaultLatencyNs']> }),
    ...(defaultBandwidth === undefined
      ? {}
      : { defaultBandwidthBps: defaultBandwidth as NonNullable<ImportOptions['defaultBandwidthBps']> }),
  };
}

/** Writes a file as a whole or not at all. */
function write(file: string, text: string): void {
  const partial = `${file}.partial`;
  try {
    writeFileSync(partial, text);
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new UsageError(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
