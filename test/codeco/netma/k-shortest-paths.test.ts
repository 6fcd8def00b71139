import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kShortestPaths, type Arc } from '../../../src/codeco/netma/index.ts';

const arcsOf = (written: readonly string[]): Arc[] =>
  written.map((each) => {
    const [source, target, latency] = each.split(' ');
    return { id: `${source}${target}`, source: source!, target: target!, latencyNs: Number(latency) };
  });

test('the worked example of the literature: from C to H over 5, 7 and 8', () => {
  // https://en.wikipedia.org/wiki/Yen's_algorithm#Example
  const arcs = arcsOf(['C D 3', 'C E 2', 'D F 4', 'E D 1', 'E F 2', 'E G 3', 'F G 2', 'F H 1', 'G H 2']);
  const ways = kShortestPaths(arcs, 'C', 'H', 3);
  expect(ways.map(({ latencyNs }) => latencyNs)).toEqual([5, 7, 8]);
  expect(ways.map((way) => way.arcs.map(({ id }) => id).join(' '))).toEqual(['CE EF FH', 'CE EG GH', 'CD DF FH']);
});

test('where there are fewer ways, or none, those that there are', () => {
  const arcs = arcsOf(['a b 1', 'b a 1', 'b c 1', 'x c 1']);
  expect(kShortestPaths(arcs, 'a', 'c', 5)).toHaveLength(1);
  expect(kShortestPaths(arcs, 'c', 'a', 5)).toEqual([]);
});

/** All ways without a cycle, by following each arc. */
function allWays(arcs: readonly Arc[], from: string, to: string, passed: readonly string[] = []): number[] {
  if (from === to) return [0];
  return arcs
    .filter(({ source, target }) => source === from && !passed.includes(target) && target !== from)
    .flatMap(({ target, latencyNs }) => allWays(arcs, target, to, [...passed, from]).map((rest) => latencyNs + rest));
}

test('the same latencies as an enumeration of all ways, in graphs drawn at random', () => {
  const vertices = ['a', 'b', 'c', 'd', 'e', 'f'];
  const graph = fc.uniqueArray(
    fc.tuple(fc.constantFrom(...vertices), fc.constantFrom(...vertices), fc.integer({ min: 0, max: 9 })),
    { selector: ([source, target]) => source + target, maxLength: 20 },
  );
  fc.assert(
    fc.property(graph, fc.integer({ min: 1, max: 8 }), (written, count) => {
      const arcs = arcsOf(written.filter(([source, target]) => source !== target).map((each) => each.join(' ')));
      const ways = kShortestPaths(arcs, 'a', 'f', count);
      const expected = allWays(arcs, 'a', 'f').toSorted((one, other) => one - other);
      expect(ways.map(({ latencyNs }) => latencyNs)).toEqual(expected.slice(0, count));
      const names = ways.map((way) => way.arcs.map(({ id }) => id).join(' '));
      expect(new Set(names).size).toBe(names.length);
    }),
  );
});
