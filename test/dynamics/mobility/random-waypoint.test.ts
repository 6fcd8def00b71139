import { describe, expect, test } from 'vitest';
import { diameterM, drawPoint, meanDistanceM } from '../../../src/dynamics/mobility/area.ts';
import { copyOf } from '../../../src/dynamics/mobility/leg.ts';
import { restingShare } from '../../../src/dynamics/mobility/random-waypoint.ts';
import { RandomStream, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { Area, Metres, RandomWaypointMobility } from '../../../src/model/index.ts';
import { kolmogorov, KOLMOGOROV_999, legAfter, movers, positionAfter, radiusDistribution, speedOf } from './movers.ts';

const disc = { shape: 'disc', centre: { x: 100, y: -50 }, radiusM: 500 as Metres } as const;
const rectangle = (width: number, height: number): Area => ({
  shape: 'rectangle',
  centre: { x: 0, y: 0 },
  widthM: width as Metres,
  heightM: height as Metres,
});
const mobility: RandomWaypointMobility = {
  model: 'random-waypoint',
  area: disc,
  speedMps: { min: 1, max: 20 },
  pauseNs: { min: 10e9 as Nanoseconds, max: 90e9 as Nanoseconds },
};
const COUNT = 20_000;

describe('mean distance of two points', () => {
  test.each([
    ['the unit square, 0.521405 (Ghosh 1951)', rectangle(1, 1), 0.52140543316472],
    ['a disc, 128 r / 45 pi', { ...disc, radiusM: 1 as Metres }, 0.905414787],
    ['a very flat rectangle, a third of its length', rectangle(1000, 0.01), 1000 / 3],
  ] as const)('of %s', (_, area, expected) => {
    expect(Math.abs(meanDistanceM(area) / expected - 1)).toBeLessThan(1e-6);
  });

  test('of a rectangle is that of points drawn', () => {
    const stream = new RandomStream(1, 'points');
    const area = rectangle(300, 100);
    let sum = 0;
    for (let i = 0; i < 100_000; i++) {
      const [a, b] = [drawPoint(area, stream), drawPoint(area, stream)];
      sum += Math.hypot(a.x - b.x, a.y - b.y);
    }
    expect(sum / 100_000 / meanDistanceM(area)).toBeCloseTo(1, 2);
    expect(diameterM(area)).toBeCloseTo(316.227766, 6);
  });
});

test('the published density is one', () => {
  expect(radiusDistribution(1)).toBeCloseTo(1, 6);
});

describe.each([0, 1, 60, 3_600])('after %s s the steady state holds', (seconds) => {
  const all = movers(mobility, COUNT);
  const legs = all.map((mover) => copyOf(legAfter(mover, seconds)));
  const moving = legs.filter(({ fromX, fromY, toX, toY }) => fromX !== toX || fromY !== toY);

  test('the share at rest is mean rest over mean rest and mean way', () => {
    const share = restingShare(mobility);
    // by hand: ways of 452.707 m at E[1/V] = ln 20 / 19 s/m take 71.379 s; rests take 50 s
    expect(share).toBeCloseTo(50 / (50 + 71.379), 5);
    const deviation = Math.sqrt((share * (1 - share)) / COUNT);
    expect(Math.abs((COUNT - moving.length) / COUNT - share)).toBeLessThan(3.3 * deviation);
  });

  test('speeds under way have the density 1 / v (Navidi & Camp 2004), not the uniform one that they are drawn from', () => {
    const speeds = moving.map(speedOf);
    expect(kolmogorov(speeds, (v) => Math.log(v) / Math.log(20))).toBeLessThan(KOLMOGOROV_999);
    expect(kolmogorov(speeds, (v) => (v - 1) / 19)).toBeGreaterThan(20);
  });

  test('positions have the published density of their kind', () => {
    const radius = (mover: (typeof all)[number]): number => {
      const { x, y } = positionAfter(mover, seconds);
      return Math.hypot(x - 100, y + 50) / 500;
    };
    const isMoving = ({ first: { fromX, toX } }: (typeof all)[number]): boolean => fromX !== toX;
    const underWay = all.filter(isMoving).map(radius);
    const atRest = all.filter((mover) => !isMoving(mover)).map(radius);
    expect(kolmogorov(underWay, radiusDistribution)).toBeLessThan(KOLMOGOROV_999);
    expect(kolmogorov(atRest, (r) => r * r)).toBeLessThan(KOLMOGOROV_999);
    expect(kolmogorov(underWay, (r) => r * r)).toBeGreaterThan(10);
  });

  test('what is left of a rest has the density of the age of a renewal process', () => {
    const left = legs.filter(({ fromX, toX }) => fromX === toX).map(({ endNs }) => endNs / 1e9 - seconds);
    // P(left > t) = the mean of (P - t)+ over the mean of P, with P uniform on 10 to 90 s
    const beyond = (t: number): number => (t < 10 ? (50 - t) / 50 : ((90 - t) * (90 - t)) / 160 / 50);
    expect(kolmogorov(left, (t) => 1 - beyond(t))).toBeLessThan(KOLMOGOROV_999);
  });
});

test('without rests a mover never rests, and one of a single speed always has it', () => {
  const all = movers(
    { ...mobility, speedMps: { min: 3, max: 3 }, pauseNs: { min: 0 as Nanoseconds, max: 0 as Nanoseconds } },
    50,
  );
  for (const mover of all) {
    for (let seconds = 0; seconds < 2_000; seconds += 100) expect(speedOf(legAfter(mover, seconds))).toBeCloseTo(3, 6);
  }
});
