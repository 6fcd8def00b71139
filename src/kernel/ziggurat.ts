import { exp, log } from './math/index.ts';

/** Layers of a ziggurat: a power of two. */
export const LAYERS = 256;

/** A falling density as a stack of layers of equal area, after Marsaglia & Tsang, J. Stat. Softw. 5(8), 2000. */
export interface Ziggurat {
  /** Where the tail begins. */
  readonly tail: number;
  /** Right edge of each layer from the bottom; entry LAYERS is 0. The bottom layer's edge stands for its area with the tail. */
  readonly edges: Float64Array;
  /** Density at each edge, not normalised: 1 at 0. */
  readonly heights: Float64Array;
}

/**
 * @param tail where the tail begins: fixed by the density and the number of layers
 * @param area of each layer: `tail` times the height there, and the area of the tail
 */
function ziggurat(
  tail: number,
  area: number,
  density: (x: number) => number,
  inverse: (height: number) => number,
): Ziggurat {
  const edges = new Float64Array(LAYERS + 1);
  const heights = new Float64Array(LAYERS + 1);
  edges[0] = area / density(tail);
  edges[1] = tail;
  heights[1] = density(tail);
  for (let i = 2; i < LAYERS; i++) {
    heights[i] = heights[i - 1]! + area / edges[i - 1]!;
    edges[i] = inverse(heights[i]!);
  }
  heights[LAYERS] = 1;
  return { tail, edges, heights };
}

/** Density e^-x. The constants solve the closing condition of 256 layers; computed with 40 digits. */
export const exponentialZiggurat = ziggurat(
  7.69711747013105,
  0.003949659822581557,
  (x) => exp(-x),
  (height) => -log(height),
);

/** Density e^(-x²/2) for x >= 0. The constants solve the closing condition of 256 layers; computed with 40 digits. */
export const normalZiggurat = ziggurat(
  3.654152885361009,
  0.004928673233974655,
  (x) => exp(-0.5 * x * x),
  (height) => Math.sqrt(-2 * log(height)),
);
