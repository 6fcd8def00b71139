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
import { readManifest, readScenario, readTrail, Recorder, type Manifest } from './results/index.ts';
import { record, type StoredScenario } from './simulate.ts';
import { runSimulation } from './simulation.ts';
import { VERSION } from './version.ts';

/** What a repetition of a run showed. */
export type Verification =
  | { readonly same: true; readonly digest: string; readonly events: number }
  | {
      readonly same: false;
      readonly recordedDigest: string;
      readonly digest: string;
      /** Version that recorded the run, and the one that repeated it. */
      readonly recordedVersion: string;
      readonly version: string;
      /** Tables whose rows differ. */
      readonly tables: readonly string[];
      /** Where the recorded events and the repeated ones part: undefined where they are the same and only rows differ. */
      readonly range?: EventRange;
      /** The repeated run's events in that range: the first that differs is one of them (it is the only one unless the run was long). */
      readonly events?: readonly LoggedEvent[];
      /** Set when two repetitions differ from each other: the run is not deterministic, and here is where. */
      readonly nondeterminism?: EventDifference;
    };

/**
 * Runs the scenario of a results folder again and compares digests; on a difference finds the first event that differs.
 * @throws {ResultsError} if the folder is not a whole and untouched result
 */
export function verifyResults(
  folder: string,
  options: { readonly progress?: (fraction: number) => void } = {},
): Verification {
  const manifest = readManifest(folder, { hashes: true });
  const stored = readScenario(folder, manifest) as StoredScenario;
  const scratch = mkdtempSync(join(tmpdir(), 'codeco-sim-verify-'));
  try {
    const out = join(scratch, 'run');
    const repeated = record(stored.world, manifest.scenario, { out, ...options }, stored);
    if (repeated.digest === manifest.digest)
      return { same: true, digest: repeated.digest, events: repeated.eventCount };
    return explainDifference(folder, manifest, out, stored.world);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function explainDifference(folder: string, manifest: Manifest, out: string, world: World): Verification {
  const repeated = readManifest(out);
  const difference = {
    same: false as const,
    recordedDigest: manifest.digest,
    digest: repeated.digest,
    recordedVersion: manifest.version,
    version: VERSION,
    tables: Object.keys(repeated.tables).filter(
      (name) => name !== 'runs' && repeated.tables[name]!.rowDigest !== manifest.tables[name]?.rowDigest,
    ),
  };
  const range = firstDifference(readTrail(folder, manifest), readTrail(out, repeated));
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
