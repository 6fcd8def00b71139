import type { AccessPoint, Point } from '../../model/index.ts';
import { positionOn, type Leg } from '../mobility/index.ts';
import { CellGrid } from './cell-grid.ts';
import { nearerBy, velocityOf, withinRange } from './interval.ts';
import { Reach } from './reach.ts';

/** In place of an access point: none. */
export const NO_CELL = -1;

/** Finds when and where movers change access points, on one leg at a time, by the rules of `Association`. */
export class CellSearch {
  /** What `findNext` found: when the association changes, ns; the leg's end or later where it does not change on the leg. */
  timeNs = 0;
  /** What `findNext` found: the access point from then on, or NO_CELL where the mover's own is out of reach then. */
  cell = NO_CELL;
  readonly #accessPoints: readonly AccessPoint[];
  readonly #isDead: Uint8Array;
  readonly #grid: CellGrid;
  readonly #reach: Reach;

  /** @param isDead by access point: whether it is out of order at the time; changed by the owner */
  constructor(accessPoints: readonly AccessPoint[], isDead: Uint8Array) {
    this.#accessPoints = accessPoints;
    this.#isDead = isDead;
    this.#grid = new CellGrid(accessPoints);
    this.#reach = new Reach(accessPoints);
  }

  /**
   * Finds when the association of a mover changes next on a leg, and to which access point: into `timeNs` and `cell`.
   * @param servingCell its access point, or NO_CELL
   */
  findNext(leg: Leg, servingCell: number, notBeforeNs: number): void {
    const accessPoints = this.#accessPoints;
    const reach = this.#reach;
    const serving = accessPoints[servingCell];
    const velocity = velocityOf(leg);
    const first = notBeforeNs - leg.startNs;
    const end = leg.endNs - leg.startNs;
    const x = leg.fromX + velocity.x * first;
    const y = leg.fromY + velocity.y * first;
    // not a number for a rest without end: nothing is ruled out then
    const wayM = Math.sqrt(velocity.x * velocity.x + velocity.y * velocity.y) * (end - first);
    const servingM = serving === undefined ? Infinity : reach.distanceM(servingCell, x, y);
    let best = end;
    let cell = NO_CELL;
    if (serving !== undefined && !reach.holds(servingCell, servingM, wayM)) {
      const { from, to } = withinRange(leg, velocity, serving.position, serving.rangeM);
      best = from >= first + 1 ? first : Math.min(Math.max(Math.ceil(to), first), end);
    }
    let bestDistance2 = -1; // nothing takes the place of the loss of its own at the same time: that looks for the nearest
    this.#grid.along(leg, velocity, first, best, (cells, untilNs) => {
      for (const candidate of cells) {
        if (candidate === servingCell || this.#isDead[candidate] === 1) continue;
        const otherM = reach.distanceM(candidate, x, y);
        if (reach.misses(candidate, otherM, wayM)) continue;
        if (serving !== undefined && reach.keeps(servingCell, servingM, otherM, wayM)) continue;
        const accessPoint = accessPoints[candidate]!;
        const entered = enters(leg, velocity, serving, accessPoint, first);
        if (entered > best || entered >= end) continue;
        const distance2 = distanceSquared(leg, velocity, entered, accessPoint.position);
        if (entered === best && !(distance2 < bestDistance2)) continue;
        best = entered;
        bestDistance2 = distance2;
        cell = candidate;
      }
      return best > untilNs;
    });
    this.timeNs = leg.startNs + best;
    this.cell = cell;
  }

  /** The nearest access point but its own in whose range a mover is and stays for a nanosecond, the first of several; or NO_CELL. */
  nearestInRange(leg: Leg, servingCell: number, now: number): number {
    const velocity = velocityOf(leg);
    const at = now - leg.startNs;
    let nearest = NO_CELL;
    let nearest2 = Infinity;
    for (const candidate of this.#grid.at(positionOn(leg, now))) {
      if (candidate === servingCell || this.#isDead[candidate] === 1) continue;
      const accessPoint = this.#accessPoints[candidate]!;
      const distance2 = distanceSquared(leg, velocity, at, accessPoint.position);
      if (distance2 < nearest2 && enters(leg, velocity, undefined, accessPoint, at) === at) {
        nearest = candidate;
        nearest2 = distance2;
      }
    }
    return nearest;
  }

  /** Whether an access point is of no concern to a mover on the rest of its leg, for certain. */
  passesBy(leg: Leg, cell: number, now: number): boolean {
    const { x, y } = positionOn(leg, now);
    const dx = leg.toX - x;
    const dy = leg.toY - y;
    return this.#reach.misses(cell, this.#reach.distanceM(cell, x, y), Math.sqrt(dx * dx + dy * dy));
  }
}

/** When a mover would change over to another access point, ns from the leg's start; Infinity where it would not. */
function enters(
  leg: Leg,
  velocity: Point,
  serving: AccessPoint | undefined,
  other: AccessPoint,
  notBefore: number,
): number {
  const inRange = withinRange(leg, velocity, other.position, other.rangeM);
  let { from, to } = inRange;
  if (!(to >= notBefore)) return Infinity;
  if (serving !== undefined) {
    const nearer = nearerBy(leg, velocity, serving.position, other.position, serving.hysteresisM ?? 0);
    from = Math.max(from, nearer.from);
    to = Math.min(to, nearer.to);
  }
  const entered = Math.max(Math.ceil(from), notBefore);
  return entered + 1 <= to ? entered : Infinity;
}

function distanceSquared(leg: Leg, velocity: Point, atNs: number, { x, y }: Point): number {
  const dx = leg.fromX + velocity.x * atNs - x;
  const dy = leg.fromY + velocity.y * atNs - y;
  return dx * dx + dy * dy;
}
