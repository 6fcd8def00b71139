import { describe, expect, test } from 'vitest';
import type { Nanoseconds } from '../../../src/kernel/index.ts';
import type { Area, Metres, Mobility, RouteMobility } from '../../../src/model/index.ts';
import { kolmogorov, KOLMOGOROV_999, legAfter, movers, positionAfter, speedOf } from './movers.ts';

const S = 1e9;
const area: Extract<Area, { shape: 'rectangle' }> = {
  shape: 'rectangle',
  centre: { x: 10, y: 20 },
  widthM: 630 as Metres,
  heightM: 410 as Metres,
};
const manhattan: Mobility = {
  model: 'manhattan',
  area,
  blockM: 100 as Metres,
  speedMps: { min: 1, max: 3 },
  turn: 0.3,
};
const gaussMarkov: Mobility = {
  model: 'gauss-markov',
  area,
  meanSpeedMps: 5,
  memory: 0.7,
  stepNs: S as Nanoseconds,
};
const route: RouteMobility = {
  model: 'route',
  waypoints: [
    { x: 0, y: 0 },
    { x: 100, y: 0 },
    { x: 100, y: 50 },
  ],
  speedMps: 10,
  pauseNs: (2 * S) as Nanoseconds,
  end: 'stop',
  headwayNs: (7 * S) as Nanoseconds,
};
const where = (mobility: Mobility, user: number, ...seconds: number[]): number[][] => {
  const mover = movers(mobility, user + 1)[user]!;
  return seconds.map((at) => {
    const { x, y } = positionAfter(mover, at);
    return [x, y];
  });
};

test.each([manhattan, gaussMarkov, route, { ...route, end: 'loop' as const }])(
  'each leg of $model begins when and where the one before has ended, in whole nanoseconds',
  (mobility) => {
    for (const { first: leg, next } of movers(mobility, 20)) {
      for (let i = 0; i < 500 && leg.endNs < Infinity; i++) {
        const { endNs, toX, toY } = leg;
        next(leg);
        expect([leg.startNs, leg.fromX, leg.fromY]).toEqual([endNs, toX, toY]);
        expect(leg.endNs).toBeGreaterThan(leg.startNs);
        expect(Math.floor(leg.startNs)).toBe(leg.startNs);
      }
    }
  },
);

describe('manhattan', () => {
  const count = 20_000;
  // 6 by 4 blocks around the centre: streets at x = -290 ... 310 and y = -180 ... 220
  const isOnStreet = (coordinate: number, first: number): boolean => {
    const blocks = (coordinate - first) / 100;
    return Math.abs(blocks - Math.round(blocks)) < 1e-9;
  };

  test.each([0, 100, 1_800])('after %s s every block and direction is as likely', (seconds) => {
    const perBlock = new Map<string, number>();
    const along: number[] = [];
    const speeds: number[] = [];
    for (const mover of movers(manhattan, count)) {
      const leg = legAfter(mover, seconds);
      const { x, y } = positionAfter(mover, seconds);
      const isAlongX = leg.fromY === leg.toY;
      expect(isAlongX ? isOnStreet(y, -180) : isOnStreet(x, -290)).toBe(true);
      const offset = isAlongX ? (x + 290) / 100 : (y + 180) / 100;
      const block = Math.floor(offset);
      const heading = Math.sign(isAlongX ? leg.toX - leg.fromX : leg.toY - leg.fromY);
      const key = `${isAlongX ? 'x' : 'y'} ${heading} ${block} ${isAlongX ? leg.toY : leg.toX}`;
      perBlock.set(key, (perBlock.get(key) ?? 0) + 1);
      along.push(offset - block);
      if (seconds > 0) speeds.push(speedOf(leg));
    }
    // 6 blocks on 5 streets and 4 on 7, both ways
    expect(perBlock.size).toBe(2 * (6 * 5 + 4 * 7));
    const mean = count / perBlock.size;
    const chiSquare = [...perBlock.values()].reduce((sum, n) => sum + ((n - mean) * (n - mean)) / mean, 0);
    // mean 115, standard deviation sqrt(2 * 115) = 15.2
    expect(chiSquare).toBeLessThan(115 + 3.5 * 15.2);
    expect(kolmogorov(along, (share) => share)).toBeLessThan(KOLMOGOROV_999);
    if (seconds > 0) expect(kolmogorov(speeds, (v) => Math.log(v) / Math.log(3))).toBeLessThan(KOLMOGOROV_999);
  });

  test('inside the grid the turn probability is the one stated', () => {
    let turns = 0;
    let crossings = 0;
    for (const { first: leg, next } of movers(manhattan, 200)) {
      for (let i = 0; i < 200; i++) {
        const wasAlongX = leg.fromY === leg.toY;
        const isInner = Math.abs(leg.toX - 10) < 299 && Math.abs(leg.toY - 20) < 199;
        next(leg);
        if (!isInner) continue;
        crossings++;
        if (wasAlongX !== (leg.fromY === leg.toY)) turns++;
      }
    }
    expect(Math.abs(turns / crossings - 0.3)).toBeLessThan(3.3 * Math.sqrt((0.3 * 0.7) / crossings));
  });
});

describe('gauss-markov', () => {
  test.each([0, 0.5, 100, 1_000])('after %s s positions are uniform and speeds are Rayleigh', (seconds) => {
    const all = movers(gaussMarkov, 10_000);
    const points = all.map((mover) => positionAfter(mover, seconds));
    expect(
      kolmogorov(
        points.map(({ x }) => x),
        (x) => (x - 10) / 630 + 0.5,
      ),
    ).toBeLessThan(KOLMOGOROV_999);
    expect(
      kolmogorov(
        points.map(({ y }) => y),
        (y) => (y - 20) / 410 + 0.5,
      ),
    ).toBeLessThan(KOLMOGOROV_999);
    // the mean of a Rayleigh distribution is sigma sqrt(pi / 2)
    const sigma = 5 / Math.sqrt(Math.PI / 2);
    const speeds = all.map(({ first }) => speedOf(first));
    expect(kolmogorov(speeds, (v) => 1 - Math.exp((-v * v) / (2 * sigma * sigma)))).toBeLessThan(KOLMOGOROV_999);
  });

  test('velocities one step apart have the memory as their correlation', () => {
    let products = 0;
    let squares = 0;
    for (const { first: leg, next } of movers(gaussMarkov, 300)) {
      let before: number | undefined;
      for (let i = 0; i < 300; i++) {
        const isWhole = leg.endNs - leg.startNs === S;
        const velocity = (leg.toX - leg.fromX) / 1;
        const isInside = Math.abs(leg.toX - 10) < 314;
        if (isWhole && before !== undefined) {
          products += before * velocity;
          squares += before * before;
        }
        before = isWhole && isInside ? velocity : undefined;
        next(leg);
      }
    }
    expect(products / squares).toBeCloseTo(0.7, 1);
    expect(products / squares).toBeGreaterThan(0.67);
  });

  test('nobody leaves the area', () => {
    for (const { first: leg, next } of movers({ ...gaussMarkov, meanSpeedMps: 400 } as Mobility, 20)) {
      for (let i = 0; i < 2_000; i++) {
        next(leg);
        expect(Math.abs(leg.toX - 10) <= 315.0000001 && Math.abs(leg.toY - 20) <= 205.0000001).toBe(true);
      }
    }
  });
});

describe('route', () => {
  test('at 10 m/s with rests of 2 s, and stays at the end', () => {
    expect(where(route, 0, 0, 5, 10, 12, 14.5, 17, 1_000)).toEqual([
      [0, 0],
      [50, 0],
      [100, 0],
      [100, 0],
      [100, 25],
      [100, 50],
      [100, 50],
    ]);
  });
  test('each user starts one headway after the one before', () => {
    expect(where(route, 2, 13, 14, 19)).toEqual([
      [0, 0],
      [0, 0],
      [50, 0],
    ]);
  });
  test('goes on to the first waypoint, or back', () => {
    const near = (positions: number[][]): number[][] => positions.map((xy) => xy.map((v) => Math.round(v * 1e6) / 1e6));
    // 17 s at the last; on at 19 s; the way back to the start is 111.8 m long
    const loop = where({ ...route, end: 'loop' }, 0, 19, 19 + 11.180339888, 19 + 13.180339888 + 5);
    expect(near(loop)).toEqual([
      [100, 50],
      [0, 0],
      [50, 0],
    ]);
    expect(where({ ...route, end: 'return' }, 0, 19, 24, 26, 36, 38, 43)).toEqual([
      [100, 50],
      [100, 0],
      [100, 0],
      [0, 0],
      [0, 0],
      [50, 0],
    ]);
  });
  test('keeps to its timetable, and stays at both ends', () => {
    const { speedMps: _, ...rest } = route;
    const timetableNs = [5, 15, 40].map((seconds) => (seconds * S) as Nanoseconds);
    expect(where({ ...rest, timetableNs, headwayNs: 0 as Nanoseconds }, 0, 0, 5, 10, 15, 27.5, 40, 99)).toEqual([
      [0, 0],
      [0, 0],
      [50, 0],
      [100, 0],
      [100, 25],
      [100, 50],
      [100, 50],
    ]);
  });
});

test('a bus keeps to its stops and comes again every round, one vehicle after the other', () => {
  const { speedMps: _, ...rest } = route;
  const seconds = (...times: number[]) => times.map((time) => (time * S) as Nanoseconds);
  // at the first stop from 10 s to 20 s, at the second from 40 s to 50 s, at the third from 60 s to 70 s, and anew at 110 s
  const bus: Mobility = {
    ...rest,
    timetableNs: seconds(10, 40, 60),
    departuresNs: seconds(20, 50, 70),
    everyNs: (100 * S) as Nanoseconds,
    headwayNs: (25 * S) as Nanoseconds,
  };
  const round: [number, number[]][] = [
    [10, [0, 0]],
    [20, [0, 0]],
    [30, [50, 0]],
    [40, [100, 0]],
    [50, [100, 0]],
    [55, [100, 25]],
    [60, [100, 50]],
    [70, [100, 50]],
    [90, [50, 25]], // half of the way back to the first stop
  ];
  for (const vehicle of [0, 1, 2]) {
    const times = [0, 1, 7].flatMap((lap) => round.map(([at]) => at + 100 * lap + 25 * vehicle));
    expect(where(bus, vehicle, 0, ...times)).toEqual([[0, 0], ...[0, 1, 7].flatMap(() => round.map(([, at]) => at))]);
  }
});

test('a recorded mover is at its points at their times, straight between them, and absent before and after', () => {
  const trace: Mobility = {
    model: 'trace',
    tracks: [
      {
        timesNs: [10, 12, 20].map((seconds) => (seconds * S) as Nanoseconds),
        points: [
          { x: 0, y: 0 },
          { x: 20, y: 10 },
          { x: 20, y: 10 },
        ],
      },
    ],
  };
  const mover = movers(trace, 1)[0]!;
  const present = [0, 10, 11, 12, 19, 20, 21].map((seconds) => legAfter(mover, seconds).present);
  expect(present).toEqual([false, true, true, true, true, false, false]);
  expect(where(trace, 0, 10, 11, 12, 20)).toEqual([
    [0, 0],
    [10, 5],
    [20, 10],
    [20, 10],
  ]);
});
