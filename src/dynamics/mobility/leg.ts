import type { Point } from '../../model/index.ts';

/**
 * One straight, uniform stretch of a motion, from a point at one time to a point at another; a rest where the two points
 * are the same. Every motion is a chain of legs: each begins when and where the one before has ended.
 */
export interface Leg {
  /** A whole number of ns. */
  startNs: number;
  /** A whole number of ns, or Infinity for a rest without end. */
  endNs: number;
  fromX: number;
  fromY: number;
  toX: number;
  toY: number;
  /** Whether the mover is there at all: a recorded one comes and goes. */
  present: boolean;
}

/** Where a leg's mover is. @param now from the leg's start to its end, ns */
export function positionOn(leg: Leg, now: number): Point {
  const { startNs, endNs, fromX, fromY, toX, toY } = leg;
  if (now >= endNs) return { x: toX, y: toY };
  if (endNs === Infinity) return { x: fromX, y: fromY };
  const share = (now - startNs) / (endNs - startNs);
  return { x: fromX + (toX - fromX) * share, y: fromY + (toY - fromY) * share };
}

/** A leg of nothing at a time and place, for a chain to begin with. */
export function legAt(startNs: number, { x, y }: Point): Leg {
  return { startNs, endNs: startNs, fromX: x, fromY: y, toX: x, toY: y, present: true };
}

/** Makes a leg the next one of its chain: straight to a point in so many ns, at least 1, rounded up. */
export function goOn(leg: Leg, x: number, y: number, durationNs: number): void {
  leg.startNs = leg.endNs;
  leg.fromX = leg.toX;
  leg.fromY = leg.toY;
  leg.toX = x;
  leg.toY = y;
  leg.endNs = leg.startNs + Math.max(Math.ceil(durationNs), 1);
}

/** Makes a leg the next one of its chain: a rest of so many ns, rounded up, or Infinity. */
export function stay(leg: Leg, durationNs: number): void {
  goOn(leg, leg.toX, leg.toY, durationNs);
}

/** Makes a leg the next one of its chain: straight to a point at a speed, m/s. */
export function goTo(leg: Leg, x: number, y: number, speedMps: number): void {
  const dx = x - leg.toX;
  const dy = y - leg.toY;
  goOn(leg, x, y, (Math.sqrt(dx * dx + dy * dy) / speedMps) * 1e9);
}
