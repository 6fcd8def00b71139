import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder, SWEEP } from '../sweep-file.ts';
import { Journal } from './journal.ts';
import { hashOfRun, seedOf, type SweepPlan } from './plan.ts';
import type { RunResult, RunTask, RunWorkerData } from './run-task.ts';
import { builtWorker } from './run-sweep.ts';
import { TaskFailed, WorkerPool } from './worker-pool.ts';

/** What a sweep would cost, and where that is from. */
export interface Cost {
  /** Runs that are there already, of those that are needed at least. */
  readonly finished: number;
  /** What one run takes, on the wall's clock; undefined if none could be tried. */
  readonly secondsARun: number | undefined;
  /** `finished`: the mean of runs in the folder. `pilot`: the first run, tried for a few seconds. */
  readonly from: 'finished' | 'pilot';
}

/** So long the pilot runs at most, from its first sign of life; and so long that is waited for. */
const PILOT_MS = 3_000;
const MOST_START_MS = 20_000;

/** Estimates what is left of a sweep: from what its finished runs took or, without any, from a pilot that writes nothing. */
export async function estimateCost(
  plan: SweepPlan,
  out: string,
  options: { readonly allow: readonly string[]; readonly set: readonly string[]; readonly workerMemoryMb: number },
): Promise<Cost> {
  let finished = 0;
  let seconds = 0;
  let timed = 0;
  if (existsSync(join(out, SWEEP))) {
    const journal = new Journal(out);
    for (const cell of plan.cells) {
      for (let replication = 0; replication < plan.replications.min; replication++) {
        const hash = hashOfRun(plan, cell, replication);
        if (!existsSync(runFolder(out, { hash }))) continue;
        finished++;
        const taken = journal.get(hash)?.seconds ?? 0;
        seconds += taken;
        if (taken > 0) timed++;
      }
    }
    journal.close();
  }
  if (timed > 0) return { finished, secondsARun: seconds / timed, from: 'finished' };
  return { finished, secondsARun: await pilot(plan, options), from: 'pilot' };
}

/** Tries the first run for a while, and draws the line from there to its end. */
async function pilot(
  plan: SweepPlan,
  {
    allow,
    set,
    workerMemoryMb,
  }: { readonly allow: readonly string[]; readonly set: readonly string[]; readonly workerMemoryMb: number },
): Promise<number | undefined> {
  const [cell] = plan.cells;
  if (cell === undefined) return undefined;
  const workerData: RunWorkerData = { experiment: plan.file.file, allow, set };
  const pool = new WorkerPool<RunTask, RunResult>(builtWorker, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: workerMemoryMb },
  });
  const task = { set: cell.set, seed: seedOf(plan, 0), contentHash: cell.contentHash, tables: plan.tables };
  let first: { readonly ms: number; readonly fraction: number } | undefined;
  let last = first;
  const end = (): void => void pool.close();
  let timer = setTimeout(end, MOST_START_MS);
  try {
    const { seconds } = await pool.run(task, (fraction) => {
      last = { ms: performance.now(), fraction };
      if (first !== undefined) return;
      first = last;
      clearTimeout(timer);
      timer = setTimeout(end, PILOT_MS);
    });
    return seconds;
  } catch (error) {
    if (!(error instanceof TaskFailed)) throw error;
    // stopped in the middle
    if (first === undefined || last === undefined || last.fraction <= first.fraction) return undefined;
    return (last.ms - first.ms) / 1000 / (last.fraction - first.fraction);
  } finally {
    clearTimeout(timer);
    await pool.close();
  }
}
