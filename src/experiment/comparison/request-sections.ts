import type { RecordBatch } from 'apache-arrow';
import { openTable, ResultsError, type Manifest } from '../../results/index.ts';
import { quantileOfSorted } from '../statistics/index.ts';

/** Windows of time that a run is cut into at first: a power of two, so that they merge in pairs. */
export const FINEST = 64;
const COARSEST = 16;
const PERCENTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;

/** What the requests of a stretch of time come to. */
export interface RequestSummary {
  readonly sent: number;
  readonly failed: number;
  readonly answered: number;
  /** Of the answered, ns; NaN without any. */
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The requests of a run, as a whole and by windows of the time when they were issued. */
export interface RequestSections {
  readonly overall: RequestSummary;
  /** All latencies in ascending order, ns. */
  readonly sorted: Float64Array;
  /** The windows, by how many there are: 64, 32, 16. */
  readonly windows: ReadonlyMap<number, readonly RequestSummary[]>;
}

/** The stretch of time that is measured: requests issued before the end of the warm-up are left out. */
export interface Measured {
  readonly warmupNs: number;
  readonly durationNs: number;
}

/**
 * Reads the requests of a run batch by batch, keeps the latencies of those that count (8 bytes each, twice while they are
 * sorted), and sums them up by windows.
 * @param isChecked the table's hash has just been found right
 * @throws {ResultsError} if there is no such table, or it is damaged
 */
export async function readRequestSections(
  folder: string,
  manifest: Manifest,
  { warmupNs, durationNs }: Measured,
  isChecked = false,
): Promise<RequestSections> {
  const table = await openTable(folder, 'requests', manifest, { isChecked });
  try {
    const at = columnsOf(
      table.schema.fields.map(({ name }) => name),
      table.path,
    );
    const latencies = new Float64Array(table.rows);
    const windows = new Uint8Array(table.rows);
    const counts = {
      sent: new Float64Array(FINEST),
      failed: new Float64Array(FINEST),
      answered: new Float64Array(FINEST),
    };
    const width = (durationNs - warmupNs) / FINEST;
    let answered = 0;
    for await (const batch of table.batches()) {
      const columns = batchColumns(batch, at);
      const { issued, latency, hasLatency, hasFailed } = columns;
      for (let row = 0; row < batch.numRows; row++) {
        if (issued[row]! < warmupNs) continue;
        const window = Math.min(FINEST - 1, Math.floor((issued[row]! - warmupNs) / width));
        counts.sent[window]!++;
        if (hasLatency(row)) {
          latencies[answered] = latency[row]!;
          windows[answered++] = window;
          counts.answered[window]!++;
        } else if (hasFailed(row)) counts.failed[window]!++;
      }
    }
    return sumUp(latencies.subarray(0, answered), windows, counts);
  } finally {
    await table.close();
  }
}

const NEEDED = ['issued_ns', 'latency_ns', 'outcome'] as const;

function columnsOf(names: readonly string[], path: string): Record<(typeof NEEDED)[number], number> {
  const missing = NEEDED.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new ResultsError(`${path} has no column ${missing.join(', ')}`);
  return Object.fromEntries(NEEDED.map((name) => [name, names.indexOf(name)])) as Record<
    (typeof NEEDED)[number],
    number
  >;
}

function batchColumns(batch: RecordBatch, at: Record<(typeof NEEDED)[number], number>) {
  const child = (name: (typeof NEEDED)[number]) => batch.data.children[at[name]]!;
  const [issued, latency, outcome] = NEEDED.map(child);
  const outcomes = outcome!.dictionary!;
  const failures = Array.from({ length: outcomes.length }, (_, code) => {
    const name = outcomes.get(code) as string;
    return name !== 'ok' && name !== 'unfinished';
  });
  const codes = outcome!.values as Int32Array;
  return {
    issued: issued!.values as Float64Array,
    latency: latency!.values as Float64Array,
    hasLatency: latency!.nullCount === 0 ? () => true : bit(latency!.nullBitmap, latency!.offset),
    hasFailed: (row: number) => failures[codes[row]!]!,
  };
}

/** Reads a bitmap of Arrow's: least significant bit first. */
function bit(bitmap: Uint8Array, offset: number): (row: number) => boolean {
  return (row) => ((bitmap[(offset + row) >> 3]! >> ((offset + row) & 7)) & 1) === 1;
}

interface Counts {
  readonly sent: Float64Array;
  readonly failed: Float64Array;
  readonly answered: Float64Array;
}

/** Sorts the latencies window by window, and merges windows in pairs until one is left. */
function sumUp(latencies: Float64Array, windowOf: Uint8Array, counts: Counts): RequestSections {
  let starts = startsOf(counts.answered);
  let from: Float64Array = new Float64Array(latencies.length);
  const next = starts.slice();
  for (let i = 0; i < latencies.length; i++) from[next[windowOf[i]!]!++] = latencies[i]!;
  for (let k = 0; k < FINEST; k++) from.subarray(starts[k], starts[k + 1]).sort();
  let to: Float64Array = latencies;
  let level = counts;
  const windows = new Map<number, readonly RequestSummary[]>();
  for (let count = FINEST; ; count /= 2) {
    const summaryOf = (k: number) => summary(from.subarray(starts[k], starts[k + 1]), level, k);
    if (count >= COARSEST)
      windows.set(
        count,
        Array.from({ length: count }, (_, k) => summaryOf(k)),
      );
    if (count === 1) return { overall: summaryOf(0), sorted: from, windows };
    for (let k = 0; k < count; k += 2) mergeSorted(from, starts[k]!, starts[k + 1]!, starts[k + 2]!, to);
    [from, to] = [to, from];
    starts = starts.filter((_, k) => k % 2 === 0);
    level = { sent: pairSums(level.sent), failed: pairSums(level.failed), answered: pairSums(level.answered) };
  }
}

function startsOf(lengths: Float64Array): number[] {
  const starts = [0];
  for (const length of lengths) starts.push(starts.at(-1)! + length);
  return starts;
}

function pairSums(values: Float64Array): Float64Array {
  return Float64Array.from({ length: values.length / 2 }, (_, k) => values[2 * k]! + values[2 * k + 1]!);
}

function mergeSorted(from: Float64Array, left: number, middle: number, right: number, to: Float64Array): void {
  let i = left;
  let j = middle;
  for (let k = left; k < right; k++) {
    to[k] = i < middle && (j >= right || from[i]! <= from[j]!) ? from[i++]! : from[j++]!;
  }
}

function summary(sorted: Float64Array, counts: Counts, k: number): RequestSummary {
  let sum = 0;
  // ten million values: an iterator would cost more than the sum
  for (let i = 0; i < sorted.length; i++) sum += sorted[i]!;
  const at = (p: number) => (sorted.length === 0 ? NaN : quantileOfSorted(sorted, p));
  return {
    sent: counts.sent[k]!,
    failed: counts.failed[k]!,
    answered: sorted.length,
    mean: sum / sorted.length,
    p50: at(PERCENTILES.p50),
    p95: at(PERCENTILES.p95),
    p99: at(PERCENTILES.p99),
  };
}
