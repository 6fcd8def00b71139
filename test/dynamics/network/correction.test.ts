import { describe, expect, test } from 'vitest';
import { Network, type ArcId, type EndpointId } from '../../../src/dynamics/network/index.ts';
import { Kernel } from '../../../src/kernel/index.ts';
import { networkModelParameters, type NetworkModel } from '../../../src/model/index.ts';
import { smallWorld, type SmallLink } from './small-world.ts';

/** Ends of transfers that all start at 0, in s. */
function ends(model: NetworkModel, links: readonly SmallLink[], transfers: readonly [number, number, number][]) {
  const kernel = new Kernel({ seed: 1 });
  const vertexCount = 1 + Math.max(...links.flatMap(({ from, to }) => [from, to]));
  const world = { ...smallWorld(vertexCount, links), networkModel: model };
  const network = new Network(kernel, world, { messageBytes: 0 });
  const found = transfers.map(() => NaN);
  const receiver = network.receiver((tag) => (found[tag] = kernel.now / 1e9));
  for (const [tag, [from, to, bytes]] of transfers.entries()) {
    network.send(receiver, tag, from as EndpointId, to as EndpointId, bytes);
  }
  kernel.run();
  return { found, network };
}

const { cm02, lv08, plain } = networkModelParameters;

describe('corrections of a lone transfer', () => {
  test('LV08: 100,000 byte over a shared link of 10 ms and 1 Mbit/s take 0.996079 s (SimGrid)', () => {
    const link = { from: 0, to: 1, latencyNs: 10e6, bandwidthBps: 1e6, halfDuplex: true };
    // 13.01 latencies; 97 % of what the acknowledgements, 5 % of the rate on the same medium, leave
    const closed = 13.01 * 0.01 + (8e5 * 1.05) / (0.97 * 1e6);
    const { found, network } = ends(lv08, [link], [[0, 1, 1e5]]);
    expect(closed).toBeCloseTo(0.996079, 6);
    expect(found[0]).toBeCloseTo(closed, 8);
    expect(network.carriedBytes(0 as ArcId)).toBe(1e5);
    expect(network.carriedBytes(1 as ArcId)).toBe(0);
  });

  test('LV08: where each direction has its own medium, acknowledgements take nothing from it', () => {
    const link = { from: 0, to: 1, latencyNs: 10e6, bandwidthBps: 1e6 };
    expect(ends(lv08, [link], [[0, 1, 1e5]]).found[0]).toBeCloseTo(13.01 * 0.01 + 8e5 / (0.97 * 1e6), 8);
  });

  test("CM02: 10^10 byte at 10^10 byte/s with the window of 4,194,304 byte, by latency (SimGrid's documentation of TCP-gamma)", () => {
    for (const [latencyNs, expected] of [
      [0, 1],
      [10e3, 1.00001],
      [1e6, 1e10 / (4_194_304 / 0.002) + 0.001],
      [100e6, 1e10 / (4_194_304 / 0.2) + 0.1],
    ] as const) {
      const { found } = ends(cm02, [{ from: 0, to: 1, latencyNs, bandwidthBps: 8e10 }], [[0, 1, 1e10]]);
      expect(found[0]).toBeCloseTo(expected, 7);
    }
    expect(1e10 / (4_194_304 / 0.002) + 0.001).toBeCloseTo(4.77, 2);
    expect(1e10 / (4_194_304 / 0.2) + 0.1).toBeCloseTo(476.94, 2);
  });

  test('plain parameters correct nothing', () => {
    const link = { from: 0, to: 1, latencyNs: 100e6, bandwidthBps: 8e6 };
    expect(ends(plain, [link], [[0, 1, 1e6]]).found).toEqual([1.1]);
  });
});

test('CM02: two flows share a link in inverse proportion to the latencies of their routes', () => {
  const links = [
    { from: 0, to: 1, latencyNs: 10e6, bandwidthBps: 30e6 },
    { from: 2, to: 0, latencyNs: 10e6, bandwidthBps: 1e9 },
  ];
  // at latencies of 10 and 20 ms: 20 and 10 Mbit/s, so 20 Mbit and 10 Mbit end a second after the second has started
  const { found } = ends(cm02, links, [
    [0, 1, 2_525_000],
    [2, 1, 1_250_000],
  ]);
  // the first has 10 ms alone, in which 0.3 Mbit go; then 19.9 Mbit at 20 Mbit/s
  expect(found[0]).toBeCloseTo(0.02 + 19.9 / 20, 6);
  // the second has 10 Mbit less 9.95 left then, alone at 30 Mbit/s
  expect(found[1]).toBeCloseTo(0.02 + 19.9 / 20 + 0.05 / 30, 6);
});

test('LV08: a slow link on the way counts as latency, by weight-S over its bandwidth', () => {
  const links = [
    { from: 0, to: 1, latencyNs: 10e6, bandwidthBps: 8e6 },
    { from: 2, to: 0, latencyNs: 0, bandwidthBps: 8e8 },
  ];
  // penalties of 10 ms + 20,537 / 10^6 s, and 20,537 / 10^8 s more; the first ends when its share has made up 8 Mbit
  const near = 0.01 + 20_537 / 1e6;
  const far = near + 20_537 / 1e8;
  const model = { ...lv08, latencyFactor: 0, bandwidthFactor: 1, acknowledgements: false };
  const { found, network } = ends(model, links, [
    [0, 1, 1e6],
    [2, 1, 2e6],
  ]);
  expect(network.carriedBytes(0 as ArcId)).toBe(3e6);
  expect(found[0]).toBeCloseTo(1 / (far / (near + far)), 6);
  expect(found[1]).toBeCloseTo(3, 6);
});
