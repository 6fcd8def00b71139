import type { Manifest } from '../../results/index.ts';
import { eachBatch } from './batches.ts';

/** A fault from its beginning to its end, or to that of the run. */
export interface FaultSpan {
  readonly kind: string;
  readonly target: string;
  readonly fromNs: number;
  readonly toNs: number;
}

/** Reads the faults of a run, in the order in which they begin; none where it kept no such table. */
export async function readFaults(folder: string, manifest: Manifest, durationNs: number): Promise<FaultSpan[]> {
  const open = new Map<string, { kind: string; target: string; fromNs: number; depth: number }>();
  const spans: FaultSpan[] = [];
  await eachBatch(folder, manifest, 'faults', (batch) => {
    const time = batch.numbers('time_ns');
    const kind = batch.names('kind');
    const target = batch.names('target');
    const event = batch.names('event');
    for (let row = 0; row < batch.rows; row++) {
      const key = JSON.stringify([kind(row), target(row)]);
      const begun = open.get(key);
      if (event(row) === 'begin') {
        // two causes of the same effect overlap: it lasts until the last of them ends
        if (begun !== undefined) begun.depth++;
        else open.set(key, { kind: kind(row)!, target: target(row)!, fromNs: time(row), depth: 1 });
      } else if (begun !== undefined && --begun.depth === 0) {
        open.delete(key);
        spans.push({ kind: begun.kind, target: begun.target, fromNs: begun.fromNs, toNs: time(row) });
      }
    }
  });
  for (const { kind, target, fromNs } of open.values()) spans.push({ kind, target, fromNs, toNs: durationNs });
  return spans.toSorted((a, b) => a.fromNs - b.fromNs || a.toNs - b.toNs);
}

/** The times at which any fault is in effect, joined where they overlap. */
export function faultTimes(spans: readonly FaultSpan[]): { fromNs: number; toNs: number }[] {
  const joined: { fromNs: number; toNs: number }[] = [];
  for (const { fromNs, toNs } of spans.toSorted((a, b) => a.fromNs - b.fromNs)) {
    const last = joined.at(-1);
    if (last !== undefined && fromNs <= last.toNs) last.toNs = Math.max(last.toNs, toNs);
    else joined.push({ fromNs, toNs });
  }
  return joined;
}
