import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  divergence,
  firstDifference,
  type EventDifference,
  type EventRange,
  type KernelRun,
  type LoggedEvent,
} from './kernel/index.ts';
import type { World } from './model/index.ts';
import {
  readManifest,
  readScenario,
  readTrail,
  Recorder,
  ResultsError,
  type Manifest,
  type TableName,
} from './results/index.ts';
import { InputError } from './scenario/index.ts';
import { record, type Run, type StoredScenario } from './simulate.ts';
import { runSimulation } from './simulation.ts';
import { programHash, VERSION } from './version.ts';

/** What a repetition of a run showed. */
export type Verification =
  | { readonly same: true; readonly digest: string; readonly events: number }
  | {
      readonly same: false;
      readonly recordedDigest: string;
      readonly digest: string;
      /** Build of the program that recorded the run, and the one that repeated it: version and hash. */
      readonly recordedBy: string;
      readonly repeatedBy: string;
      /** Tables that differ. */
      readonly tables: readonly string[];
      /** Facts in which the manifests differ. */
      readonly facts: readonly string[];
      /** Where the recorded events and the repeated ones part: undefined where they are the same and only rows differ. */
      readonly range?: EventRange;
      /** The repeated run's events in that range: the first that differs is one of them (it is the only one unless the run was long). */
      readonly events?: readonly LoggedEvent[];
      /** Set when two repetitions differ from each other: the run is not deterministic, and here is where. */
      readonly nondeterminism?: EventDifference;
    };

/**
 * Runs the scenario of a results folder again and compares digests; on a difference finds the first event that differs.
 * @throws {ResultsError} if the folder is not a whole and untouched result, or is no simulation's
 */
export function verifyResults(
  folder: string,
  options: { readonly progress?: (fraction: number) => void } = {},
): Verification {
  const manifest = readManifest(folder, { hashes: true });
  if (manifest.source === 'cluster') {
    throw new ResultsError(
      `${folder} was recorded from a real cluster, which nothing repeats: \`codeco-sim kind compare\` holds simulated runs against it`,
    );
  }
  const stored = readScenario(folder, manifest) as StoredScenario;
  const scratch = mkdtempSync(join(tmpdir(), 'codeco-sim-verify-'));
  try {
    const out = join(scratch, 'run');
    const tables = Object.keys(manifest.tables) as TableName[];
    const repeated = repeat(folder, manifest, stored, { out, tables, ...options });
    const difference = compare(manifest, readManifest(out));
    return difference === undefined
      ? { same: true, digest: repeated.digest, events: repeated.eventCount }
      : explainDifference(difference, folder, manifest, out, stored.world);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs a recorded world; the world of another build of the program may have another form, and then it cannot be run. */
function repeat(
  folder: string,
  manifest: Manifest,
  stored: StoredScenario,
  options: Parameters<typeof record>[2],
): Run {
  try {
    return record(stored.world, manifest.scenario, options, stored);
  } catch (error) {
    if (manifest.program === programHash() || error instanceof InputError || error instanceof ResultsError) throw error;
    throw new ResultsError(
      `${folder} was recorded by another build of codeco-sim (${buildOf(manifest)}; this is ` +
        `${VERSION}, ${programHash()}), and its world cannot be run by this one: run the scenario again`,
      { cause: error },
    );
  }
}

function buildOf({ version, program }: Manifest): string {
  return program === undefined ? version : `${version}, ${program}`;
}

type Difference = Extract<Verification, { same: false }>;

/** What two manifests of the same run must not differ in. Files carry version and digest: where these differ, rows are compared. */
function compare(recorded: Manifest, repeated: Manifest): Difference | undefined {
  const sameBytes = recorded.version === repeated.version && recorded.digest === repeated.digest;
  const key = sameBytes ? 'sha256' : 'rowDigest';
  const names = Object.keys(repeated.tables).filter((name) => sameBytes || name !== 'runs');
  const tables = names.filter((name) => repeated.tables[name]![key] !== recorded.tables[name]?.[key]);
  const facts = (['name', 'seed', 'digest', 'events', 'trail'] as const).filter(
    (fact) => JSON.stringify(recorded[fact]) !== JSON.stringify(repeated[fact]),
  );
  if (recorded.files['trail.bin']?.sha256 !== repeated.files['trail.bin']!.sha256) facts.push('trail');
  if (tables.length === 0 && facts.length === 0) return undefined;
  return {
    same: false,
    recordedDigest: recorded.digest,
    digest: repeated.digest,
    recordedBy: buildOf(recorded),
    repeatedBy: buildOf(repeated),
    tables,
    facts: [...new Set(facts)],
  };
}

function explainDifference(
  difference: Difference,
  folder: string,
  manifest: Manifest,
  out: string,
  world: World,
): Verification {
  const range = firstDifference(readTrail(folder, manifest), readTrail(out));
  if (range === undefined) return difference;
  const nondeterminism = divergence(runOf(world), runOf(world));
  if (nondeterminism !== undefined) return { ...difference, range, nondeterminism };
  const { log } = runOf(world)({ log: range });
  const events: LoggedEvent[] = [];
  for (let index = range.from; index < range.to; index++) {
    const event = log!.at(index);
    if (event !== undefined) events.push(event);
  }
  return { ...difference, range, events };
}

/** A function that runs the world, as `divergence` wants it. */
function runOf(world: World): KernelRun {
  const header = { name: world.name, scenario: { file: '', hash: '' }, seed: world.seed, version: VERSION };
  return (options) => {
    const recorder = new Recorder(undefined, header);
    const { kernel } = runSimulation(world, recorder, options);
    recorder.abandon();
    return kernel;
  };
}
