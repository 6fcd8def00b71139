import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timeToArea } from '../../../src/dynamics/workload/arrivals/varying.ts';
import type { Nanoseconds } from '../../../src/kernel/index.ts';
import type { Arrivals, LinearSeries } from '../../../src/model/index.ts';

import { arrivalTimes, groupRequests } from './arrival-times.ts';

const S = 1e9;
const ns = (seconds: number) => (seconds * S) as Nanoseconds;

/** 99.9 % quantile of chi-square (Wilson & Hilferty, PNAS 17, 1931). */
const chiSquareLimit = (degrees: number): number =>
  degrees * (1 - 2 / (9 * degrees) + 3.09 * Math.sqrt(2 / (9 * degrees))) ** 3;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]): number => {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
};

/** Counts of many users in windows, and what they are expected to be. */
function chiSquare(
  arrivals: Arrivals,
  endNs: number,
  users: number,
  windows: readonly [from: number, expected: number][],
) {
  const counts = windows.map(() => 0);
  for (let user = 0; user < users; user++) {
    for (const timeNs of arrivalTimes(arrivals, endNs, { user })) {
      let window = windows.length - 1;
      while (windows[window]![0] > timeNs) window--;
      counts[window]!++;
    }
  }
  return windows.reduce((sum, [, expected], index) => {
    if (expected === 0) {
      expect(counts[index]).toBe(0);
      return sum;
    }
    return sum + (counts[index]! - users * expected) ** 2 / (users * expected);
  }, 0);
}

describe('a Markov-modulated Poisson process of two states', () => {
  const [fast, slow] = [10, 0.5];
  const [leaveFast, leaveSlow] = [1 / 2, 1 / 6];
  const arrivals: Arrivals = {
    process: 'mmpp',
    meanIntervalNs: S,
    states: [
      { factor: fast, meanStayNs: ns(1 / leaveFast) },
      { factor: slow, meanStayNs: ns(1 / leaveSlow) },
    ],
    chainOf: 'user',
  };
  const rate = (fast * leaveSlow + slow * leaveFast) / (leaveFast + leaveSlow);
  /** Variance over mean of the requests in t seconds: Heffes & Lucantoni, IEEE JSAC 4(6), 1986, equation (7). */
  const dispersion = (t: number): number => {
    const sum = leaveFast + leaveSlow;
    const atInfinity =
      (2 * (fast - slow) ** 2 * leaveFast * leaveSlow) / (sum ** 2 * (fast * leaveSlow + slow * leaveFast));
    return 1 + atInfinity * (1 - (1 - Math.exp(-sum * t)) / (sum * t));
  };
  const USERS = 20_000;
  const times = Array.from({ length: USERS }, (_, user) => arrivalTimes(arrivals, 16 * S, { user }));

  test.each([0.1, 1, 4, 16])('has the mean and the index of dispersion of counts in %d s', (t) => {
    for (const begin of [0, 16 - t]) {
      const counts = times.map((all) => all.filter((time) => time >= begin * S && time < (begin + t) * S).length);
      const expected = rate * t;
      const error = Math.sqrt((expected * dispersion(t)) / USERS);
      expect(Math.abs(mean(counts) - expected)).toBeLessThan(4 * error);
      expect(Math.abs(variance(counts) / mean(counts) / dispersion(t) - 1)).toBeLessThan(0.05);
    }
  });

  test('of a group with one chain, the requests of all users together are the MMPP of their summed rate', () => {
    const GROUP = 4;
    const alone: Arrivals = { ...arrivals, meanIntervalNs: GROUP * S, chainOf: 'group' };
    const counts = Array.from(
      { length: 4_000 },
      (_, seed) => groupRequests(alone, 4 * S, { users: GROUP, seed }).length,
    );
    expect(Math.abs(variance(counts) / mean(counts) / dispersion(4) - 1)).toBeLessThan(0.1);
    // with a chain each they would be independent: of each a quarter of the rate, whose variance is nearer to Poisson
    const apart: Arrivals = { ...alone, chainOf: 'user' };
    const smoother = Array.from(
      { length: 1_000 },
      (_, seed) => groupRequests(apart, 4 * S, { users: GROUP, seed }).length,
    );
    expect(Math.abs(variance(smoother) / mean(smoother) / (1 + (dispersion(4) - 1) / GROUP) - 1)).toBeLessThan(0.2);
  });

  test('far from Poisson, as meant', () => expect(dispersion(16)).toBeGreaterThan(8));

  test('silence where the factor is 0', () => {
    const states = [
      { factor: 0, meanStayNs: ns(5) },
      { factor: 1000, meanStayNs: ns(0.001) },
    ];
    const gaps = arrivalTimes({ ...arrivals, states }, 2000 * S);
    const silences = gaps.slice(1).filter((time, index) => time - gaps[index]! > 0.1 * S).length;
    // 2000 s hold about 400 cycles, about half of which have a request at all
    expect(silences).toBeGreaterThan(140);
    expect(silences).toBeLessThan(260);
  });

  test('of three states, each is met as often as it lasts', () => {
    const states = [
      { factor: 1, meanStayNs: ns(1) },
      { factor: 10, meanStayNs: ns(2) },
      { factor: 100, meanStayNs: ns(3) },
    ];
    const three: Arrivals = { ...arrivals, states };
    const counts = Array.from({ length: 200 }, (_, user) => arrivalTimes(three, 100 * S, { user }).length);
    const error = Math.sqrt(variance(counts) / counts.length);
    expect(Math.abs(mean(counts) / 100 - (1 + 20 + 300) / 6)).toBeLessThan((4 * error) / 100);
  });

  test('other factors leave the states where they are', () => {
    const loud = { ...arrivals, states: [{ factor: 1000, meanStayNs: ns(2) }, arrivals.states[1]!] };
    const louder = { ...arrivals, states: [{ factor: 2000, meanStayNs: ns(2) }, arrivals.states[1]!] };
    // a thousand a second tell to a few milliseconds when a state begins and ends
    const bursts = (times: readonly number[]) =>
      times
        .filter((_, index) => index > 0 && index < times.length - 1)
        .map((time, index) => [times[index + 2]! - time < 0.05 * S, Math.round(time / S)] as const)
        .filter(([dense]) => dense)
        .map(([, second]) => second);
    expect([...new Set(bursts(arrivalTimes(louder, 60 * S)))]).toEqual([
      ...new Set(bursts(arrivalTimes(loud, 60 * S))),
    ]);
  });
});

describe('a rate that varies', () => {
  const day: LinearSeries = {
    startsNs: Array.from({ length: 24 }, (_, hour) => ns(3600 * hour)),
    from: Array.from({ length: 24 }, (_, hour) => (hour < 6 ? 0 : hour / 4)),
    to: Array.from({ length: 24 }, (_, hour) => (hour < 6 ? 0 : hour / 4)),
  };

  test('gives each hour of the day its Poisson count (chi-square over 200 users)', () => {
    const arrivals: Arrivals = { process: 'diurnal', meanIntervalNs: ns(60), factor: day };
    const windows = day.from.map((factor, hour) => [3600 * hour * S, 60 * factor] as [number, number]);
    expect(chiSquare(arrivals, 86_400 * S, 200, windows)).toBeLessThan(chiSquareLimit(18));
  });

  test('gives each part of a flash crowd its Poisson count (chi-square over 2000 users)', () => {
    const factor: LinearSeries = {
      startsNs: [ns(0), ns(10), ns(14), ns(20), ns(40)],
      from: [1, 1, 30, 30, 1],
      to: [1, 30, 30, 1, 1],
    };
    const arrivals: Arrivals = { process: 'flash-crowd', meanIntervalNs: ns(2), factor };
    const at = (t: number): number =>
      t < 10 ? 1 : t < 14 ? 1 + (29 * (t - 10)) / 4 : t < 20 ? 30 : t < 40 ? 30 - (29 * (t - 20)) / 20 : 1;
    // whole seconds: the rate is a straight line within each
    const windows = Array.from({ length: 50 }, (_, t) => [t * S, (at(t) + at(t + 1 - 1e-9)) / 4] as [number, number]);
    expect(chiSquare(arrivals, 50 * S, 2000, windows)).toBeLessThan(chiSquareLimit(50));
    const totals = Array.from({ length: 2000 }, (_, user) => arrivalTimes(arrivals, 50 * S, { user }).length);
    // variance and mean of a Poisson count are the same
    expect(Math.abs(variance(totals) / mean(totals) - 1)).toBeLessThan(4 * Math.sqrt(2 / 2000));
  });

  test('is inverted exactly: the area from now to then is the area that was asked for', () => {
    const pieces = fc.array(
      fc.record({
        lengthNs: fc.integer({ min: 1, max: 1e12 }),
        from: fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e4, noNaN: true })),
        to: fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e4, noNaN: true })),
      }),
      { minLength: 1, maxLength: 6 },
    );
    const share = fc.double({ min: 1e-6, max: 1, noNaN: true });
    fc.assert(
      fc.property(pieces, share, share, (list, start, part) => {
        const startsNs = [0];
        for (const { lengthNs } of list) startsNs.push(startsNs.at(-1)! + lengthNs);
        const series = {
          startsNs: startsNs as Nanoseconds[],
          from: [...list.map(({ from }) => from), 1],
          to: [...list.map(({ to }) => to), 1],
        };
        const nowNs = Math.floor(start * startsNs.at(-1)!);
        const all = integral(series, nowNs, startsNs.at(-1)! + 1e9);
        const gapNs = timeToArea(series, nowNs, part * all);
        // the integral is a function of the time rounded to the precision of a number of its size
        const slackNs = 4 * Number.EPSILON * startsNs.at(-1)!;
        expect(integral(series, nowNs, nowNs + gapNs - slackNs)).toBeLessThanOrEqual(part * all * (1 + 1e-9));
        expect(integral(series, nowNs, nowNs + gapNs + slackNs)).toBeGreaterThanOrEqual(part * all * (1 - 1e-9));
      }),
      { numRuns: 2000 },
    );
  });

  test('that is 0 for ever has no next request', () => {
    const factor: LinearSeries = { startsNs: [ns(0), ns(1)], from: [5, 0], to: [5, 0] };
    const times = arrivalTimes({ process: 'diurnal', meanIntervalNs: 1e8, factor }, 1e15);
    expect(times.length).toBeGreaterThan(20);
    expect(times.at(-1)).toBeLessThanOrEqual(S);
  });

  test('twice the rate takes the same draws to half the area (common random numbers)', () => {
    const factor: LinearSeries = { startsNs: [ns(0)], from: [1], to: [1] };
    const arrivals = (meanIntervalNs: number): Arrivals => ({ process: 'diurnal', meanIntervalNs, factor });
    const [once, twice] = [arrivalTimes(arrivals(2e6), S), arrivalTimes(arrivals(1e6), S / 2)];
    expect(once.length).toBe(twice.length);
    for (const [index, time] of once.entries()) expect(Math.abs(time - 2 * twice[index]!)).toBeLessThan(2 * index + 3);
  });
});

/** Of a piecewise linear series, by trapezoids. */
function integral({ startsNs, from, to }: LinearSeries, fromNs: number, toNs: number): number {
  let sum = 0;
  for (const [piece, startNs] of startsNs.entries()) {
    const stopNs = startsNs[piece + 1] ?? Infinity;
    const [a, b] = [Math.max(fromNs, startNs), Math.min(toNs, stopNs)];
    if (b <= a) continue;
    const value = (t: number) =>
      stopNs === Infinity
        ? from[piece]!
        : from[piece]! + ((to[piece]! - from[piece]!) * (t - startNs)) / (stopNs - startNs);
    sum += ((value(a) + value(b)) / 2) * (b - a);
  }
  return sum;
}

describe('recorded arrivals', () => {
  test('come exactly at the recorded times, each to its user, and then no more', () => {
    const arrivals: Arrivals = {
      process: 'recorded',
      timesNs: [0, 5, 5, 17, 1e12].map((t) => t as Nanoseconds),
      owners: [2, 3, 0, 0, 5],
      users: 3,
    };
    expect(groupRequests(arrivals, 1e15, { users: 3 })).toEqual([
      [0, 2],
      [5, 0],
      [5, 0],
      [17, 0],
      [1e12, 2],
    ]);
  });

  const counts = [3, 0, 1000, 7, 500];
  const counted = (users: number): Arrivals => ({ process: 'recorded-counts', counts, lengthNs: ns(60), users });

  test.each([1, 2, 7, 2000])('by the minute: %d users send exactly the counts together, each its turn', (users) => {
    const all = Array.from({ length: users }, (_, user) => arrivalTimes(counted(users), 1e15, { user }));
    const perMinute = counts.map(() => 0);
    for (const time of all.flat()) perMinute[Math.ceil(time / (60 * S)) - 1]!++;
    expect(perMinute).toEqual(counts);
    const shares = all.map(({ length }) => length);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
  });

  test('by the minute: times are uniform within their minute (Kolmogorov-Smirnov)', () => {
    const one: Arrivals = { process: 'recorded-counts', counts: [20_000], lengthNs: ns(60), users: 4 };
    const times = [0, 1, 2, 3].flatMap((user) => arrivalTimes(one, 1e15, { user })).toSorted((a, b) => a - b);
    const distance = Math.max(
      ...times.map((time, index) =>
        Math.max(
          Math.abs(time / (60 * S) - index / times.length),
          Math.abs(time / (60 * S) - (index + 1) / times.length),
        ),
      ),
    );
    // 99.9 % of the statistic: 1.949 / √n
    expect(distance).toBeLessThan(1.949 / Math.sqrt(times.length));
  });
});
