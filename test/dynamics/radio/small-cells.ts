import { Network } from '../../../src/dynamics/network/index.ts';
import { Association, type MovementCause, type MovementEvent } from '../../../src/dynamics/radio/index.ts';
import { Kernel, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { AccessPoint, Mobility, Point, World } from '../../../src/model/index.ts';

export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly rangeM: number;
  readonly hysteresisM?: number;
  readonly handoverNs?: number;
  readonly pingPongNs?: number;
  readonly rateSteps?: readonly { readonly withinM: number; readonly rateBps: number }[];
}

export interface Moved {
  readonly timeNs: number;
  readonly user: number;
  readonly event: MovementEvent;
  readonly cell: number | undefined;
  readonly at: Point;
  readonly cause: MovementCause | undefined;
}

export type RadioWorld = Pick<
  World,
  'vertices' | 'media' | 'links' | 'accessPoints' | 'nodes' | 'users' | 'userGroups' | 'durationNs'
>;

/** Cells that hang on one switch at vertex 0 over 1 ms wires, and groups of users that move; all of 1 Gbit/s. */
export function radioWorld(
  cells: readonly Cell[],
  groups: readonly [Mobility, count: number][],
  seconds: number,
): RadioWorld {
  const accessPoints = cells.map(({ x, y, rangeM, hysteresisM, handoverNs, pingPongNs, rateSteps }, index) => ({
    name: `cell-${index}`,
    vertex: index + 1,
    position: { x, y },
    technology: 'nr',
    rangeM,
    latencyNs: 1e6,
    uplinkMedium: 4 * index,
    downlinkMedium: 4 * index + 1,
    ...(hysteresisM === undefined ? {} : { hysteresisM }),
    ...(handoverNs === undefined ? {} : { handoverNs }),
    ...(pingPongNs === undefined ? {} : { pingPongNs }),
    ...(rateSteps === undefined ? {} : { rateSteps }),
  }));
  const world = {
    vertices: Array.from({ length: cells.length + 1 }, (_, index) => ({ name: `v${index}`, kind: 'switch' })),
    media: Array.from({ length: 4 * cells.length }, (_, index) => ({ name: `m${index}`, bandwidthBps: 1e9 })),
    links: accessPoints.map(({ vertex }, index) => ({
      name: `l${index}`,
      from: 0,
      to: vertex,
      latencyNs: 1e6,
      forwardMedium: 4 * index + 2,
      backwardMedium: 4 * index + 3,
    })),
    accessPoints: accessPoints as unknown as AccessPoint[],
    userGroups: groups.map(([mobility], index) => ({ name: `g${index}`, mobility })),
    users: groups.flatMap(([, count], group) =>
      Array.from({ length: count }, (_, index) => ({
        name: `g${group}-${index + 1}`,
        group,
        position: { x: 0, y: 0 },
      })),
    ),
    nodes: [],
    durationNs: seconds * 1e9,
  };
  return world as unknown as RadioWorld;
}

/** Sets a radio world in motion; what happens is kept in `log`, and `run` goes on to a time. */
export function setInMotion(world: RadioWorld, seed = 1) {
  const kernel = new Kernel({ seed });
  const network = new Network(kernel, world);
  const log: Moved[] = [];
  const association = new Association(kernel, world, network, {
    moved: (user, event, cell, at, _present, cause) => log.push({ timeNs: kernel.now, user, event, cell, at, cause }),
  });
  association.start();
  const run = (untilNs: number = world.durationNs) => kernel.run({ until: untilNs as Nanoseconds });
  return { kernel, network, association, log, run };
}

/** A trace through points at times in seconds. */
export function track(...points: readonly [seconds: number, x: number, y: number][]): Mobility {
  const timesNs = points.map(([seconds]) => Math.round(seconds * 1e9) as Nanoseconds);
  return { model: 'trace', tracks: [{ timesNs, points: points.map(([, x, y]) => ({ x, y })) }] };
}
