import { LatencyHistogram } from '../../dynamics/index.ts';
import type { Manifest } from '../../results/index.ts';
import { windowNs } from '../scales.ts';
import { eachBatch } from './batches.ts';

/** Windows of time that a run is cut into at most. */
const MOST_WINDOWS = 60;

/** What the requests of a window of time came to, by the time when they were issued. */
export interface RequestWindow {
  readonly fromNs: number;
  readonly toNs: number;
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
  /** Of the answered, ns; undefined without any. */
  readonly p50Ns: number | undefined;
  readonly p95Ns: number | undefined;
  /** Means over the answered, ns: they add up to the mean latency. */
  readonly partsNs: Readonly<Record<LatencyPart, number>>;
}

export const latencyParts = ['network', 'queue', 'cpu', 'retry'] as const;
/** What a request's latency is made of. */
export type LatencyPart = (typeof latencyParts)[number];

/** The requests of a run. */
export interface RequestFacts {
  /** Latencies of the answered, warm-up left out: to within 0.1 %. */
  readonly latencies: LatencyHistogram;
  readonly windowNs: number;
  /** The whole run, warm-up included. */
  readonly windows: readonly RequestWindow[];
  /** After the warm-up, by outcome, in the order in which they first come. */
  readonly outcomes: ReadonlyMap<string, number>;
}

class WindowSums {
  readonly latencies = new LatencyHistogram();
  sent = 0;
  failed = 0;
  readonly parts = new Float64Array(latencyParts.length);
}

/**
 * Reads the requests of a run batch by batch into histograms: any number of them takes the same memory, some 25 MB.
 * @param latencies what they are added to: those of several runs may be counted together
 * @param mostWindows windows of time that the run is cut into at most
 * @returns undefined if the run kept no such table
 * @throws {ResultsError} if it is damaged
 */
export async function readRequests(
  folder: string,
  manifest: Manifest,
  durationNs: number,
  latencies: LatencyHistogram = new LatencyHistogram(),
  mostWindows: number = MOST_WINDOWS,
): Promise<RequestFacts | undefined> {
  const width = windowNs(durationNs, mostWindows);
  const count = Math.max(1, Math.ceil(durationNs / width));
  const sums = Array.from({ length: count }, () => new WindowSums());
  const outcomes = new Map<string, number>();
  const isThere = await eachBatch(folder, manifest, 'requests', (batch) => {
    const issued = batch.numbers('issued_ns');
    const latency = batch.numbers('latency_ns');
    const warmup = batch.flags('warmup');
    const outcome = batch.names('outcome');
    const parts = latencyParts.map((part) => batch.numbers(`${part}_ns`));
    for (let row = 0; row < batch.rows; row++) {
      const window = sums[Math.min(count - 1, Math.floor(issued(row) / width))]!;
      const latencyNs = latency(row);
      const how = outcome(row)!;
      window.sent++;
      if (!Number.isNaN(latencyNs)) {
        window.latencies.add(latencyNs);
        for (let i = 0; i < parts.length; i++) window.parts[i]! += parts[i]!(row) || 0;
      } else if (how !== 'unfinished') window.failed++;
      if (warmup(row)) continue;
      outcomes.set(how, (outcomes.get(how) ?? 0) + 1);
      if (!Number.isNaN(latencyNs)) latencies.add(latencyNs);
    }
  });
  if (!isThere) return undefined;
  const windows = sums.map((sum, i): RequestWindow => {
    const answered = sum.latencies.count;
    return {
      fromNs: i * width,
      toNs: Math.min(durationNs, (i + 1) * width),
      sent: sum.sent,
      answered,
      failed: sum.failed,
      p50Ns: sum.latencies.quantileNs(0.5),
      p95Ns: sum.latencies.quantileNs(0.95),
      partsNs: Object.fromEntries(
        latencyParts.map((part, k) => [part, answered === 0 ? 0 : sum.parts[k]! / answered]),
      ) as Record<LatencyPart, number>,
    };
  });
  return { latencies, windowNs: width, windows, outcomes };
}
