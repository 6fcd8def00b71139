import { describe, expect, test } from 'vitest';
import { groupSharing, itineraryOf, Legs, type Itinerary } from '../../../src/dynamics/mobility/index.ts';
import { RandomStreams, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { Area, GroupMobility, Metres, Mobility } from '../../../src/model/index.ts';
import { kolmogorov, KOLMOGOROV_999, legAfter, movers, positionAfter, radiusDistribution } from './movers.ts';

const RADIUS_M = 50;
const NO_PAUSE = { min: 0 as Nanoseconds, max: 0 as Nanoseconds };
const area: Extract<Area, { shape: 'rectangle' }> = {
  shape: 'rectangle',
  centre: { x: 10, y: 20 },
  widthM: 900 as Metres,
  heightM: 600 as Metres,
};
const leaders: readonly GroupMobility['leader'][] = [
  {
    model: 'random-waypoint',
    area,
    speedMps: { min: 1, max: 12 },
    pauseNs: { min: 0 as Nanoseconds, max: 60e9 as Nanoseconds },
  },
  { model: 'manhattan', area, blockM: 100 as Metres, speedMps: { min: 3, max: 9 }, turn: 0.4 },
  { model: 'gauss-markov', area, meanSpeedMps: 5, memory: 0.7, stepNs: 1e9 as Nanoseconds },
  {
    model: 'route',
    waypoints: [
      { x: 0, y: 0 },
      { x: 100, y: 0 },
      { x: 100, y: 50 },
    ],
    speedMps: 3,
    pauseNs: 4e9 as Nanoseconds,
    end: 'loop',
    headwayNs: 20e9 as Nanoseconds,
  },
  {
    model: 'trace',
    tracks: [0, 1].map((track) => ({
      timesNs: [5, 60, 300, 310].map((seconds) => (seconds * 1e9) as Nanoseconds),
      points: [0, 300, 700, 800].map((x) => ({ x, y: 40 * track })),
    })),
    gapNs: 100e9 as Nanoseconds,
  },
];
const groupOf = (leader: GroupMobility['leader'], size: number): GroupMobility => ({
  model: 'group',
  leader,
  size,
  radiusM: RADIUS_M as Metres,
  speedMps: { min: 0.5, max: 2 },
  pauseNs: { min: 0 as Nanoseconds, max: 30e9 as Nanoseconds },
});

/** The leaders themselves: movers by their model, with the streams that a group gives them. */
function leadersAlone(mobility: Mobility, count: number): Itinerary[] {
  const streams = new RandomStreams(1);
  const groupStream = (purpose: string) => streams.get(`group/${purpose}`);
  const legs = new Legs();
  const { shared } = groupSharing();
  return Array.from({ length: count }, (_, index) => {
    const stream = () => groupStream(`leader/${index + 1}/mobility`);
    return itineraryOf(mobility, { x: 0, y: 0 }, { index, stream, groupStream, legs, shared });
  });
}

describe.each(leaders)('members about a leader by $model', (leader) => {
  test('are at every time within the radius of it, and it moves as the model alone', () => {
    const members = movers(groupOf(leader, 10), 20);
    const alone = leadersAlone(leader, 2);
    let present = 0;
    for (let seconds = 0; seconds < 900; seconds += 0.75) {
      for (const [index, member] of members.entries()) {
        const leaderLeg = legAfter(alone[Math.floor(index / 10)]!, seconds);
        expect(legAfter(member, seconds).present).toBe(leaderLeg.present);
        if (!leaderLeg.present) continue;
        present++;
        const at = positionAfter(member, seconds);
        const around = positionAfter(alone[Math.floor(index / 10)]!, seconds);
        // within a disc it stays by itself; times are rounded up to nanoseconds, and so is the leader's way in one
        expect(Math.hypot(at.x - around.x, at.y - around.y)).toBeLessThan(RADIUS_M + 1e-6);
      }
    }
    expect(present).toBeGreaterThan(1_000);
  });

  test('go on where they were, in whole nanoseconds', () => {
    for (const { first: leg, next } of movers(groupOf(leader, 3), 6)) {
      for (let i = 0; i < 300 && leg.endNs < Infinity; i++) {
        const { endNs, toX, toY, present } = leg;
        next(leg);
        expect(leg.startNs).toBe(endNs);
        expect(Number.isInteger(leg.startNs) && leg.endNs > leg.startNs).toBe(true);
        if (!present || !leg.present) continue;
        expect(Math.hypot(leg.fromX - toX, leg.fromY - toY)).toBeLessThan(1e-9);
      }
    }
  });
});

test('a member moves the same whoever else is in its group', () => {
  for (const leader of leaders) {
    const few = movers(groupOf(leader, 50), 2);
    const many = movers(groupOf(leader, 50), 40);
    // the others ask in another order
    for (let seconds = 0; seconds < 300; seconds += 10) {
      for (const member of many.slice(2).toReversed()) legAfter(member, seconds + 5);
      for (const index of [0, 1]) {
        expect(positionAfter(many[index]!, seconds)).toEqual(positionAfter(few[index]!, seconds));
      }
    }
  }
});

test.each([0, 7, 1_200])(
  'after %s s the deviations have the density of a random waypoint motion in a disc',
  (seconds) => {
    const leader = leaders[0]!;
    const group: GroupMobility = { ...groupOf(leader, 5_000), pauseNs: NO_PAUSE };
    const around = positionAfter(leadersAlone(leader, 1)[0]!, seconds);
    const deviations = movers(group, 5_000).map((member) => {
      const { x, y } = positionAfter(member, seconds);
      return Math.hypot(x - around.x, y - around.y) / RADIUS_M;
    });
    expect(kolmogorov(deviations, radiusDistribution)).toBeLessThan(KOLMOGOROV_999);
    expect(kolmogorov(deviations, (r) => r * r)).toBeGreaterThan(5);
  },
);
