import { normalCdf } from './distributions.ts';

/** Up to here the distribution is counted out; above it is normal to three digits. */
const MOST_EXACT = 50;

/**
 * Wilcoxon's signed rank test of paired differences: the two-sided p-value of their being symmetric about zero. For few
 * pairs whose differences may be far from normal. Differences of zero are left out; equal ones share their middle rank.
 * Exact, given the ranks, up to 50 pairs; above by the normal distribution, corrected for ties.
 * Source: Wilcoxon, Individual comparisons by ranking methods, Biometrics Bulletin 1 (1945); Pratt & Gibbons, Concepts of
 * Nonparametric Theory, ch. 3.
 * @returns 1 if no difference is other than zero
 */
export function signedRankTest(differences: readonly number[]): number {
  const sorted = differences.filter((difference) => difference !== 0).toSorted((a, b) => Math.abs(a) - Math.abs(b));
  const n = sorted.length;
  if (n === 0) return 1;
  // twice the ranks are whole where ties share one
  const doubled = sorted.map(() => 0);
  let positive = 0;
  for (let from = 0; from < n;) {
    let to = from + 1;
    while (to < n && Math.abs(sorted[to]!) === Math.abs(sorted[from]!)) to++;
    for (let i = from; i < to; i++) {
      doubled[i] = from + 1 + to;
      if (sorted[i]! > 0) positive += doubled[i]!;
    }
    from = to;
  }
  const total = n * (n + 1);
  const rarer = Math.min(positive, total - positive);
  return n <= MOST_EXACT ? exactTail(doubled, rarer) : normalTail(doubled, rarer);
}

/** Twice the share of the 2ⁿ ways to sign the ranks whose positive sum is at most `rarer`. */
function exactTail(doubledRanks: readonly number[], rarer: number): number {
  const probabilities = new Float64Array(rarer + 1);
  probabilities[0] = 1;
  for (const rank of doubledRanks) {
    for (let sum = rarer; sum >= 0; sum--) {
      probabilities[sum] = (probabilities[sum]! + (sum >= rank ? probabilities[sum - rank]! : 0)) / 2;
    }
  }
  return Math.min(1, 2 * probabilities.reduce((sum, probability) => sum + probability, 0));
}

function normalTail(doubledRanks: readonly number[], rarer: number): number {
  const n = doubledRanks.length;
  const variance = doubledRanks.reduce((sum, rank) => sum + (rank / 2) ** 2, 0) / 4;
  return Math.min(1, 2 * normalCdf((rarer / 2 - (n * (n + 1)) / 4) / Math.sqrt(variance)));
}
