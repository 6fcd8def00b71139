import type { AccessPoint } from '../../model/index.ts';

/** Numbers of an access point: its place, its range and its hysteresis, m. */
const WIDTH = 4;
/** Rounding of positions must hide no access point. */
const MARGIN_M = 0.01;

/**
 * How far access points reach, side by side in memory, to tell at a glance which of them a short way cannot concern. What is not
 * ruled out is to be solved for: see `interval.ts`.
 */
export class Reach {
  readonly #values: Float64Array;

  constructor(accessPoints: readonly AccessPoint[]) {
    this.#values = new Float64Array(WIDTH * accessPoints.length);
    for (const [index, { position, rangeM, hysteresisM = 0 }] of accessPoints.entries()) {
      this.#values.set([position.x, position.y, rangeM, hysteresisM], WIDTH * index);
    }
  }

  /** The distance of a point from an access point, m. */
  distanceM(accessPoint: number, x: number, y: number): number {
    const dx = x - this.#values[WIDTH * accessPoint]!;
    const dy = y - this.#values[WIDTH * accessPoint + 1]!;
    return Math.sqrt(dx * dx + dy * dy);
  }

  /** Whether a way that begins so far from an access point stays in its range for certain. */
  holds(accessPoint: number, distanceM: number, wayM: number): boolean {
    return distanceM + wayM < this.#values[WIDTH * accessPoint + 2]! - MARGIN_M;
  }

  /** Whether a way that begins so far from an access point stays out of its range for certain. */
  misses(accessPoint: number, distanceM: number, wayM: number): boolean {
    return distanceM - wayM > this.#values[WIDTH * accessPoint + 2]! + MARGIN_M;
  }

  /** Whether no point of a way is nearer to another access point than to the serving one by its hysteresis, for certain. */
  keeps(serving: number, servingM: number, otherM: number, wayM: number): boolean {
    return otherM + this.#values[WIDTH * serving + 3]! - servingM > 2 * wayM + MARGIN_M;
  }
}
