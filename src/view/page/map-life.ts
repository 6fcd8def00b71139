import { hasFailed, issuedBetween } from '../replay/requests.ts';
import type { Subject } from '../replay/events.ts';
import { cross, drawNode, line, nodeSidePx, PODS_FROM_PX, type Frame } from './map-ground.ts';

/** A request is seen at least so long, however short it was: at real speed it would be gone in two frames. */
const LEAST_REQUEST_S = 0.7;
/** And not longer than this, if that is more: those that take very long would crowd out the others. */
const MOST_REQUEST_NS = 2e9;
/** Requests on the map at once. */
const MOST_REQUESTS = 1_200;

/** A ring that spreads where something has happened. */
export interface Pulse {
  readonly node: number;
  readonly tone: 'bad' | 'good' | 'plain';
  /** 0 when it begins, 1 when it is over. */
  readonly age: number;
}

/** What `drawLife` needs besides the frame. */
export interface Life {
  readonly pulses: readonly Pulse[];
  readonly chosen: Subject | undefined;
}

/** Draws users and their requests. The ways must be at the frame's time. */
export function drawTraffic(frame: Frame, speed: number): void {
  frame.context.clearRect(0, 0, frame.camera.width, frame.camera.height);
  drawRequests(frame, speed);
  drawUsers(frame);
}

/** Draws nodes on radio, migrations, what has just happened, and what is chosen. The ways must be at the frame's time. */
export function drawLife(frame: Frame, { pulses, chosen }: Life): void {
  const { context, camera, replay, theme } = frame;
  context.clearRect(0, 0, camera.width, camera.height);
  for (const [node, { mover, name }] of replay.scene.nodes.entries()) {
    if (mover === undefined) continue;
    drawNode(frame, node);
    nameMover(frame, node, name);
  }
  drawMoves(frame);
  for (const { node, tone, age } of pulses) {
    const place = replay.nodePlace(node);
    if (place === undefined) continue;
    context.strokeStyle = tone === 'bad' ? theme.alarm : tone === 'good' ? theme.series[2]! : theme.accent;
    context.globalAlpha = 1 - age;
    context.lineWidth = 2.5;
    context.beginPath();
    const radius = nodeSidePx(camera, replay.scene.cellM) * (0.6 + 0.9 * age);
    context.arc(camera.px(place.x), camera.py(place.y), radius, 0, 2 * Math.PI);
    context.stroke();
  }
  context.globalAlpha = 1;
  if (chosen !== undefined) drawChosen(frame, chosen);
}

function nameMover({ context, replay, camera, theme }: Frame, node: number, name: string): void {
  const place = replay.nodePlace(node);
  const side = nodeSidePx(camera, replay.scene.cellM);
  if (place === undefined || side < PODS_FROM_PX) return;
  const [x, y] = [camera.px(place.x), camera.py(place.y) + side / 2 + 2];
  context.font = '12px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'top';
  context.lineWidth = 3;
  context.strokeStyle = theme.paper;
  context.strokeText(name, x, y);
  context.fillStyle = theme.ink;
  context.fillText(name, x, y);
}

/** Beyond so many movers they are small squares: a circle each would take longer than a frame may. */
const MOST_CIRCLES = 600;

function drawUsers({ context, replay, camera, theme, timeNs }: Frame): void {
  const { scene, ways } = replay;
  const isDense = scene.movers.length > MOST_CIRCLES;
  for (const isCovered of [true, false]) {
    context.fillStyle = isCovered ? theme.series[4]! : isDense ? theme.alarm : theme.paper;
    context.strokeStyle = isCovered ? theme.paper : theme.alarm;
    context.lineWidth = isCovered ? 1 : 1.4;
    for (let mover = 0; mover < scene.movers.length; mover++) {
      if (ways.isThere[mover] !== 1 || scene.movers[mover]!.node !== undefined) continue;
      if (replay.isCovered(mover, timeNs) !== isCovered) continue;
      const [px, py] = [camera.px(ways.x[mover]!), camera.py(ways.y[mover]!)];
      if (!camera.isInView(px, py, 4)) continue;
      if (isDense) context.fillRect(px - 1.5, py - 1.5, 3, 3);
      else dot(context, px, py, 3, true);
    }
  }
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number, isOutlined: boolean): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  if (isOutlined) context.stroke();
}

function drawRequests(frame: Frame, speed: number): void {
  const { replay, timeNs, context, theme, camera } = frame;
  const { requests } = replay;
  if (requests === undefined) return;
  const leastNs = LEAST_REQUEST_S * 1e9 * speed;
  const longestNs = Math.max(leastNs, Math.min(MOST_REQUEST_NS, replay.longestRequestNs));
  const [first, end] = issuedBetween(requests, timeNs - longestNs, timeNs);
  // one in a power of two, so that those that are drawn stay the same while their number changes little
  const step = 2 ** Math.max(0, Math.ceil(Math.log2((end - first) / MOST_REQUESTS)));
  const isDense = replay.scene.movers.length > MOST_CIRCLES;
  context.fillStyle = theme.accent;
  context.strokeStyle = theme.alarm;
  context.lineWidth = 1.8;
  for (let i = Math.ceil(first / step) * step; i < end; i += step) {
    const latencyNs = requests.completedNs[i]! - requests.issuedNs[i]!;
    const lastsNs = Number.isNaN(latencyNs) ? leastNs : Math.max(leastNs, Math.min(MOST_REQUEST_NS, latencyNs));
    const share = (timeNs - requests.issuedNs[i]!) / lastsNs;
    if (share >= 1) continue;
    const place = placeOf(frame, i, share);
    if (place === undefined) continue;
    const [px, py] = [camera.px(place.x), camera.py(place.y)];
    if (hasFailed(requests, i)) {
      context.globalAlpha = 1 - share;
      cross(context, px, py, 4);
      context.globalAlpha = 1;
    } else if (isDense) context.fillRect(px - 1.5, py - 1.5, 3, 3);
    else dot(context, px, py, 2.4, false);
  }
}

/** Where a request is: there in the first half of its time, back in the second. One that failed stays where it was sent. */
function placeOf({ replay, snapshot }: Frame, request: number, share: number): { x: number; y: number } | undefined {
  const { scene, ways, requests } = replay;
  const user = requests!.user[request]!;
  if (user < 0 || ways.isThere[user] !== 1) return undefined;
  const start = { x: ways.x[user]!, y: ways.y[user]! };
  if (hasFailed(requests!, request)) return start;
  const [accessPoint, node] = [requests!.accessPoint[request]!, requests!.node[request]!];
  if (accessPoint < 0 || node < 0) return undefined;
  const way = snapshot.routes.between(scene.accessPoints[accessPoint]!.vertex, scene.nodes[node]!.vertex);
  if (way === undefined) return undefined;
  const along = share < 0.5 ? 2 * share : 2 - 2 * share;
  const mast = scene.accessPoints[accessPoint]!;
  const points = [start, { x: mast.x, y: mast.y }, ...way.slice(1).map((vertex) => scene.vertices[vertex]!)];
  if (scene.nodes[node]!.mover !== undefined) points.push(replay.nodePlace(node) ?? points.at(-1)!);
  // each stretch takes the same time: a long one is flown over, a short one is seen too
  const at = along * (points.length - 1);
  const stretch = Math.min(points.length - 2, Math.floor(at));
  const [from, to] = [points[stretch]!, points[stretch + 1]!];
  const rest = at - stretch;
  return { x: from.x + (to.x - from.x) * rest, y: from.y + (to.y - from.y) * rest };
}

function drawMoves({ context, replay, camera, theme, timeNs }: Frame): void {
  for (const { from, to, fromNs, toNs } of replay.moves) {
    if (from < 0 || to < 0 || timeNs < fromNs || timeNs >= toNs) continue;
    const [a, b] = [replay.nodePlace(from), replay.nodePlace(to)];
    if (a === undefined || b === undefined) continue;
    const [x1, y1, x2, y2] = [camera.px(a.x), camera.py(a.y), camera.px(b.x), camera.py(b.y)];
    context.strokeStyle = theme.series[3]!;
    context.lineWidth = 2.5;
    context.setLineDash([3, 4]);
    line(context, x1, y1, x2, y2);
    context.setLineDash([]);
    const angle = Math.atan2(y2 - y1, x2 - x1);
    const reach = nodeSidePx(camera, replay.scene.cellM) / 2 + 2;
    const [tipX, tipY] = [x2 - reach * Math.cos(angle), y2 - reach * Math.sin(angle)];
    for (const turn of [-0.5, 0.5])
      line(context, tipX, tipY, tipX - 10 * Math.cos(angle + turn), tipY - 10 * Math.sin(angle + turn));
    const share = toNs === Infinity ? 0.5 : (timeNs - fromNs) / (toNs - fromNs);
    context.beginPath();
    context.arc(x1 + (x2 - x1) * share, y1 + (y2 - y1) * share, 5, 0, 2 * Math.PI);
    context.fillStyle = theme.series[3]!;
    context.fill();
  }
}

/** Rings what is chosen, and draws what it has to do with. */
function drawChosen(frame: Frame, chosen: Subject): void {
  const { context, camera, theme, replay, timeNs } = frame;
  const ring = (x: number, y: number, radius: number): void => {
    context.beginPath();
    context.arc(camera.px(x), camera.py(y), radius, 0, 2 * Math.PI);
    context.stroke();
  };
  context.strokeStyle = theme.ink;
  context.lineWidth = 2.5;
  const side = nodeSidePx(camera, replay.scene.cellM);
  for (const { x, y, kind } of replay.placesOf(chosen, timeNs)) ring(x, y, kind === 'node' ? side * 0.85 : 11);
  if (chosen.kind === 'link') {
    const { from, to } = replay.scene.links[replay.index.links.get(chosen.name)!]!;
    const [a, b] = [replay.scene.vertices[from]!, replay.scene.vertices[to]!];
    context.globalAlpha = 0.5;
    context.lineWidth = 6;
    line(context, camera.px(a.x), camera.py(a.y), camera.px(b.x), camera.py(b.y));
    context.globalAlpha = 1;
  }
  if (chosen.kind === 'user') {
    const mover = replay.index.users.get(chosen.name)!;
    const accessPoint = replay.accessPointOf(mover, timeNs);
    if (accessPoint === undefined || replay.ways.isThere[mover] !== 1) return;
    const { x, y } = replay.scene.accessPoints[accessPoint]!;
    context.lineWidth = 1.5;
    line(context, camera.px(replay.ways.x[mover]!), camera.py(replay.ways.y[mover]!), camera.px(x), camera.py(y));
  }
}
