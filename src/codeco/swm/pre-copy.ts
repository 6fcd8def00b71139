import type { MigrationSettings, ServiceState } from '../../model/index.ts';

const NS_PER_S = 1e9;
const BITS_PER_BYTE = 8;

/**
 * The rounds of a live migration: the whole state first, then in each round what changed during the one before, until what
 * is left takes no longer than `maxDowntimeNs` at the bandwidth of the round before, or the rounds are used up; the pod
 * stops for the last one. What changes counts once, up to the whole state: pages that change again are not told apart (own
 * design). With a state of S bits, changing at d bit/s, over a path of b bit/s round i copies S · (d/b)^i.
 * Source: Clark et al., Live Migration of Virtual Machines (NSDI 2005), iterative pre-copy; the condition for stopping is
 * QEMU's `downtime-limit`.
 */
export class PreCopy {
  readonly #state: ServiceState;
  readonly #settings: Pick<MigrationSettings, 'maxDowntimeNs' | 'maxRounds'>;
  /** Changed since it was copied last, bytes. */
  #dirtyBytes: number;
  #sinceNs = 0;
  #sentBytes = 0;
  #rounds = 0;

  constructor(state: ServiceState, settings: Pick<MigrationSettings, 'maxDowntimeNs' | 'maxRounds'>) {
    this.#state = state;
    this.#settings = settings;
    this.#dirtyBytes = state.bytes;
  }

  /** A round begins. @returns the bytes that it copies */
  begin(nowNs: number): number {
    this.#touch(nowNs);
    this.#sentBytes = this.#dirtyBytes;
    this.#dirtyBytes = 0;
    this.#rounds++;
    return this.#sentBytes;
  }

  /** A round is over. @returns whether the pod is to be stopped for the next */
  end(nowNs: number): boolean {
    const tookNs = nowNs - this.#sinceNs;
    this.#touch(nowNs);
    if (this.#rounds >= this.#settings.maxRounds) return true;
    const { maxDowntimeNs } = this.#settings;
    return this.#dirtyBytes * tookNs <= maxDowntimeNs * this.#sentBytes;
  }

  /** What changed since what is known, whole bytes, rounded up. */
  #touch(nowNs: number): void {
    const { bytes, dirtyBps } = this.#state;
    const changed = Math.ceil((dirtyBps * (nowNs - this.#sinceNs)) / NS_PER_S / BITS_PER_BYTE);
    if (this.#rounds > 0) this.#dirtyBytes = Math.min(bytes, this.#dirtyBytes + changed);
    this.#sinceNs = nowNs;
  }
}
