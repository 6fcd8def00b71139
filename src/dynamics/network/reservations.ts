import { reservationStepBps, type Flows } from './flows.ts';
import type { LinkConditions } from './link-conditions.ts';
import type { Paths } from './paths.ts';

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

/**
 * Who has which channel's reservation. A channel has one reservation between two endpoints in each direction, whoever of
 * its flows comes first has it until it ends, and those that start meanwhile are best effort (own design).
 */
export class Reservations {
  readonly counts: ReservationCounts = { full: 0, partial: 0, refused: 0, taken: 0 };
  readonly #bandwidthBps: number[] = [];
  /** By reservation: the transfer that has it, by its ends. */
  readonly #holders: Map<number, number>[] = [];

  /** @param bandwidthBps more than 0; rounded up to whole bit/s */
  add(bandwidthBps: number): ReservationId {
    if (!(bandwidthBps > 0 && bandwidthBps < Infinity)) {
      throw new RangeError(`a reservation of ${bandwidthBps} bit/s: expected a finite number > 0`);
    }
    this.#holders.push(new Map());
    return (this.#bandwidthBps.push(Math.ceil(bandwidthBps)) - 1) as ReservationId;
  }

  /**
   * What is reserved for a transfer that starts to flow over the path last found, bit/s: what is left there, and no more
   * than the transfer can use.
   */
  reserve(
    reservation: number,
    from: number,
    to: number,
    transfer: number,
    flows: Flows,
    { arcs, length }: Paths,
    { limitBps, isAcknowledged }: LinkConditions,
  ): number {
    if (reservation === NO_RESERVATION) return 0;
    const holders = this.#holders[reservation]!;
    const ends = endsOf(from, to);
    const holder = holders.get(ends);
    if (holder !== undefined && holder !== transfer) {
      this.counts.taken++;
      return 0;
    }
    holders.set(ends, transfer);
    const step = reservationStepBps(isAcknowledged);
    const claimedBps = this.#bandwidthBps[reservation]!;
    const wantedBps = step * Math.min(Math.ceil(claimedBps / step), Math.floor(limitBps / step));
    const reservedBps = flows.reservable(arcs, length, wantedBps, isAcknowledged);
    this.counts[reservedBps >= wantedBps ? 'full' : reservedBps > 0 ? 'partial' : 'refused']++;
    return reservedBps;
  }

  /** The transfer is over: what it had, if anything, is free. */
  release(reservation: number, from: number, to: number, transfer: number): void {
    if (reservation === NO_RESERVATION) return;
    const holders = this.#holders[reservation]!;
    const ends = endsOf(from, to);
    if (holders.get(ends) === transfer) holders.delete(ends);
  }

  /** Whether there is such a claim. */
  has(reservation: number): boolean {
    return reservation in this.#bandwidthBps;
  }
}

/** Endpoints are fewer than 2^26, so that two of them are one exact number. */
function endsOf(from: number, to: number): number {
  return from * 0x400_0000 + to;
}
