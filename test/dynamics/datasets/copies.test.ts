import { describe, expect, test } from 'vitest';
import { fromSeconds } from '../../../src/kernel/index.ts';
import { twoCopies } from './small-copies.ts';

const DELAY_S = 0.3;
const PERIOD_S = 2;
const latencyNs = DELAY_S * 1e9;
const updates = (process: string) => ({ updates: { process, meanIntervalNs: PERIOD_S * 1e9 } });

// Time averages of the age of information (Kaul, Yates & Gruteser, INFOCOM 2012, and Yates et al., Age of information: an
// introduction and survey, IEEE JSAC 39(5), 2021): each receives a sample of the age at its source, a delay later.
describe('the mean age at a replica, a constant delay D away', () => {
  test('is T/2 + D with an update each period T', () => {
    const { kernel, copies, primary, replica } = twoCopies(updates('periodic'), { latencyNs });
    kernel.run({ until: fromSeconds(20_000) });
    // the start and the end may be out of step by one period
    expect(Math.abs(copies.meanAgeNs(replica) / 1e9 - (PERIOD_S / 2 + DELAY_S))).toBeLessThan(
      (PERIOD_S / 20_000) * PERIOD_S,
    );
    expect(Math.abs(copies.meanAgeNs(primary) / 1e9 - PERIOD_S / 2)).toBeLessThan((PERIOD_S / 20_000) * PERIOD_S);
  });

  test('is 1/λ + D with Poisson updates of rate λ (M/D/∞), within four standard errors', () => {
    const { kernel, copies, replica } = twoCopies(updates('poisson'), { latencyNs });
    const spanS = 400_000;
    kernel.run({ until: fromSeconds(spanS) });
    // the integral of a residual exponential over many gaps: variance of its time average is at most 4 T³ / t
    const error = Math.sqrt((4 * PERIOD_S ** 3) / spanS);
    expect(Math.abs(copies.meanAgeNs(replica) / 1e9 - (PERIOD_S + DELAY_S))).toBeLessThan(4 * error);
    expect(4 * error).toBeLessThan(0.05);
  });

  test('is 1/λ + R/2 + D where a look each R sends what is newest', () => {
    const lookS = 7;
    const dataset = { ...updates('poisson'), replicationIntervalNs: lookS * 1e9 };
    const { kernel, copies, replica } = twoCopies(dataset, { latencyNs });
    const spanS = 400_000;
    kernel.run({ until: fromSeconds(spanS) });
    // one independent sample of the residual a look, of variance T²
    const error = Math.sqrt((PERIOD_S ** 2 * lookS) / spanS);
    expect(Math.abs(copies.meanAgeNs(replica) / 1e9 - (PERIOD_S + lookS / 2 + DELAY_S))).toBeLessThan(4 * error);
    expect(replica.replicationBytes).toBeLessThanOrEqual((spanS / lookS) * 100);
  });
});

test('a replica behind a cut stays stale, its age grows by the second, and it catches up once the cut is mended', () => {
  const { kernel, copies, primary, replica, cutAt } = twoCopies(updates('periodic'), { latencyNs });
  cutAt(100, 200);
  kernel.run({ until: fromSeconds(199) });
  expect(primary.generatedNs).toBeGreaterThan(196e9);
  expect(replica.generatedNs).toBeLessThan(100e9);
  expect(replica.lost).toBeGreaterThanOrEqual(49);
  kernel.run({ until: fromSeconds(203) });
  expect(replica.generatedNs).toBeGreaterThan(199e9);
  expect(copies.meanAgeNs(replica)).toBeGreaterThan(copies.meanAgeNs(primary) + 20e9);
});

test('a version that was lost is sent again, even where no other comes', () => {
  const { kernel, copies, replica, cutAt } = twoCopies({}, { latencyNs });
  cutAt(1, 35);
  const write = kernel.on('test.write', () => copies.generate(0 as never, kernel.now));
  kernel.at(fromSeconds(5), write);
  kernel.run({ until: fromSeconds(60) });
  expect([replica.generatedNs, replica.lost, replica.versions]).toEqual([5e9, 3, 1]);
  // 5 s without age beyond its own, then 30 s behind the cut: known to the nanosecond, the version comes at 35 s + 0.3 s
  const integral = (35.3 * 35.3) / 2 + ((30.3 + 55) / 2) * (60 - 35.3);
  expect(copies.meanAgeNs(replica) / 1e9).toBeCloseTo(integral / 60, 6);
});

test('an older version that arrives late changes nothing', () => {
  const { kernel, copies, primary } = twoCopies({}, { latencyNs });
  const write = kernel.on('test.write', (seconds) => copies.generate(0 as never, seconds * 1e9));
  kernel.at(fromSeconds(5), write, 4);
  kernel.at(fromSeconds(6), write, 3);
  kernel.run({ until: fromSeconds(10) });
  expect([primary.generatedNs, primary.versions]).toEqual([4e9, 1]);
});
