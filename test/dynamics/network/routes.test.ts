import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Components } from '../../../src/dynamics/network/components.ts';
import { NO_ROUTE, Routes } from '../../../src/dynamics/network/routes.ts';
import type { LinkId, VertexId } from '../../../src/model/index.ts';
import { smallWorld, type SmallLink } from './small-world.ts';

function routesOf(vertexCount: number, links: readonly SmallLink[]): Routes {
  return new Routes(vertexCount, smallWorld(vertexCount, links).links);
}

/** The arcs of the route, or undefined without one. */
function arcs(routes: Routes, from: number, to: number): number[] | undefined {
  const route = routes.find(from as VertexId, to as VertexId);
  if (route === NO_ROUTE) return undefined;
  const start = routes.offset[route]!;
  return [...routes.arcs.subarray(start, start + routes.length[route]!)];
}

test('the lowest latency wins over fewer hops', () => {
  const routes = routesOf(3, [
    { from: 0, to: 2, latencyNs: 10 },
    { from: 0, to: 1, latencyNs: 4 },
    { from: 2, to: 1, latencyNs: 4 },
  ]);
  expect(arcs(routes, 0, 2)).toEqual([2, 5]);
  expect(arcs(routes, 2, 0)).toEqual([4, 3]);
});

test('of equal latencies the fewest hops win, also where hops cost no latency', () => {
  const routes = routesOf(4, [
    { from: 0, to: 1, latencyNs: 0 },
    { from: 1, to: 2, latencyNs: 0 },
    { from: 2, to: 3, latencyNs: 5 },
    { from: 0, to: 3, latencyNs: 5 },
    { from: 0, to: 2, latencyNs: 0 },
  ]);
  expect(arcs(routes, 0, 3)).toEqual([6]);
  expect(arcs(routes, 1, 3)).toEqual([1, 6]);
});

test('of equal latencies and hops the lowest previous vertex wins, of parallel links the first', () => {
  const routes = routesOf(4, [
    { from: 0, to: 2 },
    { from: 2, to: 3 },
    { from: 1, to: 3 },
    { from: 1, to: 3 },
    { from: 0, to: 1 },
  ]);
  expect(arcs(routes, 0, 3)).toEqual([8, 4]);
});

test('in a tree the way leads over the lowest common ancestor, without any detour', () => {
  // 0 has 1 and 2, 1 has 3 and 4, 2 has 5
  const routes = routesOf(6, [
    { from: 0, to: 1 },
    { from: 0, to: 2 },
    { from: 1, to: 3 },
    { from: 4, to: 1 },
    { from: 2, to: 5 },
  ]);
  expect(arcs(routes, 3, 4)).toEqual([5, 7]);
  expect(arcs(routes, 3, 5)).toEqual([5, 1, 2, 8]);
  expect(arcs(routes, 4, 1)).toEqual([6]);
  expect(arcs(routes, 1, 1)).toEqual([]);
});

/** All shortest (latency, hops) labels from a source by Bellman and Ford's rounds, over what is up. */
function labels(
  vertexCount: number,
  links: readonly SmallLink[],
  source: number,
  isUp: (link: number) => boolean,
): [number, number][] {
  const label = Array.from({ length: vertexCount }, (): [number, number] => [Infinity, Infinity]);
  label[source] = [0, 0];
  for (let round = 0; round < vertexCount; round++) {
    for (const [index, { from, to, latencyNs = 1e6 }] of links.entries()) {
      if (!isUp(index)) continue;
      for (const [u, v] of [
        [from, to],
        [to, from],
      ] as const) {
        const [latency, hops] = [label[u]![0] + latencyNs, label[u]![1] + 1];
        if (latency < label[v]![0] || (latency === label[v]![0] && hops < label[v]![1])) label[v] = [latency, hops];
      }
    }
  }
  return label;
}

test('on random graphs: connected walks over what is up, as short as Bellman-Ford says, also after changes', () => {
  const graph = fc.integer({ min: 1, max: 9 }).chain((vertexCount) =>
    fc.record({
      vertexCount: fc.constant(vertexCount),
      links: fc.array(
        fc.record({
          from: fc.nat(vertexCount - 1),
          to: fc.nat(vertexCount - 1),
          latencyNs: fc.integer({ min: 0, max: 3 }),
        }),
        { maxLength: 16 },
      ),
      downLinks: fc.array(fc.nat(15), { maxLength: 4 }),
      downVertices: fc.array(fc.nat(vertexCount - 1), { maxLength: 2 }),
    }),
  );
  fc.assert(
    fc.property(graph, ({ vertexCount, links, downLinks, downVertices }) => {
      const routes = routesOf(vertexCount, links);
      const components = new Components(routes, vertexCount, smallWorld(vertexCount, links).links);
      const check = (isLinkUp: (link: number) => boolean, isVertexUp: (vertex: number) => boolean) => {
        const isUsable = (link: number) =>
          isLinkUp(link) && isVertexUp(links[link]!.from) && isVertexUp(links[link]!.to);
        for (let from = 0; from < vertexCount; from++) {
          const label = labels(vertexCount, links, from, isUsable);
          for (let to = 0; to < vertexCount; to++) {
            const path = arcs(routes, from, to);
            expect(components.areConnected(from as VertexId, to as VertexId)).toBe(path !== undefined);
            if (!isVertexUp(from) || !isVertexUp(to) || label[to]![0] === Infinity) {
              expect(path).toBeUndefined();
              continue;
            }
            let at = from;
            let latency = 0;
            for (const arc of path!) {
              expect(isUsable(arc >> 1)).toBe(true);
              expect(routes.arcFrom(arc)).toBe(at);
              at = routes.arcTo(arc);
              latency += links[arc >> 1]!.latencyNs;
            }
            expect(at).toBe(to);
            expect([latency, path!.length]).toEqual(label[to]);
            expect(routes.latencyNs[routes.find(from as VertexId, to as VertexId)]).toBe(latency);
          }
        }
      };
      check(
        () => true,
        () => true,
      );
      const cut = new Set(downLinks.filter((link) => link < links.length));
      const down = new Set(downVertices);
      for (const link of cut) routes.setLinkUp(link as LinkId, false);
      for (const vertex of down) routes.setVertexUp(vertex as VertexId, false);
      expect(routes.epoch).toBe(cut.size + down.size);
      check(
        (link) => !cut.has(link),
        (vertex) => !down.has(vertex),
      );
      for (const link of cut) routes.setLinkUp(link as LinkId, true);
      for (const vertex of down) routes.setVertexUp(vertex as VertexId, true);
      check(
        () => true,
        () => true,
      );
    }),
    { numRuns: 500 },
  );
});
