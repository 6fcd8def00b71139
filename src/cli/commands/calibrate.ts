import { existsSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { fitPodStartup, predictPodStartup, readPodStartupRecords } from '../../kind/index.ts';
import type { Io } from '../io.ts';
import { calibrateRuns, startupText } from './calibrate-runs.ts';
import { formatTable } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { outputOption, printAs, wholeNumber } from './options.ts';

interface CalibrateFlags {
  readonly fit?: string;
  readonly nodes: number;
  readonly out?: string;
  readonly force?: boolean;
  readonly output?: string;
}

/** `calibrate FOLDER`: fits the model of pod start-up to measurements, and tells how well it predicts what it did not see. */
export function addCalibrateCommand(program: Command, io: Io): void {
  const command = program
    .command('calibrate')
    .summary('fit the times of the control plane to measurements or recorded runs')
    .description(
      'Fits the model of pod start-up to measured batches (pod_creation_N.csv and, where there, node_dist_N.csv), prints it ' +
        'beside what was measured, and writes a calibration file that scenarios refer to by orchestration.calibration.\n' +
        'Of results folders that kind replay or kind observe recorded it fits start-up, the time of scheduling, the grace period of\n' +
        'nodes and the unpacking of images; of several runs it tells how well a fit to the others predicts each.\n\n' +
        'Examples:\n  codeco-sim calibrate measurements --fit 10,100 --out calibration.yaml\n' +
        '  codeco-sim calibrate results/real-1 results/real-2 --out calibration.yaml',
    )
    .argument('<folders...>', 'a folder with measurements, or results folders of recorded runs')
    .option('--fit <sizes>', 'batch sizes to fit to, such as 10,100; the others are predicted. All by default')
    .option('--nodes <n>', 'nodes that the pods were spread over, where it was not recorded', wholeNumber('--nodes'), 1)
    .option('--out <file>', 'write the calibration there')
    .option('--force', 'write over an existing file');
  outputOption(command);
  command.action(async (folders: readonly string[], flags: CalibrateFlags) => {
    if (flags.out !== undefined && flags.force !== true && existsSync(flags.out)) {
      throw new UsageError(`${flags.out} exists; pass --force to write over it`);
    }
    if (folders.some((folder) => existsSync(join(folder, 'manifest.json')))) {
      if (flags.fit !== undefined)
        throw new UsageError('--fit is for folders with measurements: recorded runs have no batches');
      return calibrateRuns(io, folders, flags);
    }
    if (folders.length > 1) throw new UsageError(`one folder with measurements at a time: found ${folders.join(' ')}`);
    return calibrate(io, folders[0]!, flags);
  });
}

function calibrate(io: Io, folder: string, flags: CalibrateFlags): void {
  if (flags.nodes < 1) throw new UsageError(`--nodes: found ${flags.nodes}, expected at least 1`);
  const batches = readPodStartupRecords(folder);
  const measured = [...new Set(batches.map(({ readyMs }) => readyMs.length))];
  const sizes = flags.fit === undefined ? measured : readSizes(flags.fit, measured);
  const fit = fitPodStartup(
    batches.filter(({ readyMs }) => sizes.includes(readyMs.length)),
    flags.nodes,
  );
  const predictions = predictPodStartup(fit, batches, flags.nodes);
  const calibration = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Calibration',
    metadata: {
      name: basename(resolve(folder)),
      description: `Pod start-up, fitted to measured batches of ${fit.sizes.join(', ')} pods.`,
    },
    spec: { podStartup: startupText(fit.podStartup) },
  };
  if (flags.out !== undefined) writeFileSync(flags.out, stringify(calibration));
  if (flags.output !== undefined) {
    printAs(io, flags.output, { calibration, predictions }, () => predictions.map((one) => ({ ...one })));
    return;
  }
  const percent = (error: number): string => `${error >= 0 ? '+' : ''}${(100 * error).toFixed(1)} %`;
  const seconds = (ms: number): string => (ms / 1000).toFixed(2);
  io.out(
    formatTable(
      ['pods', 'batches', 'use', 'batch ready (s)', 'model (s)', 'error', 'mean pod (s)', 'model (s)', 'error'],
      predictions.map((one) => [
        one.pods,
        one.iterations,
        one.fitted ? 'fitted' : 'predicted',
        seconds(one.measuredBatchMs),
        seconds(one.predictedBatchMs),
        percent(one.batchError),
        seconds(one.measuredPodMs),
        seconds(one.predictedPodMs),
        percent(one.podError),
      ]),
    ),
  );
  io.out(`\n${stringify(calibration.spec)}`);
  if (flags.out !== undefined) io.err(`written to ${flags.out}; use it by orchestration.calibration\n`);
}

/** @throws {UsageError} if a size was not measured */
function readSizes(text: string, measured: readonly number[]): number[] {
  return text.split(',').map((part) => {
    const size = wholeNumber('--fit')(part.trim());
    if (!measured.includes(size)) {
      throw new UsageError(`--fit: no batch of ${size} pods was measured; there are ${measured.join(', ')}`);
    }
    return size;
  });
}
