import { RandomStream } from '../../kernel/index.ts';
import type { DesignName } from '../../model/index.ts';
import { shiftedSobol } from './sobol.ts';

/**
 * Points of the unit cube, drawn.
 * @param names of the dimensions: each has a random stream of its own
 * @returns by dimension, then by point, in [0, 1)
 */
export type PointSet = (names: readonly string[], points: number, seed: number) => Float64Array[];

/** The designs that draw points; the grid draws none. */
export const pointSets: Readonly<Record<Exclude<DesignName, 'grid'>, PointSet>> = {
  random: (names, points, seed) =>
    names.map((name) => {
      const stream = new RandomStream(seed, `design/random/${name}`);
      return Float64Array.from({ length: points }, () => stream.uniform());
    }),
  'latin-hypercube': latinHypercube,
  sobol: shiftedSobol,
};

/**
 * Each dimension is cut into as many equal parts as there are points, and each part holds one point, at random in it.
 * Source: M. D. McKay, R. J. Beckman, W. J. Conover, Technometrics 21(2), 239-245 (1979).
 */
function latinHypercube(names: readonly string[], points: number, seed: number): Float64Array[] {
  return names.map((name) => {
    const stream = new RandomStream(seed, `design/latin-hypercube/${name}`);
    const parts = stream.shuffle(Array.from({ length: points }, (_, part) => part));
    return Float64Array.from(parts, (part) => (part + stream.uniform()) / points);
  });
}
