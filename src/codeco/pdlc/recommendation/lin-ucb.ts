import type { Cholesky } from '../forecasting/index.ts';
import { NormalEquations } from '../forecasting/index.ts';
import type { PlacementLearner, Situation } from './placement-learner.ts';

/** A begins as the identity. Source: Li et al. 2010, algorithm 1. */
const RIDGE = 1;

/**
 * LinUCB, a contextual bandit: of each choice it holds possible what its features promise, θᵀx with A θ = b, and on top what it
 * does not know yet, α sqrt(xᵀ A⁻¹ x), where A = I + Σ x xᵀ and b = Σ r x over what was tried. Source: Li, Chu, Langford &
 * Schapire, "A Contextual-Bandit Approach to Personalized News Article Recommendation", WWW 2010, algorithm 1, with one θ for
 * all choices. What others have tried is added to A and b: of linear models that comes to having tried all of it here.
 */
export class LinUcb implements PlacementLearner {
  readonly #own: NormalEquations;
  readonly #alpha: number;
  #others: Float64Array | undefined;
  #known: { readonly decomposed: Cholesky; readonly theta: Float64Array } | undefined;

  /** @param alpha how much what is not known yet counts, at least 0 */
  constructor(size: number, alpha: number) {
    this.#own = new NormalEquations(size);
    this.#alpha = alpha;
  }

  /** The reward that the features promise. */
  expected({ features }: Situation): number {
    return dot(this.#learned.theta, features);
  }

  value(situation: Situation): number {
    return this.expected(situation) + this.#alpha * this.#learned.decomposed.inverseNorm(situation.features);
  }

  learn({ features }: Situation, reward: number): void {
    this.#own.add(features, reward);
    this.#known = undefined;
  }

  own(): Float64Array {
    return this.#own.values.slice();
  }

  setOthers(values: Float64Array): void {
    this.#others = values;
    this.#known = undefined;
  }

  get #learned(): { readonly decomposed: Cholesky; readonly theta: Float64Array } {
    if (this.#known === undefined) {
      const all = new NormalEquations(this.#own.size);
      all.addAll(this.#own.values);
      if (this.#others !== undefined) all.addAll(this.#others);
      const decomposed = all.decompose(RIDGE);
      this.#known = { decomposed, theta: decomposed.solve(all.right) };
    }
    return this.#known;
  }
}

/**
 * How far the statistics of LinUCB can be apart, in Euclidean distance, where one sample is another: of features that are not
 * negative and rewards in 0 … 1, |x xᵀ − y yᵀ|² ≤ |x|⁴ + |y|⁴ and |r x − s y|² ≤ |x|² + |y|². Own derivation.
 * @param norm2 the largest |x|²
 */
export function linUcbSensitivity(norm2: number): number {
  return Math.sqrt(2 * norm2 * norm2 + 2 * norm2);
}

const dot = (one: ArrayLike<number>, other: ArrayLike<number>): number => {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!;
  return sum;
};
