import {
  MAX_TIME_NS,
  NO_EVENT,
  type EventId,
  type HandlerId,
  type Kernel,
  type Nanoseconds,
} from '../../kernel/index.ts';
import { grown } from './growth.ts';
import { reservationStepBps } from './incidence.ts';
import { IndexedHeap } from './indexed-heap.ts';
import { MaxMin } from './max-min.ts';

const BITS_PER_BYTE = 8;
/** bit/s times ns to bits. */
const PER_NS = 1e-9;
/** Relative change of a rate below which a flow goes on as it was: rounding of the solver. */
const SAME_RATE = 1e-12;

/**
 * Bulk flows over given paths in virtual time. While flows share media, each proceeds at its max-min fair rate; when
 * its last bit is through, `complete` is called with its tag, in an event of that time: a flow alone on its path takes
 * `ceil(bits / rate)` ns. Flows that end at the same time do so in the order in which they were started.
 *
 * A flow may have a **reservation**: a rate that is taken out of its media before the rest of their capacity is shared
 * out, for as long as the flow is there. The flow has it whole, and its max-min fair share of the rest beside it.
 * Own design: CODECO's sources say that a channel is assured, not how its packets are queued.
 *
 * All changes of one instant are shared out together, in an event at the end of that instant; where a new flow meets
 * room enough it takes it without one. What a flow has left is only worked out when its rate changes.
 */
export class Flows {
  readonly sharing: MaxMin;
  readonly #kernel: Kernel;
  readonly #complete: (tag: number) => void;
  readonly #share: HandlerId;
  readonly #end: HandlerId;
  #isShareDue = false;
  #isEnding = false;
  #endEvent: EventId = NO_EVENT;
  #endTimeNs = Infinity;

  /** By flow: its tag, the number it was started as, its size and what of it was accounted for before, bytes. */
  #tag = new Float64Array(64);
  #order = new Float64Array(64);
  #bytes = new Float64Array(64);
  /** By flow: bits left at `#since`, ns, and the rate since then, bit/s. */
  #bitsLeft = new Float64Array(64);
  #since = new Float64Array(64);
  #rate = new Float64Array(64);
  /** By flow: when it ends at its present rate, ns, or Infinity. */
  #endsAt = new Float64Array(64);
  /** By flow: what is reserved for it, bit/s; whole, so that sums of them are exact. */
  #reserved = new Float64Array(64);
  /** By medium, bit/s: its capacity, and what of it is reserved for the flows that are there. */
  readonly #capacity: Float64Array;
  readonly #reservedOfMedium: Float64Array;
  readonly #mediumOfArc: Int32Array;
  /** Flows by a time not after their end: one that has slowed down keeps its place until it comes to the front. */
  readonly #byEnd = new IndexedHeap(64);
  #started = 0;
  /** The flows whose time has come, and the numbers that they were started as. */
  readonly #ended: number[] = [];
  readonly #endedOrders: number[] = [];

  /**
   * By arc: bytes of the flows that are gone; what those under way have carried is added when asked for. A whole flow
   * is added in one piece, so that the sums are whole bytes, without rounding.
   */
  readonly #carried: Float64Array;

  /**
   * @param capacityBps by medium, bit/s
   * @param mediumOfArc by arc: the medium that it draws on
   * @param complete what to do when a flow is through
   */
  constructor(
    kernel: Kernel,
    capacityBps: ArrayLike<number>,
    mediumOfArc: Int32Array,
    complete: (tag: number) => void,
  ) {
    this.#kernel = kernel;
    this.#complete = complete;
    this.sharing = new MaxMin(capacityBps, mediumOfArc);
    this.#carried = new Float64Array(mediumOfArc.length);
    this.#capacity = Float64Array.from(capacityBps);
    this.#reservedOfMedium = new Float64Array(this.#capacity.length);
    this.#mediumOfArc = mediumOfArc;
    this.#share = kernel.on('network.share', () => {
      this.#isShareDue = false;
      this.#shareOut();
    });
    this.#end = kernel.on('network.flow-end', () => this.#endFlows());
  }

  /**
   * Starts a flow over `path[0 … length - 1]`, arcs, at least one.
   * @param bytes more than 0
   * @param tag what `complete` is called with
   * @param limitBps the highest rate it may have
   * @param weight its share of a full medium in proportion to others'
   * @param isAcknowledged whether acknowledgements take from the way back, see `MaxMin.add`; they count as nothing carried
   * @param reservedBps what is reserved for it: at most what `reservable` says, and no more than its limit
   * @returns the flow's number, valid until it has ended or was stopped
   */
  start(
    path: ArrayLike<number>,
    length: number,
    bytes: number,
    tag: number,
    limitBps = Infinity,
    weight = 1,
    isAcknowledged = false,
    reservedBps = 0,
  ): number {
    // before it is there: where it is alone, nothing is touched then
    if (reservedBps > 0) this.#takeOut(path, length, reservedBps, isAcknowledged);
    const flow = this.sharing.add(path, length, limitBps - reservedBps, weight, isAcknowledged);
    this.#growTo(flow + 1);
    this.#tag[flow] = tag;
    this.#order[flow] = this.#started++;
    this.#bytes[flow] = bytes;
    this.#bitsLeft[flow] = bytes * BITS_PER_BYTE;
    this.#since[flow] = this.#kernel.now;
    this.#rate[flow] = 0;
    this.#endsAt[flow] = Infinity;
    this.#reserved[flow] = reservedBps;
    this.#changed();
    return flow;
  }

  /** Ends a flow before its time, and returns how many bytes it had left. */
  stop(flow: number): number {
    const left = this.bytesLeft(flow);
    this.#account(flow, this.#bytes[flow]! - left);
    this.#byEnd.remove(flow);
    this.#remove(flow);
    this.#changed();
    return left;
  }

  /**
   * Gives a medium another capacity, bit/s, from this instant on. Flows with reservations that no longer fit must be
   * stopped before, save those that are through in this very instant.
   */
  setCapacity(medium: number, capacityBps: number): void {
    this.#capacity[medium] = capacityBps;
    this.sharing.setCapacity(medium, Math.max(capacityBps - this.#reservedOfMedium[medium]!, 0));
    this.#changed();
  }

  /** What its flows leave of a medium, bit/s, and at least what one more would have if all had the same of it. */
  leftBps(medium: number): number {
    const sharedBps = Math.max(this.#capacity[medium]! - this.#reservedOfMedium[medium]!, 0);
    const count = this.sharing.incidence.count[medium]!;
    return count === 0 ? sharedBps : Math.max(sharedBps - this.sharing.load[medium]!, sharedBps / (count + 1));
  }

  /** What is reserved of a medium for the flows that are there, bit/s. */
  reservedBpsOf(medium: number): number {
    return this.#reservedOfMedium[medium]!;
  }

  /** A flow's rate, its reservation included, bit/s; changes of this very instant may still be to come. */
  currentRateBps(flow: number): number {
    return this.#rate[flow]!;
  }

  reservedBps(flow: number): number {
    return this.#reserved[flow]!;
  }

  /**
   * What of `wantedBps` can be reserved along a path beside what others have, or is kept for them (`keptBps`, by medium);
   * both are multiples of `reservationStepBps`.
   */
  reservable(
    path: ArrayLike<number>,
    length: number,
    wantedBps: number,
    isAcknowledged: boolean,
    keptBps?: Float64Array,
  ) {
    const step = reservationStepBps(isAcknowledged);
    let steps = wantedBps / step;
    for (let i = 0; i < length; i++) {
      const media = [this.#mediumOfArc[path[i]!]!, this.#mediumOfArc[path[i]! ^ 1]!];
      for (const medium of isAcknowledged ? media : media.slice(0, 1)) {
        let perStep = 0;
        for (let j = 0; j < length; j++) {
          if (this.#mediumOfArc[path[j]!] === medium) perStep += step;
          if (isAcknowledged && this.#mediumOfArc[path[j]! ^ 1] === medium) perStep += 1;
        }
        const left = this.#capacity[medium]! - this.#reservedOfMedium[medium]! - (keptBps?.[medium] ?? 0);
        steps = Math.min(steps, Math.max(Math.floor(left / perStep), 0));
      }
    }
    return steps * step;
  }

  bytesLeft(flow: number): number {
    const bits = this.#bitsLeft[flow]! - this.#rate[flow]! * (this.#kernel.now - this.#since[flow]!) * PER_NS;
    return Math.max(bits, 0) / BITS_PER_BYTE;
  }

  tag(flow: number): number {
    return this.#tag[flow]!;
  }

  /** A flow's place in the order in which flows were started. */
  order(flow: number): number {
    return this.#order[flow]!;
  }

  /**
   * The flows over an arc that draws on the medium, in no particular order; one that crosses it twice comes twice. One
   * that is through in this very instant is not among them any more.
   */
  over(arc: number, medium: number): number[] {
    const { first, count, entryFlow, entryCrossing, crossingArc } = this.sharing.incidence;
    const flows: number[] = [];
    for (let entry = first[medium]!; entry < first[medium]! + count[medium]!; entry++) {
      const flow = entryFlow[entry]!;
      if (crossingArc[entryCrossing[entry]!] === arc && this.#endsAt[flow]! > this.#kernel.now) flows.push(flow);
    }
    return flows;
  }

  /** Bytes carried so far by each arc, written to (not added to) `into`. */
  carriedBytes(into: Float64Array): void {
    into.set(this.#carried);
    const { base, forwardLength, crossingArc, flowLimit } = this.sharing.incidence;
    for (let flow = 0; flow < flowLimit; flow++) {
      const start = base[flow]!;
      if (start < 0) continue;
      const bytes = this.#bytes[flow]! - this.bytesLeft(flow);
      for (let crossing = start; crossing < start + forwardLength[flow]!; crossing++)
        into[crossingArc[crossing]!]! += bytes;
    }
  }

  /** Bytes carried so far by an arc that draws on the medium. */
  carriedBytesOf(arc: number, medium: number): number {
    const { first, count, entryFlow, entryCrossing, crossingArc } = this.sharing.incidence;
    let bytes = this.#carried[arc]!;
    for (let entry = first[medium]!; entry < first[medium]! + count[medium]!; entry++) {
      const flow = entryFlow[entry]!;
      if (crossingArc[entryCrossing[entry]!] !== arc || !this.#isForward(flow, entryCrossing[entry]!)) continue;
      bytes += this.#bytes[flow]! - this.bytesLeft(flow);
    }
    return bytes;
  }

  /** The sum of the rates over an arc that draws on the medium, bit/s. */
  rateBpsOf(arc: number, medium: number): number {
    const { first, count, entryFlow, entryCrossing, crossingArc } = this.sharing.incidence;
    let rate = 0;
    for (let entry = first[medium]!; entry < first[medium]! + count[medium]!; entry++) {
      const flow = entryFlow[entry]!;
      if (crossingArc[entryCrossing[entry]!] === arc && this.#isForward(flow, entryCrossing[entry]!)) {
        rate += this.#rate[flow]!;
      }
    }
    return rate;
  }

  /** Adds bytes that did not go by as a flow to what an arc has carried. */
  addCarried(arc: number, bytes: number): void {
    this.#carried[arc]! += bytes;
  }

  #remove(flow: number): void {
    const reserved = this.#reserved[flow]!;
    if (reserved > 0) {
      const { base, length, forwardLength, crossingArc } = this.sharing.incidence;
      const path = crossingArc.subarray(base[flow]!, base[flow]! + forwardLength[flow]!);
      this.#takeOut(path, path.length, -reserved, length[flow]! > path.length);
      this.#reserved[flow] = 0;
    }
    this.sharing.remove(flow);
  }

  /** Takes a reservation out of what is shared along a path, or with a negative one puts it back. */
  #takeOut(path: ArrayLike<number>, length: number, reservedBps: number, isAcknowledged: boolean): void {
    for (let i = 0; i < length; i++) {
      const arc = path[i]!;
      this.#reserveOf(this.#mediumOfArc[arc]!, reservedBps);
      // acknowledged flows reserve multiples of 20 bit/s: the division, and the sums, are exact
      if (isAcknowledged) this.#reserveOf(this.#mediumOfArc[arc ^ 1]!, reservedBps / reservationStepBps(true));
    }
  }

  #reserveOf(medium: number, bps: number): void {
    const reserved = (this.#reservedOfMedium[medium]! += bps);
    this.sharing.setCapacity(medium, Math.max(this.#capacity[medium]! - reserved, 0));
  }

  #isForward(flow: number, crossing: number): boolean {
    const { base, forwardLength } = this.sharing.incidence;
    return crossing < base[flow]! + forwardLength[flow]!;
  }

  #account(flow: number, bytes: number): void {
    const { base, forwardLength, crossingArc } = this.sharing.incidence;
    const start = base[flow]!;
    for (let crossing = start; crossing < start + forwardLength[flow]!; crossing++) {
      this.#carried[crossingArc[crossing]!]! += bytes;
    }
  }

  /** After a flow came or went: shares out at the end of this instant, or at once where nothing else is touched. */
  #changed(): void {
    if (this.#isEnding) return;
    if (!this.sharing.isUnsettled) {
      this.#applyRates();
      this.#arm();
    } else if (!this.#isShareDue) {
      this.#isShareDue = true;
      this.#kernel.after(0 as Nanoseconds, this.#share);
    }
  }

  #shareOut(): void {
    this.sharing.solve();
    this.#applyRates();
    this.#arm();
  }

  /** Gives flows their new rates from now on. */
  #applyRates(): void {
    const { sharing } = this;
    const { base } = sharing.incidence;
    const { changed, changedCount, level, weight } = sharing;
    const now = this.#kernel.now;
    for (let i = 0; i < changedCount; i++) {
      const flow = changed[i]!;
      if (base[flow]! < 0) continue;
      const before = this.#rate[flow]!;
      const rate = this.#reserved[flow]! + level[flow]! * weight[flow]!;
      if (Math.abs(rate - before) <= SAME_RATE * before) continue;
      const bits = Math.max(this.#bitsLeft[flow]! - before * (now - this.#since[flow]!) * PER_NS, 0);
      this.#bitsLeft[flow] = bits;
      this.#since[flow] = now;
      this.#rate[flow] = rate;
      const endsAt = rate > 0 ? now + Math.ceil((bits * 1e9) / rate) : Infinity;
      this.#endsAt[flow] = endsAt;
      this.#byEnd.lower(flow, endsAt);
    }
    sharing.clearChanged();
  }

  /** Schedules the event of the next flow's end. */
  #arm(): void {
    const byEnd = this.#byEnd;
    let next = Infinity;
    while (byEnd.size > 0) {
      const flow = byEnd.first;
      next = this.#endsAt[flow]!;
      if (byEnd.firstKey === next) break;
      byEnd.set(flow, next);
      next = Infinity;
    }
    // a flow that would end beyond the end of time does not
    if (next > MAX_TIME_NS) next = Infinity;
    if (next === this.#endTimeNs) return;
    this.#kernel.cancel(this.#endEvent);
    this.#endTimeNs = next;
    this.#endEvent = next === Infinity ? NO_EVENT : this.#kernel.at(next as Nanoseconds, this.#end);
  }

  /** Ends all flows whose time has come. Rounding may leave a crumb of a flow: it is through all the same. */
  #endFlows(): void {
    this.#endEvent = NO_EVENT;
    this.#endTimeNs = Infinity;
    const now = this.#kernel.now;
    const byEnd = this.#byEnd;
    const ended = this.#ended;
    ended.length = 0;
    while (byEnd.size > 0 && byEnd.firstKey <= now) {
      const flow = byEnd.first;
      const endsAt = this.#endsAt[flow]!;
      if (endsAt > now) byEnd.set(flow, endsAt);
      else ended.push(byEnd.pop());
    }
    if (ended.length > 1) ended.sort((a, b) => this.#order[a]! - this.#order[b]!);
    const orders = this.#endedOrders;
    orders.length = 0;
    for (const flow of ended) orders.push(this.#order[flow]!);
    // what others do when they learn of an end, they do in the same instant: all of it is shared out together
    this.#isEnding = true;
    try {
      for (let i = 0; i < ended.length; i++) {
        const flow = ended[i]!;
        // one that ended before may have led to this one being stopped, and its number used again
        if (this.sharing.incidence.base[flow]! < 0 || this.#order[flow] !== orders[i]) continue;
        this.#account(flow, this.#bytes[flow]!);
        this.#remove(flow);
        this.#complete(this.#tag[flow]!);
      }
    } finally {
      this.#isEnding = false;
      this.#shareOut();
    }
  }

  #growTo(count: number): void {
    if (count <= this.#tag.length) return;
    this.#tag = grown(this.#tag, count);
    this.#order = grown(this.#order, count);
    this.#bytes = grown(this.#bytes, count);
    this.#bitsLeft = grown(this.#bitsLeft, count);
    this.#since = grown(this.#since, count);
    this.#rate = grown(this.#rate, count);
    this.#endsAt = grown(this.#endsAt, count);
    this.#reserved = grown(this.#reserved, count);
    this.#byEnd.grow(this.#tag.length);
  }
}
