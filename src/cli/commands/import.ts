import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, relative } from 'node:path';
import { Argument, InvalidArgumentError, type Command } from 'commander';
import { parseBandwidth, parseDistance, parseDuration, UnitError } from '../../model/index.ts';
import { importers, importScenario, type ImporterName, type ImportOptions } from '../../scenario/index.ts';
import type { Io } from '../io.ts';
import { wholeNumber } from './options.ts';
import { UsageError } from '../usage-error.ts';

interface ImportFlags extends Omit<ImportOptions, 'folder'> {
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

/** `import KIND FILE…`: makes a scenario of files in another format. */
export function addImportCommand(program: Command, io: Io): void {
  const kinds = Object.entries(importers).map(
    ([name, { files, description }]) => `  ${name} ${files.join(' ')}\n      ${description}`,
  );
  program
    .command('import')
    .summary('make a scenario of files in another format')
    .description(
      `Makes a scenario of files in another format (plain or gzip), checks it, and writes it; what was read, left out and assumed is told on stderr.\n\n${kinds.join('\n')}\n\n` +
        'Example:\n  codeco-sim import graphml Geant2012.graphml --out geant.yaml && codeco-sim run geant.yaml',
    )
    .addArgument(new Argument('<kind>', 'what the files are').choices(Object.keys(importers)))
    .argument('<files...>', 'the files')
    .option('--out <file>', 'scenario to write (default: standard output)')
    .option('--force', 'overwrite it')
    .option('--name <name>', "name of the scenario (default: the file's)")
    .option(
      '--duration <duration>',
      'simulated time',
      measured((text) => (parseDuration(text), text)),
    )
    .option('--default-latency <duration>', 'of links that state none and have no coordinates', measured(parseDuration))
    .option('--default-bandwidth <bandwidth>', 'of links that state none', measured(parseBandwidth))
    .option('--round-trip', 'latencies in the file are round trips (network-topology)')
    .option(
      '--access-spacing <distance>',
      'put access points so far apart over the area (sumo)',
      measured(parseDistance),
    )
    .option('--divide-times <n>', 'divide recorded times by it (openb)', wholeNumber('--divide-times'))
    .action((kind: ImporterName, files: readonly string[], flags: Record<string, unknown> & ImportFlags) => {
      const { out, force } = flags;
      if (out !== undefined && force !== true && existsSync(out))
        throw new UsageError(`${out} is there already: choose another name, or pass --force to overwrite it`);
      if (out !== undefined && !/\.ya?ml$/.test(out))
        throw new UsageError(`${out}: import writes YAML; name a file that ends in .yaml`);
      const draft = importScenario(kind, files, optionsOf(flags, out));
      for (const note of draft.notes) io.err(`${note}\n`);
      if (out === undefined) io.out(draft.text);
      else {
        write(out, draft.text);
        const allow = (draft.allow ?? []).map((folder) => ` --allow ${relative('.', folder) || '.'}`).join('');
        io.err(`wrote ${out}\nnext: codeco-sim run ${out}${allow}\n`);
      }
    });
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
