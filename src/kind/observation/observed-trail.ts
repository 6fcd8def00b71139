import { Digest, TrailRecorder, type DigestTrail } from '../../kernel/index.ts';

/** What was seen, in its order, as a digest: of two observations the same only where all they saw is. */
export class ObservedTrail {
  readonly #digest = new Digest();
  readonly #recorder = new TrailRecorder();
  #next = this.#recorder.stride;
  #count = 0;

  /** Something was seen. */
  add(what: string): void {
    this.#digest.updateText(what);
    if (++this.#count === this.#next) this.#next = this.#recorder.record(this.#digest.lane1, this.#count);
  }

  get trail(): DigestTrail {
    return this.#recorder.trail(this.#count, this.#digest.hex);
  }
}
