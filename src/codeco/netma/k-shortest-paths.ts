/** A directed link of a graph whose vertices are named. */
export interface Arc {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** At least 0. */
  readonly latencyNs: number;
}

/** A way without a cycle. */
export interface Way {
  readonly arcs: readonly Arc[];
  /** That of its arcs, summed. */
  readonly latencyNs: number;
}

/**
 * The ways of least latency from one vertex to another, the shortest first, and as many as there are where they are fewer
 * than `count`; of ways of the same latency those with fewer arcs come first, then those whose arcs come first in the list.
 * Source: Yen, "Finding the K Shortest Loopless Paths in a Network", Management Science 17 (1971).
 */
export function kShortestPaths(arcs: readonly Arc[], from: string, to: string, count: number): Way[] {
  const graph = new Graph(arcs);
  const first = graph.shortest(from, to, new Set(), new Set());
  const found: number[][] = first === undefined ? [] : [first];
  const candidates: number[][] = [];
  while (found.length > 0 && found.length < count) {
    const last = found.at(-1)!;
    for (let spur = 0; spur < last.length; spur++) {
      const root = last.slice(0, spur);
      const closedArcs = new Set(
        found.filter((way) => startsWith(way, root)).flatMap((way) => (way.length > spur ? [way[spur]!] : [])),
      );
      // what the root passes may not be passed again
      const closedVertices = new Set(root.map((arc) => arcs[arc]!.source));
      const rest = graph.shortest(arcs[last[spur]!]!.source, to, closedVertices, closedArcs);
      if (rest === undefined) continue;
      const way = [...root, ...rest];
      if (!candidates.some((other) => isSame(other, way))) candidates.push(way);
    }
    if (candidates.length === 0) break;
    candidates.sort((one, other) => graph.compare(one, other));
    found.push(candidates.shift()!);
  }
  return found.map((way) => ({ arcs: way.map((arc) => arcs[arc]!), latencyNs: graph.latencyNs(way) }));
}

const startsWith = (way: readonly number[], root: readonly number[]): boolean =>
  root.every((arc, at) => way[at] === arc);
const isSame = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && startsWith(one, other);

class Graph {
  readonly #arcs: readonly Arc[];
  /** By vertex: the arcs that leave it, by their place in the list. */
  readonly #leaving = new Map<string, number[]>();

  constructor(arcs: readonly Arc[]) {
    this.#arcs = arcs;
    for (const [at, { source }] of arcs.entries()) {
      const leaving = this.#leaving.get(source);
      if (leaving === undefined) this.#leaving.set(source, [at]);
      else leaving.push(at);
    }
  }

  latencyNs(way: readonly number[]): number {
    return way.reduce((sum, arc) => sum + this.#arcs[arc]!.latencyNs, 0);
  }

  /** Whether one way comes before another (below 0) or after it. */
  compare(one: readonly number[], other: readonly number[]): number {
    const byLength = this.latencyNs(one) - this.latencyNs(other) || one.length - other.length;
    if (byLength !== 0) return byLength;
    const parts = one.findIndex((arc, at) => arc !== other[at]);
    return parts < 0 ? 0 : one[parts]! - other[parts]!;
  }

  /** Dijkstra's algorithm with a plain search for the next vertex: the best way past what is closed, by `compare`. */
  shortest(
    from: string,
    to: string,
    closedVertices: ReadonlySet<string>,
    closedArcs: ReadonlySet<number>,
  ): number[] | undefined {
    const best = new Map<string, number[]>([[from, []]]);
    const settled = new Set<string>();
    for (;;) {
      let vertex: string | undefined;
      for (const [candidate, way] of best) {
        if (settled.has(candidate)) continue;
        if (vertex === undefined || this.compare(way, best.get(vertex)!) < 0) vertex = candidate;
      }
      if (vertex === undefined) return undefined;
      const way = best.get(vertex)!;
      if (vertex === to) return way;
      settled.add(vertex);
      for (const arc of this.#leaving.get(vertex) ?? []) {
        const { target } = this.#arcs[arc]!;
        if (closedArcs.has(arc) || closedVertices.has(target) || settled.has(target)) continue;
        const next = [...way, arc];
        const before = best.get(target);
        if (before === undefined || this.compare(next, before) < 0) best.set(target, next);
      }
    }
  }
}
