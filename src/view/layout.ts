import type { Point, World } from '../model/index.ts';
import type { Box } from './replay/scene.ts';

/** Where everything that stands still is drawn. */
export interface Layout {
  /** By vertex, metres. */
  readonly places: readonly Point[];
  readonly cellM: number;
  readonly box: Box;
  readonly horizonM?: number;
  /** Whether the scenario places anything. */
  readonly hasGround: boolean;
  /** By vertex: where it is, of a node that stands on the ground, but not there. */
  readonly movedFrom: readonly (Point | undefined)[];
  /** Whether anything was moved from where the scenario has it. */
  readonly isMoved: boolean;
}

/** Width of the map that sizes are thought out for, and the sides of a node's square there, pixels. */
const MAP_PX = 1000;
const MOST_CELL_PX = 72;
const LEAST_CELL_PX = 9;
/** Height of a cell of a block as a share of its width: a name is below each node. */
const ROW = 1.3;
/** What lies outside of the ground by more than so many times its size is drawn above it, not to scale. */
const FAR = 0.75;

/** A block of node squares about an anchor, which gives way to others. */
interface Block {
  x: number;
  y: number;
  readonly halfWidth: number;
  readonly halfHeight: number;
  readonly columns: number;
  /** None of an access point: it gives way to nothing. */
  readonly vertices: readonly number[];
}

/**
 * Lays out a world for the eye (own design). Users, access points and what the scenario places keep their place. Nodes
 * without one stand in a block about their cluster's gateway; blocks that would cover each other give way; clusters
 * without any place, or too far away for the same scale, stand in rows above the ground.
 * @param ways points that movers come through, metres
 */
export function layOut(world: World, ways: Box | undefined): Layout {
  const { vertices, accessPoints, users, nodes } = world;
  const known = vertices.map(({ position }) => position);
  for (const { vertex, position } of accessPoints) known[vertex] ??= position;
  for (const { vertex, radio } of nodes) known[vertex] ??= radio?.position;
  const people = [...users.map(({ position }) => position), ...accessPoints.map(({ position }) => position)];
  const corners =
    ways === undefined
      ? []
      : [
          { x: ways.left, y: ways.bottom },
          { x: ways.right, y: ways.top },
        ];
  const placed = known.filter((point) => point !== undefined);
  const ground = padded(
    boxOf(people.length > 0 ? [...people, ...corners] : placed.length > 0 ? placed : [{ x: 0, y: 0 }]),
  );
  const size = Math.max(ground.right - ground.left, ground.top - ground.bottom);
  const isNear = ({ x, y }: Point): boolean => {
    const reach = FAR * size;
    return x > ground.left - reach && x < ground.right + reach && y > ground.bottom - reach && y < ground.top + reach;
  };
  const near = boxOf([
    { x: ground.left, y: ground.bottom },
    { x: ground.right, y: ground.top },
    ...placed.filter(isNear),
    // ranges that are part of the picture, and do not make everything else small
    ...accessPoints.flatMap(({ position: { x, y }, rangeM }) =>
      rangeM <= 0.5 * size && rangeM !== null
        ? [
            { x: x - rangeM, y: y - rangeM },
            { x: x + rangeM, y: y + rangeM },
          ]
        : [],
    ),
  ]);
  const widthM = Math.max(near.right - near.left, (near.top - near.bottom) * 1.4);
  const cellPx = Math.max(
    LEAST_CELL_PX,
    Math.min(MOST_CELL_PX, Math.sqrt((0.12 * MAP_PX * MAP_PX) / Math.max(1, nodes.length))),
  );
  const cellM = (cellPx / MAP_PX) * widthM;

  const blocks: Block[] = [];
  const far: { name: string; vertices: number[] }[] = [];
  for (const own of clusterVertices(world)) {
    const anchor = known[own.gateway] ?? meanOf(own.nodes.flatMap((vertex) => known[vertex] ?? []));
    const isFar = anchor === undefined || !isNear(anchor);
    const [fixed, loose] = isFar
      ? [[], own.nodes]
      : [
          own.nodes.filter((vertex) => known[vertex] !== undefined),
          own.nodes.filter((vertex) => known[vertex] === undefined),
        ];
    for (const vertex of fixed) blocks.push(blockOf([vertex], known[vertex]!, cellM));
    if (isFar) far.push({ name: own.name, vertices: [own.gateway, ...loose] });
    // the gateway is the first cell of the block of its cluster
    else blocks.push(blockOf([own.gateway, ...loose], anchor, cellM));
  }
  const taken = new Set([...blocks.flatMap((block) => block.vertices), ...far.flatMap((one) => one.vertices)]);
  const others = vertices.flatMap((_, vertex) => (taken.has(vertex) ? [] : [vertex]));
  const loners = others.filter((vertex) => known[vertex] === undefined || !isNear(known[vertex]));
  const places: Point[] = known.map((point) => point ?? { x: 0, y: 0 });
  const masts = accessPoints.map(({ position }) => ({
    ...blockOf([], position, cellM),
    halfWidth: 0.2 * cellM,
    halfHeight: 0.2 * cellM,
  }));
  const isMoved = separate([...blocks, ...masts]) || far.length > 0 || loners.length > 0;
  for (const block of blocks) placeBlock(block, cellM, places);

  const blocksTop = Math.max(near.top, ...blocks.map(({ y, halfHeight }) => y + halfHeight));
  const hasGround = people.length + placed.length > 0;
  const horizonM = hasGround && far.length + loners.length > 0 ? blocksTop + 1.2 * cellM : undefined;
  const rows = placeFar(far, loners, { left: near.left, widthM, bottomM: (horizonM ?? 0) + cellM, cellM }, places);
  const everything = boxOf([
    ...(hasGround
      ? [
          { x: near.left, y: near.bottom },
          { x: near.right, y: near.top },
        ]
      : []),
    ...places.flatMap(({ x, y }) => [
      { x: x - 0.7 * cellM, y: y - 0.7 * cellM },
      { x: x + 0.7 * cellM, y: y + 0.9 * cellM },
    ]),
    ...(hasGround ? rows : []),
  ]);
  const movedFrom = places.map(({ x, y }, vertex) => {
    const at = known[vertex];
    if (vertices[vertex]!.kind !== 'node' || at === undefined || !isNear(at)) return undefined;
    return Math.max(Math.abs(at.x - x), Math.abs(at.y - y)) > 0.45 * cellM ? at : undefined;
  });
  return {
    places,
    movedFrom,
    cellM,
    box: everything,
    ...(horizonM === undefined ? {} : { horizonM }),
    hasGround,
    isMoved,
  };
}

/** Vertices of each cluster: its gateway, and its nodes that hang on it by wire or have a place. */
function clusterVertices({ clusters, nodes }: World): { name: string; gateway: number; nodes: number[] }[] {
  return clusters.map(({ name, gateway }, cluster) => ({
    name,
    gateway,
    nodes: nodes.filter((node) => node.cluster === cluster).map(({ vertex }) => vertex),
  }));
}

function blockOf(vertices: readonly number[], { x, y }: Point, cellM: number): Block {
  const columns = Math.ceil(Math.sqrt(vertices.length * 1.6));
  const rows = Math.ceil(vertices.length / columns);
  return {
    x,
    y,
    halfWidth: (columns * cellM) / 2,
    halfHeight: (rows * (vertices.length > 1 ? ROW : 1) * cellM) / 2,
    columns,
    vertices,
  };
}

function placeBlock({ x, y, halfWidth, halfHeight, columns, vertices }: Block, cellM: number, places: Point[]): void {
  const row = vertices.length > 1 ? ROW : 1;
  for (const [i, vertex] of vertices.entries()) {
    places[vertex] = {
      x: x - halfWidth + ((i % columns) + 0.5) * cellM,
      y: y + halfHeight - (Math.floor(i / columns) + 0.5) * row * cellM,
    };
  }
}

/** Pushes blocks apart that cover each other, each time along the way that is shorter. @returns whether any moved */
function separate(blocks: readonly Block[]): boolean {
  let isAnyMoved = false;
  const sorted = blocks.toSorted((a, b) => a.x - b.x);
  const widest = Math.max(0, ...blocks.map(({ halfWidth }) => halfWidth));
  for (let round = 0; round < 120; round++) {
    let isMoved = false;
    sorted.sort((a, b) => a.x - b.x);
    for (const [i, a] of sorted.entries()) {
      for (let j = i + 1; j < sorted.length && sorted[j]!.x - a.x < a.halfWidth + widest; j++) {
        const b = sorted[j]!;
        const overX = a.halfWidth + b.halfWidth - Math.abs(b.x - a.x);
        const overY = a.halfHeight + b.halfHeight - Math.abs(b.y - a.y);
        if (overX < 1e-6 * a.halfWidth || overY < 1e-6 * a.halfWidth) continue;
        if (a.vertices.length + b.vertices.length === 0) continue;
        isMoved = true;
        // half of the way each; all of it where the other stands fast
        const share = a.vertices.length === 0 ? 0 : b.vertices.length === 0 ? 1 : 0.5;
        if (overX < overY) {
          a.x -= share * overX;
          b.x += (1 - share) * overX;
        } else {
          const up = b.y >= a.y ? 1 : -1;
          a.y -= up * share * overY;
          b.y += up * (1 - share) * overY;
        }
      }
    }
    if (!isMoved) break;
    isAnyMoved = true;
  }
  return isAnyMoved;
}

/** Puts clusters, and switches and other vertices, in rows above the ground. @returns the corners of what it filled */
function placeFar(
  far: readonly { readonly vertices: readonly number[] }[],
  loners: readonly number[],
  at: { readonly left: number; readonly widthM: number; readonly bottomM: number; readonly cellM: number },
  places: Point[],
): Point[] {
  const { left, widthM, cellM } = at;
  let bottom = at.bottomM;
  const corners: Point[] = [];
  const rowOf = (groups: readonly (readonly number[])[]): void => {
    const blocks = groups.map((vertices) => blockOf(vertices, { x: 0, y: 0 }, cellM));
    for (let first = 0; first < blocks.length;) {
      let count = 0;
      let filled = 0;
      let height = 0;
      while (first + count < blocks.length) {
        const { halfWidth, halfHeight } = blocks[first + count]!;
        if (count > 0 && filled + 2 * halfWidth + cellM > widthM) break;
        filled += 2 * halfWidth + cellM;
        height = Math.max(height, 2 * halfHeight);
        count++;
      }
      const gap = Math.max(0, widthM - filled) / count;
      let x = left + gap / 2 + cellM / 2;
      for (const block of blocks.slice(first, first + count)) {
        placeBlock({ ...block, x: x + block.halfWidth, y: bottom + height / 2 }, cellM, places);
        x += 2 * block.halfWidth + cellM + gap;
      }
      corners.push({ x: left, y: bottom }, { x: left + Math.max(widthM, filled), y: bottom + height + cellM });
      bottom += height + 1.6 * cellM;
      first += count;
    }
  };
  // switches join what is below with what is above
  rowOf(loners.map((vertex) => [vertex]));
  rowOf(far.map(({ vertices }) => vertices));
  return corners;
}

function meanOf(points: readonly Point[]): Point | undefined {
  if (points.length === 0) return undefined;
  return {
    x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
    y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
  };
}

function boxOf(points: readonly Point[]): Box {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    bottom = Math.min(bottom, y);
    top = Math.max(top, y);
  }
  return { left, right, bottom, top };
}

/** A box that is nowhere thinner than a fifth of its longer side, and not less than 40 m. */
function padded({ left, right, bottom, top }: Box): Box {
  const least = Math.max(40, 0.2 * Math.max(right - left, top - bottom));
  const [moreX, moreY] = [Math.max(0, least - (right - left)) / 2, Math.max(0, least - (top - bottom)) / 2];
  return { left: left - moreX, right: right + moreX, bottom: bottom - moreY, top: top + moreY };
}
