import type { GaussMarkovMobility } from '../../model/index.ts';
import { drawPoint } from './area.ts';
import type { MobilityModel } from './itinerary.ts';
import { goOn, legAt } from './leg.ts';

/**
 * Gauss-Markov (Liang & Haas, IEEE/ACM Transactions on Networking 11(5), 2003) without drift: each component of the
 * velocity is an autoregressive Gaussian process in steps, v' = m v + sqrt(1 - m^2) sigma w. The speed is then Rayleigh
 * with mean sigma sqrt(pi / 2), which the scenario states. At the border the mover is reflected, mid-step where it
 * reaches it. By symmetry the steady state is a uniform position and a Gaussian velocity: the motion starts in it.
 */
export const gaussMarkov: MobilityModel<GaussMarkovMobility> = ({ area, meanSpeedMps, memory, stepNs }, mover) => {
  const stream = mover.stream();
  const sigma = meanSpeedMps / Math.sqrt(Math.PI / 2);
  const fresh = Math.sqrt(1 - memory * memory) * sigma;
  const lowX = area.centre.x - area.widthM / 2;
  const highX = area.centre.x + area.widthM / 2;
  const lowY = area.centre.y - area.heightM / 2;
  const highY = area.centre.y + area.heightM / 2;
  const first = legAt(0, drawPoint(area, stream));
  let vx = sigma * stream.normal();
  let vy = sigma * stream.normal();
  // the steps of movers are not in step: the first one is under way
  let stepEndNs = Math.max(Math.ceil(stepNs * (1 - stream.uniform())), 1);

  function next(leg: typeof first): void {
    const now = leg.endNs;
    if (now >= stepEndNs) {
      vx = memory * vx + fresh * stream.normal();
      vy = memory * vy + fresh * stream.normal();
      stepEndNs = now + stepNs;
    }
    // at a border and headed out: back
    if (leg.toX <= lowX) vx = Math.abs(vx);
    else if (leg.toX >= highX) vx = -Math.abs(vx);
    if (leg.toY <= lowY) vy = Math.abs(vy);
    else if (leg.toY >= highY) vy = -Math.abs(vy);
    const leftS = (stepEndNs - now) / 1e9;
    const x = leg.toX + vx * leftS;
    const y = leg.toY + vy * leftS;
    const toBorderX = x > highX ? (highX - leg.toX) / vx : x < lowX ? (lowX - leg.toX) / vx : Infinity;
    const toBorderY = y > highY ? (highY - leg.toY) / vy : y < lowY ? (lowY - leg.toY) / vy : Infinity;
    const toBorderS = Math.min(toBorderX, toBorderY);
    if (toBorderS === Infinity) goOn(leg, x, y, stepEndNs - now);
    else {
      const borderX = toBorderX === toBorderS ? (vx > 0 ? highX : lowX) : leg.toX + vx * toBorderS;
      const borderY = toBorderY === toBorderS ? (vy > 0 ? highY : lowY) : leg.toY + vy * toBorderS;
      goOn(leg, borderX, borderY, Math.min(toBorderS * 1e9, stepEndNs - now));
    }
  }

  next(first);
  return { first, next };
};
