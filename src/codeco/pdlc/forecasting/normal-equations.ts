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

  /**
   * The weights of least squares with a small ridge, by Cholesky's decomposition. Where noise has left A without an inverse,
   * the ridge grows until it has one.
   */
  solve(): Float64Array {
    for (let ridge = RIDGE; ; ridge *= 10) {
      const weights = this.#solveWith(ridge);
      if (weights !== undefined) return weights;
    }
  }

  #solveWith(ridge: number): Float64Array | undefined {
    const { size } = this;
    const lower = new Float64Array(size * size);
    let at = 0;
    for (let row = 0; row < size; row++) {
      for (let column = row; column < size; column++) {
        lower[column * size + row] = this.values[at++]! + (row === column ? ridge : 0);
      }
    }
    for (let column = 0; column < size; column++) {
      for (let k = 0; k < column; k++) {
        const factor = lower[column * size + k]!;
        for (let row = column; row < size; row++) lower[row * size + column]! -= factor * lower[row * size + k]!;
      }
      const pivot = lower[column * size + column]!;
      if (!(pivot > 0)) return undefined;
      const root = Math.sqrt(pivot);
      for (let row = column; row < size; row++) lower[row * size + column]! /= root;
    }
    const weights = this.values.slice(at);
    for (let row = 0; row < size; row++) {
      for (let k = 0; k < row; k++) weights[row]! -= lower[row * size + k]! * weights[k]!;
      weights[row]! /= lower[row * size + row]!;
    }
    for (let row = size - 1; row >= 0; row--) {
      for (let k = row + 1; k < size; k++) weights[row]! -= lower[k * size + row]! * weights[k]!;
      weights[row]! /= lower[row * size + row]!;
    }
    return weights;
  }
}

/** Numbers that the statistics of so many features are. */
const valuesOf = (size: number): number => (size * (size + 1)) / 2 + size;
