import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A token bucket, as client-go has one (`flowcontrol.NewTokenBucketRateLimiter`): an API server is shared with others.
 * Whoever comes when it is empty waits in line.
 */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #nowMs: () => number;
  readonly #sleep: (ms: number) => Promise<unknown>;
  /** When the bucket will have been empty, were nobody to come any more; in the past while it holds tokens. */
  #emptyAtMs = -Infinity;

  /** @param clock in place of the machine's, for tests */
  constructor(
    perSecond: number,
    burst: number,
    clock: { readonly nowMs: () => number; readonly sleep: (ms: number) => Promise<unknown> } = {
      nowMs: () => performance.now(),
      sleep,
    },
  ) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#nowMs = clock.nowMs;
    this.#sleep = clock.sleep;
  }

  /** Takes a token, and waits for it if need be. */
  async take(): Promise<void> {
    const now = this.#nowMs();
    const tokenMs = 1000 / this.#perSecond;
    this.#emptyAtMs = Math.max(this.#emptyAtMs, now - this.#burst * tokenMs) + tokenMs;
    const waitMs = this.#emptyAtMs - now;
    if (waitMs > 0) await this.#sleep(waitMs);
  }
}
