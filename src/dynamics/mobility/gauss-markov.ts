import type { RandomStream } from '../../kernel/index.ts';
import type { GaussMarkovMobility } from '../../model/index.ts';
import { drawPoint } from './area.ts';
import type { MobilityModel } from './itinerary.ts';
import { goOn, type Leg } from './leg.ts';

/** Numbers of a mover: its velocity, m/s, and when its step ends, ns. */
const WIDTH = 3;

/** The movers of a group that moves so, their states side by side as legs are: a step then waits little for memory. */
class GaussMarkovGroup {
  states = new Float64Array(16 * WIDTH);
  readonly #sigma: number;
  readonly #fresh: number;
  readonly #memory: number;
  readonly #stepNs: number;
  readonly #lowX: number;
  readonly #highX: number;
  readonly #lowY: number;
  readonly #highY: number;

  constructor({ area, meanSpeedMps, memory, stepNs }: GaussMarkovMobility) {
    this.#sigma = meanSpeedMps / Math.sqrt(Math.PI / 2);
    this.#fresh = Math.sqrt(1 - memory * memory) * this.#sigma;
    this.#memory = memory;
    this.#stepNs = stepNs;
    this.#lowX = area.centre.x - area.widthM / 2;
    this.#highX = area.centre.x + area.widthM / 2;
    this.#lowY = area.centre.y - area.heightM / 2;
    this.#highY = area.centre.y + area.heightM / 2;
  }

  /** Sets a mover in motion. */
  begin(mover: number, stream: RandomStream): void {
    const at = WIDTH * mover;
    if (at + WIDTH > this.states.length) {
      const wider = new Float64Array(Math.max(at + WIDTH, 2 * this.states.length));
      wider.set(this.states);
      this.states = wider;
    }
    this.states[at] = this.#sigma * stream.normal();
    this.states[at + 1] = this.#sigma * stream.normal();
    // the steps of movers are not in step: the first one is under way
    this.states[at + 2] = Math.max(Math.ceil(this.#stepNs * (1 - stream.uniform())), 1);
  }

  next(mover: number, stream: RandomStream, leg: Leg): void {
    const { states } = this;
    const at = WIDTH * mover;
    const now = leg.endNs;
    const fromX = leg.toX;
    const fromY = leg.toY;
    let vx = states[at]!;
    let vy = states[at + 1]!;
    let stepEndNs = states[at + 2]!;
    if (now >= stepEndNs) {
      vx = this.#memory * vx + this.#fresh * stream.normal();
      vy = this.#memory * vy + this.#fresh * stream.normal();
      stepEndNs = now + this.#stepNs;
    }
    // at a border and headed out: back
    if (fromX <= this.#lowX) vx = Math.abs(vx);
    else if (fromX >= this.#highX) vx = -Math.abs(vx);
    if (fromY <= this.#lowY) vy = Math.abs(vy);
    else if (fromY >= this.#highY) vy = -Math.abs(vy);
    states[at] = vx;
    states[at + 1] = vy;
    states[at + 2] = stepEndNs;
    const leftS = (stepEndNs - now) / 1e9;
    const x = fromX + vx * leftS;
    const y = fromY + vy * leftS;
    const toBorderX = borderS(fromX, x, vx, this.#lowX, this.#highX);
    const toBorderY = borderS(fromY, y, vy, this.#lowY, this.#highY);
    const toBorderS = Math.min(toBorderX, toBorderY);
    if (toBorderS === Infinity) goOn(leg, x, y, stepEndNs - now);
    else {
      const borderX = toBorderX === toBorderS ? (vx > 0 ? this.#highX : this.#lowX) : fromX + vx * toBorderS;
      const borderY = toBorderY === toBorderS ? (vy > 0 ? this.#highY : this.#lowY) : fromY + vy * toBorderS;
      goOn(leg, borderX, borderY, Math.min(toBorderS * 1e9, stepEndNs - now));
    }
  }
}

/** How long it takes to the border that lies between two coordinates, s; Infinity where none does. */
function borderS(from: number, to: number, velocity: number, low: number, high: number): number {
  return to > high ? (high - from) / velocity : to < low ? (low - from) / velocity : Infinity;
}

/**
 * Gauss-Markov (Liang & Haas, IEEE/ACM Transactions on Networking 11(5), 2003) without drift: each component of the
 * velocity is an autoregressive Gaussian process in steps, v' = m v + sqrt(1 - m^2) sigma w. The speed is then Rayleigh
 * with mean sigma sqrt(pi / 2), which the scenario states. At the border the mover is reflected, mid-step where it
 * reaches it. By symmetry the steady state is a uniform position and a Gaussian velocity: the motion starts in it.
 */
export const gaussMarkov: MobilityModel<GaussMarkovMobility> = (mobility, mover) => {
  const stream = mover.stream();
  const { index } = mover;
  const group = mover.shared(() => new GaussMarkovGroup(mobility));
  const first = mover.legs.add(0, drawPoint(mobility.area, stream));
  group.begin(index, stream);
  const next = (leg: Leg): void => group.next(index, stream, leg);
  next(first);
  return { first, next };
};
