import fc from 'fast-check';
import { expect, test } from 'vitest';
import { estimateNodes } from '../../../src/kubernetes/node-autoscaling/estimator.ts';
import { WhatIf } from '../../../src/kubernetes/node-autoscaling/what-if.ts';
import { describeNode } from '../../../src/kubernetes/scheduling/index.ts';
import { cluster, nodeObject, pod } from '../scheduling/cluster.ts';

const coming = (count: number, cpu: number) =>
  Array.from({ length: count }, (_, index) =>
    describeNode(nodeObject(`new-${index}`, { allocatable: { cpu, memory: '64Gi', pods: 110 } })),
  );
const sized = (name: string, cpu: string | number) => pod(name, { requests: { cpu, memory: 1 } });
const columnsOf = (cache: ReturnType<typeof cluster>) => [...cache.columns.requestedCpuMillicores];

test('pods are packed first-fit, the greatest first, and the cluster is as it was afterwards', () => {
  const cache = cluster({ old: { allocatable: { cpu: 1, memory: '1Gi', pods: 10 } } });
  const before = columnsOf(cache);
  // 0.7 + 0.3, 0.6 + 0.4: two nodes, where the order in which they wait would need three
  const pods = [sized('a', '300m'), sized('b', '400m'), sized('c', '600m'), sized('d', '700m')];
  const estimate = estimateNodes(new WhatIf(cache), pods, coming(5, 1));
  expect([estimate.nodes, estimate.pods.length]).toEqual([2, 4]);
  expect([cache.nodeCount, columnsOf(cache)]).toEqual([1, before]);
});

test('no more nodes than a group can get, and none for pods that its nodes cannot take', () => {
  const cache = cluster({});
  const whatIf = new WhatIf(cache);
  const pods = [sized('huge', 3), sized('a', '800m'), sized('b', '800m'), sized('c', '800m')];
  expect(estimateNodes(whatIf, pods, coming(2, 1))).toMatchObject({ nodes: 2, pods: [{ name: 'a' }, { name: 'b' }] });
  expect(estimateNodes(whatIf, pods, [])).toEqual({ nodes: 0, pods: [] });
});

// Dósa (2007): first-fit decreasing needs at most 11/9 of the best number of bins, and 6/9 of a bin
test('the estimate is within the bound of first-fit decreasing', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 9 }), (tenths) => {
      const pods = tenths.map((each, index) => sized(`p${index}`, `${each * 100}m`));
      const { nodes } = estimateNodes(new WhatIf(cluster({})), pods, coming(9, 1));
      const best = fewestBins(tenths, 10);
      expect(nodes).toBeGreaterThanOrEqual(best);
      expect(nodes).toBeLessThanOrEqual(Math.floor((11 * best + 6) / 9));
    }),
    { numRuns: 60 },
  );
});

/** By trying all ways to put the items into bins. */
function fewestBins(items: readonly number[], size: number): number {
  let best = items.length;
  const bins: number[] = [];
  const place = (index: number): void => {
    if (bins.length >= best) return;
    if (index === items.length) {
      best = bins.length;
      return;
    }
    for (let bin = 0; bin < bins.length; bin++) {
      if (bins[bin]! + items[index]! > size) continue;
      bins[bin]! += items[index]!;
      place(index + 1);
      bins[bin]! -= items[index]!;
    }
    bins.push(items[index]!);
    place(index + 1);
    bins.pop();
  };
  place(0);
  return best;
}
