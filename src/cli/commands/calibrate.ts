import { existsSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { fitPodStartup, predictPodStartup, readPodStartupRecords } from '../../kind/index.ts';
import type { Io } from '../io.ts';
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
    .summary('fit the model of pod start-up to measurements')
    .description(
      'Fits the model of pod start-up to measured batches (pod_creation_N.csv and, where there, node_dist_N.csv), prints it ' +
        'beside what was measured, and writes a calibration file that scenarios refer to by orchestration.calibration.\n\n' +
        'Example:\n  codeco-sim calibrate measurements --fit 10,100 --out calibration.yaml',
    )
    .argument('<folder>', 'folder with the measurements')
    .option('--fit <sizes>', 'batch sizes to fit to, such as 10,100; the others are predicted. All by default')
    .option('--nodes <n>', 'nodes that the pods were spread over, where it was not recorded', wholeNumber('--nodes'), 1)
    .option('--out <file>', 'write the calibration there')
    .option('--force', 'write over an existing file');
  outputOption(command);
  command.action((folder: string, flags: CalibrateFlags) => calibrate(io, folder, flags));
}

function calibrate(io: Io, folder: string, flags: CalibrateFlags): void {
  if (flags.nodes < 1) throw new UsageError(`--nodes: found ${flags.nodes}, expected at least 1`);
  if (flags.out !== undefined && flags.force !== true && existsSync(flags.out)) {
    throw new UsageError(`${flags.out} exists; pass --force to write over it`);
  }
  const batches = readPodStartupRecords(folder);
  const measured = [...new Set(batches.map(({ readyMs }) => readyMs.length))];
  const sizes = flags.fit === undefined ? measured : readSizes(flags.fit, measured);
  const fit = fitPodStartup(
    batches.filter(({ readyMs }) => sizes.includes(readyMs.length)),
    flags.nodes,
  );
  const predictions = predictPodStartup(fit, batches, flags.nodes);
  const { baseNs, cv, perPodInClusterNs, perPodOnNodeNs } = fit.podStartup;
  const calibration = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Calibration',
    metadata: {
      name: basename(resolve(folder)),
      description: `Pod start-up, fitted to measured batches of ${fit.sizes.join(', ')} pods.`,
    },
    spec: {
      podStartup: {
        base: microseconds(baseNs),
        cv,
        perPodInCluster: microseconds(perPodInClusterNs),
        perPodOnNode: microseconds(perPodOnNodeNs),
      },
    },
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

/** Whole microseconds: more digits would pretend to know what no clock of a cluster does. */
const microseconds = (ns: number): string => `${Math.round(ns / 1000)}us`;
