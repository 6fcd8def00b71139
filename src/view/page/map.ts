import type { Subject } from '../replay/events.ts';
import type { Replay, Snapshot } from '../replay/replay.ts';
import { Camera } from './camera.ts';
import { sized } from './canvas.ts';
import { byId } from './element.ts';
import { clusterBox, drawGround, drawThings, nodeSidePx, podGrid, PODS_FROM_PX } from './map-ground.ts';
import { drawLife, drawTraffic, type Pulse } from './map-life.ts';
import { readTheme, type Theme } from './theme.ts';

const PULSE_MS = 900;
const MOST_PULSES = 60;
/** A longer step between two frames, in seconds of the wall, is a leap of the reader's. */
const LEAP_S = 0.3;
/** A press that moves less is a click. */
const CLICK_PX = 5;

/** The map: canvases above each other, of which two are drawn again when something changes, and two at every frame. */
export class RunMap {
  readonly camera: Camera;
  theme: Theme = readTheme();
  chosen: Subject | undefined;
  readonly #replay: Replay;
  /** From the lowest to the highest. */
  readonly #layers: Readonly<Record<'ground' | 'traffic' | 'things' | 'life', HTMLCanvasElement>>;
  #groundKey = '';
  #snapshot: Snapshot | undefined;
  #themeVersion = 0;
  #lastNs = NaN;
  #nextEvent = 0;
  #pulses: { readonly node: number; readonly tone: Pulse['tone']; readonly sinceMs: number }[] = [];

  /** @param choose told what was clicked on */
  constructor(replay: Replay, box: HTMLElement, choose: (subject: Subject | undefined) => void) {
    this.#replay = replay;
    this.camera = new Camera(replay.scene.box);
    this.#layers = { ground: byId('ground'), traffic: byId('traffic'), things: byId('things'), life: byId('life') };
    new ResizeObserver(() => this.camera.resize(box.clientWidth, box.clientHeight)).observe(box);
    this.camera.resize(box.clientWidth, box.clientHeight);
    this.camera.fit();
    listenToPointer(box, this.camera, (px, py) => choose(this.subjectAt(px, py)));
  }

  /** Takes the colours of the page anew. */
  themeChanged(): void {
    this.theme = readTheme();
    this.#themeVersion++;
  }

  /** Draws the run at a time. @param wallMs time of the wall, for what is seen a while after it happened */
  draw(timeNs: number, speed: number, wallMs: number): void {
    const replay = this.#replay;
    const snapshot = replay.at(timeNs);
    replay.ways.at(timeNs);
    const { camera, theme } = this;
    const shared = { replay, snapshot, camera, theme, timeNs };
    const key = [camera.version, this.#themeVersion, replay.sampleAt(timeNs)].join();
    if (key !== this.#groundKey || snapshot !== this.#snapshot) {
      this.#groundKey = key;
      this.#snapshot = snapshot;
      drawGround({ ...shared, context: sized(this.#layers.ground).context });
      drawThings({ ...shared, context: sized(this.#layers.things).context });
    }
    drawTraffic({ ...shared, context: sized(this.#layers.traffic).context }, speed);
    this.#beginPulses(timeNs, speed, wallMs);
    const pulses = this.#pulses.map(({ node, tone, sinceMs }) => ({ node, tone, age: (wallMs - sinceMs) / PULSE_MS }));
    drawLife({ ...shared, context: sized(this.#layers.life).context }, { pulses, chosen: this.chosen });
  }

  /** Rings at the nodes where something has happened since the frame before; none after a leap. */
  #beginPulses(timeNs: number, speed: number, wallMs: number): void {
    const { events, index } = this.#replay;
    this.#pulses = this.#pulses.filter(({ sinceMs }) => wallMs - sinceMs < PULSE_MS);
    if (!(timeNs >= this.#lastNs && timeNs - this.#lastNs <= LEAP_S * 1e9 * speed)) {
      this.#nextEvent = this.#replay.eventAfter(timeNs);
    } else {
      for (; (events[this.#nextEvent]?.timeNs ?? Infinity) <= timeNs; this.#nextEvent++) {
        const { about, tone } = events[this.#nextEvent]!;
        if (this.#pulses.length >= MOST_PULSES) continue;
        for (const { kind, name } of about) {
          const node = kind === 'node' ? index.nodes.get(name) : undefined;
          if (node !== undefined) this.#pulses.push({ node, tone, sinceMs: wallMs });
        }
      }
    }
    this.#lastNs = timeNs;
  }

  /** What is at a pixel: a pod before its node, things before links, links before clusters. */
  subjectAt(px: number, py: number): Subject | undefined {
    const { scene, ways } = this.#replay;
    const { camera } = this;
    const near = (x: number, y: number): number => Math.hypot(camera.px(x) - px, camera.py(y) - py);
    const side = nodeSidePx(camera, scene.cellM);
    for (const [node, { name }] of scene.nodes.entries()) {
      const place = this.#replay.nodePlace(node);
      if (place === undefined) continue;
      const [dx, dy] = [px - camera.px(place.x), py - camera.py(place.y)];
      if (Math.max(Math.abs(dx), Math.abs(dy)) > Math.max(side / 2, 5)) continue;
      return this.#podAt(node, dx + side / 2, dy + side / 2, side) ?? { kind: 'node', name };
    }
    const points: [number, Subject][] = scene.accessPoints.map(({ name, x, y }) => [
      near(x, y),
      { kind: 'access-point', name },
    ]);
    for (const [mover, { name, node }] of scene.movers.entries()) {
      if (node === undefined && ways.isThere[mover] === 1) {
        points.push([near(ways.x[mover]!, ways.y[mover]!), { kind: 'user', name }]);
      }
    }
    const nearest = least(points, 10);
    if (nearest !== undefined) return nearest;
    const links = scene.links.map(({ name, from, to }): [number, Subject] => {
      const [a, b] = [scene.vertices[from]!, scene.vertices[to]!];
      const distance = toSegment(px, py, camera.px(a.x), camera.py(a.y), camera.px(b.x), camera.py(b.y));
      return [distance, { kind: 'link', name }];
    });
    return least(links, 6) ?? this.#clusterAt(px, py);
  }

  #podAt(node: number, x: number, y: number, side: number): Subject | undefined {
    const pods = this.#snapshot?.podsOf[node] ?? [];
    if (side < PODS_FROM_PX || pods.length === 0) return undefined;
    const height = side - Math.max(3, side * 0.14);
    const { columns, rows, pitch } = podGrid(pods.length, side, height);
    const [left, top] = [(side - pitch * Math.min(columns, pods.length)) / 2, (height - pitch * rows) / 2];
    const [column, row] = [Math.floor((x - left) / pitch), Math.floor((y - top) / pitch)];
    if (pitch < 3.5 || column < 0 || row < 0 || column >= columns || row >= rows) return undefined;
    const pod = pods[row * columns + column];
    return pod === undefined ? undefined : { kind: 'pod', name: this.#replay.pods[pod]!.name };
  }

  #clusterAt(px: number, py: number): Subject | undefined {
    const { camera } = this;
    for (const [cluster, { name }] of this.#replay.scene.clusters.entries()) {
      const box = clusterBox(this.#replay, cluster);
      if (box === undefined) continue;
      const isIn = px > camera.px(box.left) && px < camera.px(box.right) && py > camera.py(box.top) - 18;
      if (isIn && py < camera.py(box.bottom)) return { kind: 'cluster', name };
    }
    return undefined;
  }
}

function least(candidates: readonly (readonly [number, Subject])[], within: number): Subject | undefined {
  let [best, found]: [number, Subject | undefined] = [within, undefined];
  for (const [distance, subject] of candidates) if (distance < best) [best, found] = [distance, subject];
  return found;
}

function toSegment(px: number, py: number, x1: number, y1: number, x2: number, y2: number): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((px - x1) * dx + (py - y1) * dy) / length));
  return Math.hypot(px - x1 - along * dx, py - y1 - along * dy);
}

/** Dragging moves the map, the wheel and two fingers zoom it, a click chooses. */
function listenToPointer(box: HTMLElement, camera: Camera, click: (px: number, py: number) => void): void {
  const pointers = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  const local = (event: PointerEvent | WheelEvent) => {
    const { left, top } = box.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const isCanvas = (event: Event): boolean => event.target === box || event.target instanceof HTMLCanvasElement;
  const spread = (): number => {
    const [a, b] = [...pointers.values()];
    return a === undefined || b === undefined ? 0 : Math.hypot(a.x - b.x, a.y - b.y);
  };
  box.addEventListener('pointerdown', (event) => {
    if (!isCanvas(event) || event.button !== 0) return;
    if (pointers.size === 0) travelled = 0;
    pointers.set(event.pointerId, local(event));
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    const now = local(event);
    const wide = spread();
    pointers.set(event.pointerId, now);
    travelled += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    if (travelled <= CLICK_PX) return;
    if (pointers.size === 1) camera.pan(now.x - before.x, now.y - before.y);
    else if (wide > 0) camera.zoom(spread() / wide, now.x, now.y);
  });
  box.addEventListener('pointerup', (event) => {
    if (!pointers.delete(event.pointerId)) return;
    const { x, y } = local(event);
    if (travelled <= CLICK_PX) click(x, y);
  });
  box.addEventListener('pointercancel', (event) => pointers.delete(event.pointerId));
  box.addEventListener(
    'wheel',
    (event) => {
      if (!isCanvas(event)) return;
      event.preventDefault();
      const { x, y } = local(event);
      camera.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), x, y);
    },
    { passive: false },
  );
}
