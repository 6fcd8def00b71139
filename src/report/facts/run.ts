import type { World } from '../../model/index.ts';
import type { ComparedRun } from '../../experiment/index.ts';
import { readManifest, readScenario, type Manifest } from '../../results/index.ts';
import { readFaults, type FaultSpan } from './faults.ts';
import { readGovernance, type GovernanceFacts } from './governance.ts';
import { readLinks, type LinkFacts } from './links.ts';
import { readNodes, type NodeFacts } from './nodes.ts';
import { readPods, type PodSpan } from './pods.ts';
import { readRequests, type RequestFacts } from './requests.ts';

/** What a report knows of a run. */
export interface RunFacts {
  readonly folder: string;
  readonly manifest: Manifest;
  /** The row of the table `runs`. */
  readonly row: Readonly<Record<string, unknown>>;
  readonly durationNs: number;
  readonly warmupNs: number;
  /** The scenario as it was resolved. */
  readonly scenario: ResolvedScenario;
  readonly world: World;
  /** Each absent where the run did not keep the table. */
  readonly requests?: RequestFacts;
  readonly nodes?: NodeFacts;
  readonly pods?: readonly PodSpan[];
  readonly links?: LinkFacts;
  readonly governance?: GovernanceFacts;
  readonly faults: readonly FaultSpan[];
}

/** The parts of a resolved scenario that the report names. */
export interface ResolvedScenario {
  readonly metadata: { readonly name: string; readonly description?: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * Reads a run: each table once, batch by batch.
 * @throws {ResultsError} if something is damaged
 */
export async function readRun({ folder, row }: ComparedRun): Promise<RunFacts> {
  const manifest = readManifest(folder);
  const { scenario, world } = readScenario(folder, manifest) as { scenario: ResolvedScenario; world: World };
  const durationNs = row['duration_ns'] as number;
  const requests = await readRequests(folder, manifest, durationNs);
  const nodes = await readNodes(folder, manifest, world);
  const pods = await readPods(folder, manifest, durationNs);
  const links = await readLinks(folder, manifest, world);
  const governance = await readGovernance(folder, manifest, durationNs);
  return {
    folder,
    manifest,
    row,
    durationNs,
    warmupNs: row['warmup_ns'] as number,
    scenario,
    world,
    ...(requests === undefined ? {} : { requests }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(pods === undefined ? {} : { pods }),
    ...(links === undefined ? {} : { links }),
    ...(governance === undefined ? {} : { governance }),
    faults: await readFaults(folder, manifest, durationNs),
  };
}
