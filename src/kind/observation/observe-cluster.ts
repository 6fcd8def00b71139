import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../kubernetes-client/index.ts';
import type { LoadedScenario } from '../../scenario/index.ts';
import { writeCompanions } from '../../scenario/index.ts';
import { VERSION } from '../../version.ts';
import { draftOfCluster, importRights, readCluster } from '../cluster-import/index.ts';
import type { ReplayClock } from '../observer.ts';
import { namesOfCluster } from './naming.ts';
import { Observation } from './observe.ts';
import { observationRights } from './watch.ts';

/** All rights that observing a cluster needs: none to change anything. */
export const observeRights = [...importRights, ...observationRights].filter(
  (rule, index, all) => index === all.findIndex((each) => each.resource === rule.resource && each.verb === rule.verb),
);

export interface ObserveOptions {
  /** How long, in ms of real time. */
  readonly forMs: number;
  readonly folder: string;
  readonly force: boolean;
  readonly command: readonly string[];
  /** Told once the observation has begun. */
  readonly begun: () => void;
  /** Ends it before its time; what was seen until then is written. */
  readonly signal: AbortSignal;
}

/**
 * Observes a living cluster and writes what becomes of it as the tables of a run, of the scenario that an import of the
 * cluster makes as it is at the start.
 * @throws {ClusterError} if the cluster cannot be read or watched; what was seen until then is written
 */
export async function observeCluster(cluster: Cluster, options: ObserveOptions): Promise<void> {
  const { forMs, folder, force, command, begun, signal } = options;
  const { world, resolved, hash } = await scenarioOf(cluster, forMs);
  const clock = realTime();
  const observation = new Observation({
    world,
    scenario: resolved,
    header: {
      name: world.name,
      scenario: { file: `(cluster ${cluster.context})`, hash },
      seed: world.seed,
      version: VERSION,
      command,
    },
    connections: [cluster],
    naming: namesOfCluster(world.clusters[0]!.name),
    clock,
    folder,
    force,
  });
  try {
    await observation.start();
    begun();
    await sleep(Math.max(0, forMs - clock.nowNs() / 1e6), undefined, {
      signal: AbortSignal.any([signal, observation.brokenOff]),
    }).catch(() => undefined);
  } finally {
    await observation.write();
  }
}

/** Time from now on, as it goes by. */
function realTime(): ReplayClock {
  const [beganMs, beganWallMs] = [performance.now(), Date.now()];
  const ns = (ms: number): number => Math.round(ms * 1e6);
  return { speedUp: 1, nowNs: () => ns(performance.now() - beganMs), atNs: (wallMs) => ns(wallMs - beganWallMs) };
}

/** The scenario of what a cluster holds now, read by way of files that are gone afterwards. */
async function scenarioOf(cluster: Cluster, forMs: number): Promise<LoadedScenario> {
  const contents = await readCluster(cluster);
  const draft = draftOfCluster(contents, {
    context: cluster.context,
    stem: 'cluster',
    duration: `${Math.ceil(forMs / 1000)}s`,
  });
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-observed-'));
  try {
    return writeCompanions(draft, `the cluster ${cluster.context}`, { folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
