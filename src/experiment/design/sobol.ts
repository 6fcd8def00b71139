import { RandomStream } from '../../kernel/index.ts';

/**
 * Degree and coefficients of the primitive polynomial, and the first direction numbers m_1, m_2, ..., of dimensions 2 to
 * 21. Source: S. Joe, F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci.
 * Comput. 30, 2635-2654 (2008), their file new-joe-kuo-6.21201.
 */
const directions: readonly (readonly [degree: number, coefficients: number, ...first: number[]])[] = [
  [1, 0, 1],
  [2, 1, 1, 3],
  [3, 1, 1, 3, 1],
  [3, 2, 1, 1, 1],
  [4, 1, 1, 1, 3, 3],
  [4, 4, 1, 3, 5, 13],
  [5, 2, 1, 1, 5, 5, 17],
  [5, 4, 1, 1, 5, 5, 5],
  [5, 7, 1, 1, 7, 11, 19],
  [5, 11, 1, 1, 5, 1, 1],
  [5, 13, 1, 1, 1, 3, 11],
  [5, 14, 1, 3, 5, 5, 31],
  [6, 1, 1, 3, 3, 9, 7, 49],
  [6, 13, 1, 1, 1, 15, 21, 21],
  [6, 16, 1, 3, 1, 13, 27, 49],
  [6, 19, 1, 1, 1, 15, 7, 5],
  [6, 22, 1, 3, 1, 15, 13, 25],
  [6, 25, 1, 1, 5, 5, 19, 61],
  [7, 1, 1, 3, 7, 11, 23, 15, 103],
  [7, 4, 1, 3, 7, 13, 13, 15, 69],
];

const BITS = 32;
const TWO_TO_32 = 0x1_0000_0000;

/** Dimensions that direction numbers are known for. */
export const MOST_SOBOL_DIMENSIONS = directions.length + 1;

/**
 * The first points of Sobol's digital net in base 2, in the order of the Gray code (Antonov & Saleev 1979), as whole
 * multiples of 2^-32.
 * @returns by dimension, then by point
 * @throws {RangeError} if there are no direction numbers for so many dimensions
 */
export function sobolNet(dimensions: number, points: number): Uint32Array[] {
  if (dimensions > MOST_SOBOL_DIMENSIONS)
    throw new RangeError(`${dimensions} dimensions, at most ${MOST_SOBOL_DIMENSIONS} are known`);
  return Array.from({ length: dimensions }, (_, dimension) => {
    const numbers = directionNumbers(dimension);
    const column = new Uint32Array(points);
    for (let point = 1; point < points; point++) {
      // the Gray code of a number differs from that of the one before in the bit of its lowest zero
      column[point] = column[point - 1]! ^ numbers[31 - Math.clz32(point & -point)]!;
    }
    return column;
  });
}

/**
 * As `sobolNet`, each dimension shifted bit by bit by a number drawn for it: the points are as even, and none of them
 * lies on an edge (Cranley & Patterson's shift in the net's own arithmetic; L'Ecuyer & Lemieux 2002, section 3).
 * @returns by dimension, then by point, in [0, 1)
 */
export function shiftedSobol(names: readonly string[], points: number, seed: number): Float64Array[] {
  return sobolNet(names.length, points).map((column, dimension) => {
    const shift = new RandomStream(seed, `design/sobol/${names[dimension]!}`).integer(TWO_TO_32);
    return Float64Array.from(column, (value) => ((value ^ shift) >>> 0) / TWO_TO_32);
  });
}

/** v_1 to v_32 of a dimension (from 0) as multiples of 2^-32: the recurrence (2) and (3) of Joe & Kuo (2003). */
function directionNumbers(dimension: number): Uint32Array {
  const numbers = new Uint32Array(BITS);
  if (dimension === 0) {
    for (let bit = 0; bit < BITS; bit++) numbers[bit] = 1 << (BITS - 1 - bit);
    return numbers;
  }
  const [degree, coefficients, ...first] = directions[dimension - 1]!;
  for (let bit = 0; bit < BITS; bit++) {
    if (bit < degree) {
      numbers[bit] = first[bit]! << (BITS - 1 - bit);
      continue;
    }
    let number = numbers[bit - degree]! ^ (numbers[bit - degree]! >>> degree);
    for (let k = 1; k < degree; k++) if ((coefficients >> (degree - 1 - k)) & 1) number ^= numbers[bit - k]!;
    numbers[bit] = number;
  }
  return numbers;
}
