/** The trail holds at most this many entries of two bytes: 2 MiB. */
const MAX_ENTRIES = 0x10_0000;
/** Events between two entries at first: the trail costs the kernel nothing that can be measured. A power of two. */
const FIRST_STRIDE = 64;

/** What is kept of a finished run so that another can be compared with it: small enough to be stored beside its results. */
export interface DigestTrail {
  /** Events between two entries. A power of two. */
  readonly stride: number;
  /** Events of the whole run. */
  readonly eventCount: number;
  /** Digest after the last event. */
  readonly digest: string;
  /** Entry k: the low 16 bits of the digest's first lane after (k + 1) × stride events; little endian. */
  readonly bytes: Uint8Array;
}

/** Events by their index in the run, from 0: `from` and those after it, before `to`. */
export interface EventRange {
  readonly from: number;
  readonly to: number;
}

/** Collects a trail as a run goes: every stride-th entry; when full, every second is dropped and the stride doubled. */
export class TrailRecorder {
  stride: number;
  #entries: Uint16Array;
  #count = 0;
  readonly #maxEntries: number;

  /**
   * @param maxEntries an even number
   * @throws {RangeError} if the stride is not a power of two
   */
  constructor(firstStride: number = FIRST_STRIDE, maxEntries: number = MAX_ENTRIES) {
    checkStride(firstStride);
    this.stride = firstStride;
    this.#maxEntries = maxEntries;
    this.#entries = new Uint16Array(Math.min(256, maxEntries));
  }

  /**
   * Records the digest after a multiple of `stride` events.
   * @returns the event count at which to call it next
   */
  record(lane: number, eventCount: number): number {
    if (this.#count === this.#entries.length) {
      if (this.#count < this.#maxEntries) {
        const entries = new Uint16Array(Math.min(this.#count * 2, this.#maxEntries));
        entries.set(this.#entries);
        this.#entries = entries;
      } else {
        // entry k stands for (k + 1) × stride events: the odd ones stay, and this one falls between two of the new stride
        for (let k = 0; k < this.#count >> 1; k++) this.#entries[k] = this.#entries[2 * k + 1]!;
        this.#count >>= 1;
        this.stride *= 2;
        return eventCount + this.stride / 2;
      }
    }
    this.#entries[this.#count++] = lane;
    return eventCount + this.stride;
  }

  /** The trail up to now. */
  trail(eventCount: number, digest: string): DigestTrail {
    const bytes = new Uint8Array(2 * this.#count);
    for (let k = 0; k < this.#count; k++) {
      bytes[2 * k] = this.#entries[k]!;
      bytes[2 * k + 1] = this.#entries[k]! >>> 8;
    }
    return { stride: this.stride, eventCount, digest, bytes };
  }
}

/**
 * Where two runs part: the first event that differs lies in the range, unless one entry before it agrees by chance (1 in 65,536).
 * @returns undefined if the runs are the same
 * @throws {RangeError} if a trail's stride is not a positive number or it has not as many bytes as its stride and event count say
 */
export function firstDifference(left: DigestTrail, right: DigestTrail): EventRange | undefined {
  checkTrail(left);
  checkTrail(right);
  if (left.eventCount === right.eventCount && left.digest === right.digest) return undefined;
  const stride = Math.max(left.stride, right.stride);
  const shared = Math.min(left.eventCount, right.eventCount);
  let from = 0;
  for (let to = stride; to <= shared; to += stride) {
    if (entryAt(left, to) !== entryAt(right, to)) return { from, to };
    from = to;
  }
  return { from, to: Math.max(left.eventCount, right.eventCount) };
}

function entryAt(trail: DigestTrail, eventCount: number): number {
  const k = eventCount / trail.stride - 1;
  return trail.bytes[2 * k]! | (trail.bytes[2 * k + 1]! << 8);
}

function checkTrail({ stride, eventCount, bytes }: DigestTrail): void {
  checkStride(stride);
  const expected = 2 * Math.floor(eventCount / stride);
  if (bytes.length !== expected) {
    throw new RangeError(
      `digest trail of ${eventCount} events at stride ${stride}: found ${bytes.length} bytes, expected ${expected}`,
    );
  }
}

function checkStride(stride: number): void {
  if (!(Number.isInteger(stride) && stride > 0 && (stride & (stride - 1)) === 0)) {
    throw new RangeError(`stride of a digest trail: found ${stride}, expected a power of two`);
  }
}
