import type { LinearSeries } from '../../../model/index.ts';
import { lastBegun } from '../../last-begun.ts';
import type { MakeArrivals } from './process.ts';

/**
 * Poisson process of a rate that is piecewise linear in time, by exact inversion of the integrated rate (Çinlar,
 * Introduction to Stochastic Processes, 1975, §4.7): nothing is thinned out, so that each request takes one draw and users
 * of another rate come at other times from the same draws.
 */
export const varyingArrivals: MakeArrivals<'diurnal' | 'flash-crowd'> = ({ meanIntervalNs, factor }) => ({
  first: (_, stream) => timeToArea(factor, 0, meanIntervalNs * stream.exponential()),
  next: (_, stream, nowNs) => timeToArea(factor, nowNs, meanIntervalNs * stream.exponential()),
});

/**
 * How long from `nowNs` until the integral of the series has grown by `area`, ns; Infinity if it never does.
 * @param area in ns times the series' unit
 */
export function timeToArea({ startsNs, from, to }: LinearSeries, nowNs: number, area: number): number {
  let piece = lastBegun(startsNs, nowNs);
  let fromNs = nowNs;
  let left = area;
  for (;;) {
    const startNs = startsNs[piece]!;
    const stopNs = startsNs[piece + 1];
    if (stopNs === undefined) {
      const value = from[piece]!;
      return value > 0 ? fromNs - nowNs + left / value : Infinity;
    }
    const slope = (to[piece]! - from[piece]!) / (stopNs - startNs);
    const value = from[piece]! + slope * (fromNs - startNs);
    const whole = ((value + to[piece]!) / 2) * (stopNs - fromNs);
    if (left < whole) {
      // value x + slope x²/2 = left, solved for x without a difference of nearly equal numbers
      const root = Math.sqrt(Math.max(0, value * value + 2 * slope * left));
      return fromNs - nowNs + Math.min((2 * left) / (value + root), stopNs - fromNs);
    }
    left -= whole;
    fromNs = stopNs;
    piece++;
  }
}
