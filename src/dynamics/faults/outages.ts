/**
 * What holds entities down, counted: an entity (its index) is down while at least one cause holds it, whoever the
 * causes are of, and `changed` is called only when it goes down or is whole again.
 */
export class Outages {
  readonly #causes: Int32Array;
  readonly #changed: (entity: number, up: boolean) => void;

  /** @param count how many entities there are */
  constructor(count: number, changed: (entity: number, up: boolean) => void) {
    this.#causes = new Int32Array(count);
    this.#changed = changed;
  }

  /** One more cause holds the entity down. */
  begin(entity: number): void {
    if (this.#causes[entity]!++ === 0) this.#changed(entity, false);
  }

  /**
   * One cause holds it no longer.
   * @throws {RangeError} if none does
   */
  end(entity: number): void {
    if (!(this.#causes[entity]! > 0)) throw new RangeError(`nothing holds entity ${entity} down`);
    if (--this.#causes[entity]! === 0) this.#changed(entity, true);
  }

  isDown(entity: number): boolean {
    return this.#causes[entity]! > 0;
  }
}
