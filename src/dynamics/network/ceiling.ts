/** Relative slack within which a medium counts as full and a level as unchanged: rounding, and nothing else. */
export const SLACK = 1e-11;

/**
 * The ceiling of a medium's flows: the level x at which the sum of weight * min(x, reach) is the capacity, or Infinity
 * where the flows do not fill it even unhindered. By Newton's method, which on this concave, piecewise linear function
 * ends at the exact piece after finitely many steps; mostly two, from a good guess.
 *
 * @param reach by flow, from index 0: the level that it would have if this medium held nothing back
 * @param weight by flow, from index `firstWeight`
 * @param guess any level; the ceiling before a small change is a good one
 */
export function ceilingOf(
  reach: Float64Array,
  weight: Float64Array,
  firstWeight: number,
  count: number,
  capacity: number,
  guess: number,
): number {
  let level = guess;
  let before = -1;
  // from the second level on they lie below the solution and only rise, and so fewer and fewer flows are held back
  let isRising = false;
  for (;;) {
    let heldWeight = 0;
    let heldCount = 0;
    let othersRate = 0;
    for (let i = 0; i < count; i++) {
      const most = reach[i]!;
      if (most > level) {
        heldWeight += weight[firstWeight + i]!;
        heldCount++;
      } else othersRate += weight[firstWeight + i]! * most;
    }
    if (isRising && heldCount === before) return level;
    before = heldCount;
    if (heldCount > 0) level = Math.max((capacity - othersRate) / heldWeight, isRising ? level : 0);
    else if (othersRate <= capacity * (1 + SLACK)) return Infinity;
    else if (isRising) return level;
    else {
      level = 0;
      before = -1;
    }
    isRising = true;
  }
}
