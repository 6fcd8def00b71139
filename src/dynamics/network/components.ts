import type { Link, LinkId, VertexId } from '../../model/index.ts';
import type { Routes } from './routes.ts';

/**
 * Which vertices of the wired network reach each other at all, over what is up: the components of the graph, by Galler and
 * Fischer's union-find (CACM 7(5), 1964), made anew for a new topology when first asked for. One pass over the links answers
 * for all vertices, where a route would have to be found for each.
 */
export class Components {
  readonly #routes: Routes;
  readonly #links: readonly Pick<Link, 'from' | 'to'>[];
  /** By vertex: another one of its component; itself for the one that stands for all. */
  readonly #parent: Int32Array;
  #epoch = -1;

  constructor(routes: Routes, vertexCount: number, links: readonly Pick<Link, 'from' | 'to'>[]) {
    this.#routes = routes;
    this.#links = links;
    this.#parent = new Int32Array(vertexCount);
  }

  /** Whether there is a route between two vertices. One that is down reaches nothing, not even itself. */
  areConnected(a: VertexId, b: VertexId): boolean {
    if (!this.#routes.isVertexUp(a) || !this.#routes.isVertexUp(b)) return false;
    if (this.#epoch !== this.#routes.epoch) this.#join();
    return this.#rootOf(a) === this.#rootOf(b);
  }

  #join(): void {
    const routes = this.#routes;
    this.#epoch = routes.epoch;
    for (let vertex = 0; vertex < this.#parent.length; vertex++) this.#parent[vertex] = vertex;
    for (const [link, { from, to }] of this.#links.entries()) {
      if (!routes.isLinkUp(link as LinkId) || !routes.isVertexUp(from) || !routes.isVertexUp(to)) continue;
      this.#parent[this.#rootOf(from)] = this.#rootOf(to);
    }
  }

  #rootOf(vertex: number): number {
    const parent = this.#parent;
    let at = vertex;
    while (parent[at] !== at) {
      // halves the way for whoever asks next
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  }
}
