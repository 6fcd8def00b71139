import type { Nanoseconds } from '../../kernel/index.ts';
import type { StepSeries } from '../../model/index.ts';
import { lastBegun } from '../last-begun.ts';

/** What holds at a time. */
export function valueAt(series: StepSeries, timeNs: number): number {
  return series.values[lastBegun(series.startsNs, within(series, timeNs))]!;
}

/** The first time after `timeNs` at which a new value begins to hold, or Infinity. */
export function nextStepNs(series: StepSeries, timeNs: number): Nanoseconds {
  const { startsNs, periodNs } = series;
  if (startsNs.length === 1) return Infinity as Nanoseconds;
  const inPeriodNs = within(series, timeNs);
  const next = startsNs[lastBegun(startsNs, inPeriodNs) + 1] ?? periodNs ?? Infinity;
  return (timeNs - inPeriodNs + next) as Nanoseconds;
}

function within({ periodNs }: StepSeries, timeNs: number): number {
  return periodNs === undefined ? timeNs : timeNs % periodNs;
}
