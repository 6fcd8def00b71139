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

  /** What a transfer that starts to flow may claim, bit/s: 0 where another has the reservation. */
  claim(reservation: number, from: number, to: number, transfer: number): number {
    const holders = this.#holders[reservation]!;
    const ends = endsOf(from, to);
    const holder = holders.get(ends);
    if (holder !== undefined && holder !== transfer) {
      this.counts.taken++;
      return 0;
    }
    holders.set(ends, transfer);
    return this.#bandwidthBps[reservation]!;
  }

  /** Counts what came of a claim. */
  settle(claimedBps: number, reservedBps: number): void {
    this.counts[reservedBps >= claimedBps ? 'full' : reservedBps > 0 ? 'partial' : 'refused']++;
  }

  /** The transfer is over: what it had, if anything, is free. */
  release(reservation: number, from: number, to: number, transfer: number): void {
    const holders = this.#holders[reservation]!;
    const ends = endsOf(from, to);
    if (holders.get(ends) === transfer) holders.delete(ends);
  }

  has(reservation: number): boolean {
    return reservation in this.#bandwidthBps;
  }
}

/** Endpoints are fewer than 2^26, so that two of them are one exact number. */
function endsOf(from: number, to: number): number {
  return from * 2 ** 26 + to;
}
