import type { Nanoseconds } from '../../kernel/index.ts';
import type { Link, LinkId, VertexId } from '../../model/index.ts';
import { grown } from './growth.ts';
import { IndexedHeap } from './indexed-heap.ts';

/** No route: what `Routes.find` returns where there is none. */
export const NO_ROUTE = -1;

type RoutedLink = Pick<Link, 'from' | 'to' | 'latencyNs'>;

/**
 * Shortest routes by latency between the vertices of the wired network, over what is up.
 *
 * Of several routes of equal latency the one with the fewest hops is taken; of those, seen from the destination
 * backwards, the one whose previous vertex has the lowest id, and of parallel links the one with the lowest id. Own design: a
 * stated rule, so that routes depend on the topology alone.
 *
 * A link `l` is two arcs, `2l` forward and `2l + 1` backward. Trees that hang on the network are taken off it (a vertex
 * with one link left, again and again) and walked directly, as there is one way only; Dijkstra's algorithm runs on the
 * core that is left, once a source, when first needed. Every change of the topology starts a new epoch, in which routes are found anew.
 */
export class Routes {
  /** Called after each change of a link or a vertex, where somebody wants to know. */
  changed: (() => void) | undefined;
  /** Counts the changes of the topology. Indices of routes are valid within their epoch. */
  epoch = 0;
  /** By route: where its arcs start in `arcs`. */
  offset = new Int32Array(64);
  /** By route: how many arcs it has. */
  length = new Int32Array(64);
  /** By route: the sum of its links' latencies, ns. */
  latencyNs = new Float64Array(64);
  /** The arcs of all routes, one after the other. */
  arcs = new Int32Array(256);

  readonly #links: readonly RoutedLink[];
  readonly #vertexCount: number;
  readonly #linkUp: Uint8Array;
  /** By link, ns. */
  readonly #linkLatency: Float64Array;
  readonly #vertexUp: Uint8Array;
  /** The arc from a vertex towards the core, or -1 for a vertex of the core. */
  readonly #towardsCore: Int32Array;
  readonly #depth: Int32Array;
  /** The arcs that leave each vertex, as compressed rows. */
  readonly #rowStart: Int32Array;
  readonly #rowArcs: Int32Array;
  /** Index within the core by vertex, or -1. */
  readonly #coreIndex: Int32Array;
  readonly #coreSize: number;
  /** By core index of the source: the last arc of the route to each core vertex. */
  #trees: (Int32Array | undefined)[] = [];
  /** By source vertex: the route to each destination vertex. */
  #found: (Map<number, number> | undefined)[] = [];
  #routeCount = 0;
  #arcCount = 0;
  #path = new Int32Array(64);
  #scratchLatency = new Float64Array(0);
  #scratchHops = new Int32Array(0);
  #scratchHeap: IndexedHeap | undefined;

  /**
   * @param vertexCount how many vertices there are; links refer to them by index
   * @throws {RangeError} if a link refers to a vertex that is not there
   */
  constructor(vertexCount: number, links: readonly RoutedLink[]) {
    this.#links = links;
    this.#vertexCount = vertexCount;
    this.#linkUp = new Uint8Array(links.length).fill(1);
    this.#linkLatency = Float64Array.from(links, ({ latencyNs }) => latencyNs);
    this.#vertexUp = new Uint8Array(vertexCount).fill(1);
    const degree = new Int32Array(vertexCount);
    for (const [index, { from, to }] of links.entries()) {
      for (const end of [from, to]) {
        if (!(end >= 0 && end < vertexCount)) {
          throw new RangeError(`links[${index}] ends at vertex ${end}: there are ${vertexCount} vertices`);
        }
        degree[end]!++;
      }
    }
    const rows = compressedRows(vertexCount, links, degree);
    const hanging = takeTreesOff(vertexCount, links, degree, rows);
    this.#towardsCore = hanging.towardsCore;
    this.#depth = hanging.depth;
    this.#coreIndex = new Int32Array(vertexCount).fill(-1);
    let coreSize = 0;
    for (let vertex = 0; vertex < vertexCount; vertex++) {
      if (this.#towardsCore[vertex] === -1) this.#coreIndex[vertex] = coreSize++;
    }
    this.#coreSize = coreSize;
    this.#rowStart = rows.start;
    this.#rowArcs = rows.arcs;
  }

  isVertexUp(vertex: VertexId): boolean {
    return this.#vertexUp[vertex] === 1;
  }

  isLinkUp(link: LinkId): boolean {
    return this.#linkUp[link] === 1;
  }

  /** Cuts a link or mends it. Starts a new epoch if that changes anything, and returns whether it did. */
  setLinkUp(link: LinkId, up: boolean): boolean {
    return this.#set(this.#linkUp, link, up, 'link');
  }

  /** Takes a vertex down with all its links' ends, or brings it back. Starts a new epoch if that changes anything. */
  setVertexUp(vertex: VertexId, up: boolean): boolean {
    return this.#set(this.#vertexUp, vertex, up, 'vertex');
  }

  /** The present latency of a link, ns. */
  linkLatencyNs(link: LinkId): Nanoseconds {
    return this.#linkLatency[link]! as Nanoseconds;
  }

  /**
   * Gives a link another latency, ns. Starts a new epoch if that changes anything.
   * @throws {RangeError} if there is no such link, or the latency is not a whole number of ns >= 0
   */
  setLinkLatency(link: LinkId, latencyNs: number): void {
    const before = this.#linkLatency[link];
    if (before === undefined) throw new RangeError(`no link ${link}: there are ${this.#links.length}`);
    if (!(latencyNs >= 0 && Number.isSafeInteger(latencyNs))) {
      throw new RangeError(`latency ${latencyNs} ns: expected a whole number >= 0`);
    }
    if (latencyNs === before) return;
    this.#linkLatency[link] = latencyNs;
    this.#startEpoch();
  }

  /** The arcs that leave a vertex; those that enter it are their opposites, `arc ^ 1`. */
  arcsFrom(vertex: VertexId): Int32Array {
    return this.#rowArcs.subarray(this.#rowStart[vertex]!, this.#rowStart[vertex + 1]!);
  }

  /** The vertex that an arc leaves. */
  arcFrom(arc: number): VertexId {
    const link = this.#links[arc >> 1]!;
    return (arc & 1) === 0 ? link.from : link.to;
  }

  /** The vertex that an arc enters. */
  arcTo(arc: number): VertexId {
    const link = this.#links[arc >> 1]!;
    return (arc & 1) === 0 ? link.to : link.from;
  }

  /**
   * The route between two vertices in this epoch, or `NO_ROUTE`. From a vertex that is up to itself it is an empty one.
   * Its arcs are `arcs[offset[route] …]`, `length[route]` of them.
   */
  find(from: VertexId, to: VertexId): number {
    let found = this.#found[from];
    if (found === undefined) this.#found[from] = found = new Map();
    let route = found.get(to);
    if (route === undefined) {
      route = this.#trace(from, to);
      found.set(to, route);
    }
    return route;
  }

  #set(flags: Uint8Array, index: number, up: boolean, what: string): boolean {
    if (!(index >= 0 && index < flags.length)) {
      throw new RangeError(`no ${what} ${index}: there are ${flags.length}`);
    }
    const flag = up ? 1 : 0;
    if (flags[index] === flag) return false;
    flags[index] = flag;
    this.#startEpoch();
    return true;
  }

  #startEpoch(): void {
    this.changed?.();
    this.epoch++;
    this.#trees = [];
    this.#found = [];
    this.#routeCount = 0;
    this.#arcCount = 0;
  }

  /** Whether an arc's link and both its ends are up. */
  isUsable(arc: number): boolean {
    return (
      this.#linkUp[arc >> 1] === 1 && this.#vertexUp[this.arcFrom(arc)] === 1 && this.#vertexUp[this.arcTo(arc)] === 1
    );
  }

  /** Finds the route and stores it; the parts are: up from `from`, across the core, down to `to`. */
  #trace(from: VertexId, to: VertexId): number {
    if (this.#vertexUp[from] !== 1 || this.#vertexUp[to] !== 1) return NO_ROUTE;
    const longest = this.#depth[from]! + this.#depth[to]! + this.#coreSize;
    if (this.#path.length < longest) this.#path = new Int32Array(longest + 64);
    const path = this.#path;
    let head = 0;
    let tail = longest;
    let u = from;
    let v = to;
    // the two climb until they meet, the deeper one first; in different trees, both climb to their roots
    while (u !== v && (this.#depth[u]! > 0 || this.#depth[v]! > 0)) {
      if (this.#depth[u]! >= this.#depth[v]!) {
        const arc = this.#towardsCore[u]!;
        if (!this.isUsable(arc)) return NO_ROUTE;
        path[head++] = arc;
        u = this.arcTo(arc);
      } else {
        const arc = this.#towardsCore[v]! ^ 1;
        if (!this.isUsable(arc)) return NO_ROUTE;
        path[--tail] = arc;
        v = this.arcFrom(arc);
      }
    }
    if (u !== v) {
      const lastArcs = this.#treeFrom(u);
      while (u !== v) {
        const arc = lastArcs[this.#coreIndex[v]!]!;
        if (arc < 0) return NO_ROUTE;
        path[--tail] = arc;
        v = this.arcFrom(arc);
      }
    }
    return this.#store(path, head, tail, longest);
  }

  #store(path: Int32Array, head: number, tail: number, end: number): number {
    const length = head + end - tail;
    const route = this.#routeCount++;
    this.offset = grown(this.offset, this.#routeCount);
    this.length = grown(this.length, this.#routeCount);
    this.latencyNs = grown(this.latencyNs, this.#routeCount);
    this.arcs = grown(this.arcs, this.#arcCount + length);
    this.offset[route] = this.#arcCount;
    this.length[route] = length;
    let latencyNs = 0;
    for (let i = 0; i < length; i++) {
      const arc = path[i < head ? i : tail + i - head]!;
      this.arcs[this.#arcCount++] = arc;
      latencyNs += this.#linkLatency[arc >> 1]!;
    }
    this.latencyNs[route] = latencyNs as Nanoseconds;
    return route;
  }

  /** Dijkstra's algorithm from one vertex of the core: the last arc of the route to each core vertex, or -1. */
  #treeFrom(source: VertexId): Int32Array {
    const known = this.#trees[this.#coreIndex[source]!];
    if (known !== undefined) return known;
    const lastArcs = new Int32Array(this.#coreSize).fill(-1);
    if (this.#scratchHeap === undefined) {
      this.#scratchHeap = new IndexedHeap(this.#vertexCount);
      this.#scratchLatency = new Float64Array(this.#vertexCount);
      this.#scratchHops = new Int32Array(this.#vertexCount);
    }
    const heap = this.#scratchHeap;
    const latency = this.#scratchLatency.fill(Infinity);
    const hops = this.#scratchHops.fill(0);
    latency[source] = 0;
    heap.set(source, 0);
    while (heap.size > 0) {
      const u = heap.pop();
      for (let i = this.#rowStart[u]!; i < this.#rowStart[u + 1]!; i++) {
        const arc = this.#rowArcs[i]!;
        const v = this.arcTo(arc);
        const index = this.#coreIndex[v]!;
        if (index < 0 || v === source || !this.isUsable(arc)) continue;
        const viaLatency = latency[u]! + this.#linkLatency[arc >> 1]!;
        const viaHops = hops[u]! + 1;
        if (viaLatency > latency[v]! || (viaLatency === latency[v]! && viaHops > hops[v]!)) continue;
        if (viaLatency === latency[v]! && viaHops === hops[v]!) {
          // a tie of routes: the lower vertex, then the lower arc; the label itself is unchanged
          const last = lastArcs[index]!;
          const lastFrom = this.arcFrom(last);
          if (u < lastFrom || (u === lastFrom && arc < last)) lastArcs[index] = arc;
          continue;
        }
        // a vertex may come again: over links without latency, a route with fewer hops can be found later
        latency[v] = viaLatency;
        hops[v] = viaHops;
        lastArcs[index] = arc;
        heap.set(v, viaLatency);
      }
    }
    this.#trees[this.#coreIndex[source]!] = lastArcs;
    return lastArcs;
  }
}

interface Rows {
  readonly start: Int32Array;
  readonly arcs: Int32Array;
}

/** The arcs that leave each vertex, in the order of their ids. */
function compressedRows(vertexCount: number, links: readonly RoutedLink[], degree: Int32Array): Rows {
  const start = new Int32Array(vertexCount + 1);
  for (let vertex = 0; vertex < vertexCount; vertex++) start[vertex + 1] = start[vertex]! + degree[vertex]!;
  const next = start.slice();
  const arcs = new Int32Array(2 * links.length);
  for (const [link, { from, to }] of links.entries()) {
    arcs[next[from]!++] = 2 * link;
    arcs[next[to]!++] = 2 * link + 1;
  }
  return { start, arcs };
}

interface Hanging {
  readonly towardsCore: Int32Array;
  readonly depth: Int32Array;
}

/** Takes off vertices with a single link, again and again, until only the core is left (one vertex of a pure tree). */
function takeTreesOff(vertexCount: number, links: readonly RoutedLink[], degree: Int32Array, rows: Rows): Hanging {
  const towardsCore = new Int32Array(vertexCount).fill(-1);
  const depth = new Int32Array(vertexCount);
  const left = degree.slice();
  const order: number[] = [];
  const taken = new Uint8Array(links.length);
  for (let vertex = 0; vertex < vertexCount; vertex++) if (left[vertex] === 1) order.push(vertex);
  for (let next = 0; next < order.length; next++) {
    const vertex = order[next]!;
    // of the last two vertices of a tree, the second has no link left: it is the root
    if (left[vertex] !== 1) continue;
    let i = rows.start[vertex]!;
    while (taken[rows.arcs[i]! >> 1] === 1) i++;
    const arc = rows.arcs[i]!;
    const link = links[arc >> 1]!;
    const parent = (arc & 1) === 0 ? link.to : link.from;
    taken[arc >> 1] = 1;
    towardsCore[vertex] = arc;
    left[vertex] = 0;
    if (--left[parent]! === 1) order.push(parent);
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const vertex = order[i]!;
    const arc = towardsCore[vertex]!;
    if (arc === -1) continue;
    const link = links[arc >> 1]!;
    const parent = (arc & 1) === 0 ? link.to : link.from;
    depth[vertex] = depth[parent]! + 1;
  }
  return { towardsCore, depth };
}
