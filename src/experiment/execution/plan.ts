import { createHash } from 'node:crypto';
import { tableNames } from '../../results/index.ts';
import { MeasureError, measureNames, parseQuotient, parseShare, type Quotient } from '../../model/index.ts';
import { InputError, nearest, type ExperimentFile, type Problem } from '../../scenario/index.ts';
import { programHash, VERSION } from '../../version.ts';
import { buildDesign, describeParameters, type Design, type DesignCell } from '../design/index.ts';
import { demandExpectations } from './expectations.ts';

/** A cell whose scenario has been checked. */
export interface PlannedCell extends DesignCell {
  /** What it puts into the scenario, by path. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Of its scenario, files and all, but for the seed. */
  readonly contentHash: string;
}

/** A measure that must be known well enough before a cell gets no more replications. */
export interface Precision {
  readonly metric: Quotient;
  readonly relativeHalfWidth: number;
  readonly confidence: number;
}

/** How often each cell is run. */
export interface Replications {
  readonly min: number;
  readonly max: number;
  /** None where the number is fixed. */
  readonly until: readonly Precision[];
}

/** An experiment that is ready to be run: all its cells have been checked. */
export interface SweepPlan {
  readonly name: string;
  readonly file: ExperimentFile;
  readonly parameters: Design['parameters'];
  readonly cells: readonly PlannedCell[];
  readonly replications: Replications;
  /** Seed of the first replication; the others count on from it. */
  readonly seed: number;
  /** Tables that each run keeps. */
  readonly tables: readonly string[];
  readonly program: string;
  readonly hash: string;
  readonly warnings: readonly Problem[];
}

/** Cells that are wrong in different ways before the rest is left unchecked. */
const MOST_BROKEN = 25;

/**
 * Plans an experiment: builds its cells and loads the scenario of each, before anything is run.
 * @param options.seed in place of the experiment's
 * @throws {InputError} with all that is wrong with the experiment or with any cell's scenario
 */
export function planSweep(
  file: ExperimentFile,
  options: { readonly seed?: number; readonly progress?: (fraction: number) => void } = {},
): SweepPlan {
  const { experiment } = file;
  const replications = readReplications(file);
  demandExpectations(file);
  const kept = readTables(file);
  const { parameters, cells: designed } = buildDesign(file);
  const wantedSeed = options.seed ?? experiment.spec.seed;
  const warnings = new Map<string, Problem>();
  const broken = new Set<string>();
  const cells: PlannedCell[] = [];
  let seed = wantedSeed;
  for (const cell of designed) {
    try {
      const loaded = file.template.load(cell.assignments, wantedSeed);
      seed ??= loaded.world.seed;
      for (const warning of loaded.warnings) warnings.set(identity(warning), warning);
      const set = Object.fromEntries(cell.assignments.map(({ path, value }) => [path, value]));
      cells.push({ ...cell, set, contentHash: loaded.contentHash });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const problem of error.problems) {
        const key = identity(problem);
        if (broken.has(key)) continue;
        broken.add(key);
        file.add({
          ...problem,
          path: `${problem.path ?? ''} of cell ${cell.cell}: ${describeParameters(cell.parameters)}`,
        });
      }
      if (broken.size >= MOST_BROKEN) break;
    }
    options.progress?.((cell.cell + 1) / designed.length);
  }
  file.throwIfBroken();
  if (seed! + replications.max - 1 > Number.MAX_SAFE_INTEGER) {
    file.report(['spec', 'replications'], `seeds beyond 2^53`, { expected: 'a smaller seed, or fewer replications' });
    file.throwIfBroken();
  }
  const program = programHash();
  const hash = createHash('sha256').update(JSON.stringify([experiment, seed, kept, VERSION, program]));
  for (const { contentHash } of cells) hash.update(contentHash);
  return {
    name: experiment.metadata.name,
    file,
    parameters,
    cells,
    replications,
    seed: seed!,
    tables: kept,
    program,
    hash: hash.digest('hex').slice(0, 32),
    warnings: [...warnings.values()],
  };
}

/** The seed of a replication: the same in every cell, so that cells differ in nothing but what is varied. */
export const seedOf = (plan: SweepPlan, replication: number): number => plan.seed + replication;

/** The name of a run's folder: a hash of all that its results depend on, so that a run that is there need not be run. */
export function hashOfRun(plan: SweepPlan, { contentHash }: PlannedCell, replication: number): string {
  const content = [contentHash, seedOf(plan, replication), plan.tables, VERSION, plan.program];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);
}

const identity = ({ file, line, column, found }: Problem): string => JSON.stringify([file, line, column, found]);

function readReplications(file: ExperimentFile): Replications {
  const written = file.experiment.spec.replications;
  if (typeof written === 'number') return { min: written, max: written, until: [] };
  const { min, max } = written;
  const at = ['spec', 'replications'];
  if (max < min) file.report([...at, 'max'], 'less than min', { expected: `at least ${min}` });
  const list = Array.isArray(written.until) ? written.until : [written.until];
  const until = list.map(({ metric, halfWidth, confidence }: (typeof list)[number], index): Precision => {
    const own = [...at, 'until', ...(Array.isArray(written.until) ? [index] : [])];
    const share = parseShare(confidence);
    if (!(share >= 0.5 && share < 1))
      file.report([...own, 'confidence'], String(confidence), { expected: 'at least 50 % and less than 100 %' });
    const precision = { relativeHalfWidth: parseShare(halfWidth), confidence: share };
    try {
      return { metric: parseQuotient(metric), ...precision };
    } catch (error) {
      if (!(error instanceof MeasureError)) throw error;
      file.report([...own, 'metric'], error.message, {
        expected: `one of ${measureNames.join(', ')}`,
        nearest: () => nearest(error.word, measureNames),
      });
      return { metric: { numerator: 'requests.sent' }, ...precision };
    }
  });
  return { min, max, until };
}

function readTables(file: ExperimentFile): string[] {
  for (const [index, name] of file.experiment.spec.tables.entries()) {
    if ((tableNames as readonly string[]).includes(name)) continue;
    file.report(['spec', 'tables', index], `unknown table ${JSON.stringify(name)}`, {
      expected: `one of ${tableNames.join(', ')}`,
      nearest: () => nearest(name, tableNames),
    });
  }
  return tableNames.filter((name) => name === 'runs' || file.experiment.spec.tables.includes(name));
}
