import { existsSync, renameSync, rmSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { onDisk, type TableName } from '../../results/index.ts';
import { readExperiment } from '../../scenario/index.ts';
import { record, type Run } from '../../simulate.ts';
import { VERSION } from '../../version.ts';
import { partialOf } from '../sweep-file.ts';
import type { RunResult, RunRow, RunTask, RunWorkerData } from './run-task.ts';
import type { WorkerMessage } from './worker-pool.ts';

/** A worker thread of a sweep: runs one cell after the other, each into a folder that appears when it is whole. */

/** So often at most a worker says how far it is. */
const PROGRESS_MS = 200;

const { experiment, allow, set } = workerData as RunWorkerData;
const { template, scenarioFile } = readExperiment(experiment, { allow, set });
const port = parentPort!;
const post = (message: WorkerMessage<RunResult>): void => port.postMessage(message);

port.on('message', (task: RunTask) => {
  try {
    post({ result: run(task) });
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    // what is wrong with an input or a disk is said in full; of a mistake of the program the place is wanted
    const isKnown = name === 'InputError' || name === 'ResultsError';
    post({ failure: { name, message: isKnown ? message : (stack ?? message) } });
  }
});

function run({ set: values, seed, contentHash, folder, tables }: RunTask): RunResult {
  const startedMs = performance.now();
  const loaded = template.loadValues(values, seed);
  if (loaded.contentHash !== contentHash) {
    throw new Error('the scenario, or a file that it reads, was changed while the sweep ran: start the sweep again');
  }
  const { world, hash, resolved } = loaded;
  let toldMs = startedMs;
  const progress = (fraction: number): void => {
    if (performance.now() - toldMs < PROGRESS_MS) return;
    toldMs = performance.now();
    post({ fraction });
  };
  const partial = folder === undefined ? undefined : partialOf(folder);
  if (partial !== undefined) onDisk(`remove ${partial}`, () => rmSync(partial, { recursive: true, force: true }));
  const finished = record(
    world,
    { file: scenarioFile, hash },
    {
      progress,
      timeless: true,
      tables: tables as readonly TableName[],
      ...(partial === undefined ? {} : { out: partial }),
    },
    { scenario: resolved, world },
  );
  if (folder !== undefined) keep(partial!, folder);
  return { row: rowOf(finished, hash), seconds: (performance.now() - startedMs) / 1000 };
}

/** The row that the run has in its own table. */
function rowOf({ world, digest, eventCount, measures }: Run, hash: string): RunRow {
  return {
    run: world.name,
    scenario_hash: hash,
    seed: world.seed,
    version: VERSION,
    digest,
    events: eventCount,
    ...(measures as unknown as RunRow),
  };
}

/**
 * Gives a whole folder its name. It is not forced to the disk, which would cost more than a short run does: a folder that a
 * power cut has damaged is told by the sizes of its files.
 */
function keep(partial: string, folder: string): void {
  onDisk(`keep ${folder}`, () => {
    if (existsSync(folder)) rmSync(folder, { recursive: true });
    renameSync(partial, folder);
  });
}
