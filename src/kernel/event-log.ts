import type { EventRange } from './digest-trail.ts';

/** One event as it ran. */
export interface LoggedEvent {
  /** How many events of the run came before it. */
  readonly index: number;
  /** Virtual time, nanoseconds. */
  readonly time: number;
  /** The name its handler was registered under. */
  readonly handler: string;
  readonly a: number;
  readonly b: number;
}

/** The first event in which two runs differ; a side is undefined where that run had ended. */
export interface EventDifference {
  readonly index: number;
  readonly left: LoggedEvent | undefined;
  readonly right: LoggedEvent | undefined;
  /** The last event that both had in common: often the culprit, since it scheduled what differs. */
  readonly previous: LoggedEvent | undefined;
}

/** Events a chunk: one chunk is 5 MiB. */
const CHUNK = 0x4_0000;

interface Chunk {
  readonly times: Float64Array;
  readonly words: Int32Array;
}

/** The events of a run, or a range of them, one by one, in chunks of typed arrays: 20 bytes an event. */
export class EventLog {
  readonly range: EventRange;
  /** Digest of the run before the first event of the range; undefined until the run came so far. */
  digestBefore: string | undefined;
  readonly #names: readonly string[];
  readonly #chunks: Chunk[] = [];
  #length = 0;

  /** @param names handler names by id; the array may grow while the log is written */
  constructor(range: EventRange, names: readonly string[]) {
    this.range = range;
    this.#names = names;
  }

  /** Events recorded. */
  get length(): number {
    return this.#length;
  }

  /** Records the next event of the range. */
  add(time: number, handler: number, a: number, b: number): void {
    const at = this.#length % CHUNK;
    if (at === 0) this.#chunks.push({ times: new Float64Array(CHUNK), words: new Int32Array(3 * CHUNK) });
    const { times, words } = this.#chunks.at(-1)!;
    times[at] = time;
    words[3 * at] = handler;
    words[3 * at + 1] = a;
    words[3 * at + 2] = b;
    this.#length++;
  }

  /** The event with this index in the run; undefined if it was not recorded. */
  at(index: number): LoggedEvent | undefined {
    const position = index - this.range.from;
    if (!(position >= 0 && position < this.#length)) return undefined;
    const { times, words } = this.#chunks[Math.floor(position / CHUNK)]!;
    const at = position % CHUNK;
    const handler = this.#names[words[3 * at]!]!;
    return { index, time: times[at]!, handler, a: words[3 * at + 1]!, b: words[3 * at + 2]! };
  }

  /** The recorded events in order. */
  *[Symbol.iterator](): Generator<LoggedEvent> {
    for (let index = this.range.from; index < this.range.from + this.#length; index++) yield this.at(index)!;
  }
}

/**
 * The first event in which two logs of the same range differ.
 * @returns undefined if they are the same
 * @throws {RangeError} if the ranges begin at different events
 */
export function firstDivergence(left: EventLog, right: EventLog): EventDifference | undefined {
  const from = left.range.from;
  if (from !== right.range.from) {
    throw new RangeError(`logs of different ranges: one from event ${from}, the other from event ${right.range.from}`);
  }
  const end = from + Math.max(left.length, right.length);
  for (let index = from; index < end; index++) {
    const l = left.at(index);
    const r = right.at(index);
    if (l?.time === r?.time && l?.handler === r?.handler && l?.a === r?.a && l?.b === r?.b) continue;
    return { index, left: l, right: r, previous: left.at(index - 1) };
  }
  return undefined;
}
