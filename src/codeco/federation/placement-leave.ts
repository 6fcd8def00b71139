import { fromSeconds, type Kernel } from '../../kernel/index.ts';
import type { ClusterId } from '../../model/index.ts';
import type { Messages } from './messages.ts';
import type { Noted } from './notes.ts';
import type { Timers } from './timers.ts';

/** Size of a question or its answer, and the time until it is sent again where it did not get through. Own design. */
export const LEAVE_BYTES = 256;
export const RETRY_NS = fromSeconds(10);

/** A cluster that may not place pods by itself asks the hub for leave, again until it has it. Own design. */
export class PlacementLeave {
  readonly #kernel: Pick<Kernel, 'now'>;
  readonly #messages: Messages;
  readonly #timers: Timers;
  readonly #note: Noted;

  constructor(kernel: Pick<Kernel, 'now'>, messages: Messages, timers: Timers, note: Noted) {
    this.#kernel = kernel;
    this.#messages = messages;
    this.#timers = timers;
    this.#note = note;
  }

  /**
   * @param isHubRunning whether the hub answers
   * @param granted told how long it took, ns
   */
  ask(cluster: ClusterId, hub: ClusterId, isHubRunning: () => boolean, granted: (durationNs: number) => void): void {
    const sinceNs = this.#kernel.now;
    const ask = (): void => {
      this.#messages.send(cluster, hub, LEAVE_BYTES, (asked) => {
        if (!asked || !isHubRunning()) return this.#timers.after(RETRY_NS, ask);
        this.#messages.send(hub, cluster, LEAVE_BYTES, (answered) => {
          if (!answered) return this.#timers.after(RETRY_NS, ask);
          const durationNs = this.#kernel.now - sinceNs;
          this.#note('placement-allowed', 'hub', { cluster, peer: hub, bytes: 2 * LEAVE_BYTES, durationNs });
          granted(durationNs);
        });
      });
    };
    ask();
  }
}
