/**
 * P-values adjusted for there being several: the chance that any true hypothesis falls below a bound is at most the bound,
 * however they depend on each other.
 * Source: Holm, A simple sequentially rejective multiple test procedure, Scandinavian J. of Statistics 6 (1979).
 * @returns in the order of the input
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).toSorted((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = pValues.map(() => 1);
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (pValues.length - rank) * pValues[i]!));
    adjusted[i] = least;
  }
  return adjusted;
}
