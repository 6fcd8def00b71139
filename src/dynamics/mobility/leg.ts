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

/** Numbers of a leg: its seven, and one more so that each leg is one line of the processor's cache. */
const WIDTH = 8;

/**
 * The present legs of many movers side by side. A leg of its own would be an object of seven more objects, one a number: with
 * ten thousand movers most of the time of a turn is then spent on waiting for memory.
 */
export class Legs {
  values = new Float64Array(16 * WIDTH);
  #used = 0;

  /** A leg of nothing at a time and place, for a chain to begin with. */
  add(startNs: number, { x, y }: Point): Leg {
    if (this.#used === this.values.length) {
      const wider = new Float64Array(2 * this.#used);
      wider.set(this.values);
      this.values = wider;
    }
    this.values.set([startNs, startNs, x, y, x, y, 1], this.#used);
    this.#used += WIDTH;
    return new PooledLeg(this, this.#used - WIDTH);
  }
}

class PooledLeg implements Leg {
  readonly #pool: Legs;
  readonly #at: number;

  constructor(pool: Legs, at: number) {
    this.#pool = pool;
    this.#at = at;
  }

  get startNs(): number {
    return this.#pool.values[this.#at]!;
  }
  set startNs(value: number) {
    this.#pool.values[this.#at] = value;
  }

  get endNs(): number {
    return this.#pool.values[this.#at + 1]!;
  }
  set endNs(value: number) {
    this.#pool.values[this.#at + 1] = value;
  }

  get fromX(): number {
    return this.#pool.values[this.#at + 2]!;
  }
  set fromX(value: number) {
    this.#pool.values[this.#at + 2] = value;
  }

  get fromY(): number {
    return this.#pool.values[this.#at + 3]!;
  }
  set fromY(value: number) {
    this.#pool.values[this.#at + 3] = value;
  }

  get toX(): number {
    return this.#pool.values[this.#at + 4]!;
  }
  set toX(value: number) {
    this.#pool.values[this.#at + 4] = value;
  }

  get toY(): number {
    return this.#pool.values[this.#at + 5]!;
  }
  set toY(value: number) {
    this.#pool.values[this.#at + 5] = value;
  }

  get present(): boolean {
    return this.#pool.values[this.#at + 6] === 1;
  }
  set present(value: boolean) {
    this.#pool.values[this.#at + 6] = value ? 1 : 0;
  }
}

/** A leg as it is now, which stays so when the chain goes on. */
export function copyOf({ startNs, endNs, fromX, fromY, toX, toY, present }: Leg): Leg {
  return { startNs, endNs, fromX, fromY, toX, toY, present };
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
