import type { Nanoseconds } from '../kernel/index.ts';
import type { RetryJitterName } from './choices.ts';

/** What a caller does about a call that is slow to be answered or fails. */
export interface CallPolicy {
  /** An attempt that has no answer after this time counts as failed; it is waited for without end where absent. */
  readonly timeoutNs?: Nanoseconds;
  /** A failed call has failed where absent. */
  readonly retries?: Retries;
}

/** When a failed call is tried again. */
export interface Retries {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  /** The longest wait before the first retry; it doubles with each further one. */
  readonly backoffNs: Nanoseconds;
  readonly maxBackoffNs: Nanoseconds;
  readonly jitter: RetryJitterName;
  /** Retries are not limited by what else the caller does where absent. */
  readonly budget?: RetryBudgetTerms;
}

/** How many retries a caller may make of all its calls over the last ten seconds. */
export interface RetryBudgetTerms {
  /** Retries for each call. */
  readonly ratio: number;
  /** Retries a second beside these, however few calls there are. */
  readonly minPerSecond: number;
}
