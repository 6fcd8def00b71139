import { describe, expect, test } from 'vitest';
import type { AttachedEndpointId } from '../../../src/dynamics/network/index.ts';
import { DELIVERED, LOST } from '../../../src/dynamics/network/index.ts';
import { Kernel, type Nanoseconds } from '../../../src/kernel/index.ts';
import { distance, type Area, type Metres, type Mobility, type VertexId } from '../../../src/model/index.ts';
import type { MoverId } from '../../../src/dynamics/radio/index.ts';
import { radioWorld, setInMotion, track, type Cell, type Moved } from './small-cells.ts';

const S = 1e9;
const twoCells: readonly Cell[] = [
  { x: 0, y: 0, rangeM: 70 },
  { x: 100, y: 0, rangeM: 70 },
];
/** Times in seconds; a solution may be rounded up to the ns after the exact one. */
const story = (log: readonly Moved[]): unknown[] =>
  log.map(({ timeNs, event, cell }) => [Math.floor(timeNs / 10) / 1e8, event, cell]);

describe('a user who walks past two cells at 1 m/s', () => {
  const walk: Mobility = {
    model: 'route',
    waypoints: [
      { x: -100, y: 0 },
      { x: 200, y: 0 },
    ],
    speedMps: 1,
    pauseNs: 0 as Nanoseconds,
    end: 'stop',
    headwayNs: 0 as Nanoseconds,
  };

  test('is attached, handed over and out of range at the instants worked out by hand', () => {
    const { log, run, association } = setInMotion(radioWorld(twoCells, [[walk, 1]], 400));
    run();
    expect(story(log)).toEqual([
      [0, 'out-of-range', undefined],
      [30, 'attached', 0], // x = -70
      [150, 'handover', 1], // x = 50, half-way
      [270, 'out-of-range', undefined], // x = 170
    ]);
    for (const [index, x] of [-100, -70, 50, 170].entries()) expect(log[index]!.at.x).toBeCloseTo(x, 7);
    expect(association.counts).toEqual({ handovers: 1, pingPongs: 0, outageHandovers: 0, coverageLosses: 1 });
  });

  test('changes over later by half of the hysteresis', () => {
    const cells = twoCells.map((cell) => ({ ...cell, hysteresisM: 10 }));
    const { log, run } = setInMotion(radioWorld(cells, [[walk, 1]], 400));
    run();
    expect(log[2]).toMatchObject({ event: 'handover', cell: 1, timeNs: 155 * S });
  });

  test('changes over at the edge of its own range where that comes first', () => {
    const cells = twoCells.map((cell) => ({ ...cell, hysteresisM: 50 }));
    const { log, run } = setInMotion(radioWorld(cells, [[walk, 1]], 400));
    run();
    expect(log[2]).toMatchObject({ event: 'handover', cell: 1, timeNs: 170 * S });
  });

  test('makes no other event of the kernel: nothing is polled', () => {
    const { kernel, run } = setInMotion(radioWorld(twoCells, [[walk, 1]], 400));
    run();
    expect(kernel.eventCount).toBe(4); // three changes, and the end of the way
  });
});

test('the exit of a hole is an attachment, not a handover', () => {
  const cells = [
    { x: 0, y: 0, rangeM: 40 },
    { x: 100, y: 0, rangeM: 40 },
  ];
  const { log, run, association } = setInMotion(
    radioWorld(cells, [[track([0, 0, 0], [100, 100, 0], [200, 0, 0]), 1]], 300),
  );
  run();
  expect(story(log)).toEqual([
    [0, 'attached', 0],
    [40, 'out-of-range', undefined],
    [60, 'attached', 1],
    [140, 'out-of-range', undefined],
    [160, 'attached', 0],
    [200, 'out-of-range', undefined], // the trace ends
  ]);
  expect(association.counts.handovers).toBe(0);
});

test.each([
  ['a second', undefined, 1],
  ['the time that is stated', 0.3e9, 0],
  ['the time that is stated', 12e9, 2],
])(
  'a handover straight back within %s (%s ns) is counted as a ping-pong, a later one is not',
  (_, pingPongNs, pingPongs) => {
    const cells = twoCells.map((cell) => ({ ...cell, ...(pingPongNs === undefined ? {} : { pingPongNs }) }));
    // over the border at 10 s, back 0.4 s later; over it again, and back after 10 s
    const way = track([0, 40, 0], [10.2, 50.2, 0], [20, 40, 0], [30, 50.001, 0], [35, 55, 0], [45, 45, 0], [99, 45, 0]);
    const { log, run, association } = setInMotion(radioWorld(cells, [[way, 1]], 60));
    run();
    expect(log.map(({ event, cell }) => [event, cell])).toEqual([
      ['attached', 0],
      ['handover', 1],
      ['handover', 0],
      ['handover', 1],
      ['handover', 0],
    ]);
    expect(association.counts).toEqual({ handovers: 4, pingPongs, outageHandovers: 0, coverageLosses: 0 });
  },
);

describe('what is under way in a handover of 2 s', () => {
  const cells = twoCells.map((cell) => ({ ...cell, handoverNs: 2 * S }));
  const way = track([0, 0, 0], [100, 100, 0], [200, 100, 0]);

  function sendAt(seconds: number, bytes: number, up: boolean, of = cells, moves = way) {
    const { kernel, network, association, run } = setInMotion(radioWorld(of, [[moves, 1]], 200));
    const ended: [seconds: number, outcome: number][] = [];
    const receiver = network.receiver((_, outcome) => ended.push([kernel.now / S, outcome]));
    const endpoint = association.endpoints[0] as AttachedEndpointId;
    const send = kernel.on('test.send', () => {
      if (up) network.send(receiver, 0, endpoint, 0 as VertexId, bytes);
      else network.send(receiver, 0, 0 as VertexId, endpoint, bytes);
    });
    kernel.at((seconds * S) as Nanoseconds, send);
    run();
    return ended;
  }

  test.each([true, false])('a flow pauses with what it has left and goes on (up: %s)', (up) => {
    // 1 Gbit/s: 250 MB take 2 s, of which one is over when the handover begins at 50 s
    const [ended] = sendAt(49, 250e6, up);
    expect(ended![0]).toBeCloseTo(53.002, 9);
    expect(ended![1]).toBe(DELIVERED);
  });

  test.each([true, false])('a message that is sent waits for its end (up: %s)', (up) => {
    const [ended] = sendAt(51, 1000, up);
    expect(ended![0]).toBeCloseTo(52 + 8e-6, 9);
    expect(ended![1]).toBe(DELIVERED);
  });

  test('beyond the last cell a flow is lost', () => {
    const away = track([0, 100, 0], [100, 200, 0], [300, 200, 0]);
    expect(sendAt(69, 250e6, true, cells, away)).toEqual([[70, LOST]]);
  });
});

describe('rate steps of 80 Mbit/s up to 30 m and 8 Mbit/s beyond', () => {
  const rateSteps = [
    { withinM: 30, rateBps: 80e6 },
    { withinM: 60, rateBps: 8e6 },
  ];
  const cells: Cell[] = [{ x: 0, y: 0, rangeM: 200, rateSteps }];
  const arrival = (moves: Mobility, bytes: number): number => {
    const { kernel, network, association, run } = setInMotion(radioWorld(cells, [[moves, 1]], 300));
    let endedS = NaN;
    const receiver = network.receiver(() => (endedS = kernel.now / S));
    network.send(receiver, 0, association.endpoints[0] as AttachedEndpointId, 0 as VertexId, bytes);
    run();
    return endedS;
  };

  test('a flow has the rate of each step for the time in it, to the instant', () => {
    // 2 ms of latency, then 10 MB/s up to 30 s, and 1 MB/s from there
    const out = track([0, 0, 0], [200, 200, 0], [300, 200, 0]);
    expect(arrival(out, 299.98e6 + 20e6)).toBeCloseTo(50, 6);
    // 1 MB/s on the way in and, beyond the last step, before it; 10 MB/s for the 60 s within 30 m
    const through = track([0, -100, 0], [200, 100, 0], [300, 100, 0]);
    expect(arrival(through, 69.998e6 + 600e6 + 20e6)).toBeCloseTo(150, 6);
  });

  test('passing abeam at 30.01 m never is in the inner one; a rest in it stays', () => {
    const abeam = track([0, -100, 30.01], [200, 100, 30.01]);
    expect(arrival(abeam, 99.998e6)).toBeCloseTo(100, 6);
    expect(arrival(track([0, 3, 4], [200, 3, 4]), 99.98e6)).toBeCloseTo(10, 6);
  });
});

describe('many movers over many cells, against the rules at fine steps', () => {
  const cells: Cell[] = [];
  const stream = new Kernel({ seed: 5 }).streams.get('cells');
  for (let i = 0; i < 60; i++) {
    cells.push({ x: 1500 * stream.uniform(), y: 1000 * stream.uniform(), rangeM: 60 + 140 * stream.uniform() });
  }
  const area: Area = {
    shape: 'rectangle',
    centre: { x: 750, y: 500 },
    widthM: 1800 as Metres,
    heightM: 1300 as Metres,
  };
  const rectangle = area as Extract<Area, { shape: 'rectangle' }>;
  const pauseNs = { min: 0 as Nanoseconds, max: (20 * S) as Nanoseconds };
  const speedMps = { min: 5, max: 30 };
  const groups: [Mobility, number][] = [
    [{ model: 'random-waypoint', area, speedMps, pauseNs }, 12],
    [{ model: 'manhattan', area: rectangle, blockM: 90 as Metres, speedMps, turn: 0.5 }, 12],
    [{ model: 'gauss-markov', area: rectangle, meanSpeedMps: 15, memory: 0.8, stepNs: S as Nanoseconds }, 12],
  ];

  test.each([0, 1, 25])('with a hysteresis of %s m no change is late, early or missing', (hysteresisM) => {
    const world = radioWorld(
      cells.map((cell) => ({ ...cell, hysteresisM })),
      groups,
      400,
    );
    const { log, run, association, network } = setInMotion(world, 3);
    const TOLERANCE_M = 1e-6;
    /** By how much the user's rule asks for a change: to which cell, if any. */
    const wanted = (serving: number | undefined, at: { x: number; y: number }, slackM: number): string | undefined => {
      const far = cells.map((cell) => distance(cell, at));
      const inRange = (cell: number): boolean => far[cell]! <= cells[cell]!.rangeM - slackM;
      if (serving === undefined) return cells.some((_, cell) => inRange(cell)) ? 'attach' : undefined;
      if (far[serving]! > cells[serving]!.rangeM + slackM) return 'leave';
      const nearer = cells.findIndex(
        (_, cell) => cell !== serving && inRange(cell) && far[serving]! - far[cell]! > hysteresisM + slackM,
      );
      return nearer < 0 ? undefined : `to ${nearer}`;
    };
    const late: unknown[] = [];
    for (let step = 1; step <= 4_000; step++) {
      run(step * 1e8);
      for (const user of world.users.keys()) {
        const at = association.position(user as MoverId);
        const change = wanted(network.accessPointOf(association.endpoints[user]!), at, TOLERANCE_M);
        if (change !== undefined) late.push([step, user, change]);
      }
    }
    expect(late).toEqual([]);
    const serving = new Map<number, number | undefined>();
    const early: unknown[] = [];
    for (const moved of log) {
      const { user, cell, at, timeNs } = moved;
      // at its instant the old rule holds no more, but for rounding
      if (timeNs > 0 && wanted(serving.get(user), at, -TOLERANCE_M) === undefined) early.push(moved);
      serving.set(user, cell);
    }
    expect(early).toEqual([]);
    expect(log.length).toBeGreaterThan(500);
    expect(association.counts.handovers).toBeGreaterThan(200);
  });

  test('twice the same, and another group changes nothing for this one', () => {
    const digest = (of: typeof groups): [string, Moved[]] => {
      const { kernel, log, run } = setInMotion(radioWorld(cells, of, 400), 3);
      run();
      return [kernel.digest, log.filter(({ user }) => user < 12)];
    };
    const [once, moves] = digest(groups);
    expect(digest(groups)[0]).toBe(once);
    expect(digest(groups.slice(0, 1))[1]).toEqual(moves);
  });
});
