import { Digest, textWords } from './digest.ts';
import { type DigestTrail, type EventRange, TrailRecorder } from './digest-trail.ts';
import { EventLog } from './event-log.ts';
import { type EventId, EventQueue, MAX_HANDLERS } from './event-queue.ts';
import { RandomStreams } from './streams.ts';
import { MAX_TIME_NS, type Nanoseconds } from './time.ts';

declare const brand: unique symbol;
const TWO_TO_MINUS_32 = 1 / 0x1_0000_0000;

/** A handler registered with `Kernel.on`: a small integer. */
export type HandlerId = number & { readonly [brand]: 'handler' };

/** What an event does when its time has come; the two integers are what it was scheduled with. */
export type Handler = (a: number, b: number) => void;

export interface KernelOptions {
  /** Seed of all random streams: a whole number. */
  readonly seed: number;
  /** Record the events of this range of indices one by one; see `Kernel.log`. */
  readonly log?: EventRange;
  /**
   * Events between two entries of the trail, at first: a power of two, 64 by default. 1 finds the very event in which runs of up to
   * a million events part, and costs a few nanoseconds an event.
   */
  readonly trailStride?: number;
}

export interface RunOptions {
  /** Events at or before this time run; the clock ends here even when no event is left. Without it, until none is left. */
  readonly until?: Nanoseconds;
  /** Asked after every event; the run stops when it says true. It must not change anything. */
  readonly stopWhen?: () => boolean;
}

/** Why a run came to its end: no event left, the time reached, or stopped by `stop()` or `stopWhen`. */
export type RunEnd = 'empty' | 'until' | 'stopped';

/**
 * A discrete-event kernel: a virtual clock and events in the order of their time. It knows nothing of what it simulates.
 *
 * Time is a whole number of nanoseconds. An event is a handler, registered once under a name, and two 32-bit integers
 * (usually indices of entities); scheduling one allocates nothing. Events of the same time run in the order in which they
 * were scheduled. The same program with the same seed runs the same events, and `digest` proves it.
 *
 * An M/M/1 queue, utilisation 0.8, mean service 1 ms, whose mean time in the system must come to 5 ms:
 * ```ts
 * const kernel = new Kernel({ seed: 1 });
 * const arrivals = kernel.streams.get('arrivals');
 * const services = kernel.streams.get('services');
 * const arrivedAt: number[] = []; // customers in the system, first come first
 * let served = 0;
 * let totalTimeNs = 0;
 *
 * const arrive = kernel.on('arrive', () => {
 *   if (arrivedAt.push(kernel.now) === 1) kernel.after(roundUpNs(1e6 * services.exponential()), leave);
 *   kernel.after(roundUpNs(1.25e6 * arrivals.exponential()), arrive);
 * });
 * const leave = kernel.on('leave', () => {
 *   totalTimeNs += kernel.now - arrivedAt.shift()!;
 *   served++;
 *   if (arrivedAt.length > 0) kernel.after(roundUpNs(1e6 * services.exponential()), leave);
 * });
 * kernel.at(kernel.now, arrive);
 * kernel.run({ until: fromSeconds(3600) });
 * totalTimeNs / served; // about 5e6 ns = 1 ms / (1 - 0.8)
 * ```
 */
export class Kernel {
  /** The random streams, each seeded from the kernel's seed and its own name alone. */
  readonly streams: RandomStreams;
  /** The events of the range that the option `log` asked for; undefined without it. */
  readonly log: EventLog | undefined;

  readonly #queue = new EventQueue();
  readonly #digest = new Digest();
  readonly #trail: TrailRecorder;
  /** What the names of handlers begin with that are registered now. */
  #scope = '';
  readonly #handlers: Handler[] = [];
  readonly #names: string[] = [];
  /** Per handler two words that stand for its name in the digest. */
  #nameWords = new Int32Array(32);
  /** Events run so far, per handler. */
  #counts = new Float64Array(16);
  #now = 0 as Nanoseconds;
  #eventCount = 0;
  /** The event count at which the trail or the log wants to see an event next. */
  #nextMark: number;
  #nextTrailMark: number;
  #running = false;
  #stopped = false;

  /** @throws {RangeError} if the seed is not a whole number, the range of the log none, or the stride no power of two */
  constructor(options: KernelOptions) {
    const { seed, log, trailStride } = options;
    if (!Number.isSafeInteger(seed)) throw new RangeError(`seed: found ${seed}, expected a whole number`);
    if (log !== undefined && !(Number.isSafeInteger(log.from) && log.from >= 0 && log.to >= log.from)) {
      throw new RangeError(`log: found the range ${log.from} to ${log.to}, expected 0 <= from <= to`);
    }
    this.#trail = new TrailRecorder(trailStride);
    this.streams = new RandomStreams(seed);
    this.log = log && new EventLog(log, this.#names);
    this.#nextTrailMark = this.#trail.stride;
    this.#nextMark = Math.min(this.#nextTrailMark, this.#nextLogMark());
    if (log?.from === 0) this.log!.digestBefore = this.digest;
  }

  /** The present of the simulation. */
  get now(): Nanoseconds {
    return this.#now;
  }

  /** Events run so far. */
  get eventCount(): number {
    return this.#eventCount;
  }

  /** Events scheduled and not yet run or cancelled. */
  get pendingCount(): number {
    return this.#queue.size;
  }

  /**
   * 16 hexadecimal digits that stand for every event so far: time, name of the handler, arguments, and their order.
   * A handler counts by its name, so the order of registration does not matter. Inside a handler its own event is included.
   */
  get digest(): string {
    return this.#digest.hex;
  }

  /** The digest along the way, to find out later where another run parts from this one; see `firstDifference`. */
  get trail(): DigestTrail {
    return this.#trail.trail(this.#eventCount, this.digest);
  }

  /** Events run so far by the name of their handler, in the order of registration. */
  get countsByHandler(): Map<string, number> {
    return new Map(this.#names.map((name, id) => [name, this.#counts[id]!]));
  }

  /**
   * Builds something of which a run has several: the names of the handlers that it registers meanwhile begin with the scope's,
   * so that they differ.
   */
  within<T>(scope: string, build: () => T): T {
    const outer = this.#scope;
    this.#scope = `${outer}${scope}/`;
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  /**
   * Registers what events of a kind do. The name appears in logs, counts, errors and the digest.
   * @throws {Error} if the name is taken
   * @throws {RangeError} if there are 4,095 handlers already
   */
  on(ownName: string, handler: Handler): HandlerId {
    const name = this.#scope + ownName;
    if (this.#names.includes(name)) throw new Error(`a handler named '${name}' is registered already`);
    const id = this.#handlers.length;
    if (id === MAX_HANDLERS)
      throw new RangeError(
        `handler '${name}': a kernel has at most ${MAX_HANDLERS}; tell entities apart by the arguments`,
      );
    if (id === this.#counts.length) {
      const counts = new Float64Array(2 * id);
      counts.set(this.#counts);
      this.#counts = counts;
      const nameWords = new Int32Array(4 * id);
      nameWords.set(this.#nameWords);
      this.#nameWords = nameWords;
    }
    this.#handlers.push(handler);
    this.#names.push(name);
    this.#nameWords.set(textWords(name), 2 * id);
    return id as HandlerId;
  }

  /**
   * Schedules an event at a time, now or later.
   * @param a,b what the handler is called with: 32-bit integers
   * @returns an id for `cancel`
   * @throws {RangeError} if the time is not a whole number of nanoseconds from now to 2^53 - 1, an argument not an int32, or
   *   the handler not one of this kernel's
   */
  at(time: Nanoseconds, handler: HandlerId, a = 0, b = 0): EventId {
    const timeIsGood = time >= this.#now && time <= MAX_TIME_NS && Math.floor(time) === time;
    if (!timeIsGood || (a | 0) !== a || (b | 0) !== b || handler >>> 0 >= this.#handlers.length) {
      this.#refuse(time, handler, a, b);
    }
    return this.#queue.idOf(this.#queue.add(time, handler, a, b));
  }

  /** Schedules an event after a delay of whole nanoseconds, which may be 0; else as `at`. */
  after(delay: Nanoseconds, handler: HandlerId, a = 0, b = 0): EventId {
    return this.at((this.#now + delay) as Nanoseconds, handler, a, b);
  }

  /** Takes a pending event back. False, and nothing happens, if it has run, was cancelled before, or is NO_EVENT. */
  cancel(event: EventId): boolean {
    return this.#queue.cancel(event);
  }

  /**
   * Runs events in order until none is left or what `options` say. It can be called again to go on.
   * @throws {Error} if a handler throws: the message names handler, time and arguments, `cause` is what it threw. The event
   *   counts as run; the kernel stays usable
   * @throws {RangeError} if `until` is not a whole number of nanoseconds from now on
   */
  run(options: RunOptions = {}): RunEnd {
    const { until, stopWhen } = options;
    if (this.#running) throw new Error('run: the kernel is running already; a handler can only schedule or stop');
    if (until !== undefined && !(Number.isSafeInteger(until) && until >= this.#now)) {
      const expected = `a whole number of nanoseconds from ${this.#now}, the present, to ${MAX_TIME_NS}`;
      throw new RangeError(`run: found until = ${until}, expected ${expected}`);
    }
    this.#running = true;
    this.#stopped = false;
    try {
      this.#loop(until ?? MAX_TIME_NS, stopWhen);
    } finally {
      this.#running = false;
    }
    if (this.#stopped) return 'stopped';
    if (until === undefined) return 'empty';
    this.#now = until;
    return this.#queue.size === 0 ? 'empty' : 'until';
  }

  /** Ends the run after the present event: for handlers. */
  stop(): void {
    this.#stopped = true;
  }

  #loop(limit: number, stopWhen: (() => boolean) | undefined): void {
    const queue = this.#queue;
    const digest = this.#digest;
    const handlers = this.#handlers;
    let asksStopWhen = false;
    try {
      while (queue.take(limit)) {
        const { time, handler, a, b } = queue;
        this.#now = time as Nanoseconds;
        const count = this.#eventCount + 1;
        this.#eventCount = count;
        this.#counts[handler]!++;
        const words = this.#nameWords;
        // the time is two words, its low 32 bits and the 21 above; the name's words are added to them
        const high = (time * TWO_TO_MINUS_32) | 0;
        digest.updatePair(((time | 0) + words[2 * handler]!) | 0, (high + words[2 * handler + 1]!) | 0);
        digest.updatePair(a, b);
        if (count === this.#nextMark) this.#mark(time, handler, a, b);
        handlers[handler]!(a, b);
        if (stopWhen !== undefined && !this.#stopped) {
          asksStopWhen = true;
          if (stopWhen()) this.#stopped = true;
          asksStopWhen = false;
        }
        if (this.#stopped) return;
      }
    } catch (cause) {
      if (asksStopWhen) throw cause;
      throw this.#failure(cause);
    }
  }

  /** Shows the event to the trail and the log, and notes when to do so next. */
  #mark(time: number, handler: number, a: number, b: number): void {
    const count = this.#eventCount;
    if (count === this.#nextTrailMark) this.#nextTrailMark = this.#trail.record(this.#digest.lane1, count);
    const log = this.log;
    if (log !== undefined) {
      if (count > log.range.from && count <= log.range.to) log.add(time, handler, a, b);
      if (count === log.range.from) log.digestBefore = this.digest;
    }
    this.#nextMark = Math.min(this.#nextTrailMark, this.#nextLogMark());
  }

  #nextLogMark(): number {
    if (this.log === undefined) return Infinity;
    const { from, to } = this.log.range;
    if (this.#eventCount < from) return from;
    return this.#eventCount < to ? this.#eventCount + 1 : Infinity;
  }

  #failure(cause: unknown): Error {
    const { time, handler, a, b } = this.#queue;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const event = `event ${this.#eventCount - 1}, '${this.#names[handler]!}' (${a}, ${b}) at ${time} ns`;
    return new Error(`${event}: ${reason}`, { cause });
  }

  #refuse(time: number, handler: number, a: number, b: number): never {
    const name = this.#names[handler];
    if (name === undefined) throw new RangeError(`found handler ${handler}, expected one registered with this kernel`);
    if ((a | 0) !== a || (b | 0) !== b) {
      throw new RangeError(
        `cannot schedule '${name}' with (${a}, ${b}): an argument is a whole number of 32 bits, signed`,
      );
    }
    const event = `cannot schedule '${name}' at ${time} ns`;
    if (time < this.#now) throw new RangeError(`${event}: it is ${this.#now} ns already`);
    if (time > MAX_TIME_NS) throw new RangeError(`${event}: the last possible time is ${MAX_TIME_NS} ns, 104 days`);
    throw new RangeError(`${event}: a time is a whole number of nanoseconds (roundUpNs rounds a computed one)`);
  }
}
