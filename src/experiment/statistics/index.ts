/** Estimates, how sure they are, and what may be said of differences. Every formula names its source. */
export { batchMeans, type BatchMeansEstimate, independentBatches, vonNeumannTest } from './batch-means.ts';
export { bootstrap, type BootstrapIntervals, type BootstrapOptions } from './bootstrap.ts';
export { type Difference, type Overall, hedgesCorrection, pairedDifference, welchDifference } from './difference.ts';
export { normalCdf, normalQuantile, studentQuantile, studentTwoSided } from './distributions.ts';
export { holm } from './holm.ts';
export { CONFIDENCE, type Estimate, type Interval, meanInterval } from './interval.ts';
export { quantileOfSorted } from './quantile.ts';
export { signedRankTest } from './signed-rank.ts';
export { isPreciseEnough, type StoppingRule } from './stopping-rule.ts';
export { warmUpByMser, type WarmUp } from './warm-up.ts';
