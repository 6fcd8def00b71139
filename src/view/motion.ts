import { RandomStreams } from '../kernel/index.ts';
import { eachLeg, motionsOf, moversOf } from '../dynamics/index.ts';
import type { World } from '../model/index.ts';
import type { Manifest } from '../results/index.ts';
import { eachBatch } from '../report/index.ts';
import { TraceError } from '../traces/index.ts';
import type { Box, MotionKind } from './replay/scene.ts';

/** Turning points that are handed to the page at most: 30 MB. */
const MOST_POINTS = 1_200_000;

/** The ways of all movers as turning points, those of one mover in the order of time, straight on between two. */
export interface Motion {
  readonly kind: MotionKind;
  /** By turning point. */
  readonly movers: Int32Array;
  readonly timesNs: Float64Array;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Whether the mover is there from this point to the next. */
  readonly present: Uint8Array;
  readonly box: Box | undefined;
}

/** Turning points in growing columns. */
class Points {
  count = 0;
  movers = new Int32Array(1024);
  timesNs = new Float64Array(1024);
  xs = new Float64Array(1024);
  ys = new Float64Array(1024);
  present = new Uint8Array(1024);

  add(mover: number, timeNs: number, x: number, y: number, present: boolean): void {
    const at = this.count++;
    if (at === this.movers.length) {
      this.movers = widened(this.movers, Int32Array);
      this.timesNs = widened(this.timesNs, Float64Array);
      this.xs = widened(this.xs, Float64Array);
      this.ys = widened(this.ys, Float64Array);
      this.present = widened(this.present, Uint8Array);
    }
    this.movers[at] = mover;
    this.timesNs[at] = timeNs;
    this.xs[at] = x;
    this.ys[at] = y;
    this.present[at] = present ? 1 : 0;
  }

  /** Those of one mover together, in the order in which they were added. */
  sorted(kind: MotionKind): Motion {
    const order = Uint32Array.from({ length: this.count }, (_, i) => i).sort(
      (a, b) => this.movers[a]! - this.movers[b]! || a - b,
    );
    const box = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
    for (let i = 0; i < this.count; i++) {
      if (this.present[i] === 0) continue;
      box.left = Math.min(box.left, this.xs[i]!);
      box.right = Math.max(box.right, this.xs[i]!);
      box.bottom = Math.min(box.bottom, this.ys[i]!);
      box.top = Math.max(box.top, this.ys[i]!);
    }
    return {
      kind,
      movers: Int32Array.from(order, (i) => this.movers[i]!),
      timesNs: Float64Array.from(order, (i) => this.timesNs[i]!),
      xs: Float64Array.from(order, (i) => this.xs[i]!),
      ys: Float64Array.from(order, (i) => this.ys[i]!),
      present: Uint8Array.from(order, (i) => this.present[i]!),
      box: box.left === Infinity ? undefined : box,
    };
  }
}

function widened<A extends { length: number; set: (other: A) => void }>(of: A, make: new (length: number) => A): A {
  const wider = new make(2 * of.length);
  wider.set(of);
  return wider;
}

/**
 * Finds out where every mover of a run was. Motions depend on the scenario and its seed alone, so they are made again,
 * exactly; where they are too many points, on a grid of times. Where the file of a recorded motion is gone, the positions
 * that the table `movement` holds are all that is known.
 * @param mostPoints turning points at most
 * @throws {ResultsError} if a table is damaged
 */
export async function motionOf(
  world: World,
  folder: string,
  manifest: Manifest,
  mostPoints: number = MOST_POINTS,
): Promise<Motion> {
  const movers = moversOf(world);
  try {
    const points = legPoints(world, movers.length, mostPoints);
    if (points !== undefined) return points.sorted('legs');
    return onGrid(world, movers.length, mostPoints).sorted('grid');
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return (await sightings(world, folder, manifest)).sorted('sightings');
  }
}

type LegVisit = Parameters<typeof eachLeg>[2];

function follow(world: World, visit: LegVisit): void {
  const motions = motionsOf(moversOf(world), new RandomStreams(world.seed));
  try {
    eachLeg(motions, world.durationNs, visit);
  } finally {
    motions.end();
  }
}

/** The beginning of every leg, and the end of the last. @returns undefined where that is more than `most` */
function legPoints(world: World, movers: number, most: number): Points | undefined {
  const points = new Points();
  const ends = Array.from({ length: movers }, () => ({ timeNs: Infinity, x: 0, y: 0 }));
  follow(world, (mover, { startNs, endNs, fromX, fromY, toX, toY, present }) => {
    if (points.count <= most) points.add(mover, startNs, fromX, fromY, present);
    ends[mover] = { timeNs: endNs, x: toX, y: toY };
  });
  if (points.count > most) return undefined;
  for (const [mover, { timeNs, x, y }] of ends.entries()) if (timeNs < Infinity) points.add(mover, timeNs, x, y, true);
  return points;
}

function onGrid(world: World, movers: number, mostPoints: number): Points {
  const points = new Points();
  const stepNs = world.durationNs / Math.max(1, Math.floor(mostPoints / movers) - 1);
  const nextNs = new Float64Array(movers);
  follow(world, (mover, { startNs, endNs, fromX, fromY, toX, toY, present }) => {
    for (; nextNs[mover]! < endNs && nextNs[mover]! <= world.durationNs; nextNs[mover]! += stepNs) {
      const share = endNs === Infinity ? 0 : (nextNs[mover]! - startNs) / (endNs - startNs);
      points.add(mover, nextNs[mover]!, fromX + (toX - fromX) * share, fromY + (toY - fromY) * share, present);
      if (endNs === Infinity) break;
    }
  });
  return points;
}

async function sightings(world: World, folder: string, manifest: Manifest): Promise<Points> {
  const points = new Points();
  const moverOf = new Map(
    moversOf(world).map(({ user, node }, mover) => [
      user === undefined ? `node ${world.nodes[node!]!.name}` : `user ${world.users[user]!.name}`,
      mover,
    ]),
  );
  const seen = new Set<number>();
  await eachBatch(folder, manifest, 'movement', (batch) => {
    const [user, node, cause] = [batch.names('user'), batch.names('node'), batch.names('cause')];
    const [time, x, y] = [batch.numbers('time_ns'), batch.numbers('x_m'), batch.numbers('y_m')];
    for (let row = 0; row < batch.rows; row++) {
      const name = user(row);
      const mover = moverOf.get(name === null ? `node ${node(row)}` : `user ${name}`);
      if (mover === undefined) continue;
      seen.add(mover);
      points.add(mover, time(row), x(row), y(row), cause(row) !== 'absent');
    }
  });
  for (const [mover, { position }] of moversOf(world).entries()) {
    if (!seen.has(mover)) points.add(mover, 0, position.x, position.y, true);
  }
  return points;
}
