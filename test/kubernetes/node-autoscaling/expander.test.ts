import { expect, test } from 'vitest';
import { chooseOption, type Option, wastedShare } from '../../../src/kubernetes/node-autoscaling/expander.ts';
import { RandomStreams } from '../../../src/kernel/index.ts';
import type { NodeGroup } from '../../../src/model/index.ts';
import { pod } from '../scheduling/cluster.ts';

const allocatable = (cpuMillicores: number, memoryBytes: number): Option['allocatable'] => ({
  cpuMillicores,
  memoryBytes,
  ephemeralStorageBytes: 0,
  scalars: new Map(),
});
const option = (name: string, nodes: number, pods: number, size: Option['allocatable'], priority = 0): Option => ({
  group: { name, priority } as NodeGroup,
  nodes,
  pods: Array.from({ length: pods }, (_, index) =>
    pod(`${name}-${index}`, { requests: { cpu: '500m', memory: 1000 } }),
  ),
  allocatable: size,
});

// cluster-autoscaler, expander/waste/waste_test.go: the highest number of idle shares of CPU and memory loses
test('the waste of an option is the idle share of its CPU and of its memory, added up', () => {
  expect(wastedShare(option('a', 2, 3, allocatable(1000, 4000)))).toBe(0.25 + 0.625);
  expect(wastedShare(option('full', 1, 2, allocatable(1000, 2000)))).toBe(0);
});

test('each expander has its own choice, and ties are drawn', () => {
  const draws = new RandomStreams(1).get('x');
  const large = option('large', 1, 4, allocatable(8000, 8000), 1);
  const tight = option('tight', 1, 2, allocatable(1000, 2000), 5);
  const twin = option('twin', 1, 2, allocatable(1000, 2000), 0);
  const chosen = (expander: Parameters<typeof chooseOption>[0], options: Option[]) =>
    chooseOption(expander, options, draws)?.group.name;
  expect(chosen('least-waste', [large, tight])).toBe('tight');
  expect(chosen('most-pods', [large, tight])).toBe('large');
  expect(chosen('priority', [large, tight, twin])).toBe('tight');
  expect(chosen('random', [])).toBeUndefined();
  const drawn = new Set(Array.from({ length: 50 }, () => chosen('least-waste', [large, tight, twin])));
  expect(drawn).toEqual(new Set(['tight', 'twin']));
});
