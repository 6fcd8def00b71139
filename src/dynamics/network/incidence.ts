import { grown } from './growth.ts';

/** What acknowledgements take of the way back, as a share of the flow's rate. Source: SimGrid's option network/crosstraffic. */
export const ACKNOWLEDGEMENT_SHARE = 0.05;

/** Reservations are multiples of this: whole bit/s, also of what acknowledgements take of the way back, so that sums are exact. */
export function reservationStepBps(isAcknowledged: boolean): number {
  return isAcknowledged ? 1 / ACKNOWLEDGEMENT_SHARE : 1;
}

/**
 * Which flow draws on which medium: the sparse matrix of bandwidth sharing, in typed arrays that can be walked both ways.
 *
 * - Along a flow: its *crossings* `base[flow] … base[flow] + length[flow] - 1`, in the order of its path.
 *   Where a flow is acknowledged, the crossings of its path are followed by as many of the way back, `arc ^ 1`, that
 *   weigh ACKNOWLEDGEMENT_SHARE.
 * - Along a medium: its *entries* `first[medium] … first[medium] + count[medium] - 1`, in no particular order.
 *
 * A flow that crosses a medium twice has two crossings and two entries, and so counts twice. Blocks come in powers of
 * two and are used again, so that nothing is allocated once the tables have grown to the size of the traffic.
 */
export class Incidence {
  /** By flow: its first crossing, or -1 where there is no such flow. */
  base = new Int32Array(64).fill(-1);
  /** By flow: how many crossings it has. */
  length = new Int32Array(64);
  /** By flow: how many of them are of its path itself, and not of the way back. */
  forwardLength = new Int32Array(64);
  /** Flows are numbered below this. */
  flowLimit = 0;
  flowCount = 0;
  /** Crossings of all flows together. */
  crossingCount = 0;

  /** By crossing: the arc crossed, the medium it draws on, and the entry there. */
  crossingArc = new Int32Array(256);
  crossingMedium = new Int32Array(256);
  crossingEntry = new Int32Array(256);

  /** By medium. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** By entry: the flow, its crossing and its weight. */
  entryFlow = new Int32Array(256);
  entryCrossing = new Int32Array(256);
  entryWeight = new Float64Array(256);

  readonly #mediumOfArc: Int32Array;
  /** By medium: the base-two logarithm of the room of its block of entries, or -1 without one. */
  readonly #room: Int8Array;
  readonly #freeFlows: number[] = [];
  readonly #crossings = new Blocks();
  readonly #entries = new Blocks();

  /**
   * @param mediumCount how many media there are
   * @param mediumOfArc by arc: the medium that it draws on
   */
  constructor(mediumCount: number, mediumOfArc: Int32Array) {
    for (const [arc, medium] of mediumOfArc.entries()) {
      if (!(medium >= 0 && medium < mediumCount)) {
        throw new RangeError(`arc ${arc} draws on medium ${medium}: there are ${mediumCount} media`);
      }
    }
    this.#mediumOfArc = mediumOfArc;
    this.first = new Int32Array(mediumCount);
    this.count = new Int32Array(mediumCount);
    this.#room = new Int8Array(mediumCount).fill(-1);
  }

  /** Enters a flow over `path[0 … forwardLength - 1]`, arcs, and returns its number. */
  add(path: ArrayLike<number>, forwardLength: number, weight: number, isAcknowledged = false): number {
    const flow = this.#freeFlows.pop() ?? this.flowLimit++;
    if (flow >= this.base.length) {
      const before = this.base.length;
      this.base = grown(this.base, flow + 1).fill(-1, before);
      this.length = grown(this.length, flow + 1);
      this.forwardLength = grown(this.forwardLength, flow + 1);
    }
    const length = isAcknowledged ? 2 * forwardLength : forwardLength;
    const base = this.#crossings.take(logOfRoom(length));
    const limit = this.#crossings.limit;
    if (limit > this.crossingArc.length) {
      this.crossingArc = grown(this.crossingArc, limit);
      this.crossingMedium = grown(this.crossingMedium, limit);
      this.crossingEntry = grown(this.crossingEntry, limit);
    }
    this.base[flow] = base;
    this.length[flow] = length;
    this.forwardLength[flow] = forwardLength;
    this.flowCount++;
    this.crossingCount += length;
    for (let i = 0; i < length; i++) {
      const isForward = i < forwardLength;
      const arc = isForward ? path[i]! : path[length - 1 - i]! ^ 1;
      const medium = this.#mediumOfArc[arc]!;
      const entry = this.#append(medium);
      this.crossingArc[base + i] = arc;
      this.crossingMedium[base + i] = medium;
      this.crossingEntry[base + i] = entry;
      this.entryFlow[entry] = flow;
      this.entryCrossing[entry] = base + i;
      this.entryWeight[entry] = isForward ? weight : weight * ACKNOWLEDGEMENT_SHARE;
    }
    return flow;
  }

  /** Takes a flow out; its number is used again. */
  remove(flow: number): void {
    const base = this.base[flow]!;
    const length = this.length[flow]!;
    for (let crossing = base; crossing < base + length; crossing++) {
      const medium = this.crossingMedium[crossing]!;
      const entry = this.crossingEntry[crossing]!;
      // the last entry of the medium moves into the gap
      const last = this.first[medium]! + --this.count[medium]!;
      if (entry !== last) {
        const moved = this.entryCrossing[last]!;
        this.entryFlow[entry] = this.entryFlow[last]!;
        this.entryCrossing[entry] = moved;
        this.entryWeight[entry] = this.entryWeight[last]!;
        this.crossingEntry[moved] = entry;
      }
    }
    this.#crossings.giveBack(base, logOfRoom(length));
    this.base[flow] = -1;
    this.flowCount--;
    this.crossingCount -= length;
    this.#freeFlows.push(flow);
  }

  /** The entry for one more crossing of a medium, in a block of twice the room where the present one is full. */
  #append(medium: number): number {
    const count = this.count[medium]!;
    const room = this.#room[medium]!;
    if (room < 0 || count === 1 << room) {
      const first = this.#entries.take(room + 1);
      const limit = this.#entries.limit;
      if (limit > this.entryFlow.length) {
        this.entryFlow = grown(this.entryFlow, limit);
        this.entryCrossing = grown(this.entryCrossing, limit);
        this.entryWeight = grown(this.entryWeight, limit);
      }
      if (room >= 0) {
        const old = this.first[medium]!;
        for (let i = 0; i < count; i++) {
          const crossing = this.entryCrossing[old + i]!;
          this.entryFlow[first + i] = this.entryFlow[old + i]!;
          this.entryCrossing[first + i] = crossing;
          this.entryWeight[first + i] = this.entryWeight[old + i]!;
          this.crossingEntry[crossing] = first + i;
        }
        this.#entries.giveBack(old, room);
      }
      this.first[medium] = first;
      this.#room[medium] = room + 1;
    }
    this.count[medium] = count + 1;
    return this.first[medium]! + count;
  }
}

/** The smallest n with 2^n >= length. */
function logOfRoom(length: number): number {
  return length <= 1 ? 0 : 32 - Math.clz32(length - 1);
}

/** Hands out blocks of consecutive indices, 2^n of them, and takes them back for use as blocks of the same size. */
class Blocks {
  /** Every index handed out so far is below this. */
  limit = 0;
  readonly #free: number[][] = [];

  take(log: number): number {
    const free = this.#free[log]?.pop();
    if (free !== undefined) return free;
    const first = this.limit;
    this.limit += 1 << log;
    return first;
  }

  giveBack(first: number, log: number): void {
    while (this.#free.length <= log) this.#free.push([]);
    this.#free[log]!.push(first);
  }
}
