import seedrandom from 'seedrandom';
import { exp, log1p } from './math/index.ts';
import { exponentialZiggurat, LAYERS, normalZiggurat } from './ziggurat.ts';

const TWO_TO_32 = 0x1_0000_0000;
const TWO_TO_53 = 0x20_0000_0000_0000;
/** Up to here the product of a 32-bit fraction and the bound is exact. */
const MAX_SHORT_BOUND = 0x20_0000;

const { edges: expEdges, heights: expHeights, tail: expTail } = exponentialZiggurat;
const { edges: normalEdges, heights: normalHeights, tail: normalTail } = normalZiggurat;

/** States of generators side by side: four numbers each, so that a draw touches one line of the processor's cache. */
class StatePool {
  values = new Float64Array(4 * 16);
  #used = 0;

  /** @returns where the four numbers begin */
  add(...state: readonly [number, number, number, number]): number {
    if (this.#used === this.values.length) {
      const wider = new Float64Array(2 * this.#used);
      wider.set(this.values);
      this.values = wider;
    }
    this.values.set(state, this.#used);
    this.#used += 4;
    return this.#used - 4;
  }
}

/**
 * One stream of random numbers (seedrandom's `alea`), independent of all others. Every sampler is exact, not an approximation by a
 * sum or a table, and gives the same bits on every machine.
 */
export class RandomStream {
  readonly name: string;
  readonly #pool: StatePool;
  readonly #at: number;
  /** The spread of the lognormal drawn last, and what follows from it. */
  #cv = 0;
  #sigma = 0;

  /** The stream of this name under this seed: the two determine it. */
  constructor(seed: number, name: string, pool: StatePool = new StatePool()) {
    this.name = name;
    const { s0, s1, s2, c } = seedrandom.alea(`${seed}/${name}`, { state: true }).state();
    this.#pool = pool;
    this.#at = pool.add(s0, s1, s2, c);
  }

  /**
   * A multiple of 2^-32 in [0, 1): the step of `alea`, on the state that seedrandom has made of the seed. Its own closure
   * would keep each number of the state in an object of its own: with a stream for every user most draws then wait for memory.
   */
  #short(): number {
    const { values } = this.#pool;
    const at = this.#at;
    const t = 2091639 * values[at]! + values[at + 3]! * 2.3283064365386963e-10;
    const carry = t | 0;
    values[at] = values[at + 1]!;
    values[at + 1] = values[at + 2]!;
    values[at + 2] = t - carry;
    values[at + 3] = carry;
    return t - carry;
  }

  /** Uniform on [0, 1): a multiple of 2^-53. */
  uniform(): number {
    return this.#short() + ((this.#short() * 0x20_0000) | 0) * 1.1102230246251565e-16; // 2^-53
  }

  /**
   * A whole number from 0 to n - 1, each exactly as likely as the others (Lemire, ACM TOMACS 29(1), 2019).
   * @throws {RangeError} if n is not a whole number from 1 to 2^53
   */
  integer(n: number): number {
    if (!(n >= 1 && n <= TWO_TO_53 && Math.floor(n) === n)) {
      throw new RangeError(
        `integer below n, stream '${this.name}': found n = ${n}, expected a whole number from 1 to 2^53`,
      );
    }
    if (n > MAX_SHORT_BOUND) return this.#longInteger(n);
    for (;;) {
      const product = this.#short() * n;
      const whole = Math.floor(product);
      // of the 2^32 fractions each number owns as many; the 2^32 mod n that are left over are drawn again
      const left = (product - whole) * TWO_TO_32;
      if (left >= n || left >= TWO_TO_32 % n) return whole;
    }
  }

  #longInteger(n: number): number {
    const end = TWO_TO_53 - (TWO_TO_53 % n);
    for (;;) {
      const k = this.uniform() * TWO_TO_53;
      if (k < end) return k % n;
    }
  }

  /** True with probability p; always for p >= 1, never for p <= 0. Draws once whatever p is. */
  bernoulli(p: number): boolean {
    return this.uniform() < p;
  }

  /** Exponential with mean 1 (ziggurat). */
  exponential(): number {
    for (;;) {
      const scaled = this.uniform() * LAYERS;
      const layer = scaled | 0;
      const x = (scaled - layer) * expEdges[layer]!;
      if (x < expEdges[layer + 1]!) return x;
      // the bottom layer goes on in the tail, which is the same distribution again
      if (layer === 0) return expTail + this.exponential();
      const low = expHeights[layer]!;
      if (low + this.uniform() * (expHeights[layer + 1]! - low) < exp(-x)) return x;
    }
  }

  /** Normal with mean 0 and standard deviation 1 (ziggurat). */
  normal(): number {
    for (;;) {
      const scaled = this.uniform() * (2 * LAYERS);
      const whole = scaled | 0;
      const layer = whole >> 1;
      const x = (scaled - whole) * normalEdges[layer]!;
      const sign = 1 - 2 * (whole & 1);
      if (x < normalEdges[layer + 1]!) return sign * x;
      if (layer === 0) return sign * this.#normalTail();
      const low = normalHeights[layer]!;
      if (low + this.uniform() * (normalHeights[layer + 1]! - low) < exp(-0.5 * x * x)) return sign * x;
    }
  }

  /** A normal beyond the ziggurat (Marsaglia, Technometrics 6(1), 1964). */
  #normalTail(): number {
    for (;;) {
      const x = this.exponential() / normalTail;
      if (2 * this.exponential() > x * x) return normalTail + x;
    }
  }

  /**
   * Lognormal with this mean and coefficient of variation (standard deviation over mean).
   * @throws {RangeError} if the mean is not positive or the coefficient negative
   */
  lognormal({ mean, cv }: { readonly mean: number; readonly cv: number }): number {
    if (!(mean > 0 && mean < Infinity && cv >= 0 && cv < Infinity)) {
      throw new RangeError(
        `lognormal, stream '${this.name}': found mean ${mean} and cv ${cv}, expected a positive mean and no negative cv`,
      );
    }
    if (cv !== this.#cv) {
      this.#cv = cv;
      this.#sigma = Math.sqrt(log1p(cv * cv));
    }
    const sigma = this.#sigma;
    return mean * exp(sigma * (this.normal() - 0.5 * sigma));
  }

  /** Puts the values in a random order, in place; every order is as likely (Fisher & Yates). */
  shuffle<T>(values: T[]): T[] {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const value = values[i]!;
      values[i] = values[j]!;
      values[j] = value;
    }
    return values;
  }
}

/** The random streams of a simulation by name. */
export class RandomStreams {
  readonly #seed: number;
  readonly #pool = new StatePool();
  readonly #streams = new Map<string, RandomStream>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The stream of this name, made when first asked for. To ask for another, in whatever order, changes none. */
  get(name: string): RandomStream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new RandomStream(this.#seed, name, this.#pool);
      this.#streams.set(name, stream);
    }
    return stream;
  }
}
