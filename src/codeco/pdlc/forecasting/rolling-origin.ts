import type { Forecaster } from './forecaster.ts';
import { LastValue } from './last-value.ts';

/** How far forecasts were off, in mean, and how far the last value would have been at the same times. */
export interface ForecastError {
  readonly count: number;
  readonly meanAbsolute: number;
  readonly lastValueMeanAbsolute: number;
}

/**
 * Has a forecaster foretell each sample of a series from those before (rolling origin; Tashman 2000), and measures how far it
 * was off. The quotient of the two errors is that of the mean absolute scaled error (Hyndman & Koehler 2006), with the last
 * value out of sample at the same horizon as the scale: below 1 is better than that all stays as it is.
 * @param from the first sample that counts
 */
export function rollingOriginError(
  series: readonly number[],
  forecaster: Forecaster,
  horizon: number,
  from = 0,
): ForecastError {
  const lastValue = new LastValue();
  const made: (readonly [number | undefined, number | undefined])[] = [];
  let [count, absolute, ofLastValue] = [0, 0, 0];
  for (const [at, value] of series.entries()) {
    const [forecast, last] = made[at - horizon] ?? [];
    if (at >= from && forecast !== undefined && last !== undefined) {
      count++;
      absolute += Math.abs(forecast - value);
      ofLastValue += Math.abs(last - value);
    }
    forecaster.observe(value);
    lastValue.observe(value);
    made.push([forecaster.forecast(), lastValue.forecast()]);
  }
  return { count, meanAbsolute: absolute / count, lastValueMeanAbsolute: ofLastValue / count };
}
