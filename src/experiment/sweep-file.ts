import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Type, type Static, type TProperties } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { onDisk, ResultsError } from '../results/index.ts';

/** The file that says what a sweep is and what has become of each of its runs. */
export const SWEEP = 'sweep.json';
/** The folder in which each run of a sweep has a results folder of its own. */
export const CELLS = 'cells';
/** One row a finished run: `cell`, `replication`, the parameters, then the columns of the runs' own tables. */
export const SWEEP_RUNS = 'runs.arrow';

const API_VERSION = 'codeco-sim/v1';

const object = <T extends TProperties>(properties: T) => Type.Object(properties, { additionalProperties: false });
const index = Type.Integer({ minimum: 0 });
/** What a parameter is set to, as people read it: a number where it is one, the text as it was written elsewhere. */
const parameterValue = Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()]);

const run = object({
  /** From 0. Runs of the same replication have the same seed in every cell: common random numbers. */
  replication: index,
  seed: index,
  /** Name of its folder in `cells`: what it depends on decides it (scenario, files, seed, program), so equal runs share one. */
  hash: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  /** `planned`: not run yet, because the sweep was interrupted or is one shard of several. */
  state: Type.Union([Type.Literal('planned'), Type.Literal('done'), Type.Literal('failed')]),
  /** Why it failed. */
  error: Type.Optional(Type.String()),
});

const cell = object({
  /** Its number, from 0, in the order of the design. */
  cell: index,
  /** By the name of the parameter; null where this cell leaves the base scenario as it is. */
  parameters: Type.Record(Type.String(), parameterValue),
  /** What it puts into the base scenario, by path. */
  set: Type.Record(Type.String(), Type.Unknown()),
  /** The cell that it is to be compared with: that with the baseline's values, and its own in all other parameters. */
  baseline: Type.Optional(index),
  runs: Type.Array(run),
});

const sweep = object({
  apiVersion: Type.Literal(API_VERSION),
  kind: Type.Literal('Sweep'),
  name: Type.String(),
  /** Version of the simulator. */
  version: Type.String(),
  /** Hash of the program's code that simulates: runs of another one are not taken for runs of this one. */
  program: Type.String(),
  /** The experiment as it was resolved, and a hash of it. */
  experiment: object({ file: Type.String(), hash: Type.String(), resolved: Type.Unknown() }),
  /** The parameters in the order of the columns; `path` is absent where a variant sets several fields. */
  parameters: Type.Array(object({ name: Type.String(), path: Type.Optional(Type.String()) })),
  /** Which part of the cells this folder holds; absent where it holds them all. */
  shard: Type.Optional(object({ index: Type.Integer({ minimum: 1 }), of: Type.Integer({ minimum: 1 }) })),
  /** Tables that each run keeps. */
  tables: Type.Array(Type.String()),
  cells: Type.Array(cell),
});

/** A sweep: an experiment's cells, and what has become of their runs. */
export type Sweep = Static<typeof sweep>;
/** One combination of parameters. */
export type SweepCell = Static<typeof cell>;
/** One run of a cell: a replication with a seed of its own. */
export type SweepRun = Static<typeof run>;
/** What a parameter is set to. */
export type ParameterValue = Static<typeof parameterValue>;

/** Where the results folder of a run is. */
export const runFolder = (folder: string, { hash }: Pick<SweepRun, 'hash'>): string => join(folder, CELLS, hash);

/** Where a run writes before its folder is whole. */
export const partialOf = (runFolderPath: string): string => `${runFolderPath}${PARTIAL}`;
/** How the names of folders end that are not whole. */
export const PARTIAL = '.partial';

/** Whether a folder is that of a sweep. */
export function isSweep(folder: string): boolean {
  return readText(folder) !== undefined;
}

/**
 * Reads what a sweep's folder says of it.
 * @throws {ResultsError} if the folder is none of a sweep, or its file was changed or is of another version
 */
export function readSweep(folder: string): Sweep {
  const path = join(folder, SWEEP);
  const text = readText(folder);
  if (text === undefined) {
    throw new ResultsError(
      `${folder} is no folder of a sweep: there is no ${SWEEP} in it; give the folder that \`codeco-sim sweep\` wrote with --out`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ResultsError(`${path} is not JSON (${(error as Error).message}): run the sweep again`, { cause: error });
  }
  const { apiVersion, kind } = (value ?? {}) as { apiVersion?: unknown; kind?: unknown };
  if (apiVersion !== API_VERSION || kind !== 'Sweep') {
    const found = `apiVersion ${String(apiVersion)}, kind ${String(kind)}`;
    throw new ResultsError(`${path} has ${found}; this program reads apiVersion ${API_VERSION}, kind Sweep`);
  }
  if (!Value.Check(sweep, value)) {
    const { path: pointer, message } = Value.Errors(sweep, value).First()!;
    throw new ResultsError(`${path} was changed or cut: at ${pointer || '/'}, ${message}; run the sweep again`);
  }
  return value;
}

/**
 * Writes a sweep's file as a whole or not at all.
 * @throws {ResultsError} if the disk refuses
 */
export function writeSweep(folder: string, value: Sweep): void {
  writeDurably(join(folder, SWEEP), Buffer.from(`${JSON.stringify(value, null, 1)}\n`));
}

/** Writes under another name, waits for the disk, renames: a file that is there is whole, whenever the power fails. */
export function writeDurably(path: string, content: Uint8Array): void {
  onDisk(`write ${path}`, () => {
    const descriptor = openSync(`${path}.tmp`, 'w');
    try {
      for (let at = 0; at < content.length;) at += writeSync(descriptor, content, at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(`${path}.tmp`, path);
  });
}

function readText(folder: string): string | undefined {
  const path = join(folder, SWEEP);
  return onDisk(`read ${path}`, () => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    }
  });
}
