/** Small numbers for what events and transfers are about: they carry numbers only. A number is used again once it is free. */
export class Slots<Entry> {
  readonly #entries: (Entry | undefined)[] = [];
  readonly #free: number[] = [];

  take(entry: Entry): number {
    const slot = this.#free.pop() ?? this.#entries.length;
    this.#entries[slot] = entry;
    return slot;
  }

  /** @throws {RangeError} if the number is free */
  get(slot: number): Entry {
    const entry = this.#entries[slot];
    if (entry === undefined) throw new RangeError(`nothing at slot ${slot}`);
    return entry;
  }

  /** Frees a number that is taken. */
  release(slot: number): void {
    this.#entries[slot] = undefined;
    this.#free.push(slot);
  }
}
