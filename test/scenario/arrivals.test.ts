import { expect, test } from 'vitest';
import type { LinearSeries } from '../../src/model/index.ts';
import { scenarioFromObject } from '../../src/scenario/index.ts';
import { codecoApp } from '../worlds.ts';

/** The load of one user whose requests come so, in a run of two days. */
function loadOf(arrivals: unknown, rate = '1/min') {
  const spec = {
    duration: '2d',
    infrastructure: {
      nodeClasses: { edge: { cpu: 4, memory: '8Gi' } },
      clusters: [{ name: 'a', nodes: [{ class: 'edge', at: { x: '0m', y: '0m' } }] }],
      access: { technology: 'nr' },
    },
    users: [{ at: { x: '0m', y: '1m' }, requests: { app: 'shop', to: 'front', rate, arrivals } }],
    apps: [{ codecoApp: 'shop' }],
  };
  const scenario = { apiVersion: 'codeco-sim/v1', kind: 'Scenario', metadata: { name: 'x' }, spec };
  return scenarioFromObject(scenario, { codecoApps: [codecoApp('shop', { front: {} })] }).world.userGroups[0]!
    .requests!;
}

const factorOf = (arrivals: unknown): LinearSeries => {
  const { arrivals: load } = loadOf(arrivals);
  if (!('factor' in load)) throw new Error('no factor that varies');
  return load.factor;
};

const H = 3600e9;
const hourly = Array.from({ length: 24 }, (_, hour) => hour);

test('a flash crowd is lines: before, up, at the peak, down, after', () => {
  expect(factorOf({ process: 'flash-crowd', at: '1h', rise: '10m', factor: 20, hold: '30m', decay: '2h' })).toEqual({
    startsNs: [0, H, H + 600e9, H + 2400e9, 3 * H + 2400e9],
    from: [1, 1, 20, 20, 1],
    to: [1, 20, 20, 1, 1],
  });
});

test('what takes no time is a jump', () => {
  expect(factorOf({ process: 'flash-crowd', at: '0s', factor: 5, hold: '1s' })).toEqual({
    startsNs: [0, 1e9],
    from: [5, 1],
    to: [5, 1],
  });
});

test('the hours of a day repeat to the end of the run', () => {
  const { startsNs, from, to } = factorOf({ process: 'diurnal', hourly });
  expect(startsNs.slice(0, 48)).toEqual(Array.from({ length: 48 }, (_, hour) => hour * H));
  expect(from.slice(0, 48)).toEqual([...hourly, ...hourly]);
  expect(to.slice(0, 48)).toEqual(from.slice(0, 48));
});

test('a flash crowd on a day multiplies its factors: cut where either changes', () => {
  const crowd = { at: '90m', rise: '1h', factor: 3, hold: '0s', decay: '30m' };
  const { startsNs, from, to } = factorOf({ process: 'diurnal', hourly, crowd });
  expect(startsNs.slice(0, 7)).toEqual([0, H, 1.5 * H, 2 * H, 2.5 * H, 3 * H, 4 * H]);
  expect(from.slice(0, 7)).toEqual([0, 1, 1, 2 * 2, 2 * 3, 3, 4]);
  expect(to.slice(0, 7)).toEqual([0, 1, 2, 2 * 3, 2, 3, 4]);
});

test.each([
  ['poisson', 1],
  ['periodic', 1],
  [{ process: 'diurnal', hourly }, 11.5],
  // 46 h at 1, a rise of 1 h and a decay of 1 h at 5.5 in the mean
  [{ process: 'flash-crowd', at: '24h', rise: '1h', factor: 10, decay: '1h' }, (46 + 11) / 48],
  [{ process: 'flash-crowd', at: '47h', factor: 10, hold: '3d' }, (47 + 10) / 48],
  [
    {
      process: 'mmpp',
      states: [
        { factor: 0, meanStay: '30s' },
        { factor: 8, meanStay: '10s' },
      ],
    },
    2,
  ],
])('the mean rate over the run of %j is %d times the rate', (arrivals, times) => {
  expect(loadOf(arrivals).meanRatePerNs * 60e9).toBeCloseTo(times, 12);
});
