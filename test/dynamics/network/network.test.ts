import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DELIVERED,
  LOST,
  Network,
  UNREACHABLE,
  type ArcId,
  type AttachedEndpointId,
  type DeliveryOutcome,
  type EndpointId,
  type NetworkOptions,
  type TransferId,
} from '../../../src/dynamics/network/index.ts';
import { Kernel, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { AccessPointId, LinkId, VertexId } from '../../../src/model/index.ts';
import { smallWorld } from './small-world.ts';

const MB = 1_000_000;
const MS = 1e6;

interface Ended {
  readonly tag: number;
  readonly outcome: DeliveryOutcome;
  readonly atNs: number;
}

/** A network with a log of what was delivered, and verbs that take plain numbers. */
class Bench {
  readonly kernel = new Kernel({ seed: 1 });
  readonly network: Network;
  readonly ended: Ended[] = [];
  readonly #receiver;
  readonly #actions: (() => void)[] = [];
  readonly #act = this.kernel.on('test.act', (index) => this.#actions[index]!());

  constructor(world: ReturnType<typeof smallWorld>, options?: NetworkOptions) {
    this.network = new Network(this.kernel, world, options);
    this.#receiver = this.network.receiver((tag, outcome) => this.ended.push({ tag, outcome, atNs: this.kernel.now }));
  }

  send(from: number, to: number, bytes: number, tag = 0): TransferId {
    return this.network.send(this.#receiver, tag, from as EndpointId, to as EndpointId, bytes);
  }

  at(timeNs: number, action: () => void): void {
    this.kernel.at(timeNs as Nanoseconds, this.#act, this.#actions.push(action) - 1);
  }

  cut(link: number): void {
    this.network.setLinkUp(link as LinkId, false);
  }

  run(untilNs?: number): readonly Ended[] {
    this.kernel.run(untilNs === undefined ? {} : { until: untilNs as Nanoseconds });
    return this.ended;
  }

  carried(arc: number): number {
    return this.network.carriedBytes(arc as ArcId);
  }

  attached(accessPoint: number, rateCapBps?: number): AttachedEndpointId {
    const endpoint = this.network.addEndpoint();
    this.network.attach(endpoint, accessPoint as AccessPointId, rateCapBps);
    return endpoint;
  }
}

describe('time of a transfer', () => {
  test('over one link: latency + ceil(size / bandwidth), to the nanosecond', () => {
    for (const [bytes, bandwidthBps] of [
      [MB, 1e9],
      [123_456_789, 999_999_937],
      [2_000, 3],
      [4_000_000_000, 7e6],
    ] as const) {
      const bench = new Bench(smallWorld(2, [{ from: 0, to: 1, latencyNs: 5 * MS, bandwidthBps }]));
      bench.send(0, 1, bytes);
      const bits = BigInt(bytes) * 8n * 1_000_000_000n;
      const transmissionNs = (bits + BigInt(bandwidthBps) - 1n) / BigInt(bandwidthBps);
      expect(bench.run()).toEqual([{ tag: 0, outcome: DELIVERED, atNs: 5 * MS + Number(transmissionNs) }]);
    }
  });

  test('over several hops: the sum of latencies, the lowest bandwidth', () => {
    const bench = new Bench(
      smallWorld(4, [
        { from: 0, to: 1, latencyNs: MS, bandwidthBps: 1e9 },
        { from: 1, to: 2, latencyNs: 2 * MS, bandwidthBps: 1e8 },
        { from: 3, to: 2, latencyNs: 3 * MS, bandwidthBps: 1e9 },
      ]),
    );
    bench.send(0, 3, MB);
    expect(bench.run()[0]!.atNs).toBe(6 * MS + 80 * MS);
  });

  test('two at once on a link take twice as long; one that joins halfway slows the other only while both are there', () => {
    const both = new Bench(smallWorld(2, [{ from: 0, to: 1, latencyNs: 0, bandwidthBps: 8e6 }]));
    both.send(0, 1, MB, 1);
    both.send(0, 1, MB, 2);
    expect(both.run()).toEqual([
      { tag: 1, outcome: DELIVERED, atNs: 2e9 },
      { tag: 2, outcome: DELIVERED, atNs: 2e9 },
    ]);
    const joining = new Bench(smallWorld(2, [{ from: 0, to: 1, latencyNs: 0, bandwidthBps: 8e6 }]));
    joining.send(0, 1, MB, 1);
    joining.at(0.5e9, () => joining.send(0, 1, MB, 2));
    // the first has half left, at half the rate: until 1.5 s; the second has half left then, alone: until 2 s
    expect(joining.run().map(({ atNs }) => atNs)).toEqual([1.5e9, 2e9]);
  });

  test('the two directions of a full-duplex link do not meet; those of a half-duplex one do', () => {
    for (const halfDuplex of [false, true]) {
      const bench = new Bench(smallWorld(2, [{ from: 0, to: 1, latencyNs: 0, bandwidthBps: 8e6, halfDuplex }]));
      bench.send(0, 1, MB);
      bench.send(1, 0, MB);
      expect(bench.run().map(({ atNs }) => atNs)).toEqual(halfDuplex ? [2e9, 2e9] : [1e9, 1e9]);
    }
  });

  test('between two users of one half-duplex cell it takes from the cell twice', () => {
    const bench = new Bench(smallWorld(1, [], [{ vertex: 0, bandwidthBps: 8e6, halfDuplex: true }]));
    bench.send(bench.attached(0), bench.attached(0), MB);
    expect(bench.run()[0]!.atNs).toBe(2 * 2 * MS + 2e9);
  });

  test('an endpoint behind an access point adds its leg; its rate cap holds, and leaves the rest to others', () => {
    const bench = new Bench(
      smallWorld(2, [{ from: 0, to: 1, latencyNs: MS }], [{ vertex: 0, latencyNs: 4 * MS, bandwidthBps: 10e6 }]),
    );
    const slow = bench.attached(0, 2e6);
    const fast = bench.attached(0);
    expect(bench.network.latencyNs(slow, 1 as VertexId)).toBe(5 * MS);
    bench.send(slow, 1, MB, 1);
    bench.send(fast, 1, MB, 2);
    expect(bench.run()).toEqual([
      { tag: 2, outcome: DELIVERED, atNs: 5 * MS + 1e9 },
      { tag: 1, outcome: DELIVERED, atNs: 5 * MS + 4e9 },
    ]);
  });

  test('a message takes latency and its own transmission, whatever else is under way', () => {
    const bench = new Bench(smallWorld(2, [{ from: 0, to: 1, latencyNs: MS, bandwidthBps: 12e6 }]));
    bench.send(0, 1, MB, 1);
    bench.send(0, 1, 1500, 2);
    expect(bench.run()).toEqual([
      { tag: 2, outcome: DELIVERED, atNs: 2 * MS },
      { tag: 1, outcome: DELIVERED, atNs: MS + Math.ceil(8e15 / 12e6) },
    ]);
    expect(bench.carried(0)).toBe(MB + 1500);
  });

  test('without messages, the smallest transfer shares', () => {
    const bench = new Bench(smallWorld(2, [{ from: 0, to: 1, latencyNs: 0, bandwidthBps: 8e6 }]), { messageBytes: 0 });
    bench.send(0, 1, 1000);
    bench.send(0, 1, 1000);
    expect(bench.run().map(({ atNs }) => atNs)).toEqual([2 * MS, 2 * MS]);
  });

  test('to itself, it takes 0 ns, but still an event', () => {
    const bench = new Bench(smallWorld(2, []));
    bench.send(1, 1, MB);
    expect(bench.ended).toEqual([]);
    expect(bench.run()).toEqual([{ tag: 0, outcome: DELIVERED, atNs: 0 }]);
  });

  test('over a medium without capacity it never ends, and nothing loops', () => {
    const bench = new Bench(smallWorld(2, [{ from: 0, to: 1, bandwidthBps: 0 }]));
    bench.send(0, 1, MB);
    bench.send(0, 1, 100);
    expect(bench.run(1e12)).toEqual([]);
    expect(bench.network.transferCount).toBe(2);
  });

  test('an aborted transfer ends nowhere, whatever it was doing, and gives its bandwidth back', () => {
    const bench = new Bench(smallWorld(2, [{ from: 0, to: 1, latencyNs: 0, bandwidthBps: 8e6 }]));
    bench.send(0, 1, MB, 1);
    const doomed = bench.send(0, 1, MB, 2);
    bench.at(1e9, () => bench.network.abort(doomed));
    bench.at(1e9, () => bench.network.abort(bench.send(0, 1, 100, 3)));
    bench.at(1e9, () => bench.network.abort(bench.send(0, 1, MB, 4)));
    expect(bench.run()).toEqual([{ tag: 1, outcome: DELIVERED, atNs: 1.5e9 }]);
    expect(bench.carried(0)).toBeCloseTo(1.5 * MB, 3);
    expect(bench.network.transferCount).toBe(0);
    expect(() => bench.network.abort(doomed)).toThrow('is not under way');
  });
});

describe('changes of topology', () => {
  // two ways from 0 to 1: straight, and by way of 2 at a tenth of the bandwidth
  const detour = () =>
    smallWorld(3, [
      { from: 0, to: 1, latencyNs: 10 * MS, bandwidthBps: 8e6 },
      { from: 0, to: 2, latencyNs: 10 * MS, bandwidthBps: 8e5 },
      { from: 2, to: 1, latencyNs: 10 * MS, bandwidthBps: 8e6 },
    ]);

  test('a flow over a cut link goes on over the other route with what it has left', () => {
    const bench = new Bench(detour());
    bench.send(0, 1, MB);
    bench.at(10 * MS + 0.5e9, () => bench.cut(0));
    // half of it in 0.5 s, the other half at 0.8 Mbit/s in 5 s
    expect(bench.run()).toEqual([{ tag: 0, outcome: DELIVERED, atNs: 10 * MS + 5.5e9 }]);
    expect(bench.carried(0)).toBeCloseTo(MB / 2, 3);
    expect(bench.carried(2)).toBeCloseTo(MB / 2, 3);
    expect(bench.carried(4)).toBeCloseTo(MB / 2, 3);
  });

  test('a flow stays on its route when a shorter one comes back, a later one takes that', () => {
    const bench = new Bench(detour());
    bench.cut(0);
    bench.send(0, 1, MB, 1);
    bench.at(1e9, () => {
      bench.network.setLinkUp(0 as LinkId, true);
      bench.send(0, 1, MB, 2);
    });
    expect(bench.run()).toEqual([
      { tag: 2, outcome: DELIVERED, atNs: 1e9 + 10 * MS + 1e9 },
      { tag: 1, outcome: DELIVERED, atNs: 20 * MS + 10e9 },
    ]);
  });

  test('a flow without another route is lost at once, in an event', () => {
    const bench = new Bench(smallWorld(2, [{ from: 0, to: 1, latencyNs: 0 }]));
    bench.send(0, 1, 1000 * MB);
    bench.at(1e9, () => {
      bench.cut(0);
      expect(bench.ended).toEqual([]);
    });
    expect(bench.run()).toEqual([{ tag: 0, outcome: LOST, atNs: 1e9 }]);
    expect(bench.carried(0)).toBeCloseTo(125 * MB, 0);
  });

  test('what waits for its latency is lost at the end of it, unless the cut is mended by then', () => {
    for (const mended of [false, true]) {
      const bench = new Bench(smallWorld(2, [{ from: 0, to: 1, latencyNs: 10 * MS, bandwidthBps: 8e6 }]));
      bench.send(0, 1, 100, 1);
      bench.send(0, 1, MB, 2);
      bench.at(MS, () => bench.cut(0));
      if (mended) bench.at(2 * MS, () => bench.network.setLinkUp(0 as LinkId, true));
      expect(bench.run()).toEqual(
        mended
          ? [
              { tag: 1, outcome: DELIVERED, atNs: 10.1 * MS },
              { tag: 2, outcome: DELIVERED, atNs: 1010 * MS },
            ]
          : [
              { tag: 2, outcome: LOST, atNs: 10 * MS },
              { tag: 1, outcome: LOST, atNs: 10.1 * MS },
            ],
      );
      expect(bench.carried(0)).toBe(mended ? MB + 100 : 0);
    }
  });

  test('without a route it is unreachable after 0 ns, never at once', () => {
    const bench = new Bench(smallWorld(3, [{ from: 0, to: 1 }]));
    bench.send(0, 2, 100);
    expect(bench.ended).toEqual([]);
    expect(bench.network.latencyNs(0 as VertexId, 2 as VertexId)).toBe(Infinity);
    expect(bench.network.areConnected(0 as VertexId, 2 as VertexId)).toBe(false);
    expect(bench.run()).toEqual([{ tag: 0, outcome: UNREACHABLE, atNs: 0 }]);
  });

  test('a vertex that goes down loses what ends at it, reroutes what passes it, and reaches nothing', () => {
    // a square 0-1-3-2-0, the way over 1 being shorter
    const bench = new Bench(
      smallWorld(
        4,
        [
          { from: 0, to: 1, latencyNs: 0, bandwidthBps: 8e6 },
          { from: 1, to: 3, latencyNs: 0, bandwidthBps: 8e6 },
          { from: 0, to: 2, bandwidthBps: 8e6 },
          { from: 2, to: 3, bandwidthBps: 8e6 },
        ],
        [{ vertex: 1, latencyNs: 0 }],
      ),
    );
    const user = bench.attached(0);
    bench.send(0, 3, MB, 1);
    bench.send(0, 1, MB, 2);
    bench.send(user, 3, MB, 3);
    bench.at(0.5e9, () => {
      bench.network.setVertexUp(1 as VertexId, false);
      bench.send(1, 1, 10, 4);
      bench.send(user, 0, 10, 5);
      bench.send(user, user, 10, 6);
    });
    expect(bench.run()).toEqual([
      { tag: 2, outcome: LOST, atNs: 0.5e9 },
      { tag: 3, outcome: LOST, atNs: 0.5e9 },
      { tag: 4, outcome: UNREACHABLE, atNs: 0.5e9 },
      { tag: 5, outcome: UNREACHABLE, atNs: 0.5e9 },
      { tag: 6, outcome: DELIVERED, atNs: 0.5e9 },
      // a quarter of it in the first half second, the rest alone
      { tag: 1, outcome: DELIVERED, atNs: 1.25e9 },
    ]);
    bench.network.setVertexUp(1 as VertexId, true);
    expect(bench.network.latencyNs(1 as VertexId, 3 as VertexId)).toBe(0);
  });

  test('an endpoint attached elsewhere takes its flows along; one detached loses them', () => {
    const bench = new Bench(
      smallWorld(
        2,
        [{ from: 0, to: 1, latencyNs: MS }],
        [
          { vertex: 0, bandwidthBps: 8e6 },
          { vertex: 1, bandwidthBps: 16e6 },
        ],
      ),
    );
    const moving = bench.attached(0);
    const staying = bench.attached(0);
    bench.send(1, moving, MB, 1);
    bench.send(1, staying, MB, 2);
    const start = 3 * MS;
    bench.at(start + 1e9, () => bench.network.attach(moving, 1 as AccessPointId));
    bench.at(start + 1.1e9, () => bench.network.detach(staying));
    bench.at(start + 1.2e9, () => bench.send(1, staying, 10, 3));
    // each half done after 1 s of sharing; the other half at 16 Mbit/s takes 0.25 s
    expect(bench.run()).toEqual([
      { tag: 2, outcome: LOST, atNs: start + 1.1e9 },
      { tag: 3, outcome: UNREACHABLE, atNs: start + 1.2e9 },
      { tag: 1, outcome: DELIVERED, atNs: start + 1.25e9 },
    ]);
    expect(bench.network.accessPointOf(moving)).toBe(1);
    expect(bench.network.accessPointOf(staying)).toBeUndefined();
  });

  test('flows share what a degraded link has left, from that instant until it is healed', () => {
    const bench = new Bench(smallWorld(2, [{ from: 0, to: 1, latencyNs: MS, bandwidthBps: 8e6 }]));
    bench.send(0, 1, MB, 1);
    bench.send(0, 1, MB, 2);
    bench.at(MS + 1e9, () => bench.network.setLinkQuality(0 as LinkId, { bandwidthShare: 0.25 }));
    bench.at(MS + 3e9, () => bench.network.setLinkQuality(0 as LinkId, {}));
    // of 16 Mbit, 8 in the first second, 4 in the next two, 4 in half a second
    expect(bench.run()).toEqual([
      { tag: 1, outcome: DELIVERED, atNs: MS + 3.5e9 },
      { tag: 2, outcome: DELIVERED, atNs: MS + 3.5e9 },
    ]);
    expect(bench.carried(0)).toBe(2 * MB);
  });

  test('on a link without bandwidth flows and messages wait, and go on when there is some again', () => {
    const bench = new Bench(smallWorld(2, [{ from: 0, to: 1, latencyNs: MS, bandwidthBps: 8e6 }]));
    bench.network.setLinkQuality(0 as LinkId, { bandwidthShare: 0 });
    bench.send(0, 1, MB, 1);
    bench.send(0, 1, 1000, 2);
    bench.at(2e9, () => bench.network.setLinkQuality(0 as LinkId, { bandwidthShare: 1 }));
    expect(bench.run()).toEqual([
      { tag: 2, outcome: DELIVERED, atNs: 2e9 + 2 * MS },
      { tag: 1, outcome: DELIVERED, atNs: 2e9 + 1e9 + MS },
    ]);
  });

  test('a medium that several links share is as bad as the worst of them', () => {
    const world = smallWorld(3, [
      { from: 0, to: 1, latencyNs: 0, bandwidthBps: 8e6, halfDuplex: true },
      { from: 1, to: 2, latencyNs: 0, bandwidthBps: 8e6, halfDuplex: true },
    ]);
    const [first, second] = world.links;
    const shared = { ...second!, forwardMedium: first!.forwardMedium, backwardMedium: first!.forwardMedium };
    const bench = new Bench({ ...world, links: [first!, shared] });
    bench.network.setLinkQuality(0 as LinkId, { bandwidthShare: 0.5 });
    bench.network.setLinkQuality(1 as LinkId, { bandwidthShare: 0.25 });
    bench.send(0, 1, MB);
    bench.at(2e9, () => bench.network.setLinkQuality(1 as LinkId, {}));
    bench.at(2.5e9, () => bench.network.setLinkQuality(0 as LinkId, {}));
    // 4 Mbit in two seconds, 2 in half a second, 2 in a quarter
    expect(bench.run()).toEqual([{ tag: 0, outcome: DELIVERED, atNs: 2.75e9 }]);
  });

  test('added latency counts, and sends what comes later another way', () => {
    const bench = new Bench(detour());
    bench.network.setLinkQuality(0 as LinkId, { addedLatencyNs: 9 * MS });
    expect(bench.network.latencyNs(0 as VertexId, 1 as VertexId)).toBe(19 * MS);
    bench.send(0, 1, MB, 1);
    bench.at(0.5e9, () => {
      bench.network.setLinkQuality(0 as LinkId, { addedLatencyNs: 11 * MS });
      expect(bench.network.latencyNs(0 as VertexId, 1 as VertexId)).toBe(20 * MS);
      bench.send(0, 1, MB, 2);
    });
    expect(bench.run()).toEqual([
      { tag: 1, outcome: DELIVERED, atNs: 19 * MS + 1e9 },
      { tag: 2, outcome: DELIVERED, atNs: 0.5e9 + 20 * MS + 10e9 },
    ]);
    expect(() => bench.network.setLinkQuality(3 as LinkId, {})).toThrow('no link 3: there are 3');
    expect(() => bench.network.setLinkQuality(0 as LinkId, { bandwidthShare: -1 })).toThrow('bandwidth share -1');
    expect(() => bench.network.setLinkQuality(0 as LinkId, { addedLatencyNs: 0.5 })).toThrow('whole number');
  });

  test('an access point out of service cuts off what is attached to it, its vertex goes on', () => {
    const bench = new Bench(smallWorld(2, [{ from: 0, to: 1, latencyNs: 0, bandwidthBps: 8e6 }], [{ vertex: 0 }]));
    const user = bench.attached(0);
    const accessPoint = 0 as AccessPointId;
    bench.send(user, 1, MB, 1);
    bench.send(0, 1, MB, 2);
    bench.at(1e9, () => {
      bench.network.setAccessPointUp(accessPoint, false);
      bench.send(user, 1, MB, 3);
    });
    bench.at(2e9, () => {
      bench.network.setAccessPointUp(accessPoint, true);
      bench.send(user, 1, MB, 4);
    });
    expect(bench.run()).toEqual([
      { tag: 1, outcome: LOST, atNs: 1e9 },
      { tag: 3, outcome: UNREACHABLE, atNs: 1e9 },
      // alone for the 2 ms of the other's latency, then at half rate to the end of the second, then alone again
      { tag: 2, outcome: DELIVERED, atNs: 1.499e9 },
      { tag: 4, outcome: DELIVERED, atNs: 3.002e9 },
    ]);
    expect(bench.network.isAccessPointUp(accessPoint)).toBe(true);
    expect(() => bench.network.setAccessPointUp(1 as AccessPointId, true)).toThrow('no access point 1: there are 1');
  });

  test('a receiver may cut, abort and send again when it is called', () => {
    const kernel = new Kernel({ seed: 1 });
    const network = new Network(kernel, detour());
    const log: number[] = [];
    let third = -1 as TransferId;
    const receiver = network.receiver((tag, outcome) => {
      log.push(tag, outcome);
      if (tag !== 1) return;
      network.setLinkUp(0 as LinkId, false);
      network.abort(third);
      network.send(receiver, 4, 0 as VertexId, 1 as VertexId, 5000);
    });
    network.send(receiver, 1, 0 as VertexId, 1 as VertexId, 5000);
    network.send(receiver, 2, 0 as VertexId, 1 as VertexId, 5000);
    third = network.send(receiver, 3, 0 as VertexId, 1 as VertexId, MB);
    kernel.run();
    expect(log).toEqual([1, DELIVERED, 2, DELIVERED, 4, DELIVERED]);
    expect(network.transferCount).toBe(0);
  });
});

test('of flows that end in the same instant, the first to be delivered may abort the next, whose number is used again', () => {
  const kernel = new Kernel({ seed: 1 });
  const network = new Network(kernel, smallWorld(2, [{ from: 0, to: 1, latencyNs: 0, bandwidthBps: 8e6 }]));
  const log: number[][] = [];
  let second = -1 as TransferId;
  const receiver = network.receiver((tag, outcome) => {
    log.push([tag, outcome, kernel.now]);
    if (tag !== 1) return;
    network.abort(second);
    send(3);
  });
  const send = (tag: number) => network.send(receiver, tag, 0 as VertexId, 1 as VertexId, MB);
  send(1);
  second = send(2);
  kernel.run();
  expect(log).toEqual([
    [1, DELIVERED, 2e9],
    [3, DELIVERED, 3e9],
  ]);
  expect(network.transferCount).toBe(0);
});

test('refuses endpoints, receivers, sizes and links that are not there', () => {
  const bench = new Bench(smallWorld(2, [{ from: 0, to: 1 }], [{ vertex: 0 }]));
  expect(() => bench.send(0, 2, 10)).toThrow('2 is not an endpoint made by addEndpoint');
  expect(() => bench.send(-1, 1, 10)).toThrow('no endpoint -1');
  expect(() => bench.send(0, 1, -10)).toThrow('-10 bytes: expected a finite number >= 0');
  expect(() => bench.send(0, 1, NaN)).toThrow('NaN bytes');
  expect(() => bench.cut(1)).toThrow('no link 1: there are 1');
  expect(() => bench.network.attach(0 as AttachedEndpointId, 0 as AccessPointId)).toThrow('0 is not an endpoint');
  expect(() => bench.attached(1)).toThrow('no access point 1: there are 1');
  expect(() => new Bench(smallWorld(1, [{ from: 0, to: 1 }]))).toThrow(
    'links[0] ends at vertex 1: there are 1 vertices',
  );
  expect(() => new Bench(smallWorld(1, [], [{ vertex: 3 }]))).toThrow('accessPoints[0] is at vertex 3');
});

test('conservation: with no change of topology every arc has carried the sum of the sizes that went over it, exactly', () => {
  const traffic = fc.array(
    fc.record({
      from: fc.integer({ min: 0, max: 7 }),
      to: fc.integer({ min: 0, max: 7 }),
      bytes: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 10_000_000 })),
      atNs: fc.integer({ min: 0, max: 1e9 }),
    }),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(traffic, (transfers) => {
      // a line 0-1-2-3 with two cells at its ends, two users each: there is one way, known without any routing
      const bench = new Bench(
        smallWorld(
          4,
          [0, 1, 2].map((from) => ({ from, to: from + 1, bandwidthBps: 5e7 })),
          [
            { vertex: 0, bandwidthBps: 2e7, halfDuplex: true },
            { vertex: 3, bandwidthBps: 3e7 },
          ],
        ),
      );
      const place = (end: number) => (end < 4 ? end : end < 6 ? 0 : 3);
      for (let user = 4; user < 8; user++) bench.attached(user < 6 ? 0 : 1);
      const expected = new Float64Array(bench.network.arcCount);
      for (const [tag, { from, to, bytes, atNs }] of transfers.entries()) {
        bench.at(atNs, () => bench.send(from, to, bytes, tag));
        if (from === to) continue;
        if (from >= 4) expected[6 + (from < 6 ? 0 : 2)]! += bytes;
        if (to >= 4) expected[7 + (to < 6 ? 0 : 2)]! += bytes;
        for (let v = place(from); v < place(to); v++) expected[2 * v]! += bytes;
        for (let v = place(from); v > place(to); v--) expected[2 * v - 1]! += bytes;
      }
      let last = 0;
      bench.at(0.5e9, () => {
        const all = new Float64Array(bench.network.arcCount);
        bench.network.allCarriedBytes(all);
        for (const [arc, bytes] of all.entries()) {
          expect(bench.carried(arc)).toBeCloseTo(bytes, 3);
          expect(bytes).toBeLessThanOrEqual(expected[arc]! + 1e-3);
          last += bytes;
        }
      });
      expect(bench.run().length).toBe(transfers.length);
      expect(bench.ended.every(({ outcome }) => outcome === DELIVERED)).toBe(true);
      for (const [arc, bytes] of expected.entries()) expect(bench.carried(arc)).toBe(bytes);
      expect(last).toBeLessThanOrEqual(expected.reduce((sum, bytes) => sum + bytes, 0) + 1);
      expect(bench.network.transferCount).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('random traffic with random cuts: everything ends exactly once, and two runs are the same event by event', () => {
  const change = fc.record({
    atNs: fc.integer({ min: 0, max: 3e8 }),
    link: fc.integer({ min: 0, max: 11 }),
    up: fc.boolean(),
  });
  const transfer = fc.record({
    atNs: fc.integer({ min: 0, max: 2e8 }),
    from: fc.integer({ min: 0, max: 7 }),
    to: fc.integer({ min: 0, max: 7 }),
    bytes: fc.integer({ min: 0, max: 2_000_000 }),
  });
  const edges = [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3].map((from, i) => ({ from, to: (from + (i < 8 ? 1 : 4)) % 8 }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), fc.array(transfer, { maxLength: 40 }), (changes, transfers) => {
      const run = () => {
        const links = edges.map((edge, i) => ({ ...edge, bandwidthBps: 1e7 * (1 + (i % 4)), halfDuplex: i % 3 === 0 }));
        const bench = new Bench(smallWorld(8, links));
        for (const [tag, { atNs, from, to, bytes }] of transfers.entries()) {
          bench.at(atNs, () => bench.send(from, to, bytes, tag));
        }
        for (const { atNs, link, up } of changes) bench.at(atNs, () => bench.network.setLinkUp(link as LinkId, up));
        bench.run();
        return { ended: bench.ended, events: bench.kernel.eventCount, open: bench.network.transferCount };
      };
      const first = run();
      expect(first.ended.map(({ tag }) => tag).toSorted((a, b) => a - b)).toEqual([...transfers.keys()]);
      expect(first.open).toBe(0);
      expect(run()).toEqual(first);
    }),
    { numRuns: 300 },
  );
});
