import type { AccessPoint, Point } from '../../model/index.ts';
import type { Leg } from '../mobility/index.ts';
import { withinRange } from './interval.ts';

/**
 * The highest rate that an access point gives a mover by its distance, and how long it stays so.
 * @param atNs,untilNs ns from the leg's start
 */
export function rateAt(
  leg: Leg,
  velocity: Point,
  { position, rateSteps }: AccessPoint,
  atNs: number,
): { rateBps: number; untilNs: number } {
  let rateBps = rateSteps?.at(-1)?.rateBps ?? Infinity;
  let untilNs = Infinity;
  // the discs lie one in the other: from the largest to the smallest
  for (let step = (rateSteps?.length ?? 0) - 1; step >= 0; step--) {
    const { withinM, rateBps: inside } = rateSteps![step]!;
    const { from, to } = withinRange(leg, velocity, position, withinM);
    const entered = Math.max(Math.ceil(from), atNs);
    // as an access point, a disc that is touched for less than a nanosecond does not count
    if (!(entered + 1 <= to)) continue;
    if (entered > atNs) untilNs = Math.min(untilNs, entered);
    else {
      rateBps = inside;
      untilNs = Math.ceil(to);
    }
  }
  return { rateBps, untilNs };
}
