import { Worker, type ResourceLimits } from 'node:worker_threads';

/** What a worker answers to a task: first how far it is, any number of times, then what came of it. */
export type WorkerMessage<Result> =
  { readonly fraction: number } | { readonly result: Result } | { readonly failure: WorkerFailure };

/** An error that a task ended with, as it crosses from one thread to another. */
export interface WorkerFailure {
  /** Name of the error's class: of a plain object that is all there is of it. */
  readonly name: string;
  readonly message: string;
}

/** A task failed: by an error of its own, or because its worker died. */
export class TaskFailed extends Error {
  readonly failure: WorkerFailure;

  constructor(failure: WorkerFailure) {
    super(failure.message);
    this.name = 'TaskFailed';
    this.failure = failure;
  }
}

interface Options {
  /** Handed to each worker when it starts. */
  readonly workerData: unknown;
  readonly resourceLimits: ResourceLimits;
}

/**
 * Worker threads that run one task at a time each. A worker that dies takes its task with it and nothing else: the next
 * task gets a new one.
 */
export class WorkerPool<Task, Result> {
  readonly #entry: URL;
  readonly #options: Options;
  readonly #idle: Worker[] = [];
  readonly #busy = new Set<Worker>();
  #isClosed = false;

  /** @param entry the module that each worker runs: it answers each message that it gets */
  constructor(entry: URL, options: Options) {
    this.#entry = entry;
    this.#options = options;
  }

  /**
   * Runs a task in a worker of its own, made if none is idle: how many run at a time is the caller's.
   * @throws {TaskFailed}
   */
  run(task: Task, progress: (fraction: number) => void): Promise<Result> {
    const worker = this.#idle.pop() ?? new Worker(this.#entry, this.#options);
    this.#busy.add(worker);
    return new Promise<Result>((resolve, reject) => {
      const settle = (action: () => void, isAlive: boolean): void => {
        worker.removeAllListeners();
        this.#busy.delete(worker);
        if (isAlive && !this.#isClosed) this.#rest(worker);
        else {
          worker.on('error', () => undefined);
          void worker.terminate();
        }
        action();
      };
      const die = (message: string): void =>
        settle(() => reject(new TaskFailed({ name: 'WorkerDied', message })), false);
      worker.removeAllListeners();
      worker.on('message', (message: WorkerMessage<Result>) => {
        if ('fraction' in message) progress(message.fraction);
        else if ('result' in message) settle(() => resolve(message.result), true);
        else settle(() => reject(new TaskFailed(message.failure)), true);
      });
      worker.on('error', (error: NodeJS.ErrnoException) => die(describe(error)));
      worker.on('exit', (code) => die(`the worker ended with status ${code} in the middle of the run`));
      worker.postMessage(task);
    });
  }

  /** Keeps a worker for the next task, unless it dies before that comes. */
  #rest(worker: Worker): void {
    this.#idle.push(worker);
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
    });
  }

  /** Ends all workers, and what they are at. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#idle.splice(0), ...this.#busy].map((worker) => worker.terminate()));
  }
}

function describe(error: NodeJS.ErrnoException): string {
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return 'out of memory: give a worker more with --worker-memory, or use fewer workers';
  return error.stack ?? error.message;
}
