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

/** A stretch of simulated time, ns. */
interface Stretch {
  readonly fromNs: number;
  readonly toNs: number;
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
export function waitingPods(pods: readonly PodSpan[], windows: readonly Stretch[]): number[] {
  return meanPresent(pods.map(waitOf), windows);
}

/** How many pods had no node, started, and were ready, in the mean of each window of time. */
export function podsByPhase(pods: readonly PodSpan[], windows: readonly Stretch[]) {
  const starts = pods.map(({ scheduledNs, readyNs, endNs }) => ({
    fromNs: scheduledNs,
    toNs: Number.isNaN(readyNs) ? endNs : readyNs,
  }));
  return {
    waiting: waitingPods(pods, windows),
    starting: meanPresent(starts, windows),
    ready: meanPresent(
      pods.map(({ readyNs, endNs }) => ({ fromNs: readyNs, toNs: endNs })),
      windows,
    ),
  };
}

/** How long a pod had no node: until its end where it never had one. */
export const waitOf = ({ createdNs, scheduledNs, endNs }: PodSpan): Stretch => ({
  fromNs: createdNs,
  toNs: Number.isNaN(scheduledNs) ? endNs : scheduledNs,
});

/** How many stretches of time there are at once, in the mean of each window; one without a beginning is none. */
const meanPresent = (stretches: readonly Stretch[], windows: readonly Stretch[]): number[] =>
  windows.map((window) => {
    let presentNs = 0;
    for (const { fromNs, toNs } of stretches) {
      const overlapNs = Math.min(toNs, window.toNs) - Math.max(fromNs, window.fromNs);
      if (overlapNs > 0) presentNs += overlapNs;
    }
    return presentNs / (window.toNs - window.fromNs);
  });
