declare const brand: unique symbol;
/** A scheduled event that can still be cancelled. It names one event for ever: ids are never given twice. */
export type EventId = number & { readonly [brand]: 'event' };

/** No event: what a field that may hold an `EventId` holds when nothing is scheduled. `cancel` of it does nothing. */
export const NO_EVENT = -1 as EventId;

/** At most this many events can be pending at once: the low 26 bits of an id are the slot of its event. */
export const MAX_PENDING = 0x400_0000;
/** Handlers are numbered below this: the low 12 bits of a record's tag. */
export const MAX_HANDLERS = 0xfff;
/** In place of the handler of a cancelled event that still lies in the heap. */
const DEAD = 0xfff;
/** The generation, the other 20 bits of the tag, counts the events that a slot has held. */
const GENERATION_SHIFT = 12;
const NEXT_GENERATION = 1 << GENERATION_SHIFT;
/** At this generation a slot is given up (16 bytes in a million events), so that no id ever comes back. */
const LAST_GENERATION = 0xf_ffff;
const INITIAL_CAPACITY = 256;
/** Below this many dead entries the heap is not worth compacting. */
const MIN_DEAD = 64;
/** A heap of up to this many entries stays in the processor's cache: all events are kept in it. */
const MAX_WHOLE_HEAP = 0x4000;
/** Entries that a refill or a spill looks at to guess a quantile, and which of them by size: the guessed 1/16. */
const SAMPLES = 128;
const SAMPLE_RANK = 8;
/** Room between heap and pile: the heap's last group of four may reach over its end. */
const GAP = 8;
const FIRST_SEQUENCE = -0x8000_0000;
/** Later than every sequence number. */
const NEWEST = 0x7fff_ffff;
const TWO_TO_MINUS_32 = 1 / 0x1_0000_0000;

// a record of the pool: four 32-bit words a slot, so that one cache line holds all that taking and adding an event touch
const SEQUENCE = 0;
const TAG = 1;
const A = 2;
const B = 3;

/**
 * The pending events, ordered by time and, at equal times, first scheduled first.
 *
 * A 4-ary heap of (time, slot) over a pool of records, all in typed arrays, so that an event costs no object:
 * - The heap starts at index 1 and the children of `i` are `4i-2 .. 4i+1`. Unused entries hold Infinity, so the least
 *   of four children is found without a branch that a processor could guess wrong.
 * - `take` leaves a hole at the root; the first event scheduled after it drops into the hole with one sift-down.
 * - The sequence number lies in the pool and is read on exact ties of the time alone. It has 32 bits; every 4,294,967,295 events
 *   the pending ones are numbered anew.
 * - Of many events only those up to a frontier in time are in the heap; the others lie unordered in a pile, at the other end
 *   of the same arrays. When the heap is used up, the frontier moves on and the pile's next sixteenth becomes the heap. So
 *   with a million events the heap still fits in the cache, and an event is read over some 16 times in sequence instead of
 *   being dragged through memory. Where the frontier lies affects the speed alone, never the order.
 * - `cancel` marks the event dead and leaves it in the heap; when more than half of the heap is dead it is rebuilt
 *   without them. So a timer that is re-armed again and again costs O(1) each time and the memory stays flat.
 */
export class EventQueue {
  /** The event that `take` took last. */
  time = 0;
  handler = 0;
  a = 0;
  b = 0;

  /** The heap from 1 on, the pile from the end back, Infinity between them. */
  #times = new Float64Array(INITIAL_CAPACITY + GAP).fill(Infinity);
  #slots = new Int32Array(INITIAL_CAPACITY + GAP);
  #records = new Int32Array(4 * INITIAL_CAPACITY);
  #free = new Int32Array(INITIAL_CAPACITY);
  #freeCount = 0;
  /** Slots that were ever in use; those above are fresh. */
  #usedSlots = 0;
  /** Entries of the heap, with the hole and the dead. */
  #length = 0;
  #hole = false;
  #pileLength = 0;
  /** Later events go to the pile, others into the heap. */
  #frontier = Infinity;
  /** When the heap has more entries than this, most are moved to the pile. */
  #spillLength: number;
  /** Dead entries of heap and pile. */
  #deadCount = 0;
  #nextSequence: number;
  /** State of a linear congruential generator that picks samples. */
  #pick = 1;

  readonly #maxWholeHeap: number;
  readonly #minDead: number;

  /** @param limits for tests, which reach the rare cases sooner with other ones */
  constructor(limits: { firstSequence?: number; maxWholeHeap?: number; minDead?: number } = {}) {
    this.#nextSequence = limits.firstSequence ?? FIRST_SEQUENCE;
    this.#maxWholeHeap = limits.maxWholeHeap ?? MAX_WHOLE_HEAP;
    this.#minDead = limits.minDead ?? MIN_DEAD;
    this.#spillLength = this.#maxWholeHeap;
  }

  /** Pending events. */
  get size(): number {
    return this.#length + this.#pileLength - this.#deadCount - (this.#hole ? 1 : 0);
  }

  /** Events that the present arrays hold before they are doubled: for tests of the memory's flatness. */
  get capacity(): number {
    return this.#free.length;
  }

  /**
   * Adds an event. The caller has checked the time (not NaN, not Infinity), the handler (0 to MAX_HANDLERS - 1) and a and b (int32).
   * @returns the slot it lies in, for `idOf`
   * @throws {RangeError} if 67 million events are pending already
   */
  add(time: number, handler: number, a: number, b: number): number {
    if (this.#nextSequence === NEWEST) this.#renumber();
    let slot: number;
    if (this.#freeCount > 0) slot = this.#free[--this.#freeCount]!;
    else {
      if (this.#usedSlots === this.#free.length) this.#grow();
      slot = this.#usedSlots++;
    }
    const records = this.#records;
    const record = slot << 2;
    records[record + SEQUENCE] = this.#nextSequence++;
    records[record + TAG] = (records[record + TAG]! & ~DEAD) | handler;
    records[record + A] = a;
    records[record + B] = b;
    if (time > this.#frontier) {
      const place = this.#times.length - ++this.#pileLength;
      this.#times[place] = time;
      this.#slots[place] = slot;
      return slot;
    }
    if (this.#hole) {
      this.#hole = false;
      this.#sink(1, time, slot, NEWEST);
      return slot;
    }
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
    if (this.#length > this.#spillLength) this.#spill();
    return slot;
  }

  /** The id of the pending event in a slot. */
  idOf(slot: number): EventId {
    return ((this.#records[(slot << 2) + TAG]! >>> GENERATION_SHIFT) * MAX_PENDING + slot) as EventId;
  }

  /**
   * Takes the first event out and into `time`, `handler`, `a` and `b`.
   * @returns false if no event is pending at or before the limit
   */
  take(limit: number): boolean {
    for (;;) {
      if (this.#hole) this.#closeHole();
      const time = this.#times[1]!;
      if (time > limit || this.#length === 0) {
        if (this.#length > 0 || this.#pileLength === 0) return false;
        this.#refill();
        continue;
      }
      const slot = this.#slots[1]!;
      const record = slot << 2;
      const records = this.#records;
      const tag = records[record + TAG]!;
      const handler = tag & DEAD;
      this.#hole = true;
      if (handler === DEAD) {
        this.#deadCount--;
        this.#release(slot, tag);
        continue;
      }
      this.time = time;
      this.handler = handler;
      this.a = records[record + A]!;
      this.b = records[record + B]!;
      const nextTag = (tag + NEXT_GENERATION) | 0;
      records[record + TAG] = nextTag;
      this.#release(slot, nextTag);
      return true;
    }
  }

  /** Takes a pending event back. False for an event that was taken or cancelled before, and for NO_EVENT. */
  cancel(event: EventId): boolean {
    const slot = (event % MAX_PENDING) | 0;
    // fresh slots have generation 0 as well, hence the check against those in use; NO_EVENT fails it too
    if (!(slot >= 0 && slot < this.#usedSlots)) return false;
    const tag = this.#records[(slot << 2) + TAG]!;
    if (tag >>> GENERATION_SHIFT !== (event - slot) / MAX_PENDING) return false;
    this.#records[(slot << 2) + TAG] = (tag + NEXT_GENERATION) | DEAD;
    this.#deadCount++;
    if (this.#deadCount > this.#minDead && this.#deadCount * 2 > this.#length + this.#pileLength) this.#compact();
    return true;
  }

  #release(slot: number, tag: number): void {
    if (tag >>> GENERATION_SHIFT !== LAST_GENERATION) this.#free[this.#freeCount++] = slot;
  }

  /** Moves the last entry into the hole at the root. */
  #closeHole(): void {
    this.#hole = false;
    const last = this.#length--;
    const time = this.#times[last]!;
    const slot = this.#slots[last]!;
    this.#times[last] = Infinity;
    if (last > 1) this.#sink(1, time, slot, this.#records[(slot << 2) + SEQUENCE]!);
  }

  /** Puts an entry at i or, while a child comes before it, the first child there and itself below. */
  #sink(i: number, time: number, slot: number, sequence: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const records = this.#records;
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
      else if (t0 !== Infinity && records[slots[left + 1]! << 2]! < records[slots[left]! << 2]!) left++;
      if (t2 !== t3) right += +(t3 < t2);
      else if (t2 !== Infinity && records[slots[right + 1]! << 2]! < records[slots[right]! << 2]!) right++;
      const leftTime = times[left]!;
      const rightTime = times[right]!;
      let first = left;
      if (leftTime !== rightTime) first += Math.imul(+(rightTime < leftTime), right - left);
      else if (records[slots[right]! << 2]! < records[slots[left]! << 2]!) first = right;
      const firstTime = times[first]!;
      if (time < firstTime || (time === firstTime && sequence < records[slots[first]! << 2]!)) break;
      times[i] = firstTime;
      slots[i] = slots[first]!;
      i = first;
      child = 4 * i - 2;
    }
    times[i] = time;
    slots[i] = slot;
  }

  /** Brings the entries from 1 to the length into the order of a heap. */
  #heapify(): void {
    const times = this.#times;
    const slots = this.#slots;
    for (let i = (this.#length + 2) >> 2; i >= 1; i--) {
      this.#sink(i, times[i]!, slots[i]!, this.#records[slots[i]! << 2]!);
    }
    this.#spillLength = Math.max(this.#maxWholeHeap, 2 * this.#length);
  }

  /** For an empty heap: moves the frontier on, and what the pile holds up to there into the heap. */
  #refill(): void {
    const pile = this.#times.length - this.#pileLength;
    this.#frontier =
      this.#pileLength * 2 <= this.#maxWholeHeap ? Infinity : this.#sampleQuantile(pile, this.#pileLength);
    this.#sortOutPile(false);
    this.#heapify();
  }

  /** For a heap that has grown too large: moves the frontier back, and what lies behind it to the pile. */
  #spill(): void {
    this.#frontier = this.#sampleQuantile(1, this.#length);
    this.#sortOutHeap(false);
    this.#heapify();
  }

  /** Rebuilds heap and pile without hole and dead entries. */
  #compact(): void {
    this.#sortOutHeap(true);
    this.#sortOutPile(true);
    this.#heapify();
  }

  /** Numbers the pending events from the first sequence number on, in their order. */
  #renumber(): void {
    this.#frontier = Infinity;
    this.#sortOutHeap(true);
    this.#sortOutPile(true);
    const records = this.#records;
    const entries = Array.from({ length: this.#length }, (_, k) => ({
      time: this.#times[k + 1]!,
      slot: this.#slots[k + 1]!,
    }));
    entries.sort((p, q) => p.time - q.time || records[p.slot << 2]! - records[q.slot << 2]!);
    let sequence = FIRST_SEQUENCE;
    for (const [k, { time, slot }] of entries.entries()) {
      this.#times[k + 1] = time;
      this.#slots[k + 1] = slot;
      records[(slot << 2) + SEQUENCE] = sequence++;
    }
    this.#nextSequence = sequence;
    this.#heapify(); // it is one already; the length to spill at follows
  }

  /** A time such that about a sixteenth of the `count` entries from `start` on are not later: one of theirs. */
  #sampleQuantile(start: number, count: number): number {
    const samples = new Float64Array(SAMPLES);
    for (let k = 0; k < SAMPLES; k++) {
      this.#pick = (Math.imul(this.#pick, 1664525) + 1013904223) | 0;
      samples[k] = this.#times[start + Math.floor((this.#pick >>> 0) * TWO_TO_MINUS_32 * count)]!;
    }
    return samples.sort()[SAMPLE_RANK]!;
  }

  /**
   * Moves entries of the heap behind the frontier to the pile and closes the hole; what stays is in no order. An entry
   * that goes is replaced by the last, so the pile never reaches the heap, however full the arrays are.
   */
  #sortOutHeap(dropsDead: boolean): void {
    const times = this.#times;
    const slots = this.#slots;
    const frontier = this.#frontier;
    const oldLength = this.#length;
    let length = oldLength;
    let pile = times.length - this.#pileLength;
    if (this.#hole) {
      times[1] = times[length]!;
      slots[1] = slots[length]!;
      length--;
      this.#hole = false;
    }
    for (let i = 1; i <= length;) {
      const time = times[i]!;
      const slot = slots[i]!;
      const isDropped = dropsDead && this.#drop(slot);
      if (!isDropped && time <= frontier) {
        i++;
        continue;
      }
      times[i] = times[length]!;
      slots[i] = slots[length]!;
      length--;
      if (isDropped) continue;
      pile--;
      times[pile] = time;
      slots[pile] = slot;
    }
    times.fill(Infinity, length + 1, Math.min(oldLength + 1, pile));
    this.#length = length;
    this.#pileLength = times.length - pile;
  }

  /** Moves entries of the pile up to the frontier to the end of the heap, which is no longer in order then. */
  #sortOutPile(dropsDead: boolean): void {
    const times = this.#times;
    const slots = this.#slots;
    const frontier = this.#frontier;
    const oldPile = times.length - this.#pileLength;
    let length = this.#length;
    let pile = oldPile;
    for (let i = times.length - 1; i >= pile;) {
      const time = times[i]!;
      const isDropped = dropsDead && this.#drop(slots[i]!);
      if (!isDropped && time > frontier) {
        i--;
        continue;
      }
      const slot = slots[i]!;
      times[i] = times[pile]!;
      slots[i] = slots[pile]!;
      pile++;
      if (isDropped) continue;
      length++;
      times[length] = time;
      slots[length] = slot;
    }
    times.fill(Infinity, Math.max(oldPile, length + 1), pile);
    this.#length = length;
    this.#pileLength = times.length - pile;
  }

  /** Frees the slot if its event is dead. */
  #drop(slot: number): boolean {
    const tag = this.#records[(slot << 2) + TAG]!;
    if ((tag & DEAD) !== DEAD) return false;
    this.#deadCount--;
    this.#release(slot, tag);
    return true;
  }

  #grow(): void {
    const capacity = this.#free.length * 2;
    if (capacity > MAX_PENDING) throw new RangeError(`more than ${MAX_PENDING} events are pending at once`);
    const times = new Float64Array(capacity + GAP).fill(Infinity);
    const slots = new Int32Array(capacity + GAP);
    const pile = this.#times.length - this.#pileLength;
    times.set(this.#times.subarray(0, this.#length + 1));
    times.set(this.#times.subarray(pile), times.length - this.#pileLength);
    slots.set(this.#slots.subarray(0, this.#length + 1));
    slots.set(this.#slots.subarray(pile), slots.length - this.#pileLength);
    const records = new Int32Array(4 * capacity);
    records.set(this.#records);
    this.#times = times;
    this.#slots = slots;
    this.#records = records;
    this.#free = new Int32Array(capacity); // it is empty: that is why the queue grows
  }
}
