import type { World } from '../../model/index.ts';
import type { Manifest } from '../../results/index.ts';
import { windowNs } from '../scales.ts';
import { eachBatch } from './batches.ts';

const MOST_WINDOWS = 80;

/** One direction of a link, or an access point, over time. */
export interface LinkCourse {
  readonly name: string;
  /** By window: mean share of its capacity in use, 0 to 1; NaN without a sample. */
  readonly utilization: readonly number[];
  readonly mean: number;
  readonly highest: number;
  readonly carriedBytes: number;
}

/** The use of all links, the busiest first. */
export interface LinkFacts {
  readonly windowNs: number;
  readonly courses: readonly LinkCourse[];
}

/** Reads the samples of the links batch by batch. @returns undefined if the run kept no such table, or it is empty */
export async function readLinks(folder: string, manifest: Manifest, world: World): Promise<LinkFacts | undefined> {
  const width = windowNs(world.durationNs, MOST_WINDOWS, world.recording.sampleIntervalNs);
  const count = Math.max(1, Math.ceil(world.durationNs / width));
  const sums = new Map<string, { used: Float64Array; there: Float64Array; bytes: number }>();
  const namesOf = new Map<string, string>();
  await eachBatch(folder, manifest, 'links', (batch) => {
    const [time, interval] = [batch.numbers('time_ns'), batch.numbers('interval_ns')];
    const [link, from, to] = [batch.names('link'), batch.names('from'), batch.names('to')];
    const direction = batch.names('direction');
    const [utilization, bytes] = [batch.numbers('utilization'), batch.numbers('carried_bytes')];
    for (let row = 0; row < batch.rows; row++) {
      const key = `${link(row)!}\n${direction(row)!}`;
      let sum = sums.get(key);
      if (sum === undefined) {
        sums.set(key, (sum = { used: new Float64Array(count), there: new Float64Array(count), bytes: 0 }));
        const ends = from(row) === null ? direction(row)! : `${from(row)!} → ${to(row)!}`;
        // a node's own link has its name, which is one of its ends
        const isNamedByEnd = link(row) === from(row) || link(row) === to(row);
        namesOf.set(key, isNamedByEnd ? ends : `${link(row)!} ${ends}`);
      }
      const lengthNs = interval(row);
      const window = Math.max(0, Math.min(count - 1, Math.floor((time(row) - lengthNs / 2) / width)));
      sum.used[window]! += utilization(row) * lengthNs;
      sum.there[window]! += lengthNs;
      sum.bytes += bytes(row);
    }
  });
  if (sums.size === 0) return undefined;
  const courses = [...sums].map(([key, { used, there, bytes }]): LinkCourse => {
    const utilization = Array.from(used, (value, i) => value / there[i]!);
    const total = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
    return {
      name: namesOf.get(key)!,
      utilization,
      mean: total(used) / total(there),
      highest: utilization.reduce((a, b) => (b > a ? b : a), 0),
      carriedBytes: bytes,
    };
  });
  return { windowNs: width, courses: courses.toSorted((a, b) => b.mean - a.mean) };
}
