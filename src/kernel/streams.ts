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

  /** Room for so many states. @returns where the four numbers of the first begin */
  reserve(count: number): number {
    const at = this.#used;
    this.#used += 4 * count;
    if (this.#used > this.values.length) {
      const wider = new Float64Array(Math.max(this.#used, 2 * this.values.length));
      wider.set(this.values);
      this.values = wider;
    }
    return at;
  }

  /** Puts the state that a stream of this name begins with where the four numbers begin. */
  seed(at: number, seed: number, name: string): void {
    const { s0, s1, s2, c } = seedrandom.alea(`${seed}/${name}`, { state: true }).state();
    this.values.set([s0, s1, s2, c], at);
  }
}

/** Makes a stream go on from another state of its pool. */
let moveTo: (stream: RandomStream, at: number) => void;

/**
 * One stream of random numbers (seedrandom's `alea`), independent of all others. Every sampler is exact, not an approximation by a
 * sum or a table, and gives the same bits on every machine.
 */
export class RandomStream {
  readonly name: string;
  readonly #pool: StatePool;
  #at: number;
  /** The spread of the lognormal drawn last, and what follows from it. */
  #cv = 0;
  #sigma = 0;

  /** The stream of this name under this seed: the two determine it. */
  constructor(seed: number, name: string, pool: StatePool = new StatePool()) {
    this.name = name;
    this.#pool = pool;
    this.#at = pool.reserve(1);
    pool.seed(this.#at, seed, name);
  }

  static {
    moveTo = (stream, at) => {
      stream.#at = at;
    };
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

/**
 * The streams of many that are alike, such as users, for the same purposes. Of each there is the state alone, those of one
 * entity side by side: with a stream object for each, most draws would wait for memory.
 */
export class StreamFamily<Purpose extends string> {
  readonly #seed: number;
  readonly #pool: StatePool;
  readonly #purposes: readonly Purpose[];
  readonly #first: number;
  readonly #streams: Readonly<Record<Purpose, RandomStream>>;

  constructor(seed: number, pool: StatePool, family: string, count: number, purposes: readonly Purpose[]) {
    this.#seed = seed;
    this.#pool = pool;
    this.#purposes = purposes;
    this.#first = pool.reserve(count * purposes.length);
    const streams = purposes.map((purpose) => [purpose, new RandomStream(seed, `${family}/*/${purpose}`, pool)]);
    this.#streams = Object.fromEntries(streams) as Record<Purpose, RandomStream>;
  }

  /** Begins the streams `name/purpose` of an entity, which those of these names would be by themselves. */
  begin(entity: number, name: string): void {
    for (const purpose of this.#purposes) {
      this.#pool.seed(this.#placeOf(entity, purpose), this.#seed, `${name}/${purpose}`);
    }
  }

  /** The stream of an entity. It is the same object for all: draw from it at once, and keep it not. */
  of(entity: number, purpose: Purpose): RandomStream {
    const stream = this.#streams[purpose];
    moveTo(stream, this.#placeOf(entity, purpose));
    return stream;
  }

  #placeOf(entity: number, purpose: Purpose): number {
    return this.#first + 4 * (entity * this.#purposes.length + this.#purposes.indexOf(purpose));
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

  /** Streams of so many entities for these purposes; see `StreamFamily`. */
  family<Purpose extends string>(name: string, count: number, purposes: readonly Purpose[]): StreamFamily<Purpose> {
    return new StreamFamily(this.#seed, this.#pool, name, count, purposes);
  }
}
