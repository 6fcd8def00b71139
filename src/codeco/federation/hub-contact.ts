import type { Kernel } from '../../kernel/index.ts';
import type { ClusterId } from '../../model/index.ts';
import type { Noted } from './notes.ts';

/** Which agents get through to the hub, as they learn by the answers to their leases. */
export class HubContact {
  readonly #kernel: Pick<Kernel, 'now'>;
  readonly #note: Noted;
  /** By cluster: when it first failed to reach the hub, and what it has decided alone since. */
  readonly #cutNs: (number | undefined)[];
  readonly #alone: Int32Array;

  constructor(kernel: Pick<Kernel, 'now'>, clusterCount: number, note: Noted) {
    this.#kernel = kernel;
    this.#note = note;
    this.#cutNs = Array.from({ length: clusterCount }, () => undefined);
    this.#alone = new Int32Array(clusterCount);
  }

  /** A cluster has decided for itself; it counts where it was cut off. */
  decidedAlone(cluster: ClusterId): void {
    if (this.#cutNs[cluster] !== undefined) this.#alone[cluster]!++;
  }

  /** A lease got through to the hub, or did not. */
  tried(cluster: ClusterId, hub: ClusterId, heard: boolean): void {
    const cutNs = this.#cutNs[cluster];
    if (!heard && cutNs === undefined) {
      this.#cutNs[cluster] = this.#kernel.now;
      this.#alone[cluster] = 0;
      this.#note('hub-lost', 'agent', { cluster, peer: hub });
    } else if (heard && cutNs !== undefined) {
      this.#cutNs[cluster] = undefined;
      const detail = `${this.#alone[cluster]!} placements decided alone`;
      this.#note('hub-heard', 'agent', { cluster, peer: hub, durationNs: this.#kernel.now - cutNs, detail });
    }
  }
}
