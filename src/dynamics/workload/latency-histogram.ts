/** Values below 2^11 have a bucket each; above, each power of two has 2^10 buckets. */
const EXACT_BELOW = 2048;
const PER_OCTAVE = 1024;
/** Enough for every whole number of ns below 2^53. */
const BUCKETS = 44 * PER_OCTAVE;

/**
 * Counts of latencies in log-linear buckets (as HdrHistogram): any quantile to within 0.1 %, in constant memory.
 * The mean and the extremes are exact.
 */
export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sumNs = 0;
  #maxNs = 0;

  get count(): number {
    return this.#count;
  }

  /** Mean in ns, or undefined when nothing was added. */
  get meanNs(): number | undefined {
    return this.#count === 0 ? undefined : this.#sumNs / this.#count;
  }

  get maxNs(): number | undefined {
    return this.#count === 0 ? undefined : this.#maxNs;
  }

  /** @param latencyNs whole, not negative, below 2^53 */
  add(latencyNs: number): void {
    this.#count++;
    this.#sumNs += latencyNs;
    if (latencyNs > this.#maxNs) this.#maxNs = latencyNs;
    this.#counts[bucket(latencyNs)]!++;
  }

  /** The smallest latency that at least the share `q` (0 to 1) of all are not above, to within a bucket; undefined when empty. */
  quantileNs(q: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(q * this.#count));
    let seen = 0;
    for (let index = 0; index < this.#counts.length; index++) {
      seen += this.#counts[index]!;
      if (seen >= rank) return Math.min(upperBound(index), this.#maxNs);
    }
    return this.#maxNs;
  }

  /** The cumulative distribution: of each bucket that is not empty, its upper bound in ns and how many are not above it. */
  *cumulative(): Generator<readonly [upperNs: number, count: number]> {
    let seen = 0;
    for (let index = 0; seen < this.#count; index++) {
      const count = this.#counts[index]!;
      if (count === 0) continue;
      seen += count;
      yield [Math.min(upperBound(index), this.#maxNs), seen];
    }
  }
}

function bucket(value: number): number {
  if (value < EXACT_BELOW) return value;
  let low = value;
  let shiftedOut = 0;
  // clz32 counts in 32 bits: drop the lowest 21 of a larger value first
  if (low >= 4294967296) {
    low = Math.floor(low / 2097152);
    shiftedOut = 21;
  }
  const shift = 21 - Math.clz32(low);
  return (shiftedOut + shift) * PER_OCTAVE + (low >>> shift);
}

/** The largest value of a bucket. */
function upperBound(index: number): number {
  if (index < EXACT_BELOW) return index;
  const shift = Math.floor(index / PER_OCTAVE) - 1;
  let width = 1;
  for (let bit = 0; bit < shift; bit++) width *= 2;
  return (index - shift * PER_OCTAVE + 1) * width - 1;
}
