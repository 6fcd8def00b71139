import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Flows, Network, type ArcId, type EndpointId } from '../../../src/dynamics/network/index.ts';
import { Kernel, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { LinkId } from '../../../src/model/index.ts';
import { referenceRates } from './reference.ts';
import { smallWorld } from './small-world.ts';

const MB = 1_000_000;

/** A chain of links of 8 Mbit/s without latency, and what has arrived over it. */
function bench(links = 1, halfDuplex = false) {
  const kernel = new Kernel({ seed: 1 });
  const chain = Array.from({ length: links }, (_, from) => ({ from, to: from + 1, latencyNs: 0, bandwidthBps: 8e6 }));
  const network = new Network(
    kernel,
    smallWorld(
      links + 1,
      chain.map((link) => ({ ...link, halfDuplex })),
    ),
  );
  const ends: Record<number, number> = {};
  const receiver = network.receiver((tag) => (ends[tag] = kernel.now / 1e9));
  const actions: (() => void)[] = [];
  const act = kernel.on('test.act', (index) => actions[index]!());
  return {
    network,
    ends,
    send: (tag: number, bytes: number, reservation?: ReturnType<Network['addReservation']>, to = links) =>
      network.send(receiver, tag, 0 as EndpointId, to as EndpointId, bytes, reservation),
    at: (timeS: number, action: () => void) => kernel.at((timeS * 1e9) as Nanoseconds, act, actions.push(action) - 1),
    run: () => kernel.run(),
  };
}

test('an assured flow has its reservation and its share of the rest: 5 and 1.5 of 8 Mbit/s beside one best-effort flow of 1.5', () => {
  const { network, ends, send, run } = bench();
  // 8 - 5 = 3 are shared by two
  send(1, (6.5 * MB) / 8, network.addReservation(5e6));
  send(2, (1.5 * MB) / 8);
  run();
  expect(ends).toEqual({ 1: 1, 2: 1 });
  expect(network.reservationCounts).toEqual({ full: 1, partial: 0, refused: 0, taken: 0 });
});

test('what is reserved is there for others as long as no flow uses it', () => {
  const { network, ends, send, at, run } = bench();
  const reservation = network.addReservation(6e6);
  send(1, 2 * MB);
  at(1, () => send(2, (7 * MB) / 8, reservation));
  run();
  // alone at 8 Mbit/s for 1 s, then at 1 for 1 s, then 7 Mbit at 8 again
  expect(ends).toEqual({ 1: 2 + 7 / 8, 2: 2 });
});

test('a flow finds reserved what others have left: part of it, or nothing, and it is counted', () => {
  const { network, ends, send, run } = bench();
  send(1, (6 * MB) / 8, network.addReservation(6e6));
  send(2, (2 * MB) / 8, network.addReservation(3e6));
  send(3, MB / 8, network.addReservation(1));
  run();
  expect(network.reservationCounts).toEqual({ full: 1, partial: 1, refused: 1, taken: 0 });
  expect(ends).toEqual({ 1: 1, 2: 1, 3: 1 + 1 / 8 });
});

test('a channel has one reservation between two ends: while one of its flows has it, another is best effort', () => {
  const { network, ends, send, at, run } = bench();
  const reservation = network.addReservation(4e6);
  // 4 + 2 and 2 Mbit/s; a third, after the first, has the reservation again
  send(1, (6 * MB) / 8, reservation);
  send(2, (4 * MB) / 8, reservation);
  at(1, () => send(3, (6 * MB) / 8, reservation));
  run();
  expect(ends).toEqual({ 1: 1, 2: 2, 3: 2 });
  expect(network.reservationCounts).toEqual({ full: 2, partial: 0, refused: 0, taken: 1 });
});

test('an aborted flow gives its reservation back', () => {
  const { network, ends, send, at, run } = bench();
  const reservation = network.addReservation(8e6);
  const first = send(1, MB, reservation);
  at(0.5, () => {
    network.abort(first);
    send(2, MB, reservation);
  });
  run();
  expect(ends).toEqual({ 2: 1.5 });
  expect(network.reservationCounts.full).toBe(2);
});

test('a degraded link keeps the reservations of the flows that started first', () => {
  const { network, ends, send, at, run } = bench();
  send(1, (5 * MB) / 8, network.addReservation(3e6));
  send(2, (4 * MB) / 8, network.addReservation(3e6));
  // 3 + 1 Mbit/s each; then of 4 Mbit/s the first has 3, the second the 1 that is left
  at(0.5, () => network.setLinkQuality(0 as LinkId, { bandwidthShare: 0.5 }));
  run();
  expect(ends).toEqual({ 1: 1.5, 2: 0.5 + 1 + 1 / 4 });
  expect(network.reservationCounts).toEqual({ full: 3, partial: 1, refused: 0, taken: 0 });
});

test('a link degraded in the instant in which an assured flow is through delivers it', () => {
  const { network, ends, send, at, run } = bench();
  at(1, () => network.setLinkQuality(0 as LinkId, { bandwidthShare: 0 }));
  send(1, MB, network.addReservation(8e6));
  run();
  expect(ends).toEqual({ 1: 1 });
});

test('what is held is there for the flows of its channel alone, and for all as long as they do not use it', () => {
  const { network, ends, send, at, run } = bench();
  const [held, other] = [network.addReservation(6e6), network.addReservation(6e6)];
  const hold = network.hold(held, 0 as EndpointId, 1 as EndpointId, Int32Array.of(0))!;
  // the other's claim gets the 2 that nobody holds, and shares the idle 6; from 1 s on 6 are taken
  send(1, MB + (2 * MB) / 8, other);
  at(1, () => send(2, (6 * MB) / 8, held));
  at(2.5, () => network.letGo(hold));
  at(3, () => send(3, MB, other));
  run();
  expect(ends).toEqual({ 1: 2, 2: 2, 3: 4 });
  expect(network.reservationCounts).toEqual({ full: 2, partial: 1, refused: 0, taken: 0 });
  expect(() => network.letGo(hold)).toThrow('nothing is held between 0 and 1 any more');
});

test('no more is held than there is, nothing on a way that is cut, and two holds carry two flows', () => {
  const { network, ends, send, run } = bench();
  const claim = network.addReservation(4e6);
  const hold = () => network.hold(claim, 0 as EndpointId, 1 as EndpointId, Int32Array.of(0));
  const [first, second] = [hold(), hold()];
  expect(hold()).toBeUndefined();
  send(1, (4 * MB) / 8, claim);
  send(2, (4 * MB) / 8, claim);
  run();
  expect(ends).toEqual({ 1: 1, 2: 1 });
  expect(network.reservationCounts).toEqual({ full: 2, partial: 0, refused: 0, taken: 0 });
  for (const each of [first, second]) network.letGo(each!);
  network.setLinkUp(0 as LinkId, false);
  expect(hold()).toBeUndefined();
});

test('flows of a channel go by the way that is held while it stands, and by the shortest when it is cut', () => {
  const kernel = new Kernel({ seed: 1 });
  const link = { latencyNs: 1e6, bandwidthBps: 8e6 };
  // straight from 0 to 2, and round by 1
  const network = new Network(
    kernel,
    smallWorld(3, [
      { from: 0, to: 2, ...link },
      { from: 0, to: 1, ...link },
      { from: 1, to: 2, ...link },
    ]),
  );
  const claim = network.addReservation(4e6);
  network.hold(claim, 0 as EndpointId, 2 as EndpointId, Int32Array.of(2, 4));
  const receiver = network.receiver(() => {});
  network.send(receiver, 0, 0 as EndpointId, 2 as EndpointId, 2 * MB, claim);
  kernel.run({ until: 0.5e9 as Nanoseconds });
  expect([0, 2, 4].map((arc) => network.rateBps(arc as ArcId))).toEqual([0, 8e6, 8e6]);
  network.setLinkUp(2 as LinkId, false);
  kernel.run({ until: 1e9 as Nanoseconds });
  expect([0, 2, 4].map((arc) => network.rateBps(arc as ArcId))).toEqual([8e6, 0, 0]);
  kernel.run();
});

test('a flow that crosses a half-duplex medium twice has half of it to reserve, and rates are told with reservations', () => {
  const kernel = new Kernel({ seed: 1 });
  const flows = new Flows(kernel, [9], Int32Array.of(0, 0), () => {});
  expect(flows.reservable([0, 0], 2, 100, false)).toBe(4);
  flows.start([0, 0], 2, 100, 0, Infinity, 1, false, 4);
  expect(flows.reservable([0], 1, 100, false)).toBe(1);
  expect(() => bench().network.addReservation(0)).toThrow('a reservation of 0 bit/s');
  const { network, send, at, run } = bench();
  send(1, MB, network.addReservation(5e6));
  at(0.5, () => expect(network.rateBps(0 as ArcId)).toBe(8e6));
  run();
});

test('on random media: never over capacity, each at least its reservation, the rest max-min fair', () => {
  const flow = fc.record({
    media: fc.array(fc.nat(7), { minLength: 1, maxLength: 4 }),
    wanted: fc.integer({ min: 0, max: 600 }),
    limit: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 500 })),
    isAcknowledged: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 8, maxLength: 8 }),
      fc.array(flow, { minLength: 1, maxLength: 25 }),
      fc.array(fc.nat(), { maxLength: 8 }),
      (capacities, wanted, stops) => {
        const kernel = new Kernel({ seed: 1 });
        // arc 2m draws on medium m, the arc back on the next one
        const mediumOfArc = Int32Array.from(capacities.flatMap((_, medium) => [medium, (medium + 1) % 8]));
        const flows = new Flows(kernel, capacities, mediumOfArc, () => {});
        const left = [...capacities];
        const present = wanted.map(({ media, wanted: most, limit, isAcknowledged }, tag) => {
          const step = isAcknowledged ? 20 : 1;
          const path = media.map((medium) => 2 * medium);
          const back = isAcknowledged ? media.map((medium) => (medium + 1) % 8) : [];
          const asked = step * Math.min(Math.ceil(most / step), Math.floor(limit / step));
          const reserved = flows.reservable(path, path.length, asked, isAcknowledged);
          // the most, by trial
          let byTrial = asked;
          const takes = (rate: number) => {
            const after = [...left];
            for (const medium of media) after[medium]! -= rate;
            for (const medium of back) after[medium]! -= rate / 20;
            return after;
          };
          while (byTrial > 0 && takes(byTrial).some((rest) => rest < 0)) byTrial -= step;
          expect(reserved).toBe(byTrial);
          left.splice(0, 8, ...takes(reserved));
          const id = flows.start(path, path.length, 1e9, tag, limit, 1, isAcknowledged, reserved);
          return { id, media, back, limit, reserved };
        });
        for (const stop of stops) {
          const [gone] = present.splice(stop % Math.max(present.length, 1), 1);
          if (gone === undefined) break;
          flows.stop(gone.id);
          for (const medium of gone.media) left[medium]! += gone.reserved;
          for (const medium of gone.back) left[medium]! += gone.reserved / 20;
        }
        kernel.run({ until: 0 as Nanoseconds });
        const shares = referenceRates(
          left,
          present.map(({ media, back, limit, reserved }) => ({ media, back, limit: limit - reserved })),
        );
        const load = capacities.map(() => 0);
        for (const [index, { media, back, reserved, id }] of present.entries()) {
          const rate = flows.currentRateBps(id);
          expect(rate).toBeGreaterThanOrEqual(reserved);
          expect(Math.abs(rate - reserved - shares[index]!)).toBeLessThanOrEqual(1e-6 * (1 + rate));
          for (const medium of media) load[medium]! += rate;
          for (const medium of back) load[medium]! += rate / 20;
        }
        for (const [medium, capacity] of capacities.entries()) {
          expect(load[medium]!).toBeLessThanOrEqual(capacity * (1 + 1e-9) + 1e-9);
        }
      },
    ),
    { numRuns: 1500 },
  );
});
