import { describe, expect, test } from 'vitest';
import { fromSeconds } from '../../../src/kernel/index.ts';
import type { NodeId } from '../../../src/model/index.ts';
import { catalogue, twoNodes } from './small-registry.ts';

const end = { until: fromSeconds(100) };
/** Manifest there and back, and a request for a layer: each 11 ms and 8 kbit at 80 Mbit/s; then the flow's 11 ms. */
const BEFORE_BYTES_MS = 3 * 11.1 + 11;

// All times by hand: the backhaul carries 10 MB/s.
describe('the time of a pull', () => {
  test('is round trips, the bytes over the bottleneck, and the unpacking of the layer on top', () => {
    const { kernel, start, ends } = twoNodes(catalogue({ a: 50 }, { shop: ['a'] }, { unpackBps: 400e6 }));
    kernel.at(fromSeconds(1), start, 0, 0);
    kernel.run(end);
    // 50 MB at 10 MB/s, unpacked at 50 MB/s
    expect(ends).toEqual([{ node: 0, image: 0, ms: 1000 + BEFORE_BYTES_MS + 5000 + 1000, outcome: 'pulled' }]);
  });

  test('hides the unpacking of a lower layer behind the transfer of the upper', () => {
    const layers = { low: 30, high: 50 };
    const time = (order: readonly string[]) => {
      const { kernel, start, ends } = twoNodes(catalogue(layers, { shop: order }, { unpackBps: 400e6 }));
      kernel.at(fromSeconds(0), start, 0, 0);
      kernel.run(end);
      return ends[0]!.ms - BEFORE_BYTES_MS;
    };
    // both share the backhaul: 30 MB are there after 6 s, all 80 MB after 8 s
    expect(time(['low', 'high'])).toBeCloseTo(8000 + 1000, 5);
    expect(time(['high', 'low'])).toBeCloseTo(8000 + 1000 + 600, 5);
  });

  test('fetches three layers at a time', () => {
    const { kernel, start, ends } = twoNodes(catalogue({ a: 10, b: 10, c: 10, d: 10 }, { shop: ['a', 'b', 'c', 'd'] }));
    kernel.at(fromSeconds(0), start, 0, 0);
    kernel.run(end);
    // three together in 3 s; then the fourth alone: a request, its latency and a second
    expect(ends[0]!.ms).toBeCloseTo(BEFORE_BYTES_MS + 3000 + 11.1 + 11 + 1000, 5);
  });

  test('doubles on a backhaul that two nodes share', () => {
    const { kernel, start, ends } = twoNodes(catalogue({ a: 50 }, { shop: ['a'] }));
    kernel.at(fromSeconds(0), start, 0, 0);
    kernel.at(fromSeconds(0), start, 1, 0);
    kernel.run(end);
    expect(ends.map(({ node, ms }) => [node, ms])).toEqual([
      [0, BEFORE_BYTES_MS + 10_000],
      [1, BEFORE_BYTES_MS + 10_000],
    ]);
  });
});

describe('layers that images share', () => {
  const images = catalogue({ base: 40, one: 10, two: 10 }, { one: ['base', 'one'], two: ['base', 'two'] });

  test('are fetched once: the second image costs its own layer', () => {
    const { kernel, start, ends, carriedMb, stores } = twoNodes(images);
    kernel.at(fromSeconds(0), start, 0, 0);
    kernel.at(fromSeconds(20), start, 0, 1);
    kernel.run(end);
    expect(ends[1]!.ms).toBeCloseTo(20_000 + BEFORE_BYTES_MS + 1000, 5);
    // 60 MB of layers, and two manifests of 1 kB
    expect(carriedMb()).toBeCloseTo(60.002, 9);
    expect(stores[0]!.usedBytes).toBe(60e6);
  });

  test('that are there from the start are not fetched', () => {
    const { kernel, start, ends, carriedMb } = twoNodes(images, { present: [0] });
    kernel.at(fromSeconds(0), start, 0, 1);
    kernel.run(end);
    expect(ends[0]!.ms).toBeCloseTo(BEFORE_BYTES_MS + 1000, 5);
    expect(carriedMb()).toBeCloseTo(10.001, 9);
  });

  test('are fetched once by pulls at the same time', () => {
    const { kernel, start, ends, carriedMb } = twoNodes({ ...images, parallelPulls: Infinity });
    kernel.at(fromSeconds(0), start, 0, 0);
    kernel.at(fromSeconds(0), start, 0, 1);
    kernel.run(end);
    // base, one and two share 10 MB/s: the small ones are there after 3 s, the base after 6
    expect(ends.map(({ ms }) => ms)).toEqual([BEFORE_BYTES_MS + 6000, BEFORE_BYTES_MS + 6000]);
    expect(carriedMb()).toBeCloseTo(60.002, 9);
  });
});

describe('two images that share nothing', () => {
  const images = { a: ['a'], b: ['b'] };
  const ends = (parallelPulls: number) => {
    const registry = twoNodes(catalogue({ a: 30, b: 10 }, images, { parallelPulls }));
    registry.kernel.at(fromSeconds(0), registry.start, 0, 0);
    registry.kernel.at(fromSeconds(0), registry.start, 0, 1);
    registry.kernel.run(end);
    return registry.ends.map(({ image, ms }) => [image, Math.round(ms * 1000) / 1000]);
  };

  // Source: the kubelet's serializeImagePulls and maxParallelImagePulls (KubeletConfiguration)
  test('are pulled one after the other by default', () => {
    expect(ends(1)).toEqual([
      [0, BEFORE_BYTES_MS + 3000],
      [1, 2 * BEFORE_BYTES_MS + 4000],
    ]);
  });

  test('share the bandwidth where pulls are parallel: the small one is there first', () => {
    expect(ends(2)).toEqual([
      [1, BEFORE_BYTES_MS + 2000],
      [0, BEFORE_BYTES_MS + 4000],
    ]);
  });
});

test('a pull over a cut backhaul fails, and keeps the layers that had come whole', () => {
  const images = catalogue({ a: 10, b: 50 }, { shop: ['a', 'b'] });
  const { kernel, start, setBackhaul, ends, stores, network } = twoNodes(images);
  kernel.at(fromSeconds(0), start, 0, 0);
  kernel.at(fromSeconds(4), setBackhaul, 0);
  kernel.at(fromSeconds(5), start, 0, 0);
  kernel.at(fromSeconds(10), setBackhaul, 1);
  kernel.at(fromSeconds(10), start, 0, 0);
  kernel.run(end);
  expect(ends.map(({ ms, outcome }) => [ms, outcome])).toEqual([
    [4000, 'registry-unavailable'],
    [5000, 'registry-unavailable'],
    [10_000 + BEFORE_BYTES_MS + 5000, 'pulled'],
  ]);
  expect(stores[0]!.usedBytes).toBe(60e6);
  expect(network.transferCount).toBe(0);
});

test('a node that crashes drops its pulls without a word, and another pull begins anew with what came whole', () => {
  const images = catalogue({ a: 10, b: 50 }, { shop: ['a', 'b'] }, { unpackBps: 80e6 });
  const { kernel, start, ends, stores, network, pulls } = twoNodes(images);
  const crash = kernel.on('test.crash', () => pulls.nodeCrashed(0 as NodeId));
  kernel.at(fromSeconds(0), start, 0, 0);
  // layer a is there after 2 s and unpacked after 3 s
  kernel.at(fromSeconds(2.5), crash);
  kernel.at(fromSeconds(30), start, 0, 0);
  kernel.run({ until: fromSeconds(3) });
  expect(network.transferCount).toBe(0);
  expect(stores[0]!.usedBytes).toBe(10e6);
  kernel.run(end);
  expect(ends).toEqual([{ node: 0, image: 0, ms: 30_000 + BEFORE_BYTES_MS + 10_000, outcome: 'pulled' }]);
});

test('a layer that does not fit on the disk fails the pull', () => {
  const { kernel, start, ends, stores } = twoNodes(catalogue({ a: 10, b: 50 }, { shop: ['a', 'b'] }), { diskMb: 59 });
  kernel.at(fromSeconds(0), start, 0, 0);
  kernel.run(end);
  expect(ends).toEqual([{ node: 0, image: 0, ms: 22.2, outcome: 'no-space-left' }]);
  expect(stores[0]!.usedBytes).toBe(0);
});
