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

/** A plane that touches the Earth at a point: equirectangular about it. */
export interface Projection {
  readonly latDegrees: number;
  readonly lonDegrees: number;
  readonly northMetresPerDegree: number;
  readonly eastMetresPerDegree: number;
}

/** The point of a plane for a position in degrees. */
export function projected(projection: Projection, lat: number, lon: number): Point {
  return {
    x: projection.eastMetresPerDegree * degreesEast(projection.lonDegrees, lon),
    y: projection.northMetresPerDegree * (lat - projection.latDegrees),
  };
}

/** Degrees that `lon` lies east of `reference`, the short way around. */
export function degreesEast(reference: number, lon: number): number {
  const east = lon - reference;
  return east > 180 ? east - 360 : east < -180 ? east + 360 : east;
}
