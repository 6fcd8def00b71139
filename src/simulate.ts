import { PodRefused } from './kubernetes/index.ts';
import type { World } from './model/index.ts';
import { Recorder, type Manifest, type RunMeasures, type TableName } from './results/index.ts';
import {
  InputError,
  loadScenario,
  scenarioFromObject,
  traceProblem,
  type LoadedScenario,
  type LoadOptions,
} from './scenario/index.ts';
import { runSimulation, type SimulationResult } from './simulation.ts';
import { TraceError } from './traces/index.ts';
import { programHash, VERSION } from './version.ts';

export interface SimulateOptions extends LoadOptions {
  /** Folder for the tables and the manifest. Without it nothing is written. */
  readonly out?: string;
  /** Write into a folder that holds other things. */
  readonly force?: boolean;
  /** CodecoApps that a scenario given as an object refers to by name. */
  readonly codecoApps?: readonly object[];
  /** Told how much of the simulated time is over, 0 to 1. */
  readonly progress?: (fraction: number) => void;
  /** Words of the command line, for the manifest. */
  readonly command?: readonly string[];
  /** Tables to write, besides `runs`; all by default. */
  readonly tables?: readonly TableName[];
  /** No facts of the wall clock in the manifest, so that a repetition has the same bytes. */
  readonly timeless?: boolean;
}

/** A finished run. */
export interface Run {
  /** Over every event and every row: equal digests, equal runs. */
  readonly digest: string;
  readonly world: World;
  readonly measures: RunMeasures;
  /** Requests issued after the warm-up, by how they ended. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** The pods that are there at the end of the run; without a node, why. */
  readonly placement: readonly { readonly pod: string; readonly node?: string; readonly message?: string }[];
  readonly eventCount: number;
  /** Handovers, those of them that went straight back, and how often a user lost coverage, over the whole run. */
  readonly movements: SimulationResult['movements'];
  /** What came of the claims of assured channels' flows, over the whole run. */
  readonly reservations: SimulationResult['reservations'];
  /** What was written, where `out` was given. */
  readonly manifest: Manifest | undefined;
}

/** What a results folder keeps to run its scenario again: the world, which depends on no other file. */
export interface StoredScenario {
  readonly scenario: unknown;
  readonly world: World;
}

/**
 * Simulates a scenario: a file, or the same as a plain object.
 *
 *     const { measures, digest } = simulate('scenarios/riverside-district.yaml', { out: 'results/first' });
 *
 * @throws {InputError} with all that is wrong with the scenario
 * @throws {ResultsError} if the folder cannot be used
 */
export function simulate(scenario: string | object, options: SimulateOptions = {}): Run {
  const file = typeof scenario === 'string' ? scenario : '(object)';
  const loaded = typeof scenario === 'string' ? loadScenario(scenario, options) : scenarioFromObject(scenario, options);
  return simulateLoaded(loaded, file, options);
}

/** Simulates a scenario that has been loaded. */
export function simulateLoaded(loaded: LoadedScenario, file: string, options: SimulateOptions = {}): Run {
  const { world, resolved, hash } = loaded;
  const stored: StoredScenario = { scenario: resolved, world };
  return record(world, { file, hash }, options, stored);
}

/** Runs a world and records it. */
export function record(
  world: World,
  scenario: { readonly file: string; readonly hash: string },
  options: Pick<SimulateOptions, 'out' | 'force' | 'progress' | 'command' | 'tables' | 'timeless'>,
  stored: StoredScenario,
): Run {
  const header = {
    name: world.name,
    scenario,
    seed: world.seed,
    version: VERSION,
    ...(options.out === undefined ? {} : { program: programHash() }),
    ...(options.command === undefined ? {} : { command: options.command }),
  };
  const recorder = new Recorder(options.out, header, {
    force: options.force === true,
    timeless: options.timeless === true,
    ...(options.tables === undefined ? {} : { tables: options.tables }),
  });
  try {
    const { progress } = options;
    const { kernel, measures, outcomes, pods, movements, reservations } = runSimulation(
      world,
      recorder,
      progress === undefined ? {} : { progress },
    );
    const { digest, manifest } = recorder.close({ trail: kernel.trail, measures, scenario: stored });
    const placement = pods
      .filter(({ phase }) => phase !== 'gone' && phase !== 'terminating')
      .map(({ name, node, message }) =>
        node === undefined ? { pod: name, message } : { pod: name, node: world.nodes[node]!.name },
      );
    return {
      digest,
      world,
      measures,
      outcomes,
      placement,
      eventCount: kernel.eventCount,
      movements,
      reservations,
      manifest,
    };
  } catch (error) {
    recorder.abandon();
    if (error instanceof PodRefused) throw new InputError([{ file: scenario.file, found: error.message }]);
    if (error instanceof TraceError) throw new InputError([traceProblem(error)]);
    throw error;
  }
}
