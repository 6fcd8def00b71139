import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Supply } from '../../../src/dynamics/energy/supply.ts';
import { Kernel, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { EnergySupply, Joules, StepSeries, Watts } from '../../../src/model/index.ts';

const S = 1e9;
const HOUR = 3600 * S;

function battery(parts: {
  capacityJ: number;
  initialJ?: number;
  maxChargeW?: number;
  efficiency?: number;
  returnJ?: number;
}) {
  const { capacityJ, initialJ = capacityJ, maxChargeW = 1e9, efficiency = 1, returnJ = capacityJ / 10 } = parts;
  return {
    capacityJ: capacityJ as Joules,
    initialJ: initialJ as Joules,
    maxChargeW: maxChargeW as Watts,
    efficiency,
    returnJ: returnJ as Joules,
  };
}

/** The sun: watts, each for an hour, every so many hours anew. */
const hours = (...values: number[]): StepSeries => ({
  startsNs: values.map((_, hour) => (hour * HOUR) as Nanoseconds),
  values,
  periodNs: (values.length * HOUR) as Nanoseconds,
});

/** A node that draws `loadW` whenever it is powered. */
function run(supply: EnergySupply, loadW: number) {
  const kernel = new Kernel({ seed: 1 });
  const changes: [timeNs: number, powered: boolean][] = [];
  let drawnJ = 0;
  let drawsW = loadW;
  let sinceNs = 0;
  const account = (): void => {
    drawnJ += (drawsW * (kernel.now - sinceNs)) / S;
    sinceNs = kernel.now;
  };
  const setLoad = (watts: number): void => {
    account();
    drawsW = watts;
    it.setLoad(watts);
  };
  const events = {
    battery: kernel.on('battery', () => it.batteryReached()),
    sun: kernel.on('sun', () => it.sunStepped()),
    charger: kernel.on('charger', () => it.chargerStepped()),
  };
  const it: Supply = new Supply(kernel, 0, supply, events, (powered) => {
    changes.push([kernel.now, powered]);
    setLoad(powered ? loadW : 0);
  });
  setLoad(loadW);
  return {
    kernel,
    supply: it,
    changes,
    setLoad,
    drawnJ: () => {
      account();
      return drawnJ;
    },
  };
}

describe('a battery under a constant load', () => {
  test('is empty after charge / power, rounded up to the nanosecond', () => {
    const { kernel, changes, supply } = run({ mains: false, battery: battery({ capacityJ: 3600 }) }, 7);
    kernel.run({ until: HOUR as Nanoseconds });
    expect(changes).toEqual([[Math.ceil((3600 / 7) * S), false]]);
    expect(supply.chargeJ).toBe(0);
    expect(supply.depletions).toBe(1);
  });
  test('with sun is empty after charge / (load − sun), and the node returns at the threshold', () => {
    const solarW = hours(5);
    const { kernel, changes } = run(
      { mains: false, solarW, battery: battery({ capacityJ: 3600, efficiency: 0.8 }) },
      8,
    );
    kernel.run({ until: (1300 * S) as Nanoseconds });
    // 3 W short for 1200 s; then 5 W × 0.8 charge the 360 J of the threshold in 90 s
    expect(changes).toEqual([
      [1200 * S, false],
      [1290 * S, true],
    ]);
  });
  test('empty at dusk: the panel carries the load for an hour, the battery the night', () => {
    const { kernel, changes } = run(
      { mains: false, solarW: hours(10, 0, 0, 0), battery: battery({ capacityJ: 72_000 }) },
      10,
    );
    kernel.run({ until: (4 * HOUR) as Nanoseconds });
    expect(changes).toEqual([[3 * HOUR, false]]);
  });
  test('beside the mains it never lets the node down: the mains take over when it is empty', () => {
    const { kernel, changes, supply } = run({ mains: true, battery: battery({ capacityJ: 3600 }) }, 10);
    kernel.run({ until: HOUR as Nanoseconds });
    supply.advance();
    expect(changes).toEqual([]);
    expect(supply.totals.mainsJ).toBeCloseTo(10 * 3600 - 3600, 9);
  });
  test('takes in at most its charging power, stores what its efficiency leaves, and no more than it holds', () => {
    const store = battery({ capacityJ: 3600, initialJ: 0, maxChargeW: 4, efficiency: 0.5 });
    const { kernel, supply } = run({ mains: true, solarW: hours(10), battery: store }, 1);
    kernel.run({ until: (900 * S) as Nanoseconds });
    expect(supply.chargeJ).toBeCloseTo(1800, 9);
    expect(supply.totals.curtailedJ).toBeCloseTo(5 * 900, 9);
    kernel.run({ until: (3600 * S) as Nanoseconds });
    expect(supply.chargeJ).toBe(3600);
    expect(supply.totals.lostJ).toBeCloseTo(3600, 9);
    expect(supply.totals.solarJ).toBeCloseTo(3600 + 4 * 1800, 9);
  });
});

describe('a battery with a charger', () => {
  test('by hand: the charger serves the node, then charges with what is left, as fast as the battery takes it', () => {
    const store = battery({ capacityJ: 360_000, initialJ: 180_000, maxChargeW: 40, efficiency: 0.5 });
    const { kernel, supply, changes } = run({ mains: false, chargerW: hours(0, 100), battery: store }, 10);
    kernel.run({ until: HOUR as Nanoseconds });
    expect(supply.chargeJ).toBe(180_000 - 36_000);
    kernel.run({ until: (2 * HOUR) as Nanoseconds });
    // 40 W in, of which half stays; 10 W beside it for the node
    expect(supply.chargeJ).toBe(144_000 + 72_000);
    expect(supply.totals).toEqual({ mainsJ: 180_000, solarJ: 0, curtailedJ: 0, lostJ: 72_000 });
    expect(changes).toEqual([]);
  });

  test('the sun charges first, and a full battery takes nothing', () => {
    const store = battery({ capacityJ: 108_000, initialJ: 0, maxChargeW: 30 });
    const { kernel, supply } = run({ mains: true, solarW: hours(30), chargerW: hours(25), battery: store }, 10);
    kernel.run({ until: HOUR as Nanoseconds });
    // 20 W of the sun and 10 W of the charger
    expect(supply.chargeJ).toBe(108_000);
    expect(supply.totals).toEqual({ mainsJ: 36_000, solarJ: 108_000, curtailedJ: 0, lostJ: 0 });
    kernel.run({ until: (2 * HOUR) as Nanoseconds });
    supply.advance();
    expect(supply.totals).toEqual({ mainsJ: 36_000, solarJ: 144_000, curtailedJ: 72_000, lostJ: 0 });
  });

  test('a charger that gives less than the node draws makes the battery last longer', () => {
    const { kernel, changes, supply } = run(
      { mains: false, chargerW: hours(4), battery: battery({ capacityJ: 3600, efficiency: 0.5 }) },
      10,
    );
    kernel.run({ until: (800 * S) as Nanoseconds });
    // 6 W short for 600 s; then 4 W, half of them kept, charge the 360 J of the threshold in 180 s
    expect(changes).toEqual([
      [600 * S, false],
      [780 * S, true],
    ]);
    supply.advance();
    expect(supply.totals.mainsJ).toBeCloseTo(4 * 800, 9);
  });
});

test('energy is conserved: what came in less what was drawn and lost is the change of charge', () => {
  const watts = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(
      fc.record({
        mains: fc.boolean(),
        capacityJ: fc.integer({ min: 3600, max: 400_000 }),
        initial: fc.double({ min: 0, max: 1, noNaN: true }),
        maxChargeW: fc.integer({ min: 1, max: 30 }),
        efficiency: fc.double({ min: 0.5, max: 1, noNaN: true }),
        sun: fc.array(watts, { minLength: 1, maxLength: 6 }),
        charger: fc.array(watts, { minLength: 1, maxLength: 6 }),
        loadW: fc.integer({ min: 1, max: 30 }),
        changes: fc.array(watts, { maxLength: 8 }),
      }),
      ({ mains, capacityJ, initial, maxChargeW, efficiency, sun, charger, loadW, changes }) => {
        const initialJ = capacityJ * initial;
        const store = battery({ capacityJ, initialJ, maxChargeW, efficiency });
        const { kernel, supply, setLoad, drawnJ } = run(
          { mains, solarW: hours(...sun), chargerW: hours(...charger), battery: store },
          loadW,
        );
        let end = 0;
        for (const change of changes) {
          end += 1700 * S;
          kernel.run({ until: end as Nanoseconds });
          // a node that is down stays so, whatever would run on it
          if (mains) setLoad(change);
        }
        kernel.run({ until: (24 * HOUR) as Nanoseconds });
        const chargeJ = supply.chargeJ!;
        const { mainsJ, solarJ, curtailedJ, lostJ } = supply.totals;
        const inJ = mainsJ + solarJ;
        // an event is rounded up by less than a nanosecond: 1e-6 J is far more than all of them, and far less than any mistake
        expect(Math.abs(inJ - drawnJ() - lostJ - (chargeJ - initialJ))).toBeLessThan(1e-6 + 1e-11 * inJ);
        const shoneJ = Array.from({ length: 24 }, (_, hour) => sun[hour % sun.length]! * 3600).reduce((a, b) => a + b);
        expect(solarJ + curtailedJ).toBeCloseTo(shoneJ, 4);
        expect(chargeJ).toBeGreaterThanOrEqual(0);
        expect(chargeJ).toBeLessThanOrEqual(capacityJ);
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});
