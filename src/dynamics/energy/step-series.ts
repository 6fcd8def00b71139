import type { Nanoseconds } from '../../kernel/index.ts';
import type { StepSeries } from '../../model/index.ts';

/** What holds at a time. */
export function valueAt(series: StepSeries, timeNs: number): number {
  return series.values[indexAt(series, within(series, timeNs))]!;
}

/** The first time after `timeNs` at which a new value begins to hold, or Infinity. */
export function nextStepNs(series: StepSeries, timeNs: number): Nanoseconds {
  const { startsNs, periodNs } = series;
  if (startsNs.length === 1) return Infinity as Nanoseconds;
  const inPeriodNs = within(series, timeNs);
  const next = startsNs[indexAt(series, inPeriodNs) + 1] ?? periodNs ?? Infinity;
  return (timeNs - inPeriodNs + next) as Nanoseconds;
}

function within({ periodNs }: StepSeries, timeNs: number): number {
  return periodNs === undefined ? timeNs : timeNs % periodNs;
}

/** The last value that has begun, by bisection. */
function indexAt({ startsNs }: StepSeries, timeNs: number): number {
  let low = 0;
  let high = startsNs.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (startsNs[middle]! <= timeNs) low = middle;
    else high = middle;
  }
  return low;
}
