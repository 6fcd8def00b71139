import seedrandom from 'seedrandom';
import { expect, test } from 'vitest';
import { erfc, gammaQ } from './distributions.ts';
import { RandomStream, RandomStreams } from '../../src/kernel/index.ts';
import { exponentialZiggurat, LAYERS, normalZiggurat, type Ziggurat } from '../../src/kernel/ziggurat.ts';

const N = 400_000;

function draw(count: number, sample: () => number): Float64Array {
  return Float64Array.from({ length: count }, sample);
}

/** Kolmogorov and Smirnov's distance times the root of n: above 1.95 with a probability of 0.001. */
function distance(values: Float64Array, cdf: (x: number) => number): number {
  const sorted = values.toSorted();
  let largest = 0;
  for (const [i, x] of sorted.entries()) {
    const p = cdf(x);
    largest = Math.max(largest, Math.abs(p - i / sorted.length), Math.abs(p - (i + 1) / sorted.length));
  }
  return largest * Math.sqrt(sorted.length);
}

/** Moments 1 to 4 about 0. */
function moments(values: Float64Array): number[] {
  const sums = [0, 0, 0, 0];
  for (const x of values) for (let k = 0; k < 4; k++) sums[k]! += x ** (k + 1);
  return sums.map((sum) => sum / values.length);
}

/** Probability of a chi-square at least this large. */
function chiSquareTail(observed: ArrayLike<number>, expected: number): number {
  let sum = 0;
  for (let i = 0; i < observed.length; i++) sum += (observed[i]! - expected) ** 2 / expected;
  return gammaQ((observed.length - 1) / 2, sum / 2);
}

function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = Math.min(x.length, y.length);
  let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    sx += x[i]!;
    sy += y[i]!;
    sxx += x[i]! * x[i]!;
    syy += y[i]! * y[i]!;
    sxy += x[i]! * y[i]!;
  }
  return (n * sxy - sx * sy) / Math.sqrt((n * sxx - sx * sx) * (n * syy - sy * sy));
}

test('a stream is seedrandom’s alea, seeded with the seed and the name', () => {
  const stream = new RandomStream(7, 'user/17/arrivals');
  const alea = seedrandom.alea('7/user/17/arrivals');
  for (let i = 0; i < 1000; i++) expect(stream.uniform()).toBe(alea.double());
});

test('the first draws of a stream never change', () => {
  const stream = new RandomStream(7, 'pinned');
  const found = [
    stream.uniform(),
    stream.integer(1000),
    stream.integer(2 ** 40),
    stream.exponential(),
    stream.normal(),
    stream.lognormal({ mean: 10, cv: 0.5 }),
    stream.bernoulli(0.5),
    stream.shuffle([1, 2, 3, 4, 5]),
  ];
  expect(found).toEqual([
    0.05568090671060133,
    767,
    678915565558,
    1.6184116351430764,
    0.4700299803795543,
    3.335637878283798,
    true,
    [2, 1, 3, 5, 4],
  ]);
  // many more of each, the tails of the ziggurats among them
  const sums = [0, 0];
  for (let i = 0; i < 100_000; i++) {
    sums[0]! += stream.exponential();
    sums[1]! += stream.normal();
  }
  expect(sums).toEqual([100282.12930829405, 559.1431530044238]);
});

test('another stream, or another draw from it, changes nothing, whatever the order', () => {
  const alone = new RandomStreams(3);
  const expected = draw(50, () => alone.get('b').exponential());
  const crowd = new RandomStreams(3);
  crowd.get('a').uniform();
  const b = crowd.get('b');
  const found = draw(50, () => {
    crowd.get('a').normal();
    crowd.get('c').integer(6);
    return b.exponential();
  });
  expect(found).toEqual(expected);
  expect(crowd.get('b')).toBe(b);
  expect(new RandomStreams(4).get('b').exponential()).not.toBe(expected[0]);
});

test('streams of similar names and seeds are uniform and uncorrelated across each other', () => {
  for (const make of [
    (i: number) => new RandomStream(7, `user/${i}/arrivals`),
    (i: number) => new RandomStream(7, `${i}`),
    (i: number) => new RandomStream(i, 'arrivals'),
  ]) {
    const first = new Float64Array(20_000);
    const second = new Float64Array(20_000);
    for (let i = 0; i < first.length; i++) {
      const stream = make(i);
      first[i] = stream.uniform();
      second[i] = stream.uniform();
    }
    expect(distance(first, (x) => x)).toBeLessThan(1.95);
    expect(distance(second, (x) => x)).toBeLessThan(1.95);
    const limit = 3.5 / Math.sqrt(first.length);
    for (const lag of [1, 2, 10, 100]) expect(Math.abs(correlation(first, first.subarray(lag)))).toBeLessThan(limit);
    expect(Math.abs(correlation(first, second))).toBeLessThan(limit);
  }
});

test('uniform is uniform on [0, 1), with neighbours uncorrelated', () => {
  const stream = new RandomStream(1, 'uniform');
  const values = draw(N, () => stream.uniform());
  expect(values.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 53))).toBe(true);
  expect(distance(values, (x) => x)).toBeLessThan(1.95);
  for (const lag of [1, 2, 3, 4])
    expect(Math.abs(correlation(values, values.subarray(lag)))).toBeLessThan(3.5 / Math.sqrt(N));
  const pairs = new Float64Array(256);
  for (let i = 1; i < N; i += 2) pairs[Math.floor(values[i - 1]! * 16) * 16 + Math.floor(values[i]! * 16)]!++;
  expect(chiSquareTail(pairs, N / 512)).toBeGreaterThan(0.001);
});

test.each([1, 2, 3, 7, 100, 997])('integer(%d) gives every number as often', (n) => {
  const stream = new RandomStream(1, `integer ${n}`);
  const counts = new Float64Array(n);
  for (let i = 0; i < N; i++) counts[stream.integer(n)]!++;
  if (n === 1) expect(counts[0]).toBe(N);
  else expect(chiSquareTail(counts, N / n)).toBeGreaterThan(0.001);
});

test('integer is uniform for bounds beyond 2^21 too, where a product of 32 bits is no longer exact', () => {
  for (const n of [2 ** 21, 2 ** 21 + 1, 3 * 2 ** 30, 3 * 2 ** 51, 2 ** 53]) {
    const stream = new RandomStream(1, `integer ${n}`);
    const values = draw(100_000, () => stream.integer(n));
    expect(values.every((k) => Number.isInteger(k) && k >= 0 && k < n)).toBe(true);
    expect(distance(values, (k) => (k + 0.5) / n)).toBeLessThan(1.95);
  }
});

test('draws beyond the last multiple of a bound are drawn again, not folded back', () => {
  // a bound of 3/4 × 2^53: the remainder alone would give the lower third twice as often
  const n = 3 * 2 ** 51;
  const stream = new RandomStream(2, 'rejection');
  const low = draw(100_000, () => stream.integer(n)).filter((k) => k < n / 3).length;
  expect(Math.abs(low / 100_000 - 1 / 3)).toBeLessThan(0.006);
});

test('integer is Lemire’s method to the letter: drawn again where a number would get one fraction too many', () => {
  const n = 2096129; // of those up to 2^21 with which most is left over: about one draw in 2,050
  const stream = new RandomStream(1, 'lemire');
  const alea = seedrandom.alea('1/lemire');
  const left = 0x1_0000_0000n % BigInt(n);
  let again = 0;
  for (let i = 0; i < 50_000; i++) {
    let product: bigint;
    while ((product = BigInt(alea.quick() * 0x1_0000_0000) * BigInt(n)) % 0x1_0000_0000n < left) again++;
    expect(stream.integer(n)).toBe(Number(product >> 32n));
  }
  expect(again).toBeGreaterThan(10);
});

test.each([0, -1, 1.5, NaN, Infinity, 2 ** 53 + 2])('integer(%d) is refused', (n) => {
  const message = `integer below n, stream 's': found n = ${n}, expected a whole number from 1 to 2^53`;
  expect(() => new RandomStream(1, 's').integer(n)).toThrow(new RangeError(message));
});

test('exponential: distribution and moments 1, 2, 6, 24', () => {
  const stream = new RandomStream(1, 'exponential');
  const values = draw(N, () => stream.exponential());
  expect(distance(values, (x) => 1 - Math.exp(-x))).toBeLessThan(1.95);
  const [m1, m2, m3, m4] = moments(values) as [number, number, number, number];
  expect(Math.abs(m1 - 1)).toBeLessThan(4 * Math.sqrt(1 / N));
  expect(Math.abs(m2 - 2)).toBeLessThan(4 * Math.sqrt(20 / N));
  expect(Math.abs(m3 - 6)).toBeLessThan(4 * Math.sqrt(684 / N));
  expect(Math.abs(m4 - 24)).toBeLessThan(4 * Math.sqrt(39_744 / N));
  expect(values.every((x) => x >= 0)).toBe(true);
  // the tail of the ziggurat, beyond 7.697: e^-7.697 of all
  const inTail = values.filter((x) => x > exponentialZiggurat.tail).length;
  const expected = N * Math.exp(-exponentialZiggurat.tail);
  expect(Math.abs(inTail - expected)).toBeLessThan(4 * Math.sqrt(expected));
});

test('normal: distribution and moments 0, 1, 0, 3, and its tails', () => {
  const stream = new RandomStream(1, 'normal');
  const values = draw(2 * N, () => stream.normal());
  expect(distance(values, (x) => 0.5 * erfc(-x / Math.SQRT2))).toBeLessThan(1.95);
  const [m1, m2, m3, m4] = moments(values) as [number, number, number, number];
  expect(Math.abs(m1)).toBeLessThan(4 * Math.sqrt(1 / values.length));
  expect(Math.abs(m2 - 1)).toBeLessThan(4 * Math.sqrt(2 / values.length));
  expect(Math.abs(m3)).toBeLessThan(4 * Math.sqrt(15 / values.length));
  expect(Math.abs(m4 - 3)).toBeLessThan(4 * Math.sqrt(96 / values.length));
  for (const sign of [1, -1]) {
    const inTail = values.filter((x) => sign * x > normalZiggurat.tail).length;
    const expected = 0.5 * erfc(normalZiggurat.tail / Math.SQRT2) * values.length;
    expect(Math.abs(inTail - expected)).toBeLessThan(4 * Math.sqrt(expected));
  }
  expect(Math.abs(correlation(values, values.subarray(1)))).toBeLessThan(4 / Math.sqrt(values.length));
});

test('neither ziggurat leaves a trace of its layers', () => {
  // probabilities of the true distribution between the edges of neighbouring layers, against how many fell there
  const cases: [string, Ziggurat, (x: number) => number, (stream: RandomStream) => number][] = [
    ['exponential', exponentialZiggurat, (x) => Math.exp(-x), (stream) => stream.exponential()],
    ['normal', normalZiggurat, (x) => erfc(x / Math.SQRT2), (stream) => Math.abs(stream.normal())],
  ];
  for (const [name, { edges }, tail, sample] of cases) {
    const inner = edges.subarray(1).toReversed(); // from 0 outwards
    const bounds = Array.from(inner).filter((_, i) => i % 4 === 0);
    const counts = new Float64Array(bounds.length);
    const stream = new RandomStream(1, `layers ${name}`);
    for (let i = 0; i < N; i++) {
      const x = sample(stream);
      let [low, high] = [0, bounds.length];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (bounds[middle]! <= x) low = middle;
        else high = middle;
      }
      counts[low]!++;
    }
    let sum = 0;
    for (let i = 0; i < bounds.length; i++) {
      const expected = N * (tail(bounds[i]!) - (i + 1 < bounds.length ? tail(bounds[i + 1]!) : 0));
      sum += (counts[i]! - expected) ** 2 / expected;
    }
    expect(gammaQ((bounds.length - 1) / 2, sum / 2)).toBeGreaterThan(0.001);
  }
});

test('the layers of the ziggurats close: the topmost reaches the density at 0', () => {
  for (const { edges, heights, tail } of [exponentialZiggurat, normalZiggurat]) {
    const area = edges[0]! * heights[1]!;
    expect(edges[1]).toBe(tail);
    expect(heights[LAYERS - 1]! + area / edges[LAYERS - 1]!).toBeCloseTo(1, 11);
    for (let i = 1; i < LAYERS; i++) expect(edges[i + 1]).toBeLessThan(edges[i]!);
  }
});

test.each([
  [5, 0.2],
  [0.001, 1],
  [1e9, 2],
])('lognormal with mean %d and coefficient of variation %d: both, and the distribution', (mean, cv) => {
  const stream = new RandomStream(1, `lognormal ${cv}`);
  const values = draw(N, () => stream.lognormal({ mean, cv }));
  const sigma = Math.sqrt(Math.log(1 + cv * cv));
  const mu = Math.log(mean) - (sigma * sigma) / 2;
  expect(distance(values, (x) => 0.5 * erfc((mu - Math.log(x)) / (sigma * Math.SQRT2)))).toBeLessThan(1.95);
  const [m1, m2] = moments(values) as [number, number];
  expect(Math.abs(m1 / mean - 1)).toBeLessThan((4 * cv) / Math.sqrt(N));
  expect(Math.abs(Math.sqrt(m2 - m1 * m1) / mean / cv - 1)).toBeLessThan(0.03 * (1 + cv));
});

test('lognormal without variation is its mean, and another stays right when the variation changes from draw to draw', () => {
  const stream = new RandomStream(1, 'mixed');
  const narrow = draw(1000, () => {
    stream.lognormal({ mean: 1, cv: 3 });
    expect(stream.lognormal({ mean: 4, cv: 0 })).toBe(4);
    return stream.lognormal({ mean: 1, cv: 0.01 });
  });
  expect(narrow.every((x) => x > 0.95 && x < 1.05)).toBe(true);
  const message = "lognormal, stream 'mixed': found mean 0 and cv 1, expected a positive mean and no negative cv";
  expect(() => stream.lognormal({ mean: 0, cv: 1 })).toThrow(new RangeError(message));
});

test('bernoulli hits as often as it should, and draws once even when the outcome is certain', () => {
  const stream = new RandomStream(1, 'bernoulli');
  let hits = 0;
  for (let i = 0; i < N; i++) if (stream.bernoulli(0.3)) hits++;
  expect(Math.abs(hits / N - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / N));
  const other = new RandomStream(1, 'bernoulli');
  let wrong = 0;
  for (let i = 0; i < N; i++) if (other.bernoulli(i % 2) !== (i % 2 === 1)) wrong++;
  expect(wrong).toBe(0);
  expect(other.uniform()).toBe(stream.uniform());
});

test('shuffle gives all 24 orders of four as often, in place', () => {
  const stream = new RandomStream(1, 'shuffle');
  const counts = new Map<string, number>();
  for (let i = 0; i < 48_000; i++) {
    const values = [0, 1, 2, 3];
    expect(stream.shuffle(values)).toBe(values);
    const key = values.join('');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  expect(chiSquareTail([...counts.values()], 2000)).toBeGreaterThan(0.001);
});

test('the streams of a family draw what streams of the same names draw by themselves', () => {
  const [family, alone] = [new RandomStreams(7).family('user', 3, ['arrivals', 'work']), new RandomStreams(7)];
  for (const user of [2, 0, 1]) family.begin(user, `user/${user}`);
  for (let round = 0; round < 3; round++) {
    for (const user of [0, 1, 2]) {
      for (const purpose of ['work', 'arrivals'] as const) {
        expect(family.of(user, purpose).uniform()).toBe(alone.get(`user/${user}/${purpose}`).uniform());
      }
    }
  }
});
