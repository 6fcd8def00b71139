import seedrandom from 'seedrandom';

/** One independent, named stream of randomness. PLACEHOLDER for the full set of samplers. */
export class RandomStream {
  readonly name: string;
  readonly #prng: seedrandom.PRNG;
  constructor(seed: number, name: string) {
    this.name = name;
    this.#prng = seedrandom.alea(`${seed}/${name}`);
  }
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return this.#prng.double();
  }
  /** A whole number in [0, n), each equally likely. */
  integer(n: number): number {
    return Math.floor(this.#prng.double() * n);
  }
  /** Exponential with mean 1. */
  exponential(): number {
    return -Math.log(1 - this.#prng.double());
  }
}

export class RandomStreams {
  readonly #seed: number;
  readonly #streams = new Map<string, RandomStream>();
  constructor(seed: number) {
    this.#seed = seed;
  }
  get(name: string): RandomStream {
    let stream = this.#streams.get(name);
    if (stream === undefined) this.#streams.set(name, (stream = new RandomStream(this.#seed, name)));
    return stream;
  }
}
