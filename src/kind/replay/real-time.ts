import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplayClock } from '../observer.ts';
import { Interrupted } from '../shell-command.ts';

/** Node's timers wait no longer. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

/** The time of a scenario on this machine's clocks: what is awaited goes by the monotonic one, time stamps of others by the wall's. */
export class RealTime implements ReplayClock {
  readonly speedUp: number;
  readonly #beginMs: number;
  readonly #beginWallMs: number;

  /** @param leadMs real time from now to the start of the scenario */
  constructor(speedUp: number, leadMs: number) {
    this.speedUp = speedUp;
    this.#beginMs = performance.now() + leadMs;
    this.#beginWallMs = Date.now() + leadMs;
  }

  nowNs(): number {
    return this.#scaled(performance.now() - this.#beginMs);
  }

  atNs(wallMs: number): number {
    return this.#scaled(wallMs - this.#beginWallMs);
  }

  /**
   * Waits until a time of the scenario; not at all where it is past.
   * @throws {Interrupted} if `signal` is given before
   */
  async until(atNs: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      if (signal.aborted) throw new Interrupted();
      const leftMs = (atNs - this.nowNs()) / 1e6 / this.speedUp;
      if (leftMs <= 0) return;
      // an abort is seen above
      await sleep(Math.min(Math.ceil(leftMs), LONGEST_SLEEP_MS), undefined, { signal }).catch(() => undefined);
    }
  }

  #scaled(realMs: number): number {
    return Math.round(realMs * 1e6 * this.speedUp);
  }
}
