/** Index of the last of the instants, ascending, that has come at `timeNs`, by bisection; 0 before the first. */
export function lastBegun(startsNs: readonly number[], timeNs: number): number {
  let low = 0;
  let high = startsNs.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (startsNs[middle]! <= timeNs) low = middle;
    else high = middle;
  }
  return low;
}
