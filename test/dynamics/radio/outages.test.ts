import { expect, test } from 'vitest';
import type { MoverId } from '../../../src/dynamics/radio/index.ts';
import { Kernel, type Nanoseconds } from '../../../src/kernel/index.ts';
import { distance, type AccessPointId, type Area, type Metres, type VertexId } from '../../../src/model/index.ts';
import { radioWorld, setInMotion, track } from './small-cells.ts';

const S = 1e9;
const cells = [
  { x: 0, y: 0, rangeM: 70, hysteresisM: 10 },
  { x: 100, y: 0, rangeM: 70, hysteresisM: 10 },
];

test.each([
  ['in reach of the other cell', 40, ['handover', 1, 'outage'], ['handover', 0, 'nearer']],
  ['nearer to its own by less than the hysteresis', 47, ['handover', 1, 'outage'], undefined],
  ['out of reach of the other cell', 10, ['out-of-range', undefined, 'outage'], ['attached', 0, undefined]],
])('an outage from 10 s to 30 s of the cell of one who stands %s', (_, x, lost, back) => {
  const { log, run, association, network } = setInMotion(radioWorld(cells, [[track([0, x, 0], [60, x, 0]), 1]], 60));
  run(10 * S);
  network.setVertexUp(1 as VertexId, false);
  association.vertexChanged(1 as VertexId);
  run(30 * S);
  network.setVertexUp(1 as VertexId, true);
  association.vertexChanged(1 as VertexId);
  run(59 * S);
  const rows = log.slice(1).map(({ timeNs, event, cell, cause }) => [timeNs / S, event, cell, cause]);
  expect(rows).toEqual([[10, ...lost], ...(back === undefined ? [] : [[30, ...back]])]);
  expect(association.uncoveredNs(0 as MoverId)).toBe(lost[0] === 'out-of-range' ? 20 * S : 0);
  expect(association.counts.outageHandovers).toBe(lost[0] === 'handover' ? 1 : 0);
});

test('an outage in the middle of a handover to that cell sends it on at once', () => {
  const slow = cells.map((cell) => ({ ...cell, hysteresisM: 0, handoverNs: 2 * S }));
  const { log, run, association, network } = setInMotion(
    radioWorld(slow, [[track([0, 0, 0], [100, 100, 0], [200, 100, 0]), 1]], 150),
  );
  run(51 * S);
  network.setVertexUp(2 as VertexId, false);
  association.vertexChanged(2 as VertexId);
  run();
  expect(log.map(({ timeNs, event, cell, cause }) => [Math.floor(timeNs / 10) / 1e8, event, cell, cause])).toEqual([
    [0, 'attached', 0, undefined],
    [50, 'handover', 1, 'nearer'],
    [51, 'handover', 0, 'outage'],
    [70, 'out-of-range', undefined, 'left-range'],
  ]);
});

test('one who is switched off is on no cell and counts no time out of coverage', () => {
  const { log, run, association, network } = setInMotion(radioWorld(cells, [[track([0, 0, 0], [60, 0, 0]), 1]], 60));
  run(10 * S);
  association.setOn(0 as MoverId, false);
  expect(network.accessPointOf(association.endpoints[0]!)).toBeUndefined();
  run(30 * S);
  association.setOn(0 as MoverId, true);
  run(40 * S);
  expect(log.map(({ timeNs, event, cause }) => [timeNs / S, event, cause])).toEqual([
    [0, 'attached', undefined],
    [10, 'out-of-range', 'absent'],
    [30, 'attached', undefined],
  ]);
  expect(association.uncoveredNs(0 as MoverId)).toBe(0);
});

test('while cells come and go at random, nobody is on a dead cell, late or early, by the rules at fine steps', () => {
  const stream = new Kernel({ seed: 7 }).streams.get('cells');
  const many = Array.from({ length: 40 }, () => ({
    x: 1200 * stream.uniform(),
    y: 800 * stream.uniform(),
    rangeM: 80 + 120 * stream.uniform(),
    hysteresisM: 10,
  }));
  const area: Area = { shape: 'rectangle', centre: { x: 600, y: 400 }, widthM: 1300 as Metres, heightM: 900 as Metres };
  const pauseNs = { min: 0 as Nanoseconds, max: (10 * S) as Nanoseconds };
  const world = radioWorld(
    many,
    [[{ model: 'random-waypoint', area, speedMps: { min: 5, max: 30 }, pauseNs }, 25]],
    300,
  );
  const { run, association, network } = setInMotion(world, 4);
  const isUp = many.map(() => true);
  const uncovered = world.users.map(() => 0);
  const wrong: unknown[] = [];
  for (let step = 1; step <= 3000; step++) {
    run(step * 1e8);
    if (step % 10 === 0) {
      const cell = stream.integer(many.length);
      isUp[cell] = !isUp[cell];
      network.setAccessPointUp(cell as AccessPointId, isUp[cell]!);
      association.accessPointChanged(cell as AccessPointId);
    }
    for (const user of world.users.keys()) {
      const at = association.position(user as MoverId);
      const far = many.map((cell) => distance(cell, at));
      const serving = network.accessPointOf(association.endpoints[user]!);
      const inRange = (cell: number): boolean => isUp[cell]! && far[cell]! <= many[cell]!.rangeM - 1e-6;
      if (serving === undefined) {
        uncovered[user]! += 1e8;
        if (many.some((_, cell) => inRange(cell))) wrong.push([step, user, 'covered, but not attached']);
      } else if (!isUp[serving] || far[serving]! > many[serving]!.rangeM + 1e-6)
        wrong.push([step, user, 'stays', isUp[serving], far[serving]! - many[serving]!.rangeM, at]);
      else if (many.some((_, cell) => inRange(cell) && far[serving]! - far[cell]! > 10 + 1e-6))
        wrong.push([step, user]);
    }
  }
  expect(wrong).toEqual([]);
  expect(association.counts.outageHandovers).toBeGreaterThan(50);
  const measuredNs = world.users.reduce((sum, _, user) => sum + association.uncoveredNs(user as MoverId), 0);
  const sampledNs = uncovered.reduce((sum, ns) => sum + ns, 0);
  // sampled every 0.1 s: each hole is off by less than one step
  expect(Math.abs(measuredNs - sampledNs)).toBeLessThan(0.05 * sampledNs);
});
