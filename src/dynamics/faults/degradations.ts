/** How far one cause degrades a link. */
export interface Degradation {
  /** Share of its bandwidth that is left. */
  readonly bandwidthShare: number;
  readonly addedLatencyNs: number;
  /** Probability that what crosses it is lost; 0 where absent. */
  readonly loss?: number;
}

/**
 * What degrades links: of several causes at a time the least bandwidth counts, their latencies add up, and their losses are
 * independent of each other (own design).
 */
export class Degradations {
  readonly #active: (Degradation[] | undefined)[] = [];
  readonly #changed: (link: number, quality: Degradation) => void;

  /** @param changed called with what is left of a link from now on */
  constructor(changed: (link: number, quality: Degradation) => void) {
    this.#changed = changed;
  }

  begin(link: number, cause: Degradation): void {
    (this.#active[link] ??= []).push(cause);
    this.#apply(link);
  }

  /** @throws {RangeError} if the cause is not there */
  end(link: number, cause: Degradation): void {
    const active = this.#active[link] ?? [];
    const index = active.indexOf(cause);
    if (index < 0) throw new RangeError(`nothing of the kind degrades link ${link}`);
    active.splice(index, 1);
    this.#apply(link);
  }

  #apply(link: number): void {
    const active = this.#active[link]!;
    this.#changed(link, {
      bandwidthShare: Math.min(1, ...active.map(({ bandwidthShare }) => bandwidthShare)),
      addedLatencyNs: active.reduce((sum, { addedLatencyNs }) => sum + addedLatencyNs, 0),
      loss: 1 - active.reduce((kept, { loss = 0 }) => kept * (1 - loss), 1),
    });
  }
}
