import { group, max, mean, sum } from 'd3-array';
import { StartupQueues } from '../kubernetes/index.ts';
import { RandomStreams, type Nanoseconds } from '../kernel/index.ts';
import type { ClusterId, NodeId, PodStartup } from '../model/index.ts';
import type { StartupBatch } from './pod-startup-records.ts';
import { zoomSearch, type Tried } from './zoom-search.ts';

export interface FittedPodStartup {
  readonly podStartup: PodStartup;
  /** Batch sizes that it was fitted to, ascending. */
  readonly sizes: readonly number[];
}

/** What the model says of batches of one size, against what was measured. */
export interface BatchPrediction {
  readonly pods: number;
  readonly iterations: number;
  /** Whether the model was fitted to batches of this size. */
  readonly fitted: boolean;
  /** Mean over the iterations of the time from the first pod's creation to the last pod's readiness, ms. */
  readonly measuredBatchMs: number;
  readonly predictedBatchMs: number;
  /** (predicted - measured) / measured. */
  readonly batchError: number;
  /** The same of the mean pod's readiness. */
  readonly measuredPodMs: number;
  readonly predictedPodMs: number;
  readonly podError: number;
}

const NS_PER_MS = 1e6;

/**
 * Fits the model of start-up to measured batches by least squares, given when their pods were created. Each batch counts
 * alike, its errors taken relative to its mean time until ready: half for its pods, half for the last of them, which is
 * when the batch is ready. For given times per pod in the cluster and on the node the best base
 * time follows directly; these two are searched on a grid that closes in on its best point. The spread of the base time is
 * that between neighbours in the order of readiness (von Neumann's mean square successive difference), which a
 * misfit of the whole curve does not inflate. Own design.
 * @param nodes nodes that the pods were spread over, where a batch does not say
 * @throws {RangeError} if there is no batch, or a batch without pods
 */
export function fitPodStartup(batches: readonly StartupBatch[], nodes = 1): FittedPodStartup {
  if (batches.length === 0 || batches.some(({ readyMs }) => readyMs.length === 0)) {
    throw new RangeError('no measured pods to fit to');
  }
  const perPodMs = max(batches, ({ readyMs }) => readyMs.at(-1)! / readyMs.length)!;
  const mostNodes = max(batches, ({ podsByNode }) => podsByNode?.length ?? nodes)!;
  const {
    x: clusterMs,
    y: nodeMs,
    baseMs,
  } = zoomSearch(perPodMs, perPodMs * mostNodes, (x, y) => evaluate(batches, nodes, x, y));
  const spreadMs = Math.sqrt(mean(batches, successiveVariance)!);
  const ns = (ms: number): Nanoseconds => Math.round(ms * NS_PER_MS) as Nanoseconds;
  return {
    podStartup: {
      baseNs: ns(baseMs),
      cv: baseMs > 0 ? Math.round((spreadMs / baseMs) * 1e4) / 1e4 : 0,
      perPodInClusterNs: ns(clusterMs),
      perPodOnNodeNs: ns(nodeMs),
    },
    sizes: [...new Set(batches.map(({ readyMs }) => readyMs.length))].toSorted((a, b) => a - b),
  };
}

interface Candidate extends Tried {
  readonly baseMs: number;
}

function evaluate(batches: readonly StartupBatch[], nodes: number, clusterMs: number, nodeMs: number): Candidate {
  const curves = batches.map((batch) => queued(batch, nodes, clusterMs, nodeMs));
  const scales = batches.map(({ readyMs }) => mean(readyMs)! * mean(readyMs)!);
  const weight = (b: number, k: number): number => {
    const { length } = batches[b]!.readyMs;
    return (1 / length + (k === length - 1 ? 1 : 0)) / scales[b]!;
  };
  // least squares: the base time is the weighted mean of what the queues leave unexplained
  const left = sum(batches, ({ readyMs }, b) => sum(readyMs, (ready, k) => weight(b, k) * (ready - curves[b]![k]!)));
  const baseMs = Math.max(0, left / sum(batches, ({ readyMs }, b) => sum(readyMs, (_, k) => weight(b, k))));
  const error = sum(batches, ({ readyMs }, b) =>
    sum(readyMs, (ready, k) => {
      const difference = curves[b]![k]! + baseMs - ready;
      return weight(b, k) * difference * difference;
    }),
  );
  return { x: clusterMs, y: nodeMs, baseMs, error };
}

/** When the queues let the pods of a batch through, ms, ascending. */
function queued(batch: StartupBatch, nodes: number, clusterMs: number, nodeMs: number): number[] {
  return simulateBatch(batch, nodes, {
    baseNs: 0 as Nanoseconds,
    cv: 0,
    perPodInClusterNs: (clusterMs * NS_PER_MS) as Nanoseconds,
    perPodOnNodeNs: (nodeMs * NS_PER_MS) as Nanoseconds,
  });
}

function simulateBatch(batch: StartupBatch, nodes: number, podStartup: PodStartup, seed = 1): number[] {
  const placement = placed(batch, nodes);
  const names = placement.podsByNode.map((_, node) => ({
    name: `${batch.iteration}-${node}`,
    cluster: 0 as ClusterId,
  }));
  const queues = new StartupQueues(podStartup, names, new RandomStreams(seed));
  return placement.order
    .map((node, k) => queues.readyAtNs(node, batch.createdMs[k]! * NS_PER_MS) / NS_PER_MS)
    .toSorted((a, b) => a - b);
}

/** The nodes that a batch's pods go to, one by one: always to that which is furthest behind its share. */
function placed(
  { readyMs, podsByNode }: StartupBatch,
  nodes: number,
): { podsByNode: readonly number[]; order: NodeId[] } {
  const counts =
    podsByNode ?? Array.from({ length: nodes }, (_, node) => Math.floor((readyMs.length + nodes - 1 - node) / nodes));
  const used = counts.map(() => 0);
  const order = readyMs.map(() => {
    let next = 0;
    for (let node = 1; node < counts.length; node++) {
      if ((used[node]! + 0.5) * counts[next]! < (used[next]! + 0.5) * counts[node]!) next = node;
    }
    used[next]!++;
    return next as NodeId;
  });
  return { podsByNode: counts, order };
}

/** Variance of single pods about the curve of their batch, ms²: half the mean square of successive differences. */
function successiveVariance({ readyMs }: StartupBatch): number {
  if (readyMs.length < 3) return 0;
  const steps = readyMs.slice(1).map((ready, k) => ready - readyMs[k]!);
  const step = mean(steps)!;
  return mean(steps, (one) => (one - step) * (one - step))! / 2;
}

/** What the model says of every size of batch that was measured, its pods created when they were; see `fitPodStartup` for `nodes`. */
export function predictPodStartup(
  { podStartup, sizes }: FittedPodStartup,
  batches: readonly StartupBatch[],
  nodes = 1,
): BatchPrediction[] {
  const bySize = group(batches, ({ readyMs }) => readyMs.length);
  return [...bySize]
    .toSorted(([a], [b]) => a - b)
    .map(([pods, ofSize]) => {
      const predicted = ofSize.map((batch) => simulateBatch(batch, nodes, podStartup));
      const measuredBatchMs = mean(ofSize, ({ readyMs }) => readyMs.at(-1)!)!;
      const predictedBatchMs = mean(predicted, (readyMs) => readyMs.at(-1)!)!;
      const measuredPodMs = mean(ofSize, ({ readyMs }) => mean(readyMs)!)!;
      const predictedPodMs = mean(predicted, (readyMs) => mean(readyMs)!)!;
      return {
        pods,
        iterations: ofSize.length,
        fitted: sizes.includes(pods),
        measuredBatchMs,
        predictedBatchMs,
        batchError: predictedBatchMs / measuredBatchMs - 1,
        measuredPodMs,
        predictedPodMs,
        podError: predictedPodMs / measuredPodMs - 1,
      };
    });
}
