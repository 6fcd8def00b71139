import type { AccessPoint, Point } from '../../model/index.ts';
import type { Leg } from '../mobility/index.ts';

/** Rounding of positions must hide no cell whose edge touches a square. */
const MARGIN_M = 1e-6;
const NONE: readonly number[] = [];

/**
 * Access points in the squares of a grid that their discs reach into, so that a mover looks only at those around it. The
 * side of a square is the mean range: own design.
 */
export class CellGrid {
  readonly #sideM: number;
  readonly #left: number;
  readonly #bottom: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #squares = new Map<number, number[]>();

  constructor(accessPoints: readonly AccessPoint[]) {
    let left = Infinity;
    let right = -Infinity;
    let bottom = Infinity;
    let top = -Infinity;
    let rangeSum = 0;
    for (const { position, rangeM } of accessPoints) {
      const reach = rangeM + MARGIN_M;
      left = Math.min(left, position.x - reach);
      right = Math.max(right, position.x + reach);
      bottom = Math.min(bottom, position.y - reach);
      top = Math.max(top, position.y + reach);
      rangeSum += rangeM;
    }
    const isEmpty = accessPoints.length === 0;
    this.#sideM = isEmpty ? 1 : rangeSum / accessPoints.length;
    this.#left = left;
    this.#bottom = bottom;
    this.#columns = isEmpty ? 0 : Math.floor((right - left) / this.#sideM) + 1;
    this.#rows = isEmpty ? 0 : Math.floor((top - bottom) / this.#sideM) + 1;
    for (const [index, accessPoint] of accessPoints.entries()) this.#add(index, accessPoint);
  }

  /** Access points whose disc may hold the point, in their order; perhaps others too. */
  at({ x, y }: Point): readonly number[] {
    return this.#cells(this.#column(x), this.#row(y));
  }

  /**
   * Goes through the squares that a leg crosses from a time on, one after the other, as long as `visit` says so.
   * @param fromNs,toNs ns from the leg's start
   * @param visit told the access points around and until when the mover is in the square; says whether to go on
   */
  along(
    leg: Leg,
    velocity: Point,
    fromNs: number,
    toNs: number,
    visit: (accessPoints: readonly number[], untilNs: number) => boolean,
  ): void {
    let column = this.#column(leg.fromX + velocity.x * fromNs);
    let row = this.#row(leg.fromY + velocity.y * fromNs);
    let inNs = fromNs;
    for (;;) {
      // far outside, go straight to where the grid is reached
      const nextColumn = this.#next(column, velocity.x, this.#columns);
      const nextRow = this.#next(row, velocity.y, this.#rows);
      const edgeX = this.#left + this.#sideM * (velocity.x > 0 ? nextColumn : nextColumn + 1);
      const edgeY = this.#bottom + this.#sideM * (velocity.y > 0 ? nextRow : nextRow + 1);
      const acrossNs = velocity.x === 0 ? Infinity : Math.max((edgeX - leg.fromX) / velocity.x, inNs);
      const upNs = velocity.y === 0 ? Infinity : Math.max((edgeY - leg.fromY) / velocity.y, inNs);
      const outNs = Math.min(acrossNs, upNs);
      if (!visit(this.#cells(column, row), Math.min(outNs, toNs)) || outNs >= toNs) return;
      if (acrossNs === outNs) column = nextColumn;
      if (upNs === outNs) row = nextRow;
      inNs = outNs;
      if (!this.#canReach(column, velocity.x, this.#columns) || !this.#canReach(row, velocity.y, this.#rows)) {
        visit(NONE, toNs);
        return;
      }
    }
  }

  #next(index: number, velocity: number, count: number): number {
    return velocity > 0 ? Math.max(index + 1, 0) : Math.min(index - 1, count - 1);
  }

  #canReach(index: number, velocity: number, count: number): boolean {
    return (index >= 0 || velocity > 0) && (index < count || velocity < 0);
  }

  #add(index: number, { position, rangeM }: AccessPoint): void {
    const reach = rangeM + MARGIN_M;
    for (let column = this.#column(position.x - reach); column <= this.#column(position.x + reach); column++) {
      const dx = this.#gap(position.x, this.#left + column * this.#sideM);
      for (let row = this.#row(position.y - reach); row <= this.#row(position.y + reach); row++) {
        const dy = this.#gap(position.y, this.#bottom + row * this.#sideM);
        if (dx * dx + dy * dy > reach * reach) continue;
        const key = column * this.#rows + row;
        const square = this.#squares.get(key);
        if (square === undefined) this.#squares.set(key, [index]);
        else square.push(index);
      }
    }
  }

  /** How far a coordinate is from the span of a square that begins at `start`. */
  #gap(coordinate: number, start: number): number {
    return Math.max(start - coordinate, coordinate - start - this.#sideM, 0);
  }

  #cells(column: number, row: number): readonly number[] {
    if (column < 0 || column >= this.#columns || row < 0 || row >= this.#rows) return NONE;
    return this.#squares.get(column * this.#rows + row) ?? NONE;
  }

  #column(x: number): number {
    return Math.floor((x - this.#left) / this.#sideM);
  }

  #row(y: number): number {
    return Math.floor((y - this.#bottom) / this.#sideM);
  }
}
