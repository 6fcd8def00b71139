import { valueOf } from '../../model/index.ts';
import { ResultsError } from '../../results/index.ts';
import { VERSION } from '../../version.ts';
import { describeParameters } from '../design/index.ts';
import { isPreciseEnough } from '../statistics/index.ts';
import { runFolder, writeSweep, type Sweep, type SweepRun } from '../sweep-file.ts';
import { isWhole, openSweepFolder, removePartial } from './folder.ts';
import { Journal } from './journal.ts';
import { hashOfRun, seedOf, type PlannedCell, type SweepPlan } from './plan.ts';
import { readRunRow } from './run-row.ts';
import type { RunResult, RunRow, RunTask, RunWorkerData } from './run-task.ts';
import { ofShard, type Shard } from './shard.ts';
import { writeSweepTable, type SweepRow } from './sweep-table.ts';
import { TaskFailed, WorkerPool } from './worker-pool.ts';

export interface SweepOptions {
  readonly out: string;
  /** Runs at a time. */
  readonly workers: number;
  /** Heap of each worker, MB; typed arrays lie outside it. */
  readonly workerMemoryMb: number;
  /** How the scenario was read, for the workers to read it alike. */
  readonly allow: readonly string[];
  readonly set: readonly string[];
  readonly shard?: Shard;
  /** Stop at the first run that fails. */
  readonly failFast?: boolean;
  /** Stops the sweep; what is finished is kept. */
  readonly signal?: AbortSignal;
  readonly progress?: (progress: SweepProgress) => void;
  /** Told of each run that is finished here, by the name of its folder. */
  readonly finished?: (hash: string) => void;
  /** Told of each run that fails, as soon as it does. */
  readonly failed?: (cell: PlannedCell, run: SweepRun) => void;
  /** The workers' module. */
  readonly entry?: URL;
}

export interface SweepProgress {
  /** Runs that are over, those that need not be run among them. */
  readonly done: number;
  readonly failed: number;
  /** Runs that are known to be needed; sequential stopping adds more. */
  readonly total: number;
  /** From what finished runs took; undefined before the first. */
  readonly secondsLeft: number | undefined;
}

export interface SweepOutcome {
  readonly sweep: Sweep;
  /** Of the finished runs, by cell and replication. */
  readonly rows: readonly SweepRow[];
  /** Finished runs, those of them that were there before, failed ones, and those that are still to be run here. */
  readonly done: number;
  readonly reused: number;
  readonly failed: number;
  readonly left: number;
  readonly isInterrupted: boolean;
}

/** Started from what the build has made: Node 20 starts no worker from TypeScript. */
export const builtWorker = new URL('../../../dist/experiment/execution/worker.js', import.meta.url);

interface Run {
  readonly cell: CellState;
  readonly replication: number;
  readonly hash: string;
  state: SweepRun['state'];
  error?: string;
  row?: RunRow;
}

interface CellState {
  readonly planned: PlannedCell;
  readonly runs: Run[];
}

/**
 * Runs what is left of a sweep, in worker threads, and writes what is finished: whatever ends the process, the next one
 * goes on from there, to the same bytes.
 * @throws {ResultsError} if the folder cannot be used, or the disk refuses
 */
export async function runSweep(plan: SweepPlan, options: SweepOptions): Promise<SweepOutcome> {
  const release = openSweepFolder(options.out, plan.name);
  try {
    const execution = new Execution(plan, options);
    try {
      return await execution.run();
    } finally {
      await execution.close();
    }
  } finally {
    release();
  }
}

class Execution {
  readonly #plan: SweepPlan;
  readonly #options: SweepOptions;
  readonly #journal: Journal;
  readonly #pool: WorkerPool<RunTask, RunResult>;
  readonly #cells: readonly CellState[];
  /** In the order in which they are to be run. */
  readonly #queue: Run[] = [];
  /** Runs that depend on the very same things are run once. */
  readonly #running = new Map<string, Promise<RunResult>>();
  readonly #fractions = new Map<string, number>();
  #next = 0;
  #active = 0;
  #over = 0;
  #failed = 0;
  #reused = 0;
  #ran = 0;
  #ranSeconds = 0;
  #isStopped = false;
  #fatal: unknown;
  #wake: (() => void)[] = [];

  constructor(plan: SweepPlan, options: SweepOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#journal = new Journal(options.out);
    const workerData: RunWorkerData = { experiment: plan.file.file, allow: options.allow, set: options.set };
    this.#pool = new WorkerPool(options.entry ?? builtWorker, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: options.workerMemoryMb },
    });
    this.#cells = plan.cells.map((planned) => ({ planned, runs: [] }));
  }

  async run(): Promise<SweepOutcome> {
    const { signal, shard, workers } = this.#options;
    const own = ofShard(this.#cells, shard, ({ planned }) => planned.contentHash);
    const { min } = this.#plan.replications;
    // cell by cell, so that some are complete early
    for (const cell of this.#cells) {
      for (let replication = 0; replication < min; replication++) this.#add(cell, replication, own.has(cell));
    }
    this.#write();
    const stop = (): void => this.#stop();
    signal?.addEventListener('abort', stop);
    if (signal?.aborted === true) stop();
    try {
      await Promise.all(Array.from({ length: workers }, () => this.#work()));
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    if (this.#fatal !== undefined) throw this.#fatal;
    const sweep = this.#write();
    const rows = this.#writeTable();
    const left = this.#queue.filter(({ state }) => state === 'planned').length;
    const done = this.#over - this.#failed;
    return {
      sweep,
      rows,
      done,
      reused: this.#reused,
      failed: this.#failed,
      left,
      isInterrupted: signal?.aborted === true,
    };
  }

  async close(): Promise<void> {
    await this.#pool.close();
    this.#journal.close();
    removePartial(this.#options.out);
  }

  #add(cell: CellState, replication: number, isOwn: boolean): void {
    const run: Run = { cell, replication, hash: hashOfRun(this.#plan, cell.planned, replication), state: 'planned' };
    cell.runs.push(run);
    if (isOwn) this.#queue.push(run);
  }

  #stop(): void {
    this.#isStopped = true;
    for (const wake of this.#wake.splice(0)) wake();
    // the runs in the workers end here; nothing of them is kept
    void this.#pool.close();
  }

  /** Runs one after the other, until nothing is left and nobody is at work who could add something. */
  async #work(): Promise<void> {
    for (;;) {
      const run = this.#isStopped ? undefined : this.#queue[this.#next];
      if (run === undefined) {
        if (this.#isStopped || this.#active === 0) break;
        await new Promise<void>((resolve) => this.#wake.push(resolve));
        continue;
      }
      this.#next++;
      this.#active++;
      await this.#settle(run);
      this.#active--;
      for (const wake of this.#wake.splice(0)) wake();
    }
    for (const wake of this.#wake.splice(0)) wake();
  }

  async #settle(run: Run): Promise<void> {
    try {
      const { row } = await this.#resultOf(run);
      run.state = 'done';
      run.row = row;
      this.#over++;
      this.#extend(run.cell);
    } catch (error) {
      if (this.#isStopped) return;
      if (!(error instanceof TaskFailed) || error.failure.name === 'ResultsError') {
        this.#fatal ??= error instanceof TaskFailed ? new ResultsError(error.message) : error;
        this.#stop();
        return;
      }
      run.state = 'failed';
      run.error = error.message;
      this.#over++;
      this.#failed++;
      this.#options.failed?.(run.cell.planned, this.#describe(run));
      if (this.#options.failFast === true) this.#stop();
    }
    this.#tell();
  }

  async #resultOf(run: Run): Promise<RunResult> {
    const { hash } = run;
    if (isWhole(this.#options.out, hash)) {
      const result = this.#journal.get(hash) ?? (await this.#readBack(hash));
      if (result !== undefined) {
        this.#reused++;
        return result;
      }
    }
    const running = this.#running.get(hash);
    if (running !== undefined) return running;
    const started = this.#start(run);
    this.#running.set(hash, started);
    // a failure is told to whoever waits; with nobody else waiting it must not count as unhandled
    started.catch(() => undefined);
    return started;
  }

  async #start({ cell, replication, hash }: Run): Promise<RunResult> {
    const task: RunTask = {
      set: cell.planned.set,
      seed: seedOf(this.#plan, replication),
      contentHash: cell.planned.contentHash,
      folder: runFolder(this.#options.out, { hash }),
      tables: this.#plan.tables,
    };
    try {
      const result = await this.#pool.run(task, (fraction) => {
        this.#fractions.set(hash, fraction);
        this.#tell();
      });
      this.#ran++;
      this.#ranSeconds += result.seconds;
      this.#journal.add(hash, result);
      this.#options.finished?.(hash);
      return result;
    } finally {
      this.#fractions.delete(hash);
    }
  }

  /** The row of a run that was finished by a process that could not say so any more; a damaged one is run again. */
  async #readBack(hash: string): Promise<RunResult | undefined> {
    const row = await readRunRow(this.#options.out, hash);
    if (row === undefined) return undefined;
    this.#journal.add(hash, { row, seconds: 0 });
    return { row, seconds: 0 };
  }

  /** Adds replications to a cell whose measures are not known well enough yet. */
  #extend(cell: CellState): void {
    const { until, min, max } = this.#plan.replications;
    const { runs } = cell;
    if (until.length === 0 || runs.length >= max || runs.some(({ state }) => state !== 'done')) return;
    const isKnown = until.every(({ metric, relativeHalfWidth, confidence }) => {
      const values = runs.map(({ row }) => valueOf(metric, row!)).filter((value) => value !== undefined);
      // a measure that some runs do not have gets no interval: more runs may have it
      return values.length === runs.length && isPreciseEnough(values, { relativeHalfWidth, confidence, minimum: min });
    });
    if (!isKnown) this.#add(cell, runs.length, true);
  }

  #tell(): void {
    const { progress, workers } = this.#options;
    if (progress === undefined) return;
    const total = this.#queue.length;
    let under = 0;
    for (const fraction of this.#fractions.values()) under += fraction;
    const mean = this.#ran === 0 ? undefined : this.#ranSeconds / this.#ran;
    const secondsLeft = mean === undefined ? undefined : (mean * Math.max(0, total - this.#over - under)) / workers;
    progress({ done: this.#over, failed: this.#failed, total, secondsLeft });
  }

  #describe({ replication, hash, state, error }: Run): SweepRun {
    return {
      replication,
      seed: seedOf(this.#plan, replication),
      hash,
      state,
      ...(error === undefined ? {} : { error }),
    };
  }

  #write(): Sweep {
    const { plan, shard } = { plan: this.#plan, shard: this.#options.shard };
    const sweep: Sweep = {
      apiVersion: 'codeco-sim/v1',
      kind: 'Sweep',
      name: plan.name,
      version: VERSION,
      program: plan.program,
      experiment: { file: plan.file.file, hash: plan.hash, resolved: plan.file.experiment },
      parameters: [...plan.parameters],
      ...(shard === undefined ? {} : { shard }),
      tables: [...plan.tables],
      cells: this.#cells.map(({ planned: { cell, parameters, set, baseline }, runs }) => ({
        cell,
        parameters,
        set,
        ...(baseline === undefined ? {} : { baseline }),
        runs: runs.map((run) => this.#describe(run)),
      })),
    };
    writeSweep(this.#options.out, sweep);
    return sweep;
  }

  #writeTable(): SweepRow[] {
    const { plan, out } = { plan: this.#plan, out: this.#options.out };
    const rows = this.#cells.flatMap(({ planned: { cell, parameters }, runs }) =>
      runs
        .filter(({ state }) => state === 'done')
        .map(({ replication, row }) => ({ cell, replication, parameters, row: row! })),
    );
    const names = plan.parameters.map(({ name }) => name);
    writeSweepTable(out, names, plan.cells, rows, {
      experiment: plan.name,
      experiment_hash: plan.hash,
      version: VERSION,
    });
    return rows;
  }
}

/** A cell as messages name it. */
export const nameOfCell = ({ cell, parameters }: PlannedCell): string =>
  `cell ${cell} (${describeParameters(parameters)})`;
