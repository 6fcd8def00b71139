import type { Point } from '../../model/index.ts';
import type { Leg } from '../mobility/index.ts';

/** A span of time on a leg, ns from its start; empty where `from > to`. It may reach beyond the leg at both ends. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

const NEVER: Interval = { from: Infinity, to: -Infinity };
const ALWAYS: Interval = { from: -Infinity, to: Infinity };

/** The velocity on a leg, m/ns. */
export function velocityOf(leg: Leg): Point {
  const durationNs = leg.endNs - leg.startNs;
  // a rest without end, and one of no time at all
  if (!(durationNs > 0 && durationNs < Infinity)) return { x: 0, y: 0 };
  return { x: (leg.toX - leg.fromX) / durationNs, y: (leg.toY - leg.fromY) / durationNs };
}

/**
 * When a mover on a leg, gone on with for ever both ways, is at most `radiusM` away from a centre: one interval, for a
 * disc is convex. Solved exactly, with a square root alone.
 */
export function withinRange(leg: Leg, velocity: Point, centre: Point, radiusM: number): Interval {
  const dx = leg.fromX - centre.x;
  const dy = leg.fromY - centre.y;
  const a = velocity.x * velocity.x + velocity.y * velocity.y;
  const b = dx * velocity.x + dy * velocity.y;
  const c = dx * dx + dy * dy - radiusM * radiusM;
  if (a === 0) return c <= 0 ? ALWAYS : NEVER;
  const discriminant = b * b - a * c;
  return discriminant < 0 ? NEVER : betweenRoots(a, b, c, discriminant);
}

/**
 * When a mover on a leg, gone on with for ever both ways, is nearer to `other` than to `serving` by at least `marginM`:
 * one interval, for the set of such points is convex (a half-plane, or the inside of the hyperbola's branch around
 * `other`). Without a margin it is open: on the bisector none is nearer.
 */
export function nearerBy(leg: Leg, velocity: Point, serving: Point, other: Point, marginM: number): Interval {
  const servingX = leg.fromX - serving.x;
  const servingY = leg.fromY - serving.y;
  const otherX = leg.fromX - other.x;
  const otherY = leg.fromY - other.y;
  const other2 = otherX * otherX + otherY * otherY;
  const margin2 = marginM * marginM;
  // l(t) = |serving|^2 - |other|^2 - margin^2 is linear; the set is where l >= 2 margin |other|
  const l0 = servingX * servingX + servingY * servingY - other2 - margin2;
  const l1 = 2 * (velocity.x * (servingX - otherX) + velocity.y * (servingY - otherY));
  if (marginM === 0) {
    if (l1 === 0) return l0 > 0 ? ALWAYS : NEVER;
    return l1 > 0 ? { from: -l0 / l1, to: Infinity } : { from: -Infinity, to: -l0 / l1 };
  }
  // ... which is where l >= 0 and q = l^2 - 4 margin^2 |other|^2 >= 0, a quadratic a t^2 + 2 b t + c
  const speed2 = velocity.x * velocity.x + velocity.y * velocity.y;
  const a = l1 * l1 - 4 * margin2 * speed2;
  const b = l0 * l1 - 4 * margin2 * (otherX * velocity.x + otherY * velocity.y);
  const c = l0 * l0 - 4 * margin2 * other2;
  if (speed2 === 0) return l0 >= 0 && c >= 0 ? ALWAYS : NEVER;
  const discriminant = b * b - a * c;
  if (a < 0) {
    // flatter than the asymptotes: the line cuts one of the two branches, or none
    if (discriminant < 0) return NEVER;
    const cut = betweenRoots(a, b, c, discriminant);
    return l0 + l1 * ((cut.from + cut.to) / 2) >= 0 ? cut : NEVER;
  }
  // steeper: it cuts each branch once
  const roots = betweenRoots(a, b, c, Math.max(discriminant, 0));
  return l1 > 0 ? { from: roots.to, to: Infinity } : { from: -Infinity, to: roots.from };
}

/** From the smaller to the greater root of a t^2 + 2 b t + c, neither by the difference of two near numbers. */
function betweenRoots(a: number, b: number, c: number, discriminant: number): Interval {
  const root = Math.sqrt(discriminant);
  const q = b > 0 ? -b - root : -b + root;
  if (q === 0) return { from: 0, to: 0 };
  const one = q / a;
  const two = c / q;
  return one < two ? { from: one, to: two } : { from: two, to: one };
}
