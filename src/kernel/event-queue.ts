declare const brand: unique symbol;
/** A scheduled event that can still be cancelled. It names one event for ever: ids are never given twice. */
export type EventId = number & { readonly [brand]: 'event' };

/** No event: what a field that may hold an `EventId` holds when nothing is scheduled. `cancel` of it does nothing. */
export const NO_EVENT = -1 as EventId;

/** At most this many events can be pending at once: the low 26 bits of an id are the slot of its event. */
export const MAX_PENDING = 0x400_0000;
/** A slot is given up after this many events (one slot in 134 million events), so that no id ever comes back. */
const MAX_GENERATION = 0x800_0000;
const INITIAL_CAPACITY = 256;
/** Below this many dead entries the heap is not worth compacting. */
const MIN_DEAD = 64;

// a record of the pool: four 32-bit words a slot, one cache line for four slots
const HANDLER = 0;
const A = 1;
const B = 2;
const GENERATION = 3;
/** In place of the handler of a cancelled event that still lies in the heap. */
const DEAD = -1;

/**
 * The pending events, ordered by time and, at equal times, first scheduled first.
 *
 * A 4-ary heap of (time, slot) over a pool of records, all in typed arrays, so that an event costs no object:
 * - The heap starts at index 1 and the children of `i` are `4i-2 .. 4i+1`. Unused entries hold Infinity, so the least
 *   of four children is found without a branch that a processor could guess wrong.
 * - `take` leaves a hole at the root; the first event scheduled after it drops into the hole with one sift-down.
 * - The sequence number lies in the pool and is read on exact ties of the time alone.
 * - `cancel` marks the event dead and leaves it in the heap; when more than half of the heap is dead it is rebuilt
 *   without them. So a timer that is re-armed again and again costs O(1) each time and the memory stays flat.
 */
export class EventQueue {
  /** The event that `take` took last. */
  time = 0;
  handler = 0;
  a = 0;
  b = 0;

  #times = new Float64Array(INITIAL_CAPACITY + 8).fill(Infinity);
  #slots = new Int32Array(INITIAL_CAPACITY + 8);
  #records = new Int32Array(4 * INITIAL_CAPACITY);
  #sequences = new Float64Array(INITIAL_CAPACITY);
  #free = new Int32Array(INITIAL_CAPACITY);
  #freeCount = 0;
  /** Slots that were ever in use; those above are fresh. */
  #usedSlots = 0;
  /** Entries of the heap, with the hole and the dead. */
  #length = 0;
  #hole = false;
  #deadCount = 0;
  #nextSequence = 0;

  /** Pending events. */
  get size(): number {
    return this.#length - this.#deadCount - (this.#hole ? 1 : 0);
  }

  /** Events that the present arrays hold before they are doubled: for tests of the memory's flatness. */
  get capacity(): number {
    return this.#sequences.length;
  }

  /**
   * Adds an event. The caller has checked the time (not NaN, not Infinity) and that handler, a and b are int32, the handler not negative.
   * @throws {RangeError} if 67 million events are pending already
   */
  add(time: number, handler: number, a: number, b: number): EventId {
    let slot: number;
    if (this.#freeCount > 0) slot = this.#free[--this.#freeCount]!;
    else {
      if (this.#usedSlots === this.#sequences.length) this.#grow();
      slot = this.#usedSlots++;
    }
    const records = this.#records;
    const record = slot << 2;
    records[record + HANDLER] = handler;
    records[record + A] = a;
    records[record + B] = b;
    this.#sequences[slot] = this.#nextSequence++;
    if (this.#hole) {
      this.#hole = false;
      this.#sink(1, time, slot, Infinity);
    } else {
      const times = this.#times;
      const slots = this.#slots;
      let i = ++this.#length;
      while (i > 1) {
        const parent = (i + 2) >> 2;
        const parentTime = times[parent]!;
        if (parentTime <= time) break; // at a tie the newcomer has the larger sequence number: it stays behind
        times[i] = parentTime;
        slots[i] = slots[parent]!;
        i = parent;
      }
      times[i] = time;
      slots[i] = slot;
    }
    return (records[record + GENERATION]! * MAX_PENDING + slot) as EventId;
  }

  /**
   * Takes the first event out and into `time`, `handler`, `a` and `b`.
   * @returns false if no event is pending at or before the limit
   */
  take(limit: number): boolean {
    for (;;) {
      if (this.#hole) this.#closeHole();
      const time = this.#times[1]!;
      if (time > limit || this.#length === 0) return false;
      const slot = this.#slots[1]!;
      const record = slot << 2;
      const records = this.#records;
      const handler = records[record + HANDLER]!;
      this.#hole = true;
      if (handler === DEAD) {
        this.#deadCount--;
        this.#release(slot);
        continue;
      }
      this.time = time;
      this.handler = handler;
      this.a = records[record + A]!;
      this.b = records[record + B]!;
      records[record + GENERATION]!++;
      this.#release(slot);
      return true;
    }
  }

  /** Takes a pending event back. False for an event that was taken or cancelled before, and for NO_EVENT. */
  cancel(event: EventId): boolean {
    const slot = (event % MAX_PENDING) | 0;
    const record = slot * 4;
    const records = this.#records;
    // fresh slots have generation 0 as well, hence the check against those in use; NO_EVENT fails it too
    if (!(slot >= 0 && slot < this.#usedSlots)) return false;
    if (records[record + GENERATION] !== (event - slot) / MAX_PENDING) return false;
    records[record + GENERATION]!++;
    records[record + HANDLER] = DEAD;
    this.#deadCount++;
    if (this.#deadCount > MIN_DEAD && this.#deadCount * 2 > this.#length) this.#compact();
    return true;
  }

  #release(slot: number): void {
    if (this.#records[(slot << 2) + GENERATION]! < MAX_GENERATION) this.#free[this.#freeCount++] = slot;
  }

  /** Moves the last entry into the hole at the root. */
  #closeHole(): void {
    this.#hole = false;
    const last = this.#length--;
    const time = this.#times[last]!;
    const slot = this.#slots[last]!;
    this.#times[last] = Infinity;
    if (last > 1) this.#sink(1, time, slot, this.#sequences[slot]!);
  }

  /** Puts an entry at i or, while a child comes before it, the first child there and itself below. */
  #sink(i: number, time: number, slot: number, sequence: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const sequences = this.#sequences;
    const length = this.#length;
    let child = 4 * i - 2;
    while (child <= length) {
      const t0 = times[child]!;
      const t1 = times[child + 1]!;
      const t2 = times[child + 2]!;
      const t3 = times[child + 3]!;
      let left = child;
      let right = child + 2;
      // a comparison that becomes a number needs no jump; ties are rare and jump. Infinity is an unused entry: any will do
      if (t0 !== t1) left += +(t1 < t0);
      else if (t0 !== Infinity && sequences[slots[left + 1]!]! < sequences[slots[left]!]!) left++;
      if (t2 !== t3) right += +(t3 < t2);
      else if (t2 !== Infinity && sequences[slots[right + 1]!]! < sequences[slots[right]!]!) right++;
      const leftTime = times[left]!;
      const rightTime = times[right]!;
      let first = left;
      if (leftTime !== rightTime) first += Math.imul(+(rightTime < leftTime), right - left);
      else if (sequences[slots[right]!]! < sequences[slots[left]!]!) first = right;
      const firstTime = times[first]!;
      if (time < firstTime || (time === firstTime && sequence < sequences[slots[first]!]!)) break;
      times[i] = firstTime;
      slots[i] = slots[first]!;
      i = first;
      child = 4 * i - 2;
    }
    times[i] = time;
    slots[i] = slot;
  }

  /** Rebuilds the heap without hole and dead entries. */
  #compact(): void {
    const times = this.#times;
    const slots = this.#slots;
    const end = this.#length;
    let length = 0;
    for (let i = this.#hole ? 2 : 1; i <= end; i++) {
      const slot = slots[i]!;
      if (this.#records[(slot << 2) + HANDLER] === DEAD) {
        this.#release(slot);
        continue;
      }
      length++;
      times[length] = times[i]!;
      slots[length] = slot;
    }
    times.fill(Infinity, length + 1, end + 1);
    this.#length = length;
    this.#hole = false;
    this.#deadCount = 0;
    for (let i = (length + 2) >> 2; i >= 1; i--) this.#sink(i, times[i]!, slots[i]!, this.#sequences[slots[i]!]!);
  }

  #grow(): void {
    const capacity = this.#sequences.length * 2;
    if (capacity > MAX_PENDING) throw new RangeError(`more than ${MAX_PENDING} events are pending at once`);
    const times = new Float64Array(capacity + 8).fill(Infinity);
    times.set(this.#times);
    const slots = new Int32Array(capacity + 8);
    slots.set(this.#slots);
    const records = new Int32Array(4 * capacity);
    records.set(this.#records);
    const sequences = new Float64Array(capacity);
    sequences.set(this.#sequences);
    this.#times = times;
    this.#slots = slots;
    this.#records = records;
    this.#sequences = sequences;
    this.#free = new Int32Array(capacity); // it is empty: that is why the queue grows
  }
}
