import type { SwmNetwork, SwmNode } from './contract.ts';

/**
 * The paths of a network that lists none, as SWM's operator computes them where a topology has none: between two nodes the
 * one of least latency, of these one with the fewest links, of these the one whose last links come first in the network.
 * Which one is computed is own design. Latencies are those of the links and of the NETWORK nodes passed.
 *
 * Nodes that hang on a single neighbour are taken off; Dijkstra's algorithm, with a plain
 * search for the next vertex, runs on the few that are left, once a source.
 */
export class ComputedPaths {
  /** By vertex: its node. */
  readonly nodes: readonly string[];
  readonly #vertexOf: ReadonlyMap<string, number>;
  readonly #source: Int32Array;
  readonly #target: Int32Array;
  readonly #linkNs: Float64Array;
  /** By vertex: what passing through it takes. */
  readonly #passNs: Float64Array;
  /** By vertex that hangs on a single neighbour: that, and the links to and from it, or -1; of all others -1. */
  readonly #neighbour: Int32Array;
  readonly #upLink: Int32Array;
  readonly #downLink: Int32Array;
  /** The links that leave each vertex of the core, as compressed rows. */
  readonly #rowStart: Int32Array;
  readonly #rowLinks: Int32Array;
  readonly #core: Int32Array;
  readonly #trees: (Tree | undefined)[] = [];

  constructor({ links }: Pick<SwmNetwork, 'links'>, nodes: ReadonlyMap<string, SwmNode>) {
    this.nodes = [...new Set(links.flatMap(({ source, target }) => [source, target]))];
    this.#vertexOf = new Map(this.nodes.map((node, vertex) => [node, vertex]));
    const count = this.nodes.length;
    this.#source = Int32Array.from(links, ({ source }) => this.#vertexOf.get(source)!);
    this.#target = Int32Array.from(links, ({ target }) => this.#vertexOf.get(target)!);
    this.#linkNs = Float64Array.from(links, ({ latencyNs }) => latencyNs);
    this.#passNs = Float64Array.from(this.nodes, (id) => {
      const node = nodes.get(id);
      return node?.type === 'NETWORK' ? node.latencyNs : 0;
    });
    this.#neighbour = new Int32Array(count).fill(-1);
    this.#upLink = new Int32Array(count).fill(-1);
    this.#downLink = new Int32Array(count).fill(-1);
    this.#takeLeavesOff(count);
    const degree = new Int32Array(count + 1);
    const inCore = (link: number): boolean =>
      this.#neighbour[this.#source[link]!]! < 0 && this.#neighbour[this.#target[link]!]! < 0;
    for (let link = 0; link < links.length; link++) if (inCore(link)) degree[this.#source[link]! + 1]!++;
    for (let vertex = 0; vertex < count; vertex++) degree[vertex + 1]! += degree[vertex]!;
    this.#rowStart = degree;
    this.#rowLinks = new Int32Array(degree[count]!);
    const filled = degree.slice();
    for (let link = 0; link < links.length; link++)
      if (inCore(link)) this.#rowLinks[filled[this.#source[link]!]!++] = link;
    this.#core = Int32Array.from(this.nodes.keys()).filter((vertex) => this.#neighbour[vertex]! < 0);
  }

  /** The vertex of a node, or -1 where no link of the network meets it. */
  vertexOf(node: string): number {
    return this.#vertexOf.get(node) ?? -1;
  }

  /** Latency of the path between two different vertices; Infinity where there is none. */
  latencyNs(from: number, to: number): number {
    if (from < 0 || to < 0) return Infinity;
    let total = 0;
    let start = from;
    let end = to;
    if (this.#neighbour[from]! >= 0) {
      if (this.#upLink[from]! < 0) return Infinity;
      total += this.#linkNs[this.#upLink[from]!]!;
      start = this.#neighbour[from]!;
      if (start === to) return total;
      total += this.#passNs[start]!;
    }
    if (this.#neighbour[to]! >= 0) {
      if (this.#downLink[to]! < 0) return Infinity;
      total += this.#linkNs[this.#downLink[to]!]!;
      end = this.#neighbour[to]!;
      if (end === from) return total;
      if (end !== start) total += this.#passNs[end]!;
    }
    return start === end ? total : total + this.#tree(start).latencyNs[end]!;
  }

  /** The links of the path between two different vertices, from end to end; only where there is one. */
  links(from: number, to: number): number[] {
    const head: number[] = [];
    const tail: number[] = [];
    let start = from;
    let end = to;
    if (this.#neighbour[from]! >= 0) {
      head.push(this.#upLink[from]!);
      start = this.#neighbour[from]!;
    }
    if (start !== to && this.#neighbour[to]! >= 0) {
      tail.push(this.#downLink[to]!);
      end = this.#neighbour[to]!;
    }
    if (start !== end) {
      const { lastLink } = this.#tree(start);
      for (let at = end; at !== start; at = this.#source[lastLink[at]!]!) tail.push(lastLink[at]!);
    }
    return [...head, ...tail.toReversed()];
  }

  /** A vertex that has one neighbour hangs on it, unless that one has no other. */
  #takeLeavesOff(count: number): void {
    const only = new Int32Array(count).fill(-1);
    const isLeaf = new Uint8Array(count).fill(1);
    const see = (vertex: number, neighbour: number): void => {
      if (only[vertex] === -1) only[vertex] = neighbour;
      else if (only[vertex] !== neighbour) isLeaf[vertex] = 0;
    };
    for (let link = 0; link < this.#source.length; link++) {
      see(this.#source[link]!, this.#target[link]!);
      see(this.#target[link]!, this.#source[link]!);
    }
    for (let vertex = 0; vertex < count; vertex++) {
      if (isLeaf[vertex] === 1 && isLeaf[only[vertex]!] === 0) this.#neighbour[vertex] = only[vertex]!;
    }
    for (let link = 0; link < this.#source.length; link++) {
      const [source, target] = [this.#source[link]!, this.#target[link]!];
      if (this.#neighbour[source]! >= 0) this.#upLink[source] = link;
      if (this.#neighbour[target]! >= 0) this.#downLink[target] = link;
    }
  }

  #tree(source: number): Tree {
    return (this.#trees[source] ??= this.#grow(source));
  }

  #grow(source: number): Tree {
    const count = this.nodes.length;
    const latencyNs = new Float64Array(count).fill(Infinity);
    const hops = new Int32Array(count);
    const lastLink = new Int32Array(count).fill(-1);
    latencyNs[source] = 0;
    const settled = new Uint8Array(count);
    for (;;) {
      // the nearest vertex by latency and then by hops: of both what is settled never changes
      let vertex = -1;
      for (const candidate of this.#core) {
        if (settled[candidate] === 1 || latencyNs[candidate] === Infinity) continue;
        const isNearer =
          vertex < 0 ||
          latencyNs[candidate]! < latencyNs[vertex]! ||
          (latencyNs[candidate] === latencyNs[vertex] && hops[candidate]! < hops[vertex]!);
        if (isNearer) vertex = candidate;
      }
      if (vertex < 0) return { latencyNs, lastLink };
      settled[vertex] = 1;
      const passed = latencyNs[vertex]! + (vertex === source ? 0 : this.#passNs[vertex]!);
      for (let at = this.#rowStart[vertex]!; at < this.#rowStart[vertex + 1]!; at++) {
        const link = this.#rowLinks[at]!;
        const next = this.#target[link]!;
        if (next === source) continue;
        const reached = passed + this.#linkNs[link]!;
        const steps = hops[vertex]! + 1;
        if (reached > latencyNs[next]!) continue;
        if (reached === latencyNs[next]! && steps > hops[next]!) continue;
        if (reached === latencyNs[next]! && steps === hops[next]!) {
          if (link < lastLink[next]!) lastLink[next] = link;
          continue;
        }
        latencyNs[next] = reached;
        hops[next] = steps;
        lastLink[next] = link;
      }
    }
  }
}

/** Paths from one vertex of the core: how long each takes, and its last link. */
interface Tree {
  readonly latencyNs: Float64Array;
  readonly lastLink: Int32Array;
}
