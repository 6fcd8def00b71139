import type { Manifest } from '../../results/index.ts';
import { eachBatch } from './batches.ts';

/** Events that are drawn; those beyond are counted. */
const MOST_EVENTS = 2_000;

/** What governance did, as far as a picture shows it. */
export interface GovernanceFacts {
  readonly events: readonly { readonly timeNs: number; readonly event: string; readonly cluster: string }[];
  /** All events by their kind, in the order in which they first come. */
  readonly counts: ReadonlyMap<string, number>;
  /** Events that are not among `events`. */
  readonly left: number;
}

/** Reads the events of governance. @returns undefined if the run kept no such table, or it is empty */
export async function readGovernance(folder: string, manifest: Manifest): Promise<GovernanceFacts | undefined> {
  const events: { timeNs: number; event: string; cluster: string }[] = [];
  const counts = new Map<string, number>();
  let rows = 0;
  await eachBatch(folder, manifest, 'governance', (batch) => {
    const time = batch.numbers('time_ns');
    const [event, cluster] = [batch.names('event'), batch.names('cluster')];
    rows += batch.rows;
    for (let row = 0; row < batch.rows; row++) {
      const kind = event(row)!;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      if (events.length < MOST_EVENTS) events.push({ timeNs: time(row), event: kind, cluster: cluster(row) ?? '' });
    }
  });
  return rows === 0 ? undefined : { events, counts, left: rows - events.length };
}
