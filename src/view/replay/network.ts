import type { Scene } from './scene.ts';

/** What of the network works at a time, by index. */
export interface NetworkState {
  /** 1: cut, or one of its ends is down. */
  readonly linkDown: Uint8Array;
  readonly linkDegraded: Uint8Array;
  readonly nodeDown: Uint8Array;
  readonly nodeSlow: Uint8Array;
  readonly accessPointDown: Uint8Array;
  /** By vertex: the number of its island; the hub's is 0; -1 of a node that is down. */
  readonly island: Int32Array;
  readonly islands: number;
}

/** Faults on one entity from one time to another, by kind. */
export interface FaultSpan {
  readonly kind: string;
  readonly target: string;
  readonly fromNs: number;
  /** Infinity: to the end. */
  readonly toNs: number;
}

/** What works at a time, by the faults that are in force then. */
export function networkAt(scene: Scene, index: SceneIndex, faults: readonly FaultSpan[], timeNs: number): NetworkState {
  const { links, nodes, vertices, accessPoints, clusters } = scene;
  const linkDown = new Uint8Array(links.length);
  const linkDegraded = new Uint8Array(links.length);
  const nodeDown = new Uint8Array(nodes.length);
  const nodeSlow = new Uint8Array(nodes.length);
  const accessPointDown = new Uint8Array(accessPoints.length);
  const mark: Record<string, readonly [Uint8Array, ReadonlyMap<string, number>]> = {
    cut: [linkDown, index.links],
    degrade: [linkDegraded, index.links],
    crash: [nodeDown, index.nodes],
    slow: [nodeSlow, index.nodes],
    'access-point': [accessPointDown, index.accessPoints],
  };
  for (const { kind, target, fromNs, toNs } of faults) {
    if (timeNs < fromNs || timeNs >= toNs) continue;
    const [flags, of] = mark[kind] ?? [];
    const at = of?.get(target);
    if (at !== undefined) flags![at] = 1;
  }
  const vertexDown = new Uint8Array(vertices.length);
  for (const [node, { vertex }] of nodes.entries()) if (nodeDown[node] === 1) vertexDown[vertex] = 1;
  for (const [link, { from, to }] of links.entries()) {
    if (vertexDown[from] === 1 || vertexDown[to] === 1) linkDown[link] = 1;
  }
  const hub = clusters.find(({ role }) => role === 'hub') ?? clusters[0];
  const { island, islands } = islandsOf(scene, linkDown, vertexDown, hub?.gateway ?? 0);
  return { linkDown, linkDegraded, nodeDown, nodeSlow, accessPointDown, island, islands };
}

/** Numbers the parts into which the network falls; the hub's is 0. */
function islandsOf({ vertices, links }: Scene, linkDown: Uint8Array, vertexDown: Uint8Array, hub: number) {
  const neighbours: number[][] = vertices.map(() => []);
  for (const [link, { from, to }] of links.entries()) {
    if (linkDown[link] === 1) continue;
    neighbours[from]!.push(to);
    neighbours[to]!.push(from);
  }
  const island = new Int32Array(vertices.length).fill(-1);
  let islands = 0;
  for (const start of [hub, ...vertices.keys()]) {
    if (vertices[start] === undefined || island[start] !== -1 || vertexDown[start] === 1) continue;
    const number = islands++;
    const waiting = [start];
    island[start] = number;
    while (waiting.length > 0) {
      for (const next of neighbours[waiting.pop()!]!) {
        if (island[next] !== -1 || vertexDown[next] === 1) continue;
        island[next] = number;
        waiting.push(next);
      }
    }
  }
  return { island, islands };
}

/** Entities by their names. */
export interface SceneIndex {
  readonly links: ReadonlyMap<string, number>;
  readonly nodes: ReadonlyMap<string, number>;
  readonly accessPoints: ReadonlyMap<string, number>;
  readonly clusters: ReadonlyMap<string, number>;
  /** Users and nodes apart: both may have the same name. */
  readonly users: ReadonlyMap<string, number>;
  readonly radioNodes: ReadonlyMap<string, number>;
}

export function indexOf({ links, nodes, accessPoints, clusters, movers }: Scene): SceneIndex {
  const byName = (list: readonly { readonly name: string }[]) => new Map(list.map(({ name }, i) => [name, i]));
  return {
    links: byName(links),
    nodes: byName(nodes),
    accessPoints: byName(accessPoints),
    clusters: byName(clusters),
    users: new Map(movers.flatMap(({ name, node }, i) => (node === undefined ? [[name, i]] : []))),
    radioNodes: new Map(movers.flatMap(({ name, node }, i) => (node === undefined ? [] : [[name, i]]))),
  };
}

/** Reads the faults: two causes of the same effect on one entity overlap, and it lasts until the last of them ends. */
export function faultSpans(
  rows: readonly { readonly timeNs: number; readonly kind: string; readonly target: string; readonly event: string }[],
): FaultSpan[] {
  const open = new Map<string, { kind: string; target: string; fromNs: number; depth: number }>();
  const spans: FaultSpan[] = [];
  for (const { timeNs, kind, target, event } of rows) {
    const key = JSON.stringify([kind, target]);
    const begun = open.get(key);
    if (event === 'begin') {
      if (begun !== undefined) begun.depth++;
      else open.set(key, { kind, target, fromNs: timeNs, depth: 1 });
    } else if (begun !== undefined && --begun.depth === 0) {
      open.delete(key);
      spans.push({ kind, target, fromNs: begun.fromNs, toNs: timeNs });
    }
  }
  for (const { kind, target, fromNs } of open.values()) spans.push({ kind, target, fromNs, toNs: Infinity });
  return spans.sort((a, b) => a.fromNs - b.fromNs);
}

/** Ways of the lowest latency over the links that work, found when asked for. */
export class Routes {
  readonly #scene: Scene;
  readonly #linkDown: Uint8Array;
  /** By vertex: its links. */
  readonly #links: readonly (readonly number[])[];
  /** By start: for each vertex the one before it on the way there; -1 where there is none. */
  readonly #trees = new Map<number, Int32Array>();

  readonly #found = new Map<number, readonly number[] | undefined>();

  constructor(scene: Scene, linkDown: Uint8Array) {
    this.#scene = scene;
    this.#linkDown = linkDown;
    const links: number[][] = scene.vertices.map(() => []);
    for (const [link, { from, to }] of scene.links.entries()) {
      links[from]!.push(link);
      links[to]!.push(link);
    }
    this.#links = links;
  }

  /** The vertices from one to another, both included; undefined where there is no way. */
  between(from: number, to: number): readonly number[] | undefined {
    const key = from * this.#scene.vertices.length + to;
    if (!this.#found.has(key)) this.#found.set(key, this.#find(from, to));
    return this.#found.get(key);
  }

  #find(from: number, to: number): readonly number[] | undefined {
    let tree = this.#trees.get(from);
    if (tree === undefined) this.#trees.set(from, (tree = this.#treeFrom(from)));
    if (from !== to && tree[to] === -1) return undefined;
    const way = [to];
    for (let at = to; at !== from; at = tree[at]!) way.push(tree[at]!);
    return way.reverse();
  }

  /** Dijkstra's algorithm with a heap of (latency, vertex). */
  #treeFrom(from: number): Int32Array {
    const { vertices, links } = this.#scene;
    const before = new Int32Array(vertices.length).fill(-1);
    const latency = new Float64Array(vertices.length).fill(Infinity);
    latency[from] = 0;
    const heap = new Heap();
    heap.push(0, from);
    for (let next = heap.pop(); next !== undefined; next = heap.pop()) {
      const [atNs, vertex] = next;
      if (atNs > latency[vertex]!) continue;
      for (const link of this.#links[vertex]!) {
        if (this.#linkDown[link] === 1) continue;
        const { from: one, to: other, latencyNs } = links[link]!;
        const neighbour = one === vertex ? other : one;
        if (atNs + latencyNs < latency[neighbour]!) {
          latency[neighbour] = atNs + latencyNs;
          before[neighbour] = vertex;
          heap.push(atNs + latencyNs, neighbour);
        }
      }
    }
    return before;
  }
}

/** A binary heap, the least first. */
class Heap {
  readonly #items: [number, number][] = [];

  push(key: number, value: number): void {
    const items = this.#items;
    items.push([key, value]);
    for (let at = items.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (items[parent]![0] <= items[at]![0]) break;
      [items[parent], items[at]] = [items[at]!, items[parent]!];
      at = parent;
    }
  }

  pop(): [number, number] | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || items.length === 0) return first;
    items[0] = last!;
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < items.length && items[child]![0] < items[least]![0]) least = child;
      }
      if (least === at) return first;
      [items[least], items[at]] = [items[at]!, items[least]!];
      at = least;
    }
  }
}
