import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffNs } from '../../../src/dynamics/workload/backoff.ts';
import { RetryBudget } from '../../../src/dynamics/workload/retry-budget.ts';
import { RandomStream, type Nanoseconds } from '../../../src/kernel/index.ts';

const seconds = (s: number): Nanoseconds => Math.floor(s * 1e9) as Nanoseconds;

describe('a retry budget', () => {
  test('allows a fifth of the calls of the last ten seconds, and forgets them after that', () => {
    const budget = new RetryBudget({ ratio: 0.2, minPerSecond: 0 });
    expect(budget.withdraw(seconds(0))).toBe(false);
    for (let call = 0; call < 10; call++) budget.deposit(seconds(0.05 * call));
    expect([0.5, 0.6, 0.7].map((s) => budget.withdraw(seconds(s)))).toEqual([true, true, false]);
    for (let call = 0; call < 5; call++) budget.deposit(seconds(9.5));
    expect([9.6, 9.7].map((s) => budget.withdraw(seconds(s)))).toEqual([true, false]);
    // ten calls and two retries are forgotten; five calls and the one retry that they paid for are not
    expect(budget.withdraw(seconds(10.1))).toBe(false);
    for (let call = 0; call < 5; call++) budget.deposit(seconds(10.2));
    expect(budget.withdraw(seconds(10.3))).toBe(true);
    expect(budget.withdraw(seconds(3600))).toBe(false);
  });

  test('allows its minimum without a call', () => {
    const budget = new RetryBudget({ ratio: 0, minPerSecond: 1.5 });
    const allowed = (s: number): number =>
      Array.from({ length: 40 }, () => budget.withdraw(seconds(s))).filter(Boolean).length;
    expect([allowed(0), allowed(5), allowed(10), allowed(25)]).toEqual([15, 0, 15, 15]);
  });

  test('never allows more than its terms in any ten slices, and always what they leave (brute force)', () => {
    const step = fc.record({ afterMs: fc.integer({ min: 0, max: 4000 }), call: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.integer({ min: 0, max: 2 }),
        (steps, ratio, minPerSecond) => {
          const budget = new RetryBudget({ ratio, minPerSecond });
          const calls: number[] = [];
          const retries: number[] = [];
          let now = 0;
          for (const { afterMs, call } of steps) {
            now += afterMs * 1e6;
            const slice = Math.floor(now / 1e9);
            const inWindow = (times: number[]): number => times.filter((time) => time > slice - 10).length;
            if (call) {
              budget.deposit(now as Nanoseconds);
              calls.push(slice);
            } else {
              const expected = inWindow(retries) + 1 <= inWindow(calls) * ratio + minPerSecond * 10;
              expect(budget.withdraw(now as Nanoseconds)).toBe(expected);
              if (expected) retries.push(slice);
            }
          }
        },
      ),
    );
  });
});

describe('back-off', () => {
  const retries = { attempts: 9, backoffNs: seconds(0.1), maxBackoffNs: seconds(1), jitter: 'none' } as const;
  const noStream = (): RandomStream => {
    throw new Error('nothing is drawn');
  };

  test('doubles up to its maximum', () => {
    const waits = [1, 2, 3, 4, 5, 60].map((failed) => backoffNs(retries, failed, noStream) / 1e6);
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  test('with full jitter is uniform below that', () => {
    const stream = new RandomStream(1, 'backoff');
    const waits = Array.from(
      { length: 20_000 },
      () => backoffNs({ ...retries, jitter: 'full' }, 3, () => stream) / 400e6,
    );
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1);
    // the greatest distance from the uniform distribution: Kolmogorov and Smirnov at 0.1 %
    const sorted = waits.sort((a, b) => a - b);
    const distance = Math.max(...sorted.map((wait, i) => Math.max(wait - i / 20_000, (i + 1) / 20_000 - wait)));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(20_000));
  });
});
