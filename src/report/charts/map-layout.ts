import type { Point, World } from '../../model/index.ts';

/** What is further from the users and access points than this part of their extent is drawn at the edge. */
const NEAR = 0.6;
/** Nodes that have no place of their own stand around that of their cluster, this part of the extent away. */
const RING = 0.045;

/** Extent of a set of points, metres. */
export interface Extent {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where the vertices of a world are drawn. */
export interface MapLayout {
  /** By vertex, metres. */
  readonly at: readonly Point[];
  /** Vertices that are really further away, and their distance from the middle of the ground, metres. */
  readonly far: ReadonlyMap<number, number>;
  /** Whether something has no place in the scenario, and stands where it does for the eye alone. */
  readonly isInvented: boolean;
}

/**
 * Lays out a world: what has a place at its place; what is far away at the edge of the ground; nodes without a place around
 * their cluster's, and clusters without one in the middle of their nodes; the rest, such as a distant cloud, in rows above.
 * @returns undefined where nothing has a place
 */
export function layOut(world: World): MapLayout | undefined {
  const { vertices, accessPoints, users } = world;
  const at = vertices.map(({ position }) => position);
  for (const { vertex, position } of accessPoints) at[vertex] ??= position;
  for (const { vertex, radio } of world.nodes) at[vertex] ??= radio?.position;
  const known = at.filter((point) => point !== undefined);
  if (known.length === 0) return undefined;
  const isInvented = known.length < at.length;
  const life = [...users, ...accessPoints].map(({ position }) => position);
  const ground = extentOf(life.length === 0 ? known : life);
  const far = pullIn(at, ground);
  const drawn = extentOf([...at.filter((point) => point !== undefined), ...life]);
  placeClusters(world, at, RING * Math.max(drawn.width, drawn.height));
  const without = vertices.flatMap((_, vertex) => (at[vertex] === undefined ? [vertex] : []));
  const gap = 0.14 * Math.max(drawn.height, 0.35 * drawn.width);
  const rows = [
    without.filter((v) => vertices[v]!.kind === 'node'),
    without.filter((v) => vertices[v]!.kind !== 'node'),
  ].filter((row) => row.length > 0);
  for (const [r, row] of rows.entries()) {
    const y = drawn.top + gap * (rows.length - r);
    for (const [i, vertex] of row.entries()) at[vertex] = { x: drawn.left + ((i + 0.5) / row.length) * drawn.width, y };
  }
  return { at: at as Point[], far, isInvented };
}

/** Moves what is far from the ground to the edge of its surroundings, on the line from its middle. */
function pullIn(at: (Point | undefined)[], ground: Extent): Map<number, number> {
  const middle = { x: (ground.left + ground.right) / 2, y: (ground.bottom + ground.top) / 2 };
  const room = NEAR * Math.max(ground.width, ground.height);
  const [reachX, reachY] = [ground.width / 2 + room, ground.height / 2 + room];
  const far = new Map<number, number>();
  for (const [vertex, point] of at.entries()) {
    if (point === undefined) continue;
    const [dx, dy] = [point.x - middle.x, point.y - middle.y];
    const times = Math.max(Math.abs(dx) / reachX, Math.abs(dy) / reachY);
    if (times <= 1) continue;
    far.set(vertex, Math.sqrt(dx * dx + dy * dy));
    at[vertex] = { x: middle.x + dx / times, y: middle.y + dy / times };
  }
  return far;
}

function placeClusters({ clusters, nodes }: World, at: (Point | undefined)[], radius: number): void {
  for (const [c, { gateway }] of clusters.entries()) {
    const own = nodes.filter(({ cluster }) => cluster === c).map(({ vertex }) => vertex);
    const placed = own.map((vertex) => at[vertex]).filter((point) => point !== undefined);
    if (placed.length > 0) {
      const sum = placed.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }));
      at[gateway] ??= { x: sum.x / placed.length, y: sum.y / placed.length };
    }
    const centre = at[gateway];
    if (centre === undefined) continue;
    const left = own.filter((vertex) => at[vertex] === undefined);
    // a ring that has room for all of them
    const reach = radius * Math.max(1, left.length / 8);
    for (const [i, vertex] of left.entries()) {
      const angle = Math.PI * (0.25 + (2 * i) / left.length);
      at[vertex] = { x: centre.x + reach * Math.cos(angle), y: centre.y + reach * Math.sin(angle) };
    }
  }
}

/** The smallest box that holds all points; a single point gets ten metres around it. */
export function extentOf(points: readonly Point[]): Extent {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    bottom = Math.min(bottom, y);
    top = Math.max(top, y);
  }
  if (right === left) [left, right] = [left - 10, right + 10];
  if (top === bottom) [bottom, top] = [bottom - 10, top + 10];
  return { left, right, bottom, top, width: right - left, height: top - bottom };
}
