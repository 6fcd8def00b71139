import { expect, test } from 'vitest';
import { fromSeconds, Kernel, roundUpNs } from '../../src/kernel/index.ts';

/** The example in the documentation of `Kernel`: mean service 1 ms. */
function mm1(utilisation: number, hours: number): { meanTimeNs: number; served: number; kernel: Kernel } {
  const kernel = new Kernel({ seed: 1 });
  const arrivals = kernel.streams.get('arrivals');
  const services = kernel.streams.get('services');
  const arrivedAt: number[] = [];
  let served = 0;
  let totalTimeNs = 0;

  const arrive = kernel.on('arrive', () => {
    if (arrivedAt.push(kernel.now) === 1) kernel.after(roundUpNs(1e6 * services.exponential()), leave);
    kernel.after(roundUpNs((1e6 / utilisation) * arrivals.exponential()), arrive);
  });
  const leave = kernel.on('leave', () => {
    totalTimeNs += kernel.now - arrivedAt.shift()!;
    served++;
    if (arrivedAt.length > 0) kernel.after(roundUpNs(1e6 * services.exponential()), leave);
  });
  kernel.at(kernel.now, arrive);
  kernel.run({ until: fromSeconds(3600 * hours) });
  return { meanTimeNs: totalTimeNs / served, served, kernel };
}

test.each([
  [0.5, 1],
  [0.8, 1],
])(
  'M/M/1 at utilisation %d: the mean time in the system is 1 ms / (1 - utilisation) within 2 %%',
  (utilisation, hours) => {
    const { meanTimeNs, served } = mm1(utilisation, hours);
    expect(served).toBeGreaterThan(1e6);
    expect(meanTimeNs / (1e6 / (1 - utilisation))).toSatisfy((ratio: number) => Math.abs(ratio - 1) < 0.02);
  },
);

test('the same seed gives the same events, always and everywhere', () => {
  const { kernel } = mm1(0.8, 0.01);
  expect(kernel.digest).toBe('3db4b8692dd88d8c');
  expect(mm1(0.8, 0.01).kernel.trail).toEqual(kernel.trail);
});
