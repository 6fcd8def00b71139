import jstat from 'jstat';

const { studentt, normal } = jstat.jStat;

/**
 * Quantile of Student's t distribution.
 * @param p from 0 to 1, both excluded
 * @param df degrees of freedom, positive, whole or not
 */
export function studentQuantile(p: number, df: number): number {
  if (p === 0.5) return 0;
  // jstat inverts to about 1e-9: a step of Newton's on its distribution function gives the other digits
  const t = studentt.inv(p, df);
  return t - (studentt.cdf(t, df) - p) / studentt.pdf(t, df);
}

/** Probability that |T| is at least |t| under Student's t distribution: the two-sided p-value. */
export function studentTwoSided(t: number, df: number): number {
  if (!Number.isFinite(t)) return 0;
  return Math.min(1, 2 * studentt.cdf(-Math.abs(t), df));
}

/** Quantile of the standard normal distribution. */
export function normalQuantile(p: number): number {
  return normal.inv(p, 0, 1);
}

/** Distribution function of the standard normal distribution. */
export function normalCdf(z: number): number {
  return normal.cdf(z, 0, 1);
}

/** Natural logarithm of the gamma function of a positive number. */
export function logGamma(x: number): number {
  return jstat.jStat.gammaln(x);
}
