import { describe, expect, test } from 'vitest';
import { DELIVERED, LOST, Network, type ArcId, type EndpointId } from '../../../src/dynamics/network/index.ts';
import { Kernel, roundUpNs, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { AccessPointId, Bytes, LinkId, VertexId } from '../../../src/model/index.ts';
import { smallWorld } from './small-world.ts';

const MS = 1e6;
const FIFO = { queueing: 'fifo', maxBytes: 100_000 as Bytes } as const;

/** A network whose messages queue, and when each of them was delivered or lost, by its tag. */
class Queueing {
  readonly kernel = new Kernel({ seed: 1 });
  readonly network: Network;
  readonly atNs: number[] = [];
  readonly outcomes: number[] = [];
  readonly #receiver;
  readonly #actions: (() => void)[] = [];
  readonly #act = this.kernel.on('test.act', (index) => this.#actions[index]!());

  constructor(world: ReturnType<typeof smallWorld>, queueing: 'fifo' | 'none' = 'fifo') {
    this.network = new Network(this.kernel, { ...world, messages: { ...FIFO, queueing } });
    this.#receiver = this.network.receiver((tag, outcome) => {
      this.atNs[tag] = this.kernel.now;
      this.outcomes[tag] = outcome;
    });
  }

  send(tag: number, from: number, to: number, bytes: number): void {
    this.network.send(this.#receiver, tag, from as EndpointId, to as EndpointId, bytes);
  }

  at(timeNs: number, action: () => void): void {
    this.kernel.at(timeNs as Nanoseconds, this.#act, this.#actions.push(action) - 1);
  }

  carried(arc: number): number {
    return this.network.carriedBytes(arc as ArcId);
  }
}

/** Poisson messages with sizes of mean 1 kB over links of 1 Mbit/s, 8 ms a message: the mean wait, in mean transmissions. */
function meanWait({
  utilisation,
  constant,
  seed,
  rates,
}: {
  utilisation: number;
  constant: boolean;
  seed: number;
  rates: number[];
}): number {
  const count = 400_000;
  const kernel = new Kernel({ seed });
  const links = rates.map((bandwidthBps, index) => ({ from: index, to: index + 1, bandwidthBps, latencyNs: 3 * MS }));
  const network = new Network(kernel, { ...smallWorld(rates.length + 1, links), messages: FIFO });
  const gaps = kernel.streams.get('gaps');
  const sizes = kernel.streams.get('sizes');
  const sentNs = new Float64Array(count);
  const sizeOf = new Float64Array(count);
  let waits = 0;
  let sent = 0;
  const receiver = network.receiver((tag) => {
    let transmissionNs = 0;
    for (const rate of rates) transmissionNs += Math.ceil((sizeOf[tag]! * 8e9) / rate);
    waits += kernel.now - sentNs[tag]! - rates.length * 3 * MS - transmissionNs;
  });
  const send = kernel.on('test.send', () => {
    sentNs[sent] = kernel.now;
    sizeOf[sent] = constant ? 1_000 : 1_000 * sizes.exponential();
    network.send(receiver, sent, 0 as VertexId, rates.length as VertexId, sizeOf[sent]!);
    if (++sent < count) kernel.after(roundUpNs((8 * MS * gaps.exponential()) / utilisation), send);
  });
  kernel.after(0 as Nanoseconds, send);
  kernel.run();
  expect(network.transferCount).toBe(0);
  const total = sizeOf.reduce((sum, bytes) => sum + bytes, 0);
  for (const index of rates.keys()) expect(network.carriedBytes((2 * index) as ArcId)).toBeCloseTo(total, 3);
  return waits / count / (8 * MS);
}

describe('Poisson messages on one link wait as theory has it', () => {
  test.each([0.3, 0.6])('M/D/1 at utilisation %s: rho / 2 (1 - rho) transmissions (Pollaczek & Khinchine)', (rho) => {
    const wait = meanWait({ utilisation: rho, constant: true, seed: 1, rates: [1e6] });
    expect(Math.abs(wait / (rho / (2 * (1 - rho))) - 1)).toBeLessThan(0.02);
  });

  test.each([0.3, 0.6])('M/M/1 at utilisation %s: rho / (1 - rho) transmissions', (rho) => {
    const wait = meanWait({ utilisation: rho, constant: false, seed: 1, rates: [1e6] });
    expect(Math.abs(wait / (rho / (1 - rho)) - 1)).toBeLessThan(0.02);
  });
});

describe('messages of one size in tandem (Friedman, Operations Research 13(1), 1965)', () => {
  test('wait at the first of two like links alone', () => {
    const one = meanWait({ utilisation: 0.6, constant: true, seed: 2, rates: [1e6] });
    expect(meanWait({ utilisation: 0.6, constant: true, seed: 2, rates: [1e6, 1e6] })).toBeCloseTo(one, 9);
  });

  test('wait as long as at the slowest link alone, wherever it is', () => {
    const slowest = meanWait({ utilisation: 0.6, constant: true, seed: 2, rates: [1e6] });
    for (const rates of [
      [1e6, 4e6],
      [4e6, 1e6],
      [2e6, 1e6, 8e6],
    ]) {
      expect(meanWait({ utilisation: 0.6, constant: true, seed: 2, rates })).toBeCloseTo(slowest, 9);
    }
  });
});

test('with cross traffic, each message is there when the recursion of Lindley says, to the nanosecond', () => {
  // 0 - 1 - 2 - 3, and what comes in at 1 and leaves at 2 or 3
  const rates = [3e6, 1e6, 2e6];
  const latencies = [1 * MS, 2 * MS, 5 * MS];
  const bench = new Queueing(
    smallWorld(
      4,
      rates.map((bandwidthBps, index) => ({
        from: index,
        to: index + 1,
        bandwidthBps,
        latencyNs: latencies[index]!,
      })),
    ),
  );
  const draw = bench.kernel.streams.get('draws');
  const messages = Array.from({ length: 3_000 }, (_, tag) => {
    const from = draw.integer(2);
    const to = from + 1 + draw.integer(3 - from);
    return { tag, from, to, bytes: 1 + draw.integer(2_000), atNs: draw.integer(12_000 * MS) };
  }).toSorted((a, b) => a.atNs - b.atNs || a.tag - b.tag);
  for (const { tag, from, to, bytes, atNs } of messages) bench.at(atNs, () => bench.send(tag, from, to, bytes));
  bench.kernel.run();

  // link after link: who comes first is sent first; a line has no way back, so a link is done with before the next one
  let queued = messages.map((message) => ({ ...message, at: message.from }));
  const expected: number[] = [];
  let waits = 0;
  for (const [link, rate] of rates.entries()) {
    let freeNs = 0;
    const here = queued.filter(({ at }) => at === link).toSorted((a, b) => a.atNs - b.atNs);
    for (const message of here) {
      const startNs = Math.max(message.atNs, freeNs);
      if (startNs > message.atNs) waits++;
      freeNs = startNs + Math.ceil((message.bytes * 8e9) / rate);
      message.atNs = freeNs + latencies[link]!;
      message.at = link + 1;
      if (message.at === message.to) expected[message.tag] = message.atNs;
    }
    queued = queued.filter(({ at, to }) => at !== to);
  }
  expect(waits).toBeGreaterThan(1_000);
  expect(bench.atNs).toEqual(expected);
  for (const link of rates.keys()) {
    const over = messages.filter(({ from, to }) => from <= link && to > link);
    expect(bench.carried(2 * link)).toBe(over.reduce((sum, { bytes }) => sum + bytes, 0));
  }
});

describe('by hand, over 1 ms and 10 Mbit/s, 1,000 bytes take 0.8 ms', () => {
  const wire = { from: 0, to: 1, bandwidthBps: 10e6 };

  test('the second message waits for the first, the other way for nothing, an empty one neither', () => {
    const bench = new Queueing(smallWorld(2, [wire]));
    bench.send(0, 0, 1, 1_000);
    bench.send(1, 0, 1, 1_000);
    bench.send(2, 1, 0, 1_000);
    bench.send(3, 0, 1, 0);
    bench.kernel.run();
    expect(bench.atNs).toEqual([1.8 * MS, 2.6 * MS, 1.8 * MS, 1 * MS]);
  });

  test('both ways share the queue of a half-duplex link', () => {
    const bench = new Queueing(smallWorld(2, [{ ...wire, halfDuplex: true }]));
    bench.send(0, 0, 1, 1_000);
    bench.send(1, 1, 0, 1_000);
    bench.kernel.run();
    expect(bench.atNs).toEqual([1.8 * MS, 2.6 * MS]);
  });

  test('without queueing nobody waits', () => {
    const bench = new Queueing(smallWorld(2, [wire]), 'none');
    bench.send(0, 0, 1, 1_000);
    bench.send(1, 0, 1, 1_000);
    bench.kernel.run();
    expect(bench.atNs).toEqual([1.8 * MS, 1.8 * MS]);
  });

  test('beside a flow that is held to 2 Mbit/s it has 8, and beside one that takes more than half it has half', () => {
    for (const [rateCapBps, takesMs] of [
      [2e6, 1],
      [6e6, 1.6],
      [Infinity, 1.6],
    ] as const) {
      const bench = new Queueing(smallWorld(2, [wire], [{ vertex: 0, latencyNs: 0, bandwidthBps: 1e9 }]));
      const user = bench.network.addEndpoint();
      bench.network.attach(user, 0 as AccessPointId, rateCapBps);
      bench.send(0, user, 1, 1_000_000);
      bench.at(100 * MS, () => bench.send(1, 0, 1, 1_000));
      bench.kernel.run();
      expect(bench.atNs[1]).toBe((100 + takesMs + 1) * MS);
      // the flow loses nothing
      expect(bench.atNs[0]).toBe(1 * MS + Math.ceil(8e15 / Math.min(rateCapBps, 10e6)));
    }
  });

  test('over the radio it is sent at the rate of its endpoint', () => {
    const radio = { vertex: 0, latencyNs: 2 * MS, bandwidthBps: 100e6 };
    const bench = new Queueing(smallWorld(2, [wire], [radio]));
    const user = bench.network.addEndpoint();
    bench.network.attach(user, 0 as AccessPointId, 1e6);
    bench.send(0, user, 1, 1_000);
    bench.send(1, 1, user, 1_000);
    bench.kernel.run();
    // up 8 ms and 2 ms, wire 0.8 ms and 1 ms, and the same way down
    expect(bench.atNs).toEqual([11.8 * MS, 11.8 * MS]);
  });

  test('a message on a cut link goes another way from where it was, or is lost where there is none', () => {
    const links = [wire, { from: 1, to: 2, bandwidthBps: 10e6 }, { ...wire, from: 1, to: 2, latencyNs: 7 * MS }];
    const bench = new Queueing(smallWorld(3, links));
    bench.send(0, 0, 2, 1_000);
    bench.at(2 * MS, () => bench.network.setLinkUp(1 as LinkId, false));
    bench.at(50 * MS, () => bench.send(1, 0, 2, 1_000));
    bench.at(51 * MS, () => bench.network.setLinkUp(2 as LinkId, false));
    bench.kernel.run();
    // at 1 after 1.8 ms; noticed at 3.6 ms, when it would have been at 2; then 0.8 ms and 7 ms
    expect([bench.atNs[0], bench.outcomes[0]]).toEqual([11.4 * MS, DELIVERED]);
    // the second one finds no way on at 1
    expect([bench.atNs[1], bench.outcomes[1]]).toEqual([51.8 * MS, LOST]);
    expect([0, 2, 4].map((arc) => bench.carried(arc))).toEqual([2_000, 0, 1_000]);
  });

  test('who changes the access point gets a message after it, and one whose radio pauses gets it when that is over', () => {
    const radios = [0, 1].map((vertex) => ({ vertex, latencyNs: 2 * MS, bandwidthBps: 10e6 }));
    const bench = new Queueing(smallWorld(2, [wire], radios));
    const user = bench.network.addEndpoint();
    bench.network.attach(user, 0 as AccessPointId);
    bench.send(0, 0, user, 1_000);
    bench.at(1 * MS, () => bench.network.attach(user, 1 as AccessPointId));
    bench.at(20 * MS, () => bench.network.attach(user, 1 as AccessPointId, 0));
    bench.at(20 * MS, () => bench.send(1, 0, user, 1_000));
    bench.at(30 * MS, () => bench.network.attach(user, 1 as AccessPointId));
    bench.kernel.run();
    // noticed at 2.8 ms; wire 1.8 ms, radio 2.8 ms
    expect(bench.atNs[0]).toBe(7.4 * MS);
    // as a flow from 30 ms on, its latency has passed meanwhile
    expect(bench.atNs[1]).toBe(30.8 * MS);
  });
});
