import type { Nanoseconds } from '../../kernel/index.ts';
import type { RetryBudgetTerms } from '../../model/index.ts';

const SLICES = 10;
const SLICE_NS = 1e9;

/**
 * A caller's budget of retries, a token bucket: each call puts `ratio` of a token in, a retry takes one out, and both are
 * forgotten after ten seconds; `minPerSecond` tokens for each of these ten seconds are always there. So of the calls of the last
 * ten seconds a share of `ratio` may be retried, whatever fails: retries cannot multiply an overload.
 *
 * Source: Finagle's RetryBudget (https://finagle.github.io/blog/2016/02/08/retry-budgets), which Linkerd has taken over. As
 * there, the ten seconds go by in slices of one second. Calls and retries are counted as whole numbers.
 */
export class RetryBudget {
  readonly #terms: RetryBudgetTerms;
  readonly #calls = new Float64Array(SLICES);
  readonly #retries = new Float64Array(SLICES);
  /** Over the slices. */
  #callCount = 0;
  #retryCount = 0;
  /** The latest slice, counted from the start of the run. */
  #slice = 0;

  constructor(terms: RetryBudgetTerms) {
    this.#terms = terms;
  }

  /** A call is made, for the first time. */
  deposit(now: Nanoseconds): void {
    this.#moveTo(now);
    this.#calls[this.#slice % SLICES]!++;
    this.#callCount++;
  }

  /** Takes a retry out of the budget; false if there is none left. */
  withdraw(now: Nanoseconds): boolean {
    this.#moveTo(now);
    const { ratio, minPerSecond } = this.#terms;
    if (this.#retryCount + 1 > this.#callCount * ratio + minPerSecond * SLICES) return false;
    this.#retries[this.#slice % SLICES]!++;
    this.#retryCount++;
    return true;
  }

  /** Forgets the slices that are ten seconds old. */
  #moveTo(now: Nanoseconds): void {
    const slice = Math.floor(now / SLICE_NS);
    const steps = Math.min(slice - this.#slice, SLICES);
    for (let step = 1; step <= steps; step++) {
      const old = (this.#slice + step) % SLICES;
      this.#callCount -= this.#calls[old]!;
      this.#retryCount -= this.#retries[old]!;
      this.#calls[old] = 0;
      this.#retries[old] = 0;
    }
    this.#slice = slice;
  }
}
