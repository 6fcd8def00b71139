import { group, mean } from 'd3-array';
import type { World } from '../model/index.ts';
import { readManifest, readScenario, readTable, ResultsError, type ReadRow, type TableName } from '../results/index.ts';

import type { RecordedPulls } from './pull-fit.ts';

/** A pod of a recorded run, in ns of the run. */
export interface RecordedPod {
  readonly createdNs: number;
  readonly scheduledNs: number;
  readonly node: string;
  readonly cluster: string;
  /** Whether the first attempt placed it, so that it waited for its turn alone. */
  readonly wasPlacedAtOnce: boolean;
  /** From its binding to its readiness, or to its start where it never was ready, without the time of its image pulls. */
  readonly startupNs?: number;
}

/** What a recorded run tells of the times of a control plane. */
export interface RecordedTimes extends RecordedPulls {
  readonly folder: string;
  /** In the order of their binding. */
  readonly pods: readonly RecordedPod[];
  /** By node that failed: from then until its pods were given up, on average over them, ns. */
  readonly lossesNs: readonly number[];
  /** How much of these the pods were tolerated for, as the scenario has it, ns. */
  readonly tolerationNs: number;
}

/**
 * Reads a results folder that was recorded of a real cluster. Pods that were there before it are left out.
 * @throws {ResultsError} if it cannot be read, or is of a simulation
 */
export async function readRecordedTimes(folder: string): Promise<RecordedTimes> {
  const manifest = readManifest(folder);
  if (manifest.source !== 'cluster')
    throw new ResultsError(`${folder} is a simulation: calibrate needs runs of kind replay or kind observe`);
  const { world } = readScenario(folder, manifest) as { readonly world: World };
  const rowsOf = async <T extends TableName>(table: T): Promise<ReadRow<T>[]> =>
    (await readTable(folder, table)).toArray().map((row: { toJSON(): unknown }) => row.toJSON() as ReadRow<T>);
  const decisions = new Map(
    (await rowsOf('decisions')).filter(({ node }) => node !== null).map((row) => [row.pod, row]),
  );
  const rows = await rowsOf('pods');
  const pods = rows
    .flatMap((row): RecordedPod[] => {
      const { scheduled_ns: scheduledNs, node, cluster, created_ns: createdNs } = row;
      const decision = decisions.get(row.pod);
      if (decision === undefined || scheduledNs === null || node === null) return [];
      const upNs = row.ready_ns ?? row.started_ns;
      const pullNs =
        row.sandbox_ns === null || row.pulled_ns === null ? 0 : Math.max(0, row.pulled_ns - row.sandbox_ns);
      const startup = upNs === null ? {} : { startupNs: Math.max(0, upNs - scheduledNs - pullNs) };
      return [
        { createdNs, scheduledNs, node, cluster: cluster ?? '', wasPlacedAtOnce: decision.attempt === 1, ...startup },
      ];
    })
    .toSorted((a, b) => a.scheduledNs - b.scheduledNs);
  return {
    folder,
    world,
    pods,
    pullsNs: rows.flatMap(({ pod, sandbox_ns: sandboxNs, pulled_ns: pulledNs }) =>
      decisions.has(pod) && sandboxNs !== null && pulledNs !== null ? [Math.max(0, pulledNs - sandboxNs)] : [],
    ),
    lossesNs: lossesOf(rows, await rowsOf('faults')),
    tolerationNs: world.orchestration.evictionTolerationNs,
  };
}

function lossesOf(pods: readonly ReadRow<'pods'>[], faults: readonly ReadRow<'faults'>[]): number[] {
  const lost = pods.flatMap(({ node, reason, gone_ns: goneNs }) => {
    if (reason !== 'node-unreachable' || goneNs === null) return [];
    const crash = faults
      .filter(
        ({ kind, event, target, time_ns: at }) =>
          kind === 'crash' && event === 'begin' && target === node && at <= goneNs,
      )
      .at(-1);
    return crash === undefined ? [] : [{ crash, lossNs: goneNs - crash.time_ns }];
  });
  return [...group(lost, ({ crash }) => crash).values()].map((ofCrash) => mean(ofCrash, ({ lossNs }) => lossNs)!);
}
