import type { Manifest } from '../../results/index.ts';
import { eachBatch } from './batches.ts';

/** A pod on its node, from its binding to its end or that of the run; or waiting for one, from its creation on. */
export interface PodSpan {
  readonly pod: string;
  readonly app: string;
  readonly service: string;
  /** Null: it had no place. */
  readonly node: string | null;
  readonly cluster: string | null;
  readonly createdNs: number;
  /** NaN: never. */
  readonly scheduledNs: number;
  readonly readyNs: number;
  readonly endNs: number;
  /** Why it is gone; null: it still was there at the end. */
  readonly reason: string | null;
}

/** Reads the lives of the pods. @returns undefined if the run kept no such table */
export async function readPods(folder: string, manifest: Manifest, durationNs: number): Promise<PodSpan[] | undefined> {
  const spans: PodSpan[] = [];
  const isThere = await eachBatch(folder, manifest, 'pods', (batch) => {
    const [pod, app, service] = [batch.names('pod'), batch.names('app'), batch.names('service')];
    const [node, cluster, reason] = [batch.names('node'), batch.names('cluster'), batch.names('reason')];
    const [created, scheduled] = [batch.numbers('created_ns'), batch.numbers('scheduled_ns')];
    const [ready, gone] = [batch.numbers('ready_ns'), batch.numbers('gone_ns')];
    for (let row = 0; row < batch.rows; row++) {
      const goneNs = gone(row);
      spans.push({
        pod: pod(row)!,
        app: app(row)!,
        service: service(row)!,
        node: node(row),
        cluster: cluster(row),
        createdNs: created(row),
        scheduledNs: scheduled(row),
        readyNs: ready(row),
        endNs: Number.isNaN(goneNs) ? durationNs : goneNs,
        reason: Number.isNaN(goneNs) ? null : (reason(row) ?? 'gone'),
      });
    }
  });
  return isThere ? spans : undefined;
}

/** How many pods had no node, in the mean of each window of time. */
export function waitingPods(pods: readonly PodSpan[], windows: readonly { fromNs: number; toNs: number }[]): number[] {
  const waits = pods.flatMap(({ createdNs, scheduledNs, endNs }) => {
    const untilNs = Number.isNaN(scheduledNs) ? endNs : scheduledNs;
    return untilNs > createdNs ? [{ fromNs: createdNs, toNs: untilNs }] : [];
  });
  return windows.map((window) => {
    const waitedNs = waits.reduce(
      (sum, wait) => sum + Math.max(0, Math.min(wait.toNs, window.toNs) - Math.max(wait.fromNs, window.fromNs)),
      0,
    );
    return waitedNs / (window.toNs - window.fromNs);
  });
}
