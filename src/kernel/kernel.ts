import type { Nanoseconds } from './time.ts';
import { RandomStreams } from './streams.ts';

declare const brand: unique symbol;
/** A handler registered with `Kernel.on`: a small integer. */
export type HandlerId = number & { readonly [brand]: 'handler' };
/** A scheduled event that can still be cancelled. */
export type EventId = number & { readonly [brand]: 'event' };

/** What an event does when its time has come; the two integers are what it was scheduled with. */
export type Handler = (a: number, b: number) => void;

/** No event: what a field that may hold an `EventId` holds when nothing is scheduled. `cancel` of it does nothing. */
export const NO_EVENT = -1 as EventId;

export interface RunOptions {
  /** Events at or before this time run; the clock ends here even when no event is left. Without it, until none is left. */
  readonly until?: Nanoseconds;
}

/** The discrete-event kernel. PLACEHOLDER: to be replaced by the fast one with the same face. */
export class Kernel {
  now = 0 as Nanoseconds;
  readonly streams: RandomStreams;
  eventCount = 0;
  readonly #handlers: Handler[] = [];
  readonly #names: string[] = [];
  #queue: { time: number; seq: number; handler: number; a: number; b: number }[] = [];
  #live = new Map<number, { time: number; seq: number; handler: number; a: number; b: number }>();
  #seq = 0;
  #stopped = false;

  constructor(options: { seed: number }) {
    this.streams = new RandomStreams(options.seed);
  }

  on(name: string, handler: Handler): HandlerId {
    this.#names.push(name);
    return (this.#handlers.push(handler) - 1) as HandlerId;
  }

  at(time: Nanoseconds, handler: HandlerId, a = 0, b = 0): EventId {
    if (!(time >= this.now) || !Number.isInteger(time)) throw new RangeError(`bad time ${time} at ${this.now}`);
    const event = { time, seq: this.#seq++, handler, a, b };
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#queue[middle]!.time > time) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, event);
    this.#live.set(event.seq, event);
    return event.seq as EventId;
  }

  after(delay: Nanoseconds, handler: HandlerId, a = 0, b = 0): EventId {
    return this.at((this.now + delay) as Nanoseconds, handler, a, b);
  }

  cancel(event: EventId): boolean {
    return this.#live.delete(event);
  }

  run(options: RunOptions = {}): void {
    this.#stopped = false;
    for (;;) {
      const event = this.#queue.at(-1);
      if (event === undefined || this.#stopped) break;
      if (options.until !== undefined && event.time > options.until) break;
      this.#queue.pop();
      if (!this.#live.delete(event.seq)) continue;
      this.now = event.time as Nanoseconds;
      this.eventCount++;
      this.#handlers[event.handler]!(event.a, event.b);
    }
    if (options.until !== undefined && !this.#stopped) this.now = options.until;
  }

  stop(): void {
    this.#stopped = true;
  }
}
