import type { Kernel } from '../../kernel/index.ts';
import type { AppId, ClusterId } from '../../model/index.ts';

/** Tells of an application that runs in several clusters at once. */
export type DuplicateNoted = (
  event: 'duplicate-began' | 'duplicate-ended' | 'duplicate-open',
  app: AppId,
  facts: { readonly cluster?: ClusterId; readonly durationNs?: number },
) => void;

/** Applications that run in several clusters at once, as somebody sees them who sees all clusters. */
export class Duplicates {
  /** How many there have been, and how long they lasted together, ns. */
  count = 0;
  lastedNs = 0;
  readonly #kernel: Pick<Kernel, 'now'>;
  readonly #noted: DuplicateNoted;
  readonly #sinceNs = new Map<AppId, number>();

  constructor(kernel: Pick<Kernel, 'now'>, noted: DuplicateNoted) {
    this.#kernel = kernel;
    this.#noted = noted;
  }

  /** So many clusters run an application by now; this one has begun or ended to. */
  counted(app: AppId, copies: number, cluster: ClusterId): void {
    if (copies > 1 && !this.#sinceNs.has(app)) {
      this.#sinceNs.set(app, this.#kernel.now);
      this.count++;
      this.#noted('duplicate-began', app, { cluster });
    } else if (copies <= 1) this.#end(app, 'duplicate-ended');
  }

  /** The run is over: what lasts is counted until now. */
  finish(): void {
    for (const app of this.#sinceNs.keys()) this.#end(app, 'duplicate-open');
  }

  #end(app: AppId, event: 'duplicate-ended' | 'duplicate-open'): void {
    const sinceNs = this.#sinceNs.get(app);
    if (sinceNs === undefined) return;
    this.#sinceNs.delete(app);
    const durationNs = this.#kernel.now - sinceNs;
    this.lastedNs += durationNs;
    this.#noted(event, app, { durationNs });
  }
}
