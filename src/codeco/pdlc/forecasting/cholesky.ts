/** Cholesky's decomposition A = L Lᵀ of a symmetric positive definite matrix. */
export class Cholesky {
  readonly #size: number;
  /** L, row by row. */
  readonly #lower: Float64Array;

  private constructor(size: number, lower: Float64Array) {
    this.#size = size;
    this.#lower = lower;
  }

  /**
   * Decomposes a matrix.
   * @param upper its upper triangle, row by row
   * @param ridge what is added to its diagonal
   * @returns undefined where it is not positive definite
   */
  static of(upper: ArrayLike<number>, size: number, ridge: number): Cholesky | undefined {
    const lower = new Float64Array(size * size);
    let at = 0;
    for (let row = 0; row < size; row++) {
      for (let column = row; column < size; column++)
        lower[column * size + row] = upper[at++]! + (row === column ? ridge : 0);
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
    return new Cholesky(size, lower);
  }

  /** A⁻¹ b. */
  solve(right: ArrayLike<number>): Float64Array {
    const size = this.#size;
    const lower = this.#lower;
    const solution = this.#forward(right);
    for (let row = size - 1; row >= 0; row--) {
      for (let k = row + 1; k < size; k++) solution[row]! -= lower[k * size + row]! * solution[k]!;
      solution[row]! /= lower[row * size + row]!;
    }
    return solution;
  }

  /** sqrt(xᵀ A⁻¹ x). */
  inverseNorm(x: ArrayLike<number>): number {
    return Math.sqrt(this.#forward(x).reduce((sum, value) => sum + value * value, 0));
  }

  /** L⁻¹ b. */
  #forward(right: ArrayLike<number>): Float64Array {
    const size = this.#size;
    const solution = Float64Array.from(right);
    for (let row = 0; row < size; row++) {
      for (let k = 0; k < row; k++) solution[row]! -= this.#lower[row * size + k]! * solution[k]!;
      solution[row]! /= this.#lower[row * size + row]!;
    }
    return solution;
  }
}
