import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Leg } from '../../../src/dynamics/mobility/index.ts';
import { nearerBy, velocityOf, withinRange } from '../../../src/dynamics/radio/interval.ts';
import { Reach } from '../../../src/dynamics/radio/reach.ts';
import type { Nanoseconds } from '../../../src/kernel/index.ts';
import type { AccessPoint, Metres, VertexId, MediumId } from '../../../src/model/index.ts';

const accessPoint = (x: number, y: number, rangeM: number, hysteresisM: number): AccessPoint => ({
  name: 'cell',
  technology: 'nr',
  vertex: 0 as VertexId,
  position: { x, y },
  rangeM: rangeM as Metres,
  hysteresisM: hysteresisM as Metres,
  latencyNs: 0 as Nanoseconds,
  uplinkMedium: 0 as MediumId,
  downlinkMedium: 0 as MediumId,
});
/** Whole millimetres, the least that a scenario's hysteresis may be. */
const metresFrom = (min: number, max: number) =>
  fc.integer({ min: 1_000 * min, max: 1_000 * max }).map((mm) => mm / 1_000);
const coordinate = metresFrom(-1_000, 1_000);
const step = metresFrom(-60, 60);
const metres = metresFrom(1, 500);

test('what a glance rules out, the exact solution does not find', () => {
  const seen = { holds: 0, misses: 0, keeps: 0, nothing: 0 };
  fc.assert(
    fc.property(
      fc.tuple(coordinate, coordinate, coordinate, coordinate, coordinate, coordinate),
      fc.tuple(step, step),
      fc.tuple(metres, metres, metresFrom(0, 50)),
      ([fromX, fromY, servingX, servingY, otherX, otherY], [stepX, stepY], [servingM, otherM, hysteresisM]) => {
        const serving = accessPoint(servingX, servingY, servingM, hysteresisM);
        const other = accessPoint(otherX, otherY, otherM, 0);
        const leg: Leg = {
          startNs: 0,
          endNs: 1e9,
          fromX,
          fromY,
          toX: fromX + stepX,
          toY: fromY + stepY,
          present: true,
        };
        const velocity = velocityOf(leg);
        const wayM = Math.hypot(stepX, stepY);
        const reach = new Reach([serving, other]);
        const toServingM = reach.distanceM(0, fromX, fromY);
        const toOtherM = reach.distanceM(1, fromX, fromY);
        const before = { ...seen };
        if (reach.holds(0, toServingM, wayM)) {
          seen.holds++;
          const { from, to } = withinRange(leg, velocity, serving.position, servingM);
          expect(from <= 0 && to >= leg.endNs).toBe(true);
        }
        if (reach.misses(1, toOtherM, wayM)) {
          seen.misses++;
          const { from, to } = withinRange(leg, velocity, other.position, otherM);
          expect(from > leg.endNs || to < 0).toBe(true);
        }
        if (reach.keeps(0, toServingM, toOtherM, wayM)) {
          seen.keeps++;
          const { from, to } = nearerBy(leg, velocity, serving.position, other.position, hysteresisM);
          expect(from > leg.endNs || to < 0).toBe(true);
        }
        if (seen.holds + seen.misses + seen.keeps === before.holds + before.misses + before.keeps) seen.nothing++;
      },
    ),
    { numRuns: 3_000, seed: 1 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
});
