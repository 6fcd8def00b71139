import { describe, expect, test } from 'vitest';
import { oneNode, run } from '../worlds.ts';

// Mean times in the system in units of the mean service time: Kleinrock, Queueing Systems I, §3.2, §3.5 and II, §4.4

const mm1 = (rho: number): number => 1 / (1 - rho);

/** Erlang C. */
function mmc(c: number, rho: number): number {
  const offered = c * rho;
  let term = 1;
  let sum = 0;
  for (let k = 0; k < c; k++) {
    sum += term;
    term *= offered / (k + 1);
  }
  const waits = term / (1 - rho) / (sum + term / (1 - rho));
  return 1 + waits / (c * (1 - rho));
}

/** Processor sharing: the distribution does not matter. */
const mg1ps = mm1;

const exponential = { distribution: 'exponential', mean: '1ms' };
const cases = [
  { queue: 'M/M/1', cpu: 1, concurrency: 1, rho: 0.5, service: exponential, expected: mm1(0.5), requests: 1.0e6 },
  { queue: 'M/M/1', cpu: 1, concurrency: 1, rho: 0.8, service: exponential, expected: mm1(0.8), requests: 2.0e6 },
  { queue: 'M/M/4', cpu: 4, concurrency: 4, rho: 0.5, service: exponential, expected: mmc(4, 0.5), requests: 1.0e6 },
  { queue: 'M/M/4', cpu: 4, concurrency: 4, rho: 0.8, service: exponential, expected: mmc(4, 0.8), requests: 2.0e6 },
  {
    queue: 'M/G/1-PS',
    cpu: 1,
    concurrency: 1_000_000,
    rho: 0.5,
    service: { distribution: 'lognormal', mean: '1ms', cv: 1.5 },
    expected: mg1ps(0.5),
    requests: 1.0e6,
  },
  {
    queue: 'M/G/1-PS',
    cpu: 1,
    concurrency: 1_000_000,
    rho: 0.8,
    service: { distribution: 'uniform', min: '0ms', max: '2ms' },
    expected: mg1ps(0.8),
    requests: 2.0e6,
  },
];

describe('mean response times agree with queueing theory within 2 %', () => {
  test.each(cases)('$queue at utilisation $rho', ({ cpu, concurrency, rho, service, expected, requests }) => {
    const ratePerSecond = rho * cpu * 1000;
    const world = oneNode({
      cpu,
      duration: `${Math.ceil(requests / ratePerSecond) + 20}s`,
      rate: `${ratePerSecond}/s`,
      behaviour: { cpu: service, concurrency },
    });
    const { measures } = run(world);
    expect(measures.requests_succeeded).toBeGreaterThanOrEqual(requests);
    expect(measures.requests_failed).toBe(0);
    expect(Math.abs(measures.latency_mean_ns! / 1e6 / expected - 1)).toBeLessThan(0.02);
  });

  test('Erlang C itself: four servers at 0.8 give 1.746 service times', () => {
    expect(mmc(4, 0.8)).toBeCloseTo(1.7455, 3);
  });
});
