import type { Manifest } from '../../results/index.ts';
import { eachBatch } from './batches.ts';

/** Events that are drawn; those beyond are counted. */
const MOST_EVENTS = 2_000;
/** Stretches of time that are kept. */
const MOST_SPANS = 2_000;

/** A state of governance that lasted: from its beginning to its end, or to that of the run. */
export interface GovernanceSpan {
  readonly kind: 'cut off' | 'two copies' | 'violation';
  /** What it is of, in words. */
  readonly what: string;
  readonly fromNs: number;
  readonly toNs: number;
}

/** What governance did, as far as a picture shows it. */
export interface GovernanceFacts {
  readonly spans: readonly GovernanceSpan[];
  /** What took no time. */
  readonly events: readonly { readonly timeNs: number; readonly event: string }[];
  /** All events by their kind, in the order in which they first come. */
  readonly counts: ReadonlyMap<string, number>;
  /** Events that are not among `events`. */
  readonly left: number;
}

interface Names {
  readonly cluster: string;
  readonly peer: string;
  readonly app: string;
  readonly service: string;
  readonly pod: string;
  readonly policy: string;
}

interface SpanKind {
  readonly kind: GovernanceSpan['kind'];
  readonly what: (names: Names) => string;
  /** Equal for a beginning and its end. */
  readonly key: (names: Names) => string;
}

const cutOff = (what: SpanKind['what']): SpanKind => ({ kind: 'cut off', what, key: what });
const hubLost = cutOff(({ cluster }) => `${cluster} has lost the hub`);
const clusterUnknown = cutOff(({ cluster, peer }) => `${peer} is lost to ${cluster}`);
const duplicate: SpanKind = {
  kind: 'two copies',
  what: ({ app }) => `${app} runs twice`,
  key: ({ app }) => `copies ${app}`,
};
const violation: SpanKind = {
  kind: 'violation',
  what: ({ app, policy }) => `${policy} broken by ${app}`,
  key: (names) => `violation ${JSON.stringify(names)}`,
};

const beginnings: Readonly<Record<string, SpanKind>> = {
  'hub-lost': hubLost,
  'cluster-unknown': clusterUnknown,
  'duplicate-began': duplicate,
  'violation-began': violation,
};
const ends: Readonly<Record<string, SpanKind>> = {
  'hub-heard': hubLost,
  'cluster-returned': clusterUnknown,
  'duplicate-ended': duplicate,
  'duplicate-open': duplicate,
  'violation-ended': violation,
  'violation-open': violation,
};

/** Pairs beginnings with their ends. */
class Spans {
  readonly #open = new Map<string, { readonly kind: SpanKind; readonly what: string; readonly fromNs: number }>();
  readonly #spans: GovernanceSpan[] = [];

  /** @returns false if the event is neither a beginning nor an end */
  take(event: string, timeNs: number, names: Names): boolean {
    const [begun, ended] = [beginnings[event], ends[event]];
    if (begun !== undefined) {
      this.#open.set(begun.key(names), { kind: begun, what: begun.what(names), fromNs: timeNs });
    } else if (ended !== undefined) {
      const key = ended.key(names);
      this.#end(key, timeNs);
      this.#open.delete(key);
    }
    return begun !== undefined || ended !== undefined;
  }

  finish(durationNs: number): GovernanceSpan[] {
    for (const key of this.#open.keys()) this.#end(key, durationNs);
    return this.#spans.toSorted((a, b) => a.fromNs - b.fromNs || a.toNs - b.toNs);
  }

  #end(key: string, toNs: number): void {
    const open = this.#open.get(key);
    if (open === undefined || this.#spans.length >= MOST_SPANS) return;
    this.#spans.push({ kind: open.kind.kind, what: open.what, fromNs: open.fromNs, toNs });
  }
}

/** Reads the events of governance. @returns undefined if the run kept no such table, or it is empty */
export async function readGovernance(
  folder: string,
  manifest: Manifest,
  durationNs: number,
): Promise<GovernanceFacts | undefined> {
  const spans = new Spans();
  const events: { timeNs: number; event: string }[] = [];
  const counts = new Map<string, number>();
  let [rows, instants] = [0, 0];
  await eachBatch(folder, manifest, 'governance', (batch) => {
    const time = batch.numbers('time_ns');
    const event = batch.names('event');
    const columns = (['cluster', 'peer', 'app', 'service', 'pod', 'policy'] as const).map(
      (column) => [column, batch.names(column)] as const,
    );
    rows += batch.rows;
    for (let row = 0; row < batch.rows; row++) {
      const name = event(row)!;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      const names = Object.fromEntries(columns.map(([column, of]) => [column, of(row) ?? '']));
      if (spans.take(name, time(row), names as unknown as Names)) continue;
      instants++;
      if (events.length < MOST_EVENTS) events.push({ timeNs: time(row), event: name });
    }
  });
  return rows === 0 ? undefined : { spans: spans.finish(durationNs), events, counts, left: instants - events.length };
}
