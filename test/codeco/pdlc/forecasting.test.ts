import { describe, expect, test } from 'vitest';
import {
  Autoregression,
  HoltWinters,
  LastValue,
  NormalEquations,
  rollingOriginError,
  SharedAutoregression,
  Smoothing,
} from '../../../src/codeco/pdlc/forecasting/index.ts';
import { RandomStream, sin } from '../../../src/kernel/index.ts';
import { loadProfiles, loadSeries, type LoadProfileName } from '../../../scripts/forecasting/load-series.ts';

/** y_t = c + φ · y_{t-1} + noise. */
function autoregressive(phi: number, count: number, name: string): number[] {
  const draws = new RandomStream(1, name);
  let value = 0.5;
  return Array.from({ length: count }, () => (value = 0.5 * (1 - phi) + phi * value + 0.02 * draws.normal()));
}

describe('autoregression', () => {
  test('recovers the coefficient of an AR(1) process: of the difference to the last value, φ - 1', () => {
    const model = new SharedAutoregression(1, 1, 1);
    const forecaster = new Autoregression(model);
    for (const value of autoregressive(0.7, 20_000, 'ar')) forecaster.observe(value);
    const [constant, coefficient] = model.weights;
    // the standard error of φ is sqrt((1 - φ²) / n) = 0.005 (Mann & Wald 1943), and the ridge is nothing against 20,000 samples
    expect(Math.abs(coefficient! + 0.3)).toBeLessThan(0.02);
    expect(Math.abs(constant! - 0.15)).toBeLessThan(0.01);
  });

  test('two steps ahead of an AR(1) process it recovers φ²', () => {
    const model = new SharedAutoregression(1, 2, 1);
    const forecaster = new Autoregression(model);
    for (const value of autoregressive(0.7, 20_000, 'ar')) forecaster.observe(value);
    expect(Math.abs(model.weights[1]! - (0.49 - 1))).toBeLessThan(0.03);
  });

  test('its error on an AR(1) process is that of the noise alone, sqrt(2/π) σ', () => {
    const forecaster = new Autoregression(new SharedAutoregression(1, 1, 1));
    const { meanAbsolute, lastValueMeanAbsolute } = rollingOriginError(
      autoregressive(0.5, 20_000, 'ar'),
      forecaster,
      1,
      500,
    );
    expect(meanAbsolute / (0.02 * Math.sqrt(2 / Math.PI))).toBeCloseTo(1, 1);
    // that of the last value: differences have the variance 2 σ² / (1 + φ)
    expect(lastValueMeanAbsolute / meanAbsolute).toBeCloseTo(Math.sqrt(2 / 1.5), 1);
  });

  test('knowing nothing it says the last value', () => {
    const forecaster = new Autoregression(new SharedAutoregression(3, 1));
    expect(forecaster.forecast()).toBeUndefined();
    forecaster.observe(0.25);
    expect(forecaster.forecast()).toBe(0.25);
  });
});

test('least squares: an exact line is found, and the ridge draws what was never seen to 0', () => {
  const equations = new NormalEquations(3);
  for (let x = 0; x < 1000; x++) equations.add([1, x / 10, 0], 2 + (3 * x) / 10);
  const [constant, slope, unseen] = equations.solve();
  expect(constant).toBeCloseTo(2, 4);
  expect(slope).toBeCloseTo(3, 6);
  expect(unseen).toBe(0);
});

describe('exponential smoothing', () => {
  test('simple smoothing is Σ α (1 - α)^k y_{t-k}', () => {
    const smoothing = new Smoothing(0.4, 0);
    for (const value of [1, 2, 3]) smoothing.observe(value);
    // 0.4 · 3 + 0.4 · 0.6 · 2 + 0.36 · 1
    expect(smoothing.forecast(1)).toBeCloseTo(2.04, 12);
    expect(smoothing.forecast(9)).toBeCloseTo(2.04, 12);
  });

  test('a damped trend adds φ + φ² + … of itself', () => {
    const smoothing = new Smoothing(1, 1);
    smoothing.observe(1);
    smoothing.observe(3); // level 3, trend 2
    expect(smoothing.forecast(1)).toBeCloseTo(3 + 0.9 * 2, 12);
    expect(smoothing.forecast(3)).toBeCloseTo(3 + (0.9 + 0.81 + 0.729) * 2, 12);
  });

  test('a season that repeats exactly is foretold exactly from its second time on', () => {
    const pattern = [1, 5, 2, 8];
    const series = Array.from({ length: 40 }, (_, at) => pattern[at % 4]!);
    for (const horizon of [1, 3]) {
      expect(rollingOriginError(series, new HoltWinters(horizon, 4), horizon, 8).meanAbsolute).toBeLessThan(1e-9);
    }
    expect(rollingOriginError(series, new HoltWinters(1), 1, 8).meanAbsolute).toBeGreaterThan(1);
  });

  test('knowing the season of a noisy sine is worth something', () => {
    const draws = new RandomStream(1, 'sine');
    const series = Array.from({ length: 2000 }, (_, at) => sin((2 * Math.PI * at) / 24) + 0.1 * draws.normal());
    const [seasonal, plain] = [24, undefined].map(
      (season) => rollingOriginError(series, new HoltWinters(4, season), 4, 200).meanAbsolute,
    );
    expect(seasonal! / plain!).toBeLessThan(0.5);
  });
});

test('rolling origin: the error of the last value is the mean difference over the horizon', () => {
  const { count, meanAbsolute, lastValueMeanAbsolute } = rollingOriginError([1, 2, 4, 8, 16], new LastValue(), 2);
  expect({ count, meanAbsolute, lastValueMeanAbsolute }).toEqual({
    count: 3,
    meanAbsolute: (3 + 6 + 12) / 3,
    lastValueMeanAbsolute: (3 + 6 + 12) / 3,
  });
});

describe('on simulated loads, by scrapes of 30 s', () => {
  test.each(Object.keys(loadProfiles) as LoadProfileName[])(
    'each learner betters the last value: %s',
    async (profile) => {
      const series = await loadSeries(profile);
      const relative = (horizon: number) =>
        [new HoltWinters(horizon), new Autoregression(new SharedAutoregression(6, horizon))].map((forecaster) => {
          const { meanAbsolute, lastValueMeanAbsolute } = rollingOriginError(series, forecaster, horizon, 20);
          return meanAbsolute / lastValueMeanAbsolute;
        });
      const [holtWinters, autoregression] = relative(1);
      expect(holtWinters).toBeLessThan(0.92);
      expect(autoregression).toBeLessThan(0.92);
      const [holtWintersLater, autoregressionLater] = relative(4);
      expect(holtWintersLater).toBeLessThan(0.95);
      // two minutes ahead of a crowd that comes once there is nothing to learn it from
      if (profile === 'flash-crowd') expect(autoregressionLater).toBeGreaterThan(1);
      else expect(autoregressionLater).toBeLessThan(0.95);
    },
  );
});
