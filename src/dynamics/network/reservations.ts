import type { Flows } from './flows.ts';
import { reservationStepBps } from './incidence.ts';
import type { LinkConditions } from './link-conditions.ts';
import type { Paths } from './paths.ts';
import type { Transfers } from './transfers.ts';

declare const kind: unique symbol;
/** A channel's claim to bandwidth, registered with `Network.addReservation`. */
export type ReservationId = number & { readonly [kind]: 'reservation' };
/** No claim: best effort. */
export const NO_RESERVATION = -1;

/** How claims of flows ended, so far. */
export interface ReservationCounts {
  /** The whole bandwidth was reserved. */
  full: number;
  /** Less than that was left on the path. */
  partial: number;
  /** Nothing was left on the path. */
  refused: number;
  /** Another flow of the channel had the reservation. */
  taken: number;
}

/** Bandwidth that is kept for a channel between two endpoints along a way: see `Network.hold`. */
export interface Hold {
  readonly reservation: ReservationId;
  readonly from: number;
  readonly to: number;
  /** The arcs of the way. */
  readonly way: Int32Array;
  readonly bandwidthBps: number;
}

interface Held extends Hold {
  /** The transfer that uses it. */
  user: number | undefined;
}

/**
 * Who has which channel's reservation (own design). A channel has one reservation between two endpoints in each direction,
 * whoever of its flows comes first has it until it ends, and those that start meanwhile are best effort. Where a channel is
 * **held** between two endpoints its flows go by the held way, as many at a time as there are holds have its bandwidth
 * there, and no other flow's claim gets what is held. Held bandwidth that nobody uses is shared by all.
 */
export class Reservations {
  readonly counts: ReservationCounts = { full: 0, partial: 0, refused: 0, taken: 0 };
  readonly #bandwidthBps: number[] = [];
  /** By reservation: the transfer that has it without a hold, by its ends. */
  readonly #holders: Map<number, number>[] = [];
  /** By reservation: what is held, by its ends. */
  readonly #holds: Map<number, Held[]>[] = [];
  /** By medium: what is held, and what of it no flow uses, bit/s. */
  readonly #heldBps: Float64Array;
  readonly #idleBps: Float64Array;
  readonly #mediumOfArc: Int32Array;
  readonly #capacityBps: Float64Array;

  /** @param capacityBps by medium, as it is at any time */
  constructor(mediumOfArc: Int32Array, capacityBps: Float64Array) {
    this.#mediumOfArc = mediumOfArc;
    this.#capacityBps = capacityBps;
    this.#heldBps = new Float64Array(capacityBps.length);
    this.#idleBps = new Float64Array(capacityBps.length);
  }

  /** @param bandwidthBps more than 0; rounded up to whole bit/s */
  add(bandwidthBps: number): ReservationId {
    if (!(bandwidthBps > 0 && bandwidthBps < Infinity)) {
      throw new RangeError(`a reservation of ${bandwidthBps} bit/s: expected a finite number > 0`);
    }
    this.#holders.push(new Map());
    this.#holds.push(new Map());
    return (this.#bandwidthBps.push(Math.ceil(bandwidthBps)) - 1) as ReservationId;
  }

  /** Keeps a claim's bandwidth along a way. @returns undefined where what is held already leaves too little of some medium */
  hold(reservation: ReservationId, from: number, to: number, way: Int32Array): Hold | undefined {
    const hold: Held = { reservation, from, to, way, bandwidthBps: this.#bandwidthBps[reservation]!, user: undefined };
    this.#book(this.#heldBps, hold, 1);
    if (Array.from(way, (arc) => this.#mediumOfArc[arc]!).some((at) => this.#heldBps[at]! > this.#capacityBps[at]!)) {
      this.#book(this.#heldBps, hold, -1);
      return undefined;
    }
    this.#book(this.#idleBps, hold, 1);
    const holds = this.#holds[reservation]!;
    const ends = endsOf(from, to);
    holds.set(ends, [...(holds.get(ends) ?? []), hold]);
    return hold;
  }

  /**
   * Ends a hold. A flow that uses it keeps what it has.
   * @throws {RangeError} if it has ended
   */
  letGo(hold: Hold): void {
    const holds = this.#holds[hold.reservation]!;
    const ends = endsOf(hold.from, hold.to);
    const held = holds.get(ends)?.find((other) => other === hold);
    if (held === undefined) throw new RangeError(`nothing is held between ${hold.from} and ${hold.to} any more`);
    const others = holds.get(ends)!.filter((other) => other !== hold);
    if (others.length === 0) holds.delete(ends);
    else holds.set(ends, others);
    this.#book(this.#heldBps, hold, -1);
    if (held.user === undefined) this.#book(this.#idleBps, hold, -1);
  }

  /** The way that a transfer is laid on; undefined where nothing is held for it. */
  wayOf({ reservation: claims, from, to }: Transfers, transfer: number): Int32Array | undefined {
    const reservation = claims[transfer]!;
    if (reservation === NO_RESERVATION) return undefined;
    const holds = this.#holds[reservation]!.get(endsOf(from[transfer]!, to[transfer]!));
    return (holds?.find(({ user }) => user === undefined) ?? holds?.[0])?.way;
  }

  /**
   * What is reserved for a transfer that starts to flow over the path last found, bit/s: what is left there, and no more
   * than the transfer can use.
   */
  reserve(
    transfers: Transfers,
    transfer: number,
    flows: Flows,
    { arcs, length, laidOn }: Paths,
    { limitBps, isAcknowledged }: LinkConditions,
  ): number {
    const reservation = transfers.reservation[transfer]!;
    if (reservation === NO_RESERVATION) return 0;
    this.release(transfers, transfer);
    if (!this.#take(reservation, endsOf(transfers.from[transfer]!, transfers.to[transfer]!), transfer, laidOn)) {
      this.counts.taken++;
      return 0;
    }
    const step = reservationStepBps(isAcknowledged);
    const claimedBps = this.#bandwidthBps[reservation]!;
    const wantedBps = step * Math.min(Math.ceil(claimedBps / step), Math.floor(limitBps / step));
    const reservedBps = flows.reservable(arcs, length, wantedBps, isAcknowledged, this.#idleBps);
    this.counts[reservedBps >= wantedBps ? 'full' : reservedBps > 0 ? 'partial' : 'refused']++;
    return reservedBps;
  }

  /** The transfer is over: what it had, if anything, is free. */
  release({ reservation: claims, from, to }: Transfers, transfer: number): void {
    const reservation = claims[transfer]!;
    if (reservation === NO_RESERVATION) return;
    const holders = this.#holders[reservation]!;
    const ends = endsOf(from[transfer]!, to[transfer]!);
    if (holders.get(ends) === transfer) holders.delete(ends);
    const held = this.#holds[reservation]!.get(ends)?.find(({ user }) => user === transfer);
    if (held === undefined) return;
    held.user = undefined;
    this.#book(this.#idleBps, held, 1);
  }

  /** Whether there is such a claim. */
  has(reservation: number): boolean {
    return reservation in this.#bandwidthBps;
  }

  /** Gives a transfer a hold on the way that it is laid on, or the claim as such; false where others have them. */
  #take(reservation: number, ends: number, transfer: number, laidOn: Int32Array | undefined): boolean {
    if (laidOn === undefined) {
      const holders = this.#holders[reservation]!;
      if (holders.has(ends)) return false;
      holders.set(ends, transfer);
      return true;
    }
    const free = this.#holds[reservation]!.get(ends)?.find(({ way, user }) => way === laidOn && user === undefined);
    if (free === undefined) return false;
    free.user = transfer;
    this.#book(this.#idleBps, free, -1);
    return true;
  }

  #book(bps: Float64Array, { way, bandwidthBps }: Hold, times: 1 | -1): void {
    for (const arc of way) bps[this.#mediumOfArc[arc]!]! += times * bandwidthBps;
  }
}

/** Endpoints are fewer than 2^26, so that two of them are one exact number. */
function endsOf(from: number, to: number): number {
  return from * 0x400_0000 + to;
}
