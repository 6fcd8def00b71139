import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RandomStreams } from '../../../src/kernel/index.ts';
import { MaxMin } from '../../../src/dynamics/network/max-min.ts';
import { referenceRates, type ReferenceFlow } from './reference.ts';

type SharedFlow = Required<Omit<ReferenceFlow, 'back'>>;

/** Rates of flows, each given by the media it crosses, all added before the first solution. */
function rates(capacities: readonly number[], flows: readonly ReferenceFlow[]): number[] {
  const sharing = mediaOf(capacities);
  const ids = flows.map((flow) => sharing.add(flow.media, flow.media.length, flow.limit, flow.weight));
  sharing.solve();
  return ids.map((id) => sharing.rateBps(id));
}

/** Media with an arc each. */
function mediaOf(capacities: readonly number[]): MaxMin {
  return new MaxMin(capacities, Int32Array.from(capacities.keys()));
}

function expectClose(found: readonly number[], expected: readonly number[], relative = 1e-9): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of found.entries()) {
    expect(Math.abs(value - expected[i]!), `flow ${i}: ${value}, expected ${expected[i]}`).toBeLessThanOrEqual(
      relative * expected[i]!,
    );
  }
}

test('parking lot: a long flow against one short one on each hop gets C/2 (Bertsekas & Gallager, §6.5.2)', () => {
  const hops = [0, 1, 2, 3, 4];
  const flows = [{ media: hops }, ...hops.map((hop) => ({ media: [hop] }))];
  expectClose(rates([10, 10, 10, 10, 10], flows), [5, 5, 5, 5, 5, 5]);
});

test('parking lot with n short flows on each hop: every flow gets C/(n + 1)', () => {
  for (const n of [1, 2, 3, 7, 20]) {
    const hops = [0, 1, 2];
    const flows = [{ media: hops }, ...hops.flatMap((hop) => Array.from({ length: n }, () => ({ media: [hop] })))];
    expectClose(
      rates([1e9, 1e9, 1e9], flows),
      flows.map(() => 1e9 / (n + 1)),
    );
  }
});

test('crossed flows on two links of unlike capacity: the long one C1/2, the others C1/2 and C2 - C1/2', () => {
  expectClose(rates([1, 2], [{ media: [0, 1] }, { media: [0] }, { media: [1] }]), [1 / 2, 1 / 2, 3 / 2]);
});

test('unit links: 1/3 where three flows meet, 2/3 for a fourth that meets one of them, 1 alone (after Bertsekas & Gallager, §6.5.2)', () => {
  const found = rates([1, 1, 1], [{ media: [1] }, { media: [0] }, { media: [0] }, { media: [2] }, { media: [0, 1] }]);
  expectClose(found, [2 / 3, 1 / 3, 1 / 3, 1, 1 / 3]);
});

test('weights 1, 2 and 3 divide a medium of 12 as 2, 4 and 6', () => {
  expectClose(
    rates(
      [12],
      [1, 2, 3].map((weight) => ({ media: [0], weight })),
    ),
    [2, 4, 6],
  );
});

test('what a limited flow leaves goes to the others', () => {
  expectClose(rates([10], [{ media: [0], limit: 1 }, { media: [0] }, { media: [0] }]), [1, 4.5, 4.5]);
});

test('a flow that crosses a half-duplex medium twice takes from it twice', () => {
  expectClose(rates([9], [{ media: [0, 0] }, { media: [0] }]), [3, 3]);
  expectClose(rates([9], [{ media: [0, 0] }]), [4.5]);
});

test('a medium without capacity holds its flows at rate 0, and no others', () => {
  expectClose(rates([0, 6], [{ media: [0, 1] }, { media: [1] }]), [0, 6]);
});

test('refuses capacities, weights, limits and media that make no sense', () => {
  expect(() => mediaOf([-1])).toThrow('capacity of medium 0 is -1 bit/s: expected a finite number >= 0');
  expect(() => mediaOf([1]).setCapacity(0, NaN)).toThrow('capacity of medium 0 is NaN bit/s');
  expect(() => mediaOf([1]).add([0], 1, 1, 0)).toThrow('weight 0: expected a finite number > 0');
  expect(() => mediaOf([1]).add([0], 1, NaN)).toThrow('limit NaN bit/s: expected a number >= 0');
  expect(() => mediaOf([1]).add([], 0)).toThrow('without a path');
  expect(() => new MaxMin([1], Int32Array.of(0, 1))).toThrow('arc 1 draws on medium 1: there are 1 media');
});

/** Random changes on random media; few distinct capacities and limits, so that ties abound. */
const history = fc.integer({ min: 1, max: 12 }).chain((mediumCount) =>
  fc.record({
    capacities: fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 3, 10), fc.double({ min: 0.1, max: 100, noNaN: true })), {
      minLength: mediumCount,
      maxLength: mediumCount,
    }),
    changes: fc.array(
      fc.oneof(
        {
          weight: 3,
          arbitrary: fc.record({
            media: fc.array(fc.integer({ min: 0, max: mediumCount - 1 }), { minLength: 1, maxLength: 5 }),
            limit: fc.oneof({ weight: 3, arbitrary: fc.constant(Infinity) }, fc.constantFrom(0.5, 1, 2)),
            weight: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.constantFrom(0.5, 2, 3)),
          }),
        },
        { weight: 2, arbitrary: fc.record({ remove: fc.nat() }) },
        {
          weight: 2,
          arbitrary: fc.record({
            medium: fc.integer({ min: 0, max: mediumCount - 1 }),
            capacity: fc.oneof(fc.constantFrom(0, 1, 2, 3, 10), fc.double({ min: 0.1, max: 100, noNaN: true })),
          }),
        },
        { weight: 2, arbitrary: fc.constant('solve' as const) },
      ),
      { minLength: 1, maxLength: 60 },
    ),
  }),
);

test('after every change: the same as from scratch, never over capacity, and every flow has a bottleneck', () => {
  fc.assert(
    fc.property(history, ({ capacities: atFirst, changes }) => {
      const capacities = [...atFirst];
      const sharing = mediaOf(capacities);
      const present: { id: number; flow: SharedFlow }[] = [];
      for (const change of [...changes, 'solve' as const]) {
        if (change === 'solve') {
          sharing.solve();
          const flows = present.map(({ flow }) => flow);
          const found = present.map(({ id }) => sharing.rateBps(id));
          expectClose(found, referenceRates(capacities, flows));
          expectMaxMin(capacities, flows, found);
        } else if ('media' in change) {
          const id = sharing.add(change.media, change.media.length, change.limit, change.weight);
          present.push({ id, flow: change });
        } else if ('capacity' in change) {
          capacities[change.medium] = change.capacity;
          sharing.setCapacity(change.medium, change.capacity);
        } else if (present.length > 0) {
          const [gone] = present.splice(change.remove % present.length, 1);
          sharing.remove(gone!.id);
        }
      }
    }),
    { numRuns: 3000 },
  );
});

test('a lone flow over a half-duplex medium leaves 1/21 of it to its own acknowledgements', () => {
  const sharing = new MaxMin([21], Int32Array.of(0, 0));
  const flow = sharing.add([0], 1, Infinity, 1, true);
  sharing.solve();
  expect(sharing.rateBps(flow)).toBeCloseTo(20, 12);
});

test('acknowledged flows: after every change the same as the reference, and never over capacity', () => {
  fc.assert(
    fc.property(history, fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), ({ capacities, changes }, reverse) => {
      // arc 2m draws on medium m, the arc back on any
      const mediumOfArc = capacities.flatMap((_, medium) => [medium, reverse[medium]! % capacities.length]);
      const sharing = new MaxMin(capacities, Int32Array.from(mediumOfArc));
      const capacitiesNow = [...capacities];
      const present: { id: number; flow: ReferenceFlow }[] = [];
      for (const [step, change] of [...changes, 'solve' as const].entries()) {
        if (change === 'solve') {
          sharing.solve();
          expectClose(
            present.map(({ id }) => sharing.rateBps(id)),
            referenceRates(
              capacitiesNow,
              present.map(({ flow }) => flow),
            ),
            1e-8,
          );
        } else if ('media' in change) {
          const path = change.media.map((medium) => 2 * medium);
          const isAcknowledged = step % 3 !== 0;
          const id = sharing.add(path, path.length, change.limit, change.weight, isAcknowledged);
          const back = isAcknowledged ? path.map((arc) => mediumOfArc[arc ^ 1]!) : [];
          present.push({ id, flow: { ...change, back } });
        } else if ('capacity' in change) {
          capacitiesNow[change.medium] = change.capacity;
          sharing.setCapacity(change.medium, change.capacity);
        } else if (present.length > 0) {
          const [gone] = present.splice(change.remove % present.length, 1);
          sharing.remove(gone!.id);
        }
      }
    }),
    { numRuns: 1500 },
  );
});

test('a ceiling lowered to the very level of a flow that another medium holds back makes room at that medium', () => {
  const sharing = mediaOf([2, 2]);
  const gone = sharing.add([1], 1, Infinity, 3);
  const flow = sharing.add([1, 1], 2);
  sharing.solve();
  sharing.remove(gone);
  const others = [sharing.add([0], 1, 0.5), sharing.add([0, 1], 2), sharing.add([0, 0, 0, 1], 4, 0.5)];
  sharing.solve();
  expectClose(
    [flow, ...others].map((id) => sharing.rateBps(id)),
    [0.6, 0.4, 0.4, 0.4],
  );
});

test('as a dense mesh thins out: fair at every step, whether repaired or solved from scratch', () => {
  const random = new RandomStreams(7).get('mesh');
  const capacities = Array.from({ length: 60 }, (_, medium) => 1 + (medium % 5));
  const sharing = mediaOf(capacities);
  const add = () => {
    const flow = {
      media: Array.from({ length: 4 }, () => random.integer(capacities.length)),
      limit: random.uniform() < 0.2 ? random.uniform() / 10 : Infinity,
      weight: random.uniform() < 0.3 ? 1 + random.integer(3) : 1,
    };
    return { id: sharing.add(flow.media, flow.media.length, flow.limit, flow.weight), flow };
  };
  const present = Array.from({ length: 600 }, add);
  for (let step = 0; step < 500; step++) {
    for (let removals = 0; removals < (present.length > 20 ? 4 : 2); removals++) {
      const [gone] = present.splice(random.integer(present.length), 1);
      sharing.remove(gone!.id);
    }
    present.push(add(), add());
    sharing.solve();
    const flows = present.map(({ flow }) => flow);
    const found = present.map(({ id }) => sharing.rateBps(id));
    expectMaxMin(capacities, flows, found);
    if (step % 10 === 0) {
      sharing.solveFromScratch();
      expectClose(
        found,
        present.map(({ id }) => sharing.rateBps(id)),
      );
      expectClose(found, referenceRates(capacities, flows));
    }
  }
  expect(sharing.repairCount).toBeGreaterThan(50);
  expect(sharing.fullCount).toBeGreaterThan(50);
});

/** The certificate of max-min fairness: some full medium where the flow's level is the highest, or its own limit. */
function expectMaxMin(capacities: readonly number[], flows: readonly SharedFlow[], found: number[]): void {
  const load = capacities.map(() => 0);
  const highest = capacities.map(() => 0);
  for (const [i, { media, weight }] of flows.entries()) {
    for (const medium of media) {
      load[medium]! += found[i]!;
      highest[medium] = Math.max(highest[medium]!, found[i]! / weight);
    }
  }
  for (const [medium, capacity] of capacities.entries()) {
    expect(load[medium], `load of medium ${medium}`).toBeLessThanOrEqual(capacity * (1 + 1e-9));
  }
  for (const [i, { media, limit, weight }] of flows.entries()) {
    const isAtLimit = found[i]! >= limit * (1 - 1e-9);
    const hasBottleneck = media.some(
      (medium) =>
        load[medium]! >= capacities[medium]! * (1 - 1e-9) && found[i]! / weight >= highest[medium]! * (1 - 1e-9),
    );
    expect(isAtLimit || hasBottleneck, `flow ${i} has a bottleneck`).toBe(true);
  }
}
