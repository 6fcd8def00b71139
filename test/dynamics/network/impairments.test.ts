import { expect, test } from 'vitest';
import { DELIVERED, LOST, Network, type EndpointId } from '../../../src/dynamics/network/index.ts';
import { Kernel, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { Link, LinkId } from '../../../src/model/index.ts';
import { smallWorld } from './small-world.ts';

interface Ended {
  readonly tag: number;
  readonly outcome: number;
  readonly tookNs: number;
}

/** Sends messages of no length over a chain of links of 50 ms, one a minute, and returns what became of them. */
function messages(
  count: number,
  impaired: readonly Partial<Pick<Link, 'jitterNs' | 'loss'>>[],
  addedLoss = 0,
): Ended[] {
  const kernel = new Kernel({ seed: 7 });
  const chain = impaired.map((_, from) => ({ from, to: from + 1, latencyNs: 50e6 }));
  const world = smallWorld(impaired.length + 1, chain);
  const links = world.links.map((link, index) => ({ ...link, ...impaired[index] }));
  const network = new Network(kernel, { ...world, links });
  if (addedLoss > 0) network.setLinkQuality(0 as LinkId, { loss: addedLoss });
  const ended: Ended[] = [];
  const minuteNs = 60e9;
  const receiver = network.receiver((tag, outcome) =>
    ended.push({ tag, outcome, tookNs: kernel.now - tag * minuteNs }),
  );
  const send = kernel.on('test.send', (tag) => {
    network.send(receiver, tag, 0 as EndpointId, impaired.length as EndpointId, 0);
  });
  for (let tag = 0; tag < count; tag++) kernel.at((tag * minuteNs) as Nanoseconds, send, tag);
  kernel.run();
  return ended.toSorted((a, b) => a.tag - b.tag);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** When a flow of the bytes ends over one link of 1 Gbit/s and 50 ms, s. */
function flowEndS(bytes: number, link: Partial<Pick<Link, 'jitterNs' | 'loss'>>): number {
  const kernel = new Kernel({ seed: 7 });
  const world = smallWorld(2, [{ from: 0, to: 1, latencyNs: 50e6 }]);
  const network = new Network(kernel, { ...world, links: world.links.map((plain) => ({ ...plain, ...link })) });
  let endNs = NaN;
  const receiver = network.receiver(() => (endNs = kernel.now));
  network.send(receiver, 0, 0 as EndpointId, 1 as EndpointId, bytes);
  kernel.run();
  return endNs / 1e9;
}

test('jitter delays messages by an exponential time: never less than the latency, its mean and its square as stated', () => {
  const jitterMs = messages(20_000, [{ jitterNs: 4e6 as Nanoseconds }]).map(({ tookNs }) => (tookNs - 50e6) / 1e6);
  expect(Math.min(...jitterMs)).toBeGreaterThanOrEqual(0);
  // mean 4 and mean square 2 · 4^2, each within four standard errors
  expect(Math.abs(mean(jitterMs) - 4)).toBeLessThan((4 * 4) / Math.sqrt(20_000));
  expect(Math.abs(mean(jitterMs.map((value) => value ** 2)) - 32)).toBeLessThan(
    (4 * 32 * Math.sqrt(5)) / Math.sqrt(20_000),
  );
});

test('lost messages come a round trip and 200 ms later, then twice as much each time', () => {
  const ended = messages(20_000, [{ loss: 0.2 }]);
  const retriesOf = new Map([0, 1, 2, 3, 4, 5, 6, 7].map((retries) => [50e6 + 300e6 * (2 ** retries - 1), retries]));
  const counts = Array.from({ length: 8 }, () => 0);
  for (const { outcome, tookNs } of ended) {
    expect(outcome).toBe(DELIVERED);
    counts[retriesOf.get(tookNs)!]!++;
  }
  // geometric: (1 - p) p^k, within four standard errors
  for (let retries = 0; retries < 4; retries++) {
    const share = 0.8 * 0.2 ** retries;
    expect(Math.abs(counts[retries]! / 20_000 - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 20_000));
  }
});

test('the losses of links on the way, and that of a fault, are independent', () => {
  const first = messages(20_000, [{ loss: 0.1 }, { loss: 0.2 }], 0.5).filter(({ tookNs }) => tookNs === 100e6);
  const share = 0.9 * 0.5 * 0.8;
  expect(Math.abs(first.length / 20_000 - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 20_000));
});

test("what never arrives is lost after Linux' 15 retransmissions: with a first timeout of 300 ms, 1,033.5 s", () => {
  // 0.3 · (2^9 - 1) s for the first nine timeouts, then seven of 120 s
  expect(messages(1, [{ loss: 1 }])).toEqual([{ tag: 0, outcome: LOST, tookNs: (0.3 * 511 + 7 * 120) * 1e9 }]);
});

test('a lossless link is not drawn for: one without jitter and loss changes nothing for the others', () => {
  const alone = messages(200, [{ jitterNs: 1e6 as Nanoseconds, loss: 0.1 }]).map(({ tookNs }) => tookNs);
  const beside = messages(200, [{ jitterNs: 1e6 as Nanoseconds, loss: 0.1 }, {}]).map(({ tookNs }) => tookNs);
  const late = alone.map((tookNs) => tookNs > 300e6);
  expect(beside.map((tookNs) => tookNs > 400e6)).toEqual(late);
});

test('flows: 1 % of loss at a round trip of 100 ms allow 1,460 byte / 0.1 s · sqrt(3/2) / 0.1 = 1.43 Mbit/s (Mathis et al. 1997)', () => {
  const rateBps = ((1460 * 8) / 0.1) * (Math.sqrt(1.5) / 0.1);
  expect(rateBps / 1e6).toBeCloseTo(1.4305, 4);
  expect(flowEndS(1e6, { loss: 0.01 })).toBeCloseTo(0.05 + 8e6 / rateBps, 7);
});

test('flows have the jitter of their first bit, and none of it where none is stated', () => {
  expect(flowEndS(1e6, {})).toBe(0.058);
  expect(flowEndS(1e6, { jitterNs: 1e6 as Nanoseconds })).toBeGreaterThan(0.058);
});

test('refuses a loss that is no probability', () => {
  const network = new Network(new Kernel({ seed: 1 }), smallWorld(2, [{ from: 0, to: 1 }]));
  expect(() => network.setLinkQuality(0 as LinkId, { loss: 1.5 })).toThrow('loss 1.5: expected a probability, 0 to 1');
});
