/** What slows entities down: of several causes at a time the slowest counts (own design). */
export class Slowdowns {
  readonly #active: (number[] | undefined)[] = [];
  readonly #changed: (entity: number, share: number) => void;

  /** @param changed called with the share of its speed that an entity has from now on */
  constructor(changed: (entity: number, share: number) => void) {
    this.#changed = changed;
  }

  begin(entity: number, share: number): void {
    const active = (this.#active[entity] ??= []);
    const before = Math.min(1, ...active);
    active.push(share);
    if (share < before) this.#changed(entity, share);
  }

  /** @throws {RangeError} if no such cause is there */
  end(entity: number, share: number): void {
    const active = this.#active[entity] ?? [];
    const index = active.indexOf(share);
    if (index < 0) throw new RangeError(`nothing slows entity ${entity} to ${share}`);
    active.splice(index, 1);
    const after = Math.min(1, ...active);
    if (after > share) this.#changed(entity, after);
  }
}
