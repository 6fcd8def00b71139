import type { Point, World } from '../../model/index.ts';
import { formatCount, significant, shorten } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import { color, seriesColor } from '../palette.ts';
import { extentOf, layOut } from './map-layout.ts';
import { composePicture, marginFor, textWidth, type Picture } from '../picture.ts';

const MOST_USERS = 1_500;
const MOST_LINKS = 3_000;
/** Ranges up to this part of the extent are drawn. */
const WIDEST = 0.7;
/** As long as they cover the ground at most so many times over. */
const MOST_COVERED = 6;
/** From this extent on, metres, the axes are in kilometres. */
const WIDE_M = 20_000;
/** Beyond so many nodes they have no names. */
const MOST_NAMED = 40;

interface Placed extends Point {
  readonly name: string;
  readonly kind: 'node' | 'gateway' | 'switch' | 'access-point';
  readonly pods: number;
}

/** Where nodes, access points and users are, and which links join them. @returns undefined where nothing has a place */
export function map(drawing: Drawing, world: World, podsByNode: ReadonlyMap<string, number>): Picture | undefined {
  const layout = layOut(world);
  if (layout === undefined) return undefined;
  const { at, far } = layout;
  const users = world.users.map(({ position }) => position);
  const placed = world.vertices.map(({ name, kind }, v): Placed => ({
    ...at[v]!,
    name: kind !== 'node' && far.has(v) ? `${name}, ${distanceText(far.get(v)!)} away` : name,
    kind,
    pods: podsByNode.get(name) ?? 0,
  }));
  const links = world.links.slice(0, MOST_LINKS).map(({ from, to }) => ({ from: at[from]!, to: at[to]! }));
  const step = Math.max(1, Math.ceil(users.length / MOST_USERS));
  const drawnUsers = users.filter((_, i) => i % step === 0);
  const nodes = placed.filter(({ kind }) => kind === 'node');
  const points = world.accessPoints;
  const all = extentOf([...at, ...drawnUsers]);
  const span = Math.max(all.width, all.height);
  const covered = points.reduce((sum, { rangeM }) => sum + Math.PI * rangeM * rangeM, 0);
  const ranges =
    covered <= MOST_COVERED * all.width * all.height ? points.filter(({ rangeM }) => rangeM <= WIDEST * span) : [];
  const circles = ranges.map(({ position, rangeM }) => circle(position, rangeM));
  const notes = [
    layout.isInvented
      ? ' What the scenario gives no place stands around its cluster, or, such as a distant cloud, in rows above the ground.'
      : '',
    far.size > 0
      ? ' What is much further away than users and access points are from one another is drawn at the edge.'
      : '',
    ranges.length < points.length
      ? ' Ranges about as wide as all this, or that overlap many times, are not drawn.'
      : '',
    step > 1 ? ` Every ${formatCount(step)}th of ${formatCount(users.length)} users is drawn.` : '',
    nodes.length > MOST_NAMED ? ' Nodes are too many to be named.' : '',
    world.userGroups.some(({ mobility }) => mobility !== undefined)
      ? ' Users that move are drawn at one place of their area or way.'
      : '',
    world.links.length > MOST_LINKS ? ` The first ${formatCount(MOST_LINKS)} links are drawn.` : '',
  ].join('');
  const unit = span >= WIDE_M ? { name: 'kilometres', m: 1_000 } : { name: 'metres', m: 1 };
  const inUnit = (m: number): string => formatCount(m / unit.m);
  const picture = {
    id: 'map',
    title: 'The world',
    caption:
      `The scenario's plane, in ${unit.name}, the same scale both ways: nodes (filled where a pod ran on them), access points with their range, users, and the links between them.` +
      notes,
    alt: `A map of ${formatCount(nodes.length)} nodes in ${formatCount(world.clusters.length)} clusters, ${formatCount(points.length)} access points and ${formatCount(users.length)} users, joined by ${formatCount(world.links.length)} links.`,
  };
  return {
    ...picture,
    draw(width) {
      const { Plot } = drawing;
      const shown = extentOf([...at, ...drawnUsers, ...circles.flat()]);
      const pad = 0.06 * Math.max(shown.width, shown.height);
      const [spanX, spanY] = [shown.width + 2 * pad, shown.height + 2 * pad];
      const marginLeft = marginFor([inUnit(shown.bottom), inUnit(shown.top)]);
      const [marginRight, marginTop, marginBottom] = [14, 24, 40];
      const inner = width - marginLeft - marginRight;
      const scale = Math.min(inner / spanX, 520 / spanY);
      const height = Math.ceil(spanY * scale) + marginTop + marginBottom;
      // the axis that has room to spare is widened, so that a metre is a metre both ways
      const extraX = (inner / scale - spanX) / 2;
      const [left, right] = [shown.left - pad - extraX, shown.right + pad + extraX];
      const named =
        nodes.length <= MOST_NAMED
          ? namesWithRoom(namedFirst(placed), (x) => marginLeft + (x - left) * scale, scale, width)
          : [];
      const svg = drawing.plot({
        width,
        height,
        marginLeft,
        marginRight,
        marginTop,
        marginBottom,
        x: {
          domain: [left, right],
          label: `${unit.name} east`,
          tickFormat: inUnit,
          labelArrow: 'none',
          labelAnchor: 'center',
          ticks: width < 500 ? 4 : 8,
        },
        y: {
          domain: [shown.bottom - pad, shown.top + pad],
          label: `${unit.name} north`,
          labelArrow: 'none',
          ticks: 5,
          tickFormat: inUnit,
        },
        marks: [
          Plot.line(
            circles.flatMap((circle, i) => circle.map(({ x, y }) => ({ x, y, i }))),
            { x: 'x', y: 'y', z: 'i', stroke: seriesColor(5), strokeWidth: 0.8, strokeOpacity: 0.6 },
          ),
          Plot.link(links, {
            x1: ({ from }: (typeof links)[number]) => from.x,
            y1: ({ from }: (typeof links)[number]) => from.y,
            x2: ({ to }: (typeof links)[number]) => to.x,
            y2: ({ to }: (typeof links)[number]) => to.y,
            stroke: color.muted,
            strokeOpacity: links.length > 200 ? 0.25 : 0.55,
          }),
          Plot.dot(drawnUsers, { x: 'x', y: 'y', r: 1.6, fill: seriesColor(4), fillOpacity: 0.8 }),
          Plot.dot(points, {
            x: ({ position }: (typeof points)[number]) => position.x,
            y: ({ position }: (typeof points)[number]) => position.y,
            r: 5.5,
            symbol: 'triangle',
            stroke: seriesColor(2),
            strokeWidth: 1.8,
            fill: color.paper,
          }),
          Plot.dot(
            placed.filter(({ kind }) => kind === 'gateway' || kind === 'switch'),
            { x: 'x', y: 'y', r: 3, symbol: 'diamond', fill: color.muted },
          ),
          Plot.dot(nodes, {
            x: 'x',
            y: 'y',
            r: nodes.length > 200 ? 2.5 : 5,
            symbol: 'square',
            stroke: seriesColor(0),
            strokeWidth: 1.6,
            fill: ({ pods }: Placed) => (pods > 0 ? seriesColor(0) : color.paper),
          }),
          ...(['start', 'end'] as const).map((side) =>
            Plot.text(
              named.filter((name) => name.side === side),
              {
                x: 'x',
                y: 'y',
                text: 'text',
                textAnchor: side,
                dx: side === 'start' ? 8 : -8,
                dy: -8,
                fontSize: 11,
                fill: color.ink,
                stroke: color.paper,
                strokeWidth: 3,
              },
            ),
          ),
        ],
      });
      return composePicture(
        width,
        picture,
        [
          { label: 'node with pods', color: seriesColor(0), shape: 'box' },
          ...(points.length > 0 ? [{ label: 'access point', color: seriesColor(2), shape: 'triangle' } as const] : []),
          ...(users.length > 0 ? [{ label: 'user', color: seriesColor(4), shape: 'dot' } as const] : []),
          { label: 'link', color: color.muted, shape: 'line' },
        ],
        [svg],
      );
    },
  };
}

const distanceText = (metres: number): string =>
  metres < 1_000 ? `${significant(metres)} m` : `${significant(metres / 1_000)} km`;

/** Clusters that are not where one of their nodes is, then nodes: where not all names have room, the first say most. */
function namedFirst(placed: readonly Placed[]): Placed[] {
  const nodes = placed.filter(({ kind }) => kind === 'node');
  const taken = new Set(nodes.map(({ x, y }) => `${x} ${y}`));
  return [...placed.filter(({ kind, x, y }) => kind === 'gateway' && !taken.has(`${x} ${y}`)), ...nodes];
}

const nameOf = (name: string, pods: number, width: number): string =>
  `${shorten(name, width < 500 ? 14 : 24)}${pods > 0 ? ` (${pods})` : ''}`;

/** Names on the right of their node, or else on its left; none where they would cover another name or node, or leave the picture. */
function namesWithRoom(nodes: readonly Placed[], pixel: (x: number) => number, scale: number, width: number) {
  const taken = nodes.map(({ x, y }) => ({ left: pixel(x) - 5, right: pixel(x) + 5, y: y * scale }));
  return nodes.flatMap(({ x, y, name, pods }) => {
    const text = nameOf(name, pods, width);
    const length = textWidth(text, 11) + 8;
    for (const side of ['start', 'end'] as const) {
      const [from, to] = side === 'start' ? [pixel(x) + 6, pixel(x) + length] : [pixel(x) - length, pixel(x) - 6];
      const at = y * scale + 8;
      const isFree = taken.every((other) => Math.abs(other.y - at) > 13 || other.right < from || other.left > to);
      if (from < 0 || to > width || !isFree) continue;
      taken.push({ left: from, right: to, y: at });
      return [{ x, y, text, side }];
    }
    return [];
  });
}

function circle({ x, y }: Point, radius: number): Point[] {
  return Array.from({ length: 61 }, (_, i) => ({
    x: x + radius * Math.cos((i / 30) * Math.PI),
    y: y + radius * Math.sin((i / 30) * Math.PI),
  }));
}
