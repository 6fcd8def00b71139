import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Leg } from '../../../src/dynamics/mobility/index.ts';
import { nearerBy, velocityOf, withinRange, type Interval } from '../../../src/dynamics/radio/interval.ts';
import { distance, type Point } from '../../../src/model/index.ts';

const S = 1e9;
const leg = (from: Point, to: Point, seconds: number): Leg => ({
  startNs: 0,
  endNs: seconds * S,
  fromX: from.x,
  fromY: from.y,
  toX: to.x,
  toY: to.y,
  present: true,
});

/** Compares an interval with what stepping finely along the leg finds; true distances near the border prove nothing. */
function agree(way: Leg, interval: Interval, excess: (at: Point) => number): void {
  const velocity = velocityOf(way);
  const steps = 2_000;
  const wrong: string[] = [];
  for (let step = 0; step <= steps; step++) {
    const t = (way.endNs / steps) * step;
    const over = excess({ x: way.fromX + velocity.x * t, y: way.fromY + velocity.y * t });
    const isInside = t >= interval.from && t <= interval.to;
    if (Math.abs(over) > 1e-6 && isInside !== over > 0) wrong.push(`${t} ns, by ${over} m`);
  }
  expect(wrong).toEqual([]);
}

const coordinate = fc.double({ min: -500, max: 500, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate });
const seconds = fc.integer({ min: 1, max: 1_000 });

describe('against fine steps', () => {
  test('the time within range of a centre', () => {
    fc.assert(
      fc.property(
        point,
        point,
        point,
        seconds,
        fc.double({ min: 1, max: 600, noNaN: true }),
        (a, b, centre, s, radius) => {
          const way = leg(a, b, s);
          agree(way, withinRange(way, velocityOf(way), centre, radius), (at) => radius - distance(at, centre));
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  test('the time nearer by a margin to another access point than to its own', () => {
    const margin = fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 200, noNaN: true }));
    fc.assert(
      fc.property(point, point, point, point, seconds, margin, (a, b, serving, other, s, marginM) => {
        const way = leg(a, b, s);
        agree(
          way,
          nearerBy(way, velocityOf(way), serving, other, marginM),
          (at) => distance(at, serving) - distance(at, other) - marginM,
        );
      }),
      { numRuns: 120, seed: 2 },
    );
  });
});

describe('worked by hand', () => {
  test('straight through a disc of 50 m at 1 m/s, passing the centre at 30 m: 40 s before and after the nearest point', () => {
    const way = leg({ x: -100, y: 30 }, { x: 100, y: 30 }, 200);
    const { from, to } = withinRange(way, velocityOf(way), { x: 0, y: 0 }, 50);
    expect(from / S).toBeCloseTo(60, 9);
    expect(to / S).toBeCloseTo(140, 9);
  });

  test('from one centre to another 100 m away: nearer by 20 m is 60 m on', () => {
    const way = leg({ x: 0, y: 0 }, { x: 100, y: 0 }, 100);
    const { from, to } = nearerBy(way, velocityOf(way), { x: 0, y: 0 }, { x: 100, y: 0 }, 20);
    expect(from / S).toBeCloseTo(60, 9);
    expect(to).toBe(Infinity);
  });

  test('past two centres on a line abeam: never nearer by more than their distance', () => {
    const way = leg({ x: -1000, y: 5 }, { x: 1000, y: 5 }, 100);
    const { from, to } = nearerBy(way, velocityOf(way), { x: 0, y: 0 }, { x: 10, y: 0 }, 10.5);
    expect(from).toBeGreaterThan(to);
  });

  test('a rest is in range for ever or never', () => {
    const way = leg({ x: 3, y: 4 }, { x: 3, y: 4 }, 10);
    expect(withinRange(way, velocityOf(way), { x: 0, y: 0 }, 5)).toEqual({ from: -Infinity, to: Infinity });
    expect(withinRange(way, velocityOf(way), { x: 0, y: 0 }, 4.99)).toEqual({ from: Infinity, to: -Infinity });
  });
});
