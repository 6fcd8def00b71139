import type { Point } from '../../model/index.ts';
import type { Path } from '../source.ts';
import type { Build } from './build.ts';
import type { Plane, WrittenPosition } from './plane.ts';
import { readSites, type WrittenSites } from './sites.ts';

/** One position for all, a list with one for each, or a table of sites. */
export type WrittenPositions = WrittenPosition | readonly WrittenPosition[] | WrittenSites;

/** How many things there are, where each is, and what else the table says of it. */
export interface Placed {
  readonly count: number;
  readonly position: (index: number) => Point;
  readonly columns: readonly string[];
  readonly fields: (index: number) => readonly string[];
}

/**
 * Places `count` things (or one for each position) on the plane. What is wrong is reported, and then the result is
 * undefined.
 */
export function placeAll(
  build: Build,
  plane: Plane,
  written: WrittenPositions,
  count: number | undefined,
  paths: { readonly positions: Path; readonly count: Path },
  options: { readonly of: 'infrastructure' | 'users'; readonly most: number; readonly keepRows: boolean },
): Placed | undefined {
  const path = paths.positions;
  if ('sites' in written) {
    const table = readSites(build, written, path, { maxRows: options.most, keepRows: options.keepRows });
    if (table === undefined) return undefined;
    const available = table.north.length;
    if (!enough(build, count, available, `the table has ${available}`, paths.count)) return undefined;
    const used = count ?? available;
    plane.demandKind(table.kind, [...path, 'sites']);
    const points = Array.from({ length: used }, (_, index) =>
      table.kind === 'geographic'
        ? plane.placeGeographic(table.north[index]!, table.east[index]!, options.of)
        : { x: table.east[index]!, y: table.north[index]! },
    );
    return {
      count: used,
      position: (index) => points[index]!,
      columns: table.columns,
      fields: (index) => table.rows[index] ?? [],
    };
  }
  if (isList(written)) {
    if (!enough(build, count, written.length, `the list has ${written.length}`, paths.count)) return undefined;
    const points = written.map((position, index) => plane.place(position, [...path, index], options.of));
    return { count: count ?? points.length, position: (index) => points[index]!, columns: [], fields: () => [] };
  }
  const point = plane.place(written, path, options.of);
  return { count: count ?? 1, position: () => point, columns: [], fields: () => [] };
}

function enough(build: Build, count: number | undefined, available: number, have: string, path: Path): boolean {
  if (count === undefined || count <= available) return true;
  build.problem(path, `${count} of them, but ${have} positions`, { expected: `at most ${available}` });
  return false;
}

function isList(written: WrittenPosition | readonly WrittenPosition[]): written is readonly WrittenPosition[] {
  return Array.isArray(written);
}
