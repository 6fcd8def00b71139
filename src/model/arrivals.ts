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
      /** Ascending. */
      readonly timesNs: readonly Nanoseconds[];
      /** Whose each is, by number in the recording; where absent they are given the users in turn. */
      readonly owners?: readonly number[];
      /** CPU time that each takes where it enters, in place of what the service says. */
      readonly cpuNs?: readonly number[];
      /** How many users there are: those of the recording are given them in turn. */
      readonly users: number;
    }
  | RecordingArrivals
  | {
      readonly process: 'recorded-counts';
      /** Requests of all users in each interval from the start on. */
      readonly counts: readonly number[];
      readonly lengthNs: number;
      /** How many users there are. */
      readonly users: number;
    }
  | { readonly process: 'closed'; readonly thinkTime: Duration };

/** Recorded requests that are too many to be held: their file is read in step with a run. */
export interface RecordingArrivals {
  readonly process: 'recording';
  readonly file: string;
  /** Of the file; another size is another file. */
  readonly sizeBytes: number;
  /** The time in the recording that is the start of the run, what recorded times are multiplied by, and how long the run is. */
  readonly played: { readonly startNs: number; readonly scale: number; readonly durationNs: Nanoseconds };
  /** Only requests of this application, this function, this service, where the recording tells them apart. */
  readonly app?: string;
  readonly func?: string;
  readonly service: string;
  /** Whether the recorded duration is the CPU time that a request takes where it enters. */
  readonly useDuration: boolean;
  /** Requests that come within the run. */
  readonly count: number;
  /** How much earlier than one of an earlier row a request may come in the run. */
  readonly lateNs: number;
  /** How many users there are: those of the recording are given them in turn. */
  readonly users: number;
}

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
