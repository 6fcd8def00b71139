import { exp, log, type RandomStream } from '../../kernel/index.ts';
import type { RandomWaypointMobility, Range } from '../../model/index.ts';
import { diameterM, drawPoint, meanDistanceM } from './area.ts';
import { drawFrom, type MobilityModel } from './itinerary.ts';
import { goTo, stay, type Leg, type Legs } from './leg.ts';

/**
 * Random waypoint: straight to a uniform point of the area at a uniform speed, a uniform rest there, and so on.
 *
 * The motion starts in its steady state, by perfect sampling (Navidi & Camp, IEEE Transactions on Mobile Computing 3(1),
 * 2004; Le Boudec & Vojnovic, INFOCOM 2005), so that nothing has to settle: at rest with the probability that time is
 * spent at rest; otherwise on a way drawn with a density in proportion to its length, uniform on it, at a speed of density
 * in proportion to 1 / v.
 */
export const randomWaypoint: MobilityModel<RandomWaypointMobility> = (mobility, mover) => {
  const { area, speedMps, pauseNs } = mobility;
  const stream = mover.stream();
  const hasPause = pauseNs.max > 0;
  let isAtRest = stream.bernoulli(restingShare(mobility));
  return {
    first: isAtRest ? restUnderWay(mobility, mover.legs, stream) : wayUnderWay(mobility, mover.legs, stream),
    next(leg) {
      isAtRest = !isAtRest && hasPause;
      if (isAtRest) {
        stay(leg, drawFrom(pauseNs, stream));
        return;
      }
      const { x, y } = drawPoint(area, stream);
      goTo(leg, x, y, drawFrom(speedMps, stream));
    },
  };
};

/** The share of its time that a mover rests: mean rest over mean rest and mean way. */
export function restingShare({ area, speedMps, pauseNs }: RandomWaypointMobility): number {
  const { min, max } = speedMps;
  const meanInverseSpeed = min === max ? 1 / min : log(max / min) / (max - min);
  const meanWayNs = meanDistanceM(area) * meanInverseSpeed * 1e9;
  const meanPauseNs = (pauseNs.min + pauseNs.max) / 2;
  return meanPauseNs / (meanPauseNs + meanWayNs);
}

/** A rest that is under way at time 0: as long as rests are that an instant hits, and hit anywhere. */
function restUnderWay({ area, pauseNs }: RandomWaypointMobility, legs: Legs, stream: RandomStream): Leg {
  const leg = legs.add(0, drawPoint(area, stream));
  const { min, max } = pauseNs;
  // an instant hits a rest with a density in proportion to its length
  const lengthNs = min === max ? min : Math.sqrt(min * min + (max * max - min * min) * stream.uniform());
  stay(leg, lengthNs * (1 - stream.uniform()));
  return leg;
}

/** A way that is under way at time 0. */
function wayUnderWay({ area, speedMps }: RandomWaypointMobility, legs: Legs, stream: RandomStream): Leg {
  const most = diameterM(area);
  for (;;) {
    const from = drawPoint(area, stream);
    const to = drawPoint(area, stream);
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    if (!stream.bernoulli(Math.sqrt(dx * dx + dy * dy) / most)) continue;
    const done = stream.uniform();
    const leg = legs.add(0, { x: from.x + dx * done, y: from.y + dy * done });
    goTo(leg, to.x, to.y, speedUnderWay(speedMps, stream));
    return leg;
  }
}

/** A speed with a density in proportion to 1 / v: what an instant hits of ways whose speeds are uniform. */
export function speedUnderWay({ min, max }: Range, stream: RandomStream): number {
  if (min === max) return min;
  // rounding must not lead out of the range
  return Math.min(Math.max(min * exp(stream.uniform() * log(max / min)), min), max);
}
