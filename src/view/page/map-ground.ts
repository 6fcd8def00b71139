import { shorten } from '../../format.ts';
import type { Replay, Snapshot } from '../replay/replay.ts';
import type { Box } from '../replay/scene.ts';
import { phaseOf } from '../replay/pods.ts';
import type { Camera } from './camera.ts';
import { Labels } from './labels.ts';
import { appColor, type Theme } from './theme.ts';

/** Side of a node's square as a share of its cell, and the sides between which it stays, pixels. */
const NODE_SHARE = 0.72;
const LEAST_NODE_PX = 5;
const MOST_NODE_PX = 110;
/** From this side on a square shows its pods one by one. */
export const PODS_FROM_PX = 17;

/** What is being drawn. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  readonly replay: Replay;
  readonly snapshot: Snapshot;
  readonly camera: Camera;
  readonly theme: Theme;
  readonly timeNs: number;
}

/** Side of a node's square on the screen. */
export const nodeSidePx = ({ scale }: Camera, cellM: number): number =>
  Math.max(LEAST_NODE_PX, Math.min(MOST_NODE_PX, NODE_SHARE * cellM * scale));

/** Draws what lies below the traffic: the ground, ranges and links. */
export function drawGround(frame: Frame): void {
  frame.context.clearRect(0, 0, frame.camera.width, frame.camera.height);
  drawHorizon(frame);
  drawRanges(frame);
  drawLinks(frame);
  drawLeaders(frame);
  if (frame.replay.scene.hasGround) drawScale(frame);
}

/** Draws what stands above the traffic: clusters, nodes with their pods, access points, names. */
export function drawThings(frame: Frame): void {
  const { context, camera } = frame;
  context.clearRect(0, 0, camera.width, camera.height);
  context.lineJoin = 'round';
  const labels = new Labels(context, frame.theme);
  // the button of the legend lies there
  labels.occupy(55, frame.camera.height - 26, 100, 42);
  drawClusters(frame, labels);
  drawJunctions(frame);
  for (const [node, { mover }] of frame.replay.scene.nodes.entries()) if (mover === undefined) drawNode(frame, node);
  drawAccessPoints(frame);
  nameThings(frame, labels);
  labels.draw();
}

function drawHorizon({ context, replay: { scene }, camera, theme }: Frame): void {
  if (scene.horizonM === undefined) return;
  const y = Math.round(camera.py(scene.horizonM)) + 0.5;
  if (y < -20 || y > camera.height + 20) return;
  context.strokeStyle = theme.grid;
  context.lineWidth = 1;
  context.setLineDash([2, 4]);
  line(context, 0, y, camera.width, y);
  context.setLineDash([]);
  context.fillStyle = theme.muted;
  context.font = '12px system-ui, sans-serif';
  context.textAlign = 'right';
  context.textBaseline = 'bottom';
  context.fillText('above: far away or without a place, not to scale', camera.width - 12, y - 3);
}

function drawRanges({ context, replay: { scene }, camera, theme }: Frame): void {
  const widest = 3 * Math.max(scene.box.right - scene.box.left, scene.box.top - scene.box.bottom);
  const alpha = scene.accessPoints.length > 60 ? 0.25 : 0.55;
  for (const { x, y, rangeM } of scene.accessPoints) {
    if (rangeM === undefined || rangeM > widest) continue;
    const radius = rangeM * camera.scale;
    if (!camera.isInView(camera.px(x), camera.py(y), radius)) continue;
    context.beginPath();
    context.arc(camera.px(x), camera.py(y), radius, 0, 2 * Math.PI);
    context.globalAlpha = 0.05;
    context.fillStyle = theme.series[2]!;
    if (scene.accessPoints.length <= 60) context.fill();
    context.globalAlpha = alpha;
    context.strokeStyle = theme.series[2]!;
    context.lineWidth = 0.8;
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** Corners of a cluster whose nodes stand together; undefined where they are all over the place. */
export function clusterBox({ scene }: Replay, cluster: number): Box | undefined {
  const { gateway, nodes } = scene.clusters[cluster]!;
  const fixed = nodes.filter((node) => scene.nodes[node]!.mover === undefined);
  const places = [gateway, ...fixed.map((node) => scene.nodes[node]!.vertex)].map((vertex) => scene.vertices[vertex]!);
  const half = 0.56 * scene.cellM;
  const box = {
    left: Math.min(...places.map(({ x }) => x)) - half,
    right: Math.max(...places.map(({ x }) => x)) + half,
    // names are below the nodes
    bottom: Math.min(...places.map(({ y }) => y)) - 1.35 * half,
    top: Math.max(...places.map(({ y }) => y)) + half,
  };
  const area = (box.right - box.left) * (box.top - box.bottom);
  return area <= 3 * places.length * scene.cellM * scene.cellM ? box : undefined;
}

const LONG_NAME = 24;
/** Names of what has no width of its own are cut short from about here on. */
const LONG_NAME_PX = 150;

function drawClusters({ context, replay, snapshot, camera, theme }: Frame, labels: Labels): void {
  const { island } = snapshot.network;
  for (const [cluster, { name, role, gateway }] of replay.scene.clusters.entries()) {
    const number = island[gateway]!;
    const isCutOff = number > 0;
    const box = clusterBox(replay, cluster);
    const text = `${shorten(name, LONG_NAME)}${role === 'hub' && name !== 'hub' ? ' (hub)' : ''}${isCutOff ? ` · cut off, island ${number}` : ''}`;
    if (box === undefined) {
      const { x, y } = replay.scene.vertices[gateway]!;
      labels.add({
        text,
        x: camera.px(x),
        y: camera.py(y),
        halfWidth: 8,
        halfHeight: 7,
        roomPx: LONG_NAME_PX,
        sides: ['above', 'below', 'right', 'left'],
        rank: isCutOff ? 0 : 1,
        isBold: true,
      });
      continue;
    }
    const [left, top] = [camera.px(box.left), camera.py(box.top)];
    const [width, height] = [(box.right - box.left) * camera.scale, (box.top - box.bottom) * camera.scale];
    if (!camera.isInView(left + width / 2, top + height / 2, Math.max(width, height))) continue;
    context.beginPath();
    context.roundRect(left, top, width, height, Math.min(8, width / 5));
    // what goes on below shows through, but does not disturb
    context.globalAlpha = 0.8;
    context.fillStyle = theme.paper;
    context.fill();
    context.globalAlpha = isCutOff ? 0.14 : 0.1;
    context.fillStyle = isCutOff ? theme.alarm : theme.muted;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = isCutOff ? theme.alarm : theme.muted;
    context.lineWidth = isCutOff ? 1.8 : 1;
    context.setLineDash(isCutOff ? [6, 4] : []);
    context.stroke();
    context.setLineDash([]);
    labels.add({
      text,
      x: left + width / 2,
      y: top + height / 2,
      halfWidth: width / 2,
      halfHeight: height / 2,
      roomPx: Math.max(2 * LONG_NAME_PX, width),
      sides: ['above', 'below'],
      rank: isCutOff ? 0 : 1,
      isBold: true,
    });
  }
}

/** Thin lines from nodes that are drawn apart to where they are. */
function drawLeaders({ context, replay: { scene }, camera, theme }: Frame): void {
  context.strokeStyle = theme.series[0]!;
  context.globalAlpha = 0.6;
  context.lineWidth = 1;
  context.setLineDash([1, 3]);
  for (const { x, y, at } of scene.vertices) {
    if (at !== undefined) line(context, camera.px(x), camera.py(y), camera.px(at.x), camera.py(at.y));
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function drawLinks({ context, replay, snapshot, camera, theme, timeNs }: Frame): void {
  const { scene, linkUse } = replay;
  const { linkDown, linkDegraded } = snapshot.network;
  const isDense = scene.links.length > 400;
  for (const [link, { from, to }] of scene.links.entries()) {
    if (scene.nodes.length > 0 && isOfMover(replay, from, to)) continue;
    const [a, b] = [scene.vertices[from]!, scene.vertices[to]!];
    const [x1, y1, x2, y2] = [camera.px(a.x), camera.py(a.y), camera.px(b.x), camera.py(b.y)];
    if (Math.max(x1, x2) < 0 || Math.max(y1, y2) < 0 || Math.min(x1, x2) > camera.width) continue;
    if (Math.min(y1, y2) > camera.height) continue;
    const use = linkUse?.at(link, timeNs) ?? NaN;
    const isDown = linkDown[link] === 1;
    context.strokeStyle = isDown ? theme.alarm : linkDegraded[link] === 1 ? theme.series[4]! : theme.muted;
    context.lineWidth = isDown ? 1.6 : (isDense ? 0.6 : 1) + (Number.isNaN(use) ? 0 : 4 * use);
    context.globalAlpha = isDown ? 1 : isDense ? 0.4 : 0.75;
    context.setLineDash(isDown ? [4, 4] : linkDegraded[link] === 1 ? [9, 4] : []);
    line(context, x1, y1, x2, y2);
    if (isDown) {
      context.setLineDash([]);
      context.lineWidth = 2;
      cross(context, (x1 + x2) / 2, (y1 + y2) / 2, 5);
    }
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** Whether a link ends at a node that moves: it has no place to be drawn to. */
const isOfMover = ({ scene, moverVertices }: Replay, from: number, to: number): boolean =>
  scene.movers.length > 0 && (moverVertices.has(from) || moverVertices.has(to));

function drawAccessPoints({ context, replay: { scene }, snapshot, camera, theme }: Frame): void {
  const size = scene.accessPoints.length > 60 ? 4.5 : 6.5;
  for (const [accessPoint, { x, y }] of scene.accessPoints.entries()) {
    const [px, py] = [camera.px(x), camera.py(y)];
    if (!camera.isInView(px, py, 10)) continue;
    const isDown = snapshot.network.accessPointDown[accessPoint] === 1;
    context.beginPath();
    context.moveTo(px, py - size);
    context.lineTo(px + size, py + size * 0.8);
    context.lineTo(px - size, py + size * 0.8);
    context.closePath();
    context.fillStyle = theme.paper;
    context.fill();
    context.strokeStyle = isDown ? theme.alarm : theme.series[2]!;
    context.lineWidth = 1.8;
    context.stroke();
    if (isDown) cross(context, px, py, 7);
  }
}

function drawJunctions({ context, replay: { scene }, camera, theme }: Frame): void {
  context.fillStyle = theme.muted;
  const size = Math.max(2.5, Math.min(6, 0.16 * scene.cellM * camera.scale));
  for (const { kind, x, y } of scene.vertices) {
    if (kind !== 'gateway' && kind !== 'switch') continue;
    const [px, py] = [camera.px(x), camera.py(y)];
    context.beginPath();
    context.moveTo(px, py - size);
    context.lineTo(px + size, py);
    context.lineTo(px, py + size);
    context.lineTo(px - size, py);
    context.fill();
  }
}

/** Draws a node's square: its CPU in use as a bar, its pods as dots, what is wrong with it at its border. */
export function drawNode({ context, replay, snapshot, camera, theme, timeNs }: Frame, node: number): void {
  const { scene, nodeUse } = replay;
  const place = replay.nodePlace(node);
  if (place === undefined) return;
  const [px, py] = [camera.px(place.x), camera.py(place.y)];
  const side = nodeSidePx(camera, scene.cellM);
  if (!camera.isInView(px, py, side)) return;
  const [left, top] = [px - side / 2, py - side / 2];
  const { network, podsOf } = snapshot;
  const isDown = network.nodeDown[node] === 1;
  const state = replay.stateOf(node, timeNs);
  const use = nodeUse?.at(node, timeNs) ?? NaN;
  const isSmall = side < PODS_FROM_PX;
  const level = Number.isNaN(use) ? 0 : Math.min(1, use);
  context.fillStyle = isSmall ? theme.ramp[Math.min(5, Math.floor(level * 6))]! : theme.paper;
  context.fillRect(left, top, side, side);
  if (!isSmall) {
    const bar = Math.max(3, side * 0.14);
    context.fillStyle = theme.ramp[1]!;
    context.fillRect(left, top + side - bar, side, bar);
    context.fillStyle = theme.ramp[4]!;
    context.fillRect(left, top + side - bar, side * level, bar);
    drawPods({ context, replay, theme, timeNs }, podsOf[node]!, left, top, side, side - bar);
  }
  const isIll = isDown || network.nodeSlow[node] === 1 || (state !== undefined && state !== 'up');
  context.globalAlpha = state === 'absent' ? 0.4 : 1;
  context.strokeStyle = isDown ? theme.alarm : isIll ? theme.series[4]! : theme.series[0]!;
  context.lineWidth = isSmall ? 1 : isIll ? 2 : 1.4;
  context.setLineDash(isIll && !isDown ? [4, 3] : []);
  context.strokeRect(left, top, side, side);
  context.setLineDash([]);
  context.globalAlpha = 1;
  if (isDown) cross(context, px, py, side / 2);
}

/** Where the dots of a node's pods are in its square. */
export function podGrid(count: number, width: number, height: number) {
  const columns = Math.max(1, Math.ceil(Math.sqrt((count * width) / height)));
  const rows = Math.max(1, Math.ceil(count / columns));
  const pitch = Math.min((width - 4) / columns, (height - 4) / rows);
  return { columns, rows, pitch: Math.min(pitch, 15) };
}

function drawPods(
  { context, replay, theme, timeNs }: Pick<Frame, 'context' | 'replay' | 'theme' | 'timeNs'>,
  pods: readonly number[],
  left: number,
  top: number,
  width: number,
  height: number,
): void {
  if (pods.length === 0) return;
  const { columns, rows, pitch } = podGrid(pods.length, width, height);
  if (pitch < 3.5) {
    context.fillStyle = theme.ink;
    context.font = '11px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(String(pods.length), left + width / 2, top + height / 2);
    return;
  }
  const [x0, y0] = [left + (width - pitch * Math.min(columns, pods.length)) / 2, top + (height - pitch * rows) / 2];
  for (const [i, pod] of pods.entries()) {
    const span = replay.pods[pod]!;
    const [x, y] = [x0 + ((i % columns) + 0.5) * pitch, y0 + (Math.floor(i / columns) + 0.5) * pitch];
    context.beginPath();
    context.arc(x, y, pitch * 0.36, 0, 2 * Math.PI);
    const ofApp = appColor(theme, replay.appIndex(span.app));
    if (phaseOf(span, timeNs) === 'ready') {
      context.fillStyle = ofApp;
      context.fill();
    } else {
      context.strokeStyle = ofApp;
      context.lineWidth = 1.6;
      context.stroke();
    }
  }
}

function nameThings({ replay, camera }: Frame, labels: Labels): void {
  const { scene } = replay;
  const isCompact = scene.clusters.map((_, cluster) => clusterBox(replay, cluster) !== undefined);
  const side = nodeSidePx(camera, scene.cellM);
  const nodes = side >= PODS_FROM_PX ? scene.nodes.filter(({ mover }) => mover === undefined) : [];
  for (const node of nodes) {
    const { x, y } = scene.vertices[node.vertex]!;
    labels.occupy(camera.px(x), camera.py(y), side, side);
    labels.add({
      text: shortName(node.name, scene.clusters[node.cluster]!.name),
      x: camera.px(x),
      y: camera.py(y),
      halfWidth: side / 2,
      halfHeight: side / 2,
      roomPx: isCompact[node.cluster] ? camera.scale * scene.cellM : LONG_NAME_PX,
      sides: isCompact[node.cluster] ? ['below'] : ['below', 'above', 'right', 'left'],
      rank: 3,
      isBold: false,
    });
  }
  const small = {
    halfWidth: 8,
    halfHeight: 7,
    roomPx: LONG_NAME_PX,
    sides: ['above', 'below', 'right', 'left'],
    isBold: false,
  } as const;
  for (const { name, kind, x, y } of scene.vertices) {
    if (kind === 'switch') labels.add({ ...small, text: name, x: camera.px(x), y: camera.py(y), rank: 2 });
  }
  if (scene.accessPoints.length > 60) return;
  for (const { name, x, y } of scene.accessPoints) {
    labels.occupy(camera.px(x), camera.py(y), 13, 12);
    labels.add({ ...small, text: name, x: camera.px(x), y: camera.py(y), rank: 4 });
  }
}

/** A node's name without that of its cluster, where more than a number is left. */
function shortName(name: string, cluster: string): string {
  const rest = name.startsWith(`${cluster}-`) ? name.slice(cluster.length + 1) : name;
  return /[a-z]/i.test(rest) ? rest : name;
}

/** A bar of a round length, lower right. */
function drawScale({ context, camera, theme }: Frame): void {
  const most = 120 / camera.scale;
  const power = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((factor) => factor * power).find((candidate) => candidate <= most)!;
  const [right, y] = [camera.width - 14, camera.height - 14];
  const left = right - length * camera.scale;
  context.strokeStyle = theme.ink;
  context.lineWidth = 1.2;
  context.beginPath();
  context.moveTo(left, y - 5);
  context.lineTo(left, y);
  context.lineTo(right, y);
  context.lineTo(right, y - 5);
  context.stroke();
  context.fillStyle = theme.ink;
  context.font = '12px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'bottom';
  context.fillText(
    length >= 1000 ? `${length / 1000} km` : `${Number(length.toPrecision(3))} m`,
    (left + right) / 2,
    y - 5,
  );
}

export function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

export function cross(context: CanvasRenderingContext2D, x: number, y: number, half: number): void {
  line(context, x - half, y - half, x + half, y + half);
  line(context, x - half, y + half, x + half, y - half);
}
