/** One of several parts of a sweep that are run apart, on machines that know nothing of each other. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

/**
 * The cells that a shard runs. They are dealt out in the order of their hashes, so that cells that are alike in a
 * parameter, and often in what they cost, come to different shards.
 */
export function ofShard<Cell>(
  cells: readonly Cell[],
  shard: Shard | undefined,
  hashOf: (cell: Cell) => string,
): ReadonlySet<Cell> {
  if (shard === undefined) return new Set(cells);
  const ordered = cells.map((cell, index) => ({ cell, index, hash: hashOf(cell) }));
  ordered.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : a.index - b.index));
  return new Set(ordered.filter((_, at) => at % shard.of === shard.index - 1).map(({ cell }) => cell));
}
