import type { Metres } from './units.ts';

/** A point in the scenario's plane, metres east and north of its origin. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export function distance(a: Point, b: Point): Metres {
  const dx = a.x - b.x;
  const dy = a.y - b.y;
  return Math.sqrt(dx * dx + dy * dy) as Metres;
}
