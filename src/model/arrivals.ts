import type { Duration } from './world.ts';
import type { Nanoseconds } from '../kernel/index.ts';

/** When the requests of each user of a group come: the process, and what it needs to know. */
export type Arrivals =
  | { readonly process: 'poisson' | 'periodic'; /** Between two requests. */ readonly meanIntervalNs: number }
  | {
      readonly process: 'mmpp';
      /** Where the factor is 1. */
      readonly meanIntervalNs: number;
      /** At least one of them has a factor above 0. */
      readonly states: readonly ArrivalState[];
      /** Whether each user passes through the states on its own, or all of the group at the same times. */
      readonly chainOf: 'user' | 'group';
    }
  | {
      readonly process: 'diurnal' | 'flash-crowd';
      /** Where the factor is 1. */
      readonly meanIntervalNs: number;
      readonly factor: LinearSeries;
    }
  | {
      readonly process: 'recorded';
      /** By user of the group: where its requests begin in the lists; then where the last one's end. */
      readonly starts: readonly number[];
      /** Of each user ascending. */
      readonly timesNs: readonly Nanoseconds[];
      /** CPU time that each takes where it enters, in place of what the service says. */
      readonly cpuNs?: readonly number[];
    }
  | {
      readonly process: 'recorded-counts';
      /** Requests of all users in each interval from the start on. */
      readonly counts: readonly number[];
      readonly lengthNs: number;
      /** How many users there are. */
      readonly users: number;
    }
  | { readonly process: 'closed'; readonly thinkTime: Duration };

/** A state of a Markov-modulated Poisson process. */
export interface ArrivalState {
  /** What the rate is multiplied by while it lasts. */
  readonly factor: number;
  /** Mean of its exponential length. */
  readonly meanStayNs: Nanoseconds;
}

/** A quantity that is a straight line between instants; it may jump at them. */
export interface LinearSeries {
  /** Where each piece begins, ascending; the first is 0. The last piece goes on for ever. */
  readonly startsNs: readonly Nanoseconds[];
  /** The value at the start of each piece. */
  readonly from: readonly number[];
  /** The value at its end; of the last piece the same as at its start. */
  readonly to: readonly number[];
}
