/** How far two distributions are from each other. */
export interface DistributionDistance {
  /** The largest difference of the two distribution functions, 0 to 1 (Kolmogorov & Smirnov). */
  readonly kolmogorovSmirnov: number;
  /** How far a value has to move on average to turn one into the other, in the unit of the values (Wasserstein, p = 1). */
  readonly wasserstein: number;
}

/**
 * Distances of two samples, both in ascending order.
 * Source: the area between the distribution functions: Vallender, Theory of Probability and its Applications 18 (1974).
 * @returns undefined if either is empty
 */
export function distributionDistance(a: ArrayLike<number>, b: ArrayLike<number>): DistributionDistance | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  let kolmogorovSmirnov = 0;
  let wasserstein = 0;
  let last = Math.min(a[0]!, b[0]!);
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const value = j >= b.length || (i < a.length && a[i]! <= b[j]!) ? a[i]! : b[j]!;
    const gap = Math.abs(i / a.length - j / b.length);
    wasserstein += gap * (value - last);
    kolmogorovSmirnov = Math.max(kolmogorovSmirnov, gap);
    while (i < a.length && a[i]! === value) i++;
    while (j < b.length && b[j]! === value) j++;
    last = value;
  }
  return { kolmogorovSmirnov, wasserstein };
}
