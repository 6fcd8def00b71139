import { expect, test } from 'vitest';
import { MeasuredTopology, Probes } from '../../../src/codeco/index.ts';
import type { KnownDirection, LinkMeasurement } from '../../../src/codeco/index.ts';
import { Network } from '../../../src/dynamics/index.ts';
import { Kernel, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { Link, LinkId, Medium, NetmaSettings, Vertex, VertexId } from '../../../src/model/index.ts';

const [hub, middle, end] = [0 as VertexId, 1 as VertexId, 2 as VertexId];
const [near, far] = [0 as LinkId, 1 as LinkId];

/** hub — middle — end: 5 ms and 7 ms, each direction 8 Mbit/s; the view is the hub's. */
function chain(settings: Partial<NetmaSettings> = {}, links: Partial<Link> = {}) {
  const kernel = new Kernel({ seed: 1 });
  const link = (name: string, from: VertexId, to: VertexId, latencyNs: number, medium: number): Link =>
    ({ name, from, to, latencyNs, forwardMedium: medium, backwardMedium: medium + 1, ...links }) as Link;
  const world = {
    vertices: ['hub', 'middle', 'end'].map((name) => ({ name })) as Vertex[],
    links: [link('near', hub, middle, 5e6, 0), link('far', middle, end, 7e6, 2)],
    media: Array.from({ length: 4 }, () => ({ bandwidthBps: 8e6 })) as Medium[],
    accessPoints: [],
    nodes: [],
  };
  const network = new Network(kernel, world);
  const all: NetmaSettings = {
    intervalNs: 10e9 as Nanoseconds,
    error: 'lognormal',
    errorCv: 0,
    gain: 0.5,
    packetBytes: 64,
    paths: 1,
    ...settings,
  };
  const meters = { carriedBytes: (into: Float64Array) => network.allCarriedBytes(into), carryingJ: () => 0 };
  const probes = new Probes(kernel, network, world, all, meters, () => undefined);
  const learned: (LinkMeasurement & { readonly arrivedNs: number })[] = [];
  const view = new MeasuredTopology(kernel, world, all, probes, hub, (measurement) =>
    learned.push({ ...measurement, arrivedNs: kernel.now }),
  );
  const until = (seconds: number) => kernel.run({ until: (seconds * 1e9) as Nanoseconds });
  const known = (link: LinkId, direction: 0 | 1): KnownDirection => view.known(link, direction);
  return { kernel, network, view, probes, learned, until, known };
}

test('without error and jitter a probe measures twice the latency and the transmission of its packet both ways', () => {
  const { view, learned, until } = chain();
  until(9);
  expect(view.linkLatencyNs(near)).toBe(5e6); // as declared
  until(11);
  // 64 bytes at 8 Mbit/s take 64 µs each way
  expect(learned.map(({ link, direction, roundTripNs }) => [link, direction, roundTripNs])).toEqual([
    [near, 0, 10.128e6],
    [near, 1, 10.128e6],
    [far, 0, 14.128e6],
    [far, 1, 14.128e6],
  ]);
  expect(view.latencyNs(hub, end)).toBe(5.064e6 + 7.064e6);
});

test('what an agent measured is known where its report has arrived: after the wait for its probes and the way', () => {
  const { learned, until } = chain();
  until(11);
  const [, , , fromEnd] = learned;
  expect(fromEnd!.measuredNs).toBe(10e9 + 14.128e6);
  // a report of 148 bytes over two links: 12 ms, and 148 µs at the bandwidth of the lowest
  expect(fromEnd!.arrivedNs - fromEnd!.measuredNs).toBe(12e6 + 148e3);
});

test('a packet across a cut does not come back, and beyond it the network stays as it was last heard of', () => {
  const { network, view, probes, until, known } = chain();
  until(15);
  network.setLinkQuality(far, { addedLatencyNs: 20e6 });
  network.setLinkUp(near, false);
  until(19);
  expect(view.latencyNs(hub, end)).toBe(12.128e6); // nothing was measured since
  until(45);
  expect(view.isLinkUp(near)).toBe(false);
  expect(view.latencyNs(hub, end)).toBe(Infinity);
  expect(view.isLinkUp(far)).toBe(true);
  expect(view.linkLatencyNs(far)).toBe(7.064e6); // truly 27 ms
  expect(view.ageNs).toBe(45e9 - known(far, 0).measuredNs);
  expect(known(near, 0).estimate.failureShare).toBe(1 - 1 / 8); // three failures at gain 1/2
  expect(probes.counts.lost).toBe(6);
  network.setLinkUp(near, true);
  until(55);
  expect(view.isLinkUp(near)).toBe(true);
  // half of the way from 7.064 ms to 27.064 ms
  expect(view.linkLatencyNs(far)).toBe(17.064e6);
});

test('an error of 10 % has its mean at the truth and its spread where the settings say', () => {
  for (const error of ['lognormal', 'normal'] as const) {
    const { learned, until } = chain({ error, errorCv: 0.1 });
    until(10_000);
    const ratios = learned.filter(({ link }) => link === near).map(({ roundTripNs }) => roundTripNs! / 10.128e6);
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    const variance = ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / (ratios.length - 1);
    expect(ratios.length).toBeGreaterThan(1900);
    // five standard errors of the mean: 5 · 0.1 / sqrt(1900)
    expect(Math.abs(mean - 1)).toBeLessThan(0.0115);
    expect(Math.sqrt(variance)).toBeGreaterThan(0.09);
    expect(Math.sqrt(variance)).toBeLessThan(0.11);
  }
});

test('the error of one link does not change with what else is measured', () => {
  const times = (links: Partial<Link>) => {
    const { learned, until } = chain({ errorCv: 0.1 }, links);
    until(100);
    return learned.filter(({ link, direction }) => link === near && direction === 0).map((one) => one.roundTripNs);
  };
  const plain = times({});
  expect(times({ power: { perBitJ: 1e-9 } } as never)).toEqual(plain);
  const { kernel, learned, until } = chain({ errorCv: 0.1 });
  kernel.streams.get('somebody else').uniform();
  until(100);
  expect(
    learned.filter(({ link, direction }) => link === near && direction === 0).map((one) => one.roundTripNs),
  ).toEqual(plain);
});

test('jitter adds its mean both ways, and bandwidth that flows take is not available', () => {
  const { network, learned, until, known } = chain({ gain: 1 }, { jitterNs: 1e6 as Nanoseconds });
  const receiver = network.receiver(() => undefined);
  network.send(receiver, 0, hub, middle, 5e6); // 5 s of the 10 s of the first round
  until(1000);
  const near0 = learned.filter(({ link, direction }) => link === near && direction === 0);
  const mean = near0.reduce((sum, { roundTripNs }) => sum + roundTripNs!, 0) / near0.length;
  // the mean of three packets has a standard deviation of sqrt(2/3) ms, that of 99 probes a tenth of it
  expect(Math.abs(mean - 12.128e6)).toBeLessThan(5 * 0.082e6);
  expect(near0[0]!.availableBps).toBeCloseTo(4e6, -3);
  expect(known(near, 0).availableBps).toBeGreaterThan(7.9e6);
});
