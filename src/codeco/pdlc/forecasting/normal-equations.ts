import { Cholesky } from './cholesky.ts';

/** Pulls weights to 0 where there is little to learn from. Own design. */
const RIDGE = 1e-3;

/**
 * What a linear model has to keep of its samples: A = Σ x xᵀ and b = Σ x y, older samples weighing less. The statistics of
 * several places added up are those of all their samples: the model that follows from the sum is the least-squares model of
 * the union, which is also the mean of the places' own models, each weighted by its A. So places exchange these, and no
 * samples.
 */
export class NormalEquations {
  readonly size: number;
  /** The upper triangle of A, row by row, then b. */
  readonly values: Float64Array;

  /** @param size features, the constant one among them */
  constructor(size: number) {
    this.size = size;
    this.values = new Float64Array(valuesOf(size));
  }

  /** Takes a sample in, and what was there before a little less. */
  add(features: ArrayLike<number>, target: number): void {
    let at = 0;
    for (let row = 0; row < this.size; row++) {
      for (let column = row; column < this.size; column++) this.values[at++]! += features[row]! * features[column]!;
    }
    for (let row = 0; row < this.size; row++) this.values[at++]! += features[row]! * target;
  }

  /** Lets all that was taken in so far weigh this many times as much. */
  scale(factor: number): void {
    for (let at = 0; at < this.values.length; at++) this.values[at]! *= factor;
  }

  addAll(other: Float64Array): void {
    if (other.length !== this.values.length)
      throw new RangeError(`${other.length} values: expected ${this.values.length}`);
    for (let at = 0; at < other.length; at++) this.values[at]! += other[at]!;
  }

  /** The weights of least squares with a small ridge. */
  solve(): Float64Array {
    return this.decompose(RIDGE).solve(this.right);
  }

  /** b. */
  get right(): Float64Array {
    return this.values.subarray(this.values.length - this.size);
  }

  /** A with a ridge on its diagonal; where noise has left A without an inverse, the ridge grows until it has one. */
  decompose(least: number): Cholesky {
    for (let ridge = least; ; ridge *= 10) {
      const decomposed = Cholesky.of(this.values, this.size, ridge);
      if (decomposed !== undefined) return decomposed;
    }
  }
}

/** Numbers that the statistics of so many features are. */
const valuesOf = (size: number): number => (size * (size + 1)) / 2 + size;
