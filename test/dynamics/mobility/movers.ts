import {
  groupSharing,
  itineraryOf,
  Legs,
  positionOn,
  type Itinerary,
  type Leg,
} from '../../../src/dynamics/mobility/index.ts';
import { RandomStreams } from '../../../src/kernel/index.ts';
import type { Mobility, Point } from '../../../src/model/index.ts';

/** So many movers of one model, each with a stream of its own. */
export function movers(mobility: Mobility, count: number, seed = 1): Itinerary[] {
  const streams = new RandomStreams(seed);
  const legs = new Legs();
  const { shared } = groupSharing();
  const groupStream = (purpose: string) => streams.get(`group/${purpose}`);
  return Array.from({ length: count }, (_, index) =>
    itineraryOf(
      mobility,
      { x: 0, y: 0 },
      { index, stream: () => streams.get(`user/${index}/mobility`), groupStream, legs, shared },
    ),
  );
}

/** The leg that a mover is on at a time in seconds; times must not go back. */
export function legAfter(itinerary: Itinerary, seconds: number): Leg {
  while (itinerary.first.endNs <= seconds * 1e9) itinerary.next(itinerary.first);
  return itinerary.first;
}

export function positionAfter(itinerary: Itinerary, seconds: number): Point {
  return positionOn(legAfter(itinerary, seconds), seconds * 1e9);
}

/** The speed on a leg, m/s. */
export function speedOf({ fromX, fromY, toX, toY, startNs, endNs }: Leg): number {
  return (Math.hypot(toX - fromX, toY - fromY) / (endNs - startNs)) * 1e9;
}

/** Kolmogorov and Smirnov's distance of a sample from a distribution function, times the root of the sample's size. */
export function kolmogorov(sample: readonly number[], distribution: (x: number) => number): number {
  const sorted = Float64Array.from(sample).sort();
  const n = sorted.length;
  let most = 0;
  for (const [i, x] of sorted.entries()) {
    const f = distribution(x);
    most = Math.max(most, (i + 1) / n - f, f - i / n);
  }
  return most * Math.sqrt(n);
}

/** What `kolmogorov` of a true distribution exceeds once in a thousand samples. */
export const KOLMOGOROV_999 = 1.95;

/**
 * The density at distance r, in radii, from the middle of a unit disc while under way:
 * 45 / (64 pi) (1 - r^2) times the integral of sqrt(1 - r^2 cos^2 phi) over 0 to pi
 * (Hyytiä, Lassila & Virtamo, IEEE Transactions on Mobile Computing 5(6), 2006).
 */
function densityUnderWay(r: number): number {
  const steps = 400;
  let integral = 0;
  for (let i = 0; i < steps; i++) {
    const cos = Math.cos((Math.PI * (i + 0.5)) / steps);
    integral += Math.sqrt(1 - r * r * cos * cos) * (Math.PI / steps);
  }
  return (45 / (64 * Math.PI)) * (1 - r * r) * integral;
}

/** Its distribution function in r, from a table. */
export const radiusDistribution = ((): ((r: number) => number) => {
  const steps = 2_000;
  const table = [0];
  for (let i = 0; i < steps; i++) {
    const r = (i + 0.5) / steps;
    table.push(table[i]! + (2 * Math.PI * r * densityUnderWay(r)) / steps);
  }
  return (r) => {
    const i = Math.min(Math.floor(r * steps), steps - 1);
    return table[i]! + (table[i + 1]! - table[i]!) * (r * steps - i);
  };
})();
