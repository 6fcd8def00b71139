import type { ParameterValue } from '../sweep-file.ts';

/** What a worker is told when it starts. */
export interface RunWorkerData {
  /** The experiment, as the user named it. */
  readonly experiment: string;
  readonly allow: readonly string[];
  readonly set: readonly string[];
}

/** One run, for a worker. */
export interface RunTask {
  /** What the cell puts into the scenario, by path. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Of the scenario as it was when all cells were checked: a file may change while a sweep runs. */
  readonly contentHash: string;
  /** Folder that the results are to be in once they are whole; without one nothing is written. */
  readonly folder?: string;
  readonly tables: readonly string[];
}

/** The row of a run in the table of runs: numbers, texts, and null where there is nothing to measure. */
export type RunRow = Readonly<Record<string, Exclude<ParameterValue, boolean>>>;

/** What came of a run. */
export interface RunResult {
  readonly row: RunRow;
  /** What it took, on the wall's clock. */
  readonly seconds: number;
}
