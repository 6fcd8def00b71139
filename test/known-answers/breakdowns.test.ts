import { expect, test } from 'vitest';
import { oneNode, run } from '../worlds.ts';

/**
 * Mean time in an M/M/1 queue whose server breaks down at rate ξ, busy or not, and is repaired at rate η; work goes on where
 * it was. Source: White & Christie, Queuing with preemptive priorities or with breakdown, Operations Research 6(1),
 * 1958; Avi-Itzhak & Naor, Operations Research 11(3), 1963, model A. Rates per second, the result in seconds.
 */
function meanTimeS(lambda: number, mu: number, xi: number, eta: number): number {
  const availability = eta / (xi + eta);
  return (1 + (xi * mu) / (xi + eta) ** 2) / (availability * mu - lambda);
}

test('without breakdowns the formula is that of M/M/1', () => {
  expect(meanTimeS(400, 1000, 0, 1)).toBeCloseTo(1 / 600, 12);
});

test.each([
  { lambda: 400, mtbfMs: 50, mttrMs: 12.5 },
  { lambda: 300, mtbfMs: 20, mttrMs: 20 },
])(
  'M/M/1 with breakdowns that keep the work, $mtbfMs ms up and $mttrMs ms down, takes its time within 2 %',
  ({ lambda, mtbfMs, mttrMs }) => {
    const world = oneNode({
      cpu: 1,
      duration: '3000s',
      rate: `${lambda}/s`,
      behaviour: { cpu: { distribution: 'exponential', mean: '1ms' }, concurrency: 1 },
      faults: [{ slow: 'n', speed: 0, mtbf: `${mtbfMs}ms`, mttr: `${mttrMs}ms` }],
    });
    const { measures } = run(world);
    expect(measures.requests_failed).toBe(0);
    const expected = meanTimeS(lambda, 1000, 1000 / mtbfMs, 1000 / mttrMs);
    expect(Math.abs(measures.latency_mean_ns! / 1e9 / expected - 1)).toBeLessThan(0.02);
  },
);
