import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { stringify } from 'yaml';
import { formatDuration } from '../../format.ts';
import { fitRecordedTimes, predictLeftOut, readRecordedTimes, type FittedTimes } from '../../kind/index.ts';
import type { PodStartup } from '../../model/index.ts';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { printAs } from './options.ts';

/**
 * Fits the times of the control plane to recorded runs, and tells how a fit to the others predicts each.
 * @throws {UsageError} if no run has a pod that was placed in it
 */
export async function calibrateRuns(
  io: Io,
  folders: readonly string[],
  { out, output }: { readonly out?: string; readonly output?: string },
): Promise<void> {
  const runs = [];
  for (const folder of folders) runs.push(await readRecordedTimes(folder));
  const fit = fitRecordedTimes(runs);
  const spec = specOf(fit);
  if (Object.keys(spec).length === 0)
    throw new UsageError(
      `${folders.join(', ')}: no pod was placed while they were recorded, so that nothing can be fitted`,
    );
  const leftOut = predictLeftOut(runs);
  const calibration = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Calibration',
    metadata: {
      name: basename(resolve(folders[0]!)),
      description: `Fitted to ${runs.length} recorded ${runs.length === 1 ? 'run' : 'runs'} of a real cluster.`,
    },
    spec,
  };
  if (out !== undefined) writeFileSync(out, stringify(calibration));
  if (output !== undefined) {
    printAs(io, output, { calibration, counts: fit.counts, leftOut }, () => leftOut.map((one) => ({ ...one })));
    return;
  }
  const { counts } = fit;
  io.out(
    `start-up of ${counts.podStartup} pods, scheduling of ${counts.schedulingTime}, loss of ${counts.nodeMonitorGracePeriod} nodes, image pulls of ${counts.imageUnpack} pods\n\n`,
  );
  if (counts.imageUnpack > 0 && fit.imageUnpackBps === undefined)
    io.err(
      "image pulls: nothing fitted, as no rate of unpacking makes them take as long over the scenario's network as they did\n",
    );
  if (leftOut.length > 0) {
    const rows = leftOut.map(({ folder, time, count, measuredNs, predictedNs, error }) => [
      folder,
      time,
      count,
      formatDuration(measuredNs),
      formatDuration(predictedNs),
      Number.isNaN(error) ? '' : `${error >= 0 ? '+' : ''}${(100 * error).toFixed(1)} %`,
    ]);
    io.out(`${formatTable(['run left out', 'time', 'of', 'measured', 'predicted', 'error'], rows)}\n`);
  } else io.out('one run alone: how well it predicts others is not known\n\n');
  io.out(stringify(spec));
  if (out !== undefined) io.err(`written to ${out}; use it by orchestration.calibration\n`);
}

function specOf({ podStartup, schedulingTimeNs, nodeMonitorGracePeriodNs, imageUnpackBps }: FittedTimes) {
  return {
    ...(podStartup === undefined ? {} : { podStartup: startupText(podStartup) }),
    ...(schedulingTimeNs === undefined ? {} : { schedulingTime: microseconds(schedulingTimeNs) }),
    ...(nodeMonitorGracePeriodNs === undefined
      ? {}
      : { nodeMonitorGracePeriod: microseconds(nodeMonitorGracePeriodNs) }),
    ...(imageUnpackBps === undefined ? {} : { imageUnpack: `${Math.round(imageUnpackBps / 1000)}kbit/s` }),
  };
}

/** A model of start-up as a calibration file has it. */
export const startupText = ({ baseNs, cv, perPodInClusterNs, perPodOnNodeNs }: PodStartup) => ({
  base: microseconds(baseNs),
  cv,
  perPodInCluster: microseconds(perPodInClusterNs),
  perPodOnNode: microseconds(perPodOnNodeNs),
});

/** Whole microseconds: more digits would pretend to know what no clock of a cluster does. */
const microseconds = (ns: number): string => `${Math.round(ns / 1000)}us`;
