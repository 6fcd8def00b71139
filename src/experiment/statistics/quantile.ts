/**
 * Quantile of values in ascending order, in between the two nearest.
 * Source: Hyndman & Fan, Sample quantiles in statistical packages, The American Statistician 50 (1996), type 7: the default
 * of R, NumPy and d3. d3's own is typed for plain arrays alone.
 * @param p from 0 to 1
 * @throws {RangeError} if there are no values
 */
export function quantileOfSorted(values: ArrayLike<number>, p: number): number {
  if (values.length === 0) throw new RangeError('a quantile: found no values');
  const at = (values.length - 1) * p;
  const below = Math.floor(at);
  const value = values[below]!;
  return below === at ? value : value + (values[below + 1]! - value) * (at - below);
}
