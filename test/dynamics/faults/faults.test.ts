import { describe, expect, test } from 'vitest';
import { Degradations, Outages, scheduleFaults, Slowdowns } from '../../../src/dynamics/index.ts';
import { fromSeconds, Kernel, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { Duration, Fault } from '../../../src/model/index.ts';

/** Runs faults and notes what becomes of nodes (`n`), links (`l`) and speeds (`s`). */
function changesOf(faults: readonly object[], options: { seed?: number; untilNs?: number } = {}): string[] {
  const kernel = new Kernel({ seed: options.seed ?? 1 });
  const changes: string[] = [];
  const note = (kind: string) =>
    new Outages(100, (entity, up) => void changes.push(`${kernel.now} ${kind}${entity} ${up ? 'up' : 'down'}`));
  const speeds = new Slowdowns((entity, share) => void changes.push(`${kernel.now} s${entity} ${share}`));
  const named = faults.map((fault, index) => ({ name: `fault/${index}`, ...fault })) as unknown as Fault[];
  scheduleFaults(kernel, named, {
    nodes: note('n'),
    links: note('l'),
    speeds,
    qualities: new Degradations(
      (link, { bandwidthShare, addedLatencyNs }) =>
        void changes.push(`${kernel.now} q${link} ${bandwidthShare} +${addedLatencyNs}`),
    ),
    accessPoints: note('a'),
    kubelets: note('k'),
  });
  kernel.run({ until: (options.untilNs ?? 1000) as Nanoseconds });
  return changes;
}

const crash = (node: number) => ({ kind: 'crash', node, target: `n${node}` });
const cut = (link: number) => ({ kind: 'cut', link, target: `l${link}` });

describe('faults of one thing may overlap', () => {
  test('it is whole again when the last has ended', () => {
    const changes = changesOf([
      { timing: { atNs: 10, durationNs: 20 }, effects: [crash(3)] },
      { timing: { atNs: 20, durationNs: 40 }, effects: [crash(3)] },
      { timing: { atNs: 20, durationNs: 5 }, effects: [cut(3)] },
      { timing: { atNs: 70 }, effects: [cut(4)] },
    ]);
    expect(changes).toEqual(['10 n3 down', '20 l3 down', '25 l3 up', '60 n3 up', '70 l4 down']);
  });

  test('of what slows it down, the slowest counts', () => {
    const slow = (speedShare: number) => ({ kind: 'slow', node: 1, speedShare, target: 'n1' });
    const changes = changesOf([
      { timing: { atNs: 10, durationNs: 50 }, effects: [slow(0.5)] },
      { timing: { atNs: 20, durationNs: 10 }, effects: [slow(0)] },
      { timing: { atNs: 25, durationNs: 50 }, effects: [slow(0.8)] },
    ]);
    expect(changes).toEqual(['10 s1 0.5', '20 s1 0', '30 s1 0.5', '60 s1 0.8', '75 s1 1']);
  });

  test('of what degrades a link, the least bandwidth counts and the latencies add up', () => {
    const degrade = (bandwidthShare: number, addedLatencyNs: number) => ({
      kind: 'degrade',
      link: 2,
      target: 'l2',
      bandwidthShare,
      addedLatencyNs,
    });
    const changes = changesOf([
      { timing: { atNs: 10, durationNs: 50 }, effects: [degrade(0.5, 7)] },
      { timing: { atNs: 20, durationNs: 10 }, effects: [degrade(0.8, 5)] },
      { timing: { atNs: 40, durationNs: 5 }, effects: [{ kind: 'access-point', accessPoint: 6, target: 'a6' }] },
    ]);
    expect(changes).toEqual(['10 q2 0.5 +7', '20 q2 0.5 +12', '30 q2 0.5 +7', '40 a6 down', '45 a6 up', '60 q2 1 +0']);
  });

  test('the losses of what degrades a link are independent of each other', () => {
    const told: (number | undefined)[] = [];
    const degradations = new Degradations((_, { loss }) => told.push(loss));
    const [half, fifth] = [
      { bandwidthShare: 1, addedLatencyNs: 0, loss: 0.5 },
      { bandwidthShare: 1, addedLatencyNs: 0, loss: 0.2 },
    ];
    degradations.begin(0, half);
    degradations.begin(0, fifth);
    degradations.end(0, half);
    degradations.end(0, fifth);
    expect(told).toEqual([0.5, 0.6, expect.closeTo(0.2, 15), 0]);
  });

  test('an end without a beginning is a mistake of the program', () => {
    expect(() => new Outages(1, () => {}).end(0)).toThrow(RangeError);
    expect(() => new Slowdowns(() => {}).end(0, 0.5)).toThrow(RangeError);
    expect(() => new Degradations(() => {}).end(0, { bandwidthShare: 1, addedLatencyNs: 0 })).toThrow(RangeError);
  });
});

test('one that flaps is broken first, comes and goes while it lasts, and is whole after it', () => {
  const flapping = { downNs: 2, upNs: 3 };
  expect(changesOf([{ timing: { atNs: 10, durationNs: 11 }, effects: [cut(0)], flapping }])).toEqual([
    '10 l0 down',
    '12 l0 up',
    '15 l0 down',
    '17 l0 up',
    '20 l0 down',
    '21 l0 up',
  ]);
});

test('a shared shock hits all at the same moments, each with its probability', () => {
  const effects = Array.from({ length: 100 }, (_, node) => crash(node));
  const timing = {
    upFor: { distribution: 'constant', valueNs: 90 },
    downFor: { distribution: 'constant', valueNs: 10 },
  };
  const changes = changesOf([{ timing, effects, probability: 0.3 }], { untilNs: 100_000 });
  const falls = changes.filter((change) => change.endsWith('down'));
  expect(new Set(falls.map((change) => Number(change.split(' ')[0]) % 100))).toEqual(new Set([90]));
  // 1,000 shocks of 100 nodes: a binomial share within four standard deviations
  expect(Math.abs(falls.length / 100_000 - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 100_000));
  // one node more changes nothing for the others
  const fewer = changesOf([{ timing, effects: effects.slice(0, 99), probability: 0.3 }], { untilNs: 100_000 });
  expect(fewer).toEqual(changes.filter((change) => !change.includes('n99 ')));
});

describe('the availability of what fails again and again is MTBF / (MTBF + MTTR)', () => {
  const SPAN_S = 2_000_000;
  const exponential = (seconds: number) => ({ distribution: 'exponential', meanNs: seconds * 1e9 }) as Duration;
  const cases: { name: string; upFor: Duration; downFor: Duration; up: number[]; down: number[] }[] = [
    { name: 'exponential', upFor: exponential(90), downFor: exponential(10), up: [90, 90], down: [10, 10] },
    {
      name: 'gamma and lognormal',
      upFor: { distribution: 'gamma', meanNs: fromSeconds(60), shape: 4 },
      downFor: { distribution: 'lognormal', meanNs: fromSeconds(20), cv: 1.5 },
      up: [60, 30],
      down: [20, 30],
    },
    {
      // coefficient of variation of a Weibull of shape 1/2: √(Γ(5)/Γ(3)² - 1) = √5
      name: 'weibull and constant',
      upFor: { distribution: 'weibull', meanNs: fromSeconds(40), shape: 0.5 },
      downFor: { distribution: 'constant', valueNs: fromSeconds(5) },
      up: [40, 40 * Math.sqrt(5)],
      down: [5, 0],
    },
  ];
  test.each(cases)('$name', ({ upFor, downFor, up: [u, su], down: [d, sd] }) => {
    const kernel = new Kernel({ seed: 5 });
    let downSince = 0;
    let downNs = 0;
    const nodes = new Outages(1, (_, up) => {
      if (up) downNs += kernel.now - downSince;
      else downSince = kernel.now;
    });
    const faults: Fault[] = [
      { name: 'node/a', timing: { upFor, downFor }, effects: [{ kind: 'crash', node: 0 as never, target: 'a' }] },
    ];
    scheduleFaults(kernel, faults, {
      nodes,
      links: nodes,
      speeds: new Slowdowns(() => {}),
      qualities: new Degradations(() => {}),
      accessPoints: nodes,
      kubelets: nodes,
    });
    kernel.run({ until: fromSeconds(SPAN_S) });
    if (nodes.isDown(0)) downNs += kernel.now - downSince;
    // variance of the share of time: (σu² d² + σd² u²) / ((u + d)³ t) (Cox, Renewal Theory, §7.3)
    const variance = (su! * su! * d! * d! + sd! * sd! * u! * u!) / ((u! + d!) ** 3 * SPAN_S);
    const availability = 1 - downNs / (SPAN_S * 1e9);
    expect(Math.abs(availability - u! / (u! + d!))).toBeLessThan(4 * Math.sqrt(variance));
    expect(4 * Math.sqrt(variance)).toBeLessThan(0.01);
  });
});
