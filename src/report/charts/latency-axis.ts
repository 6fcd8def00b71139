import { formatCount } from '../../format.ts';
import { latencyScale, type Scale } from '../scales.ts';

/** Where the largest is so many times the smallest the axis is logarithmic. */
const LOGARITHMIC_FROM = 30;

/** An axis of latencies. */
export interface LatencyAxis extends Scale {
  readonly isLogarithmic: boolean;
  /** For the caption: says that the axis is logarithmic, or nothing. */
  readonly note: string;
}

/** The axis that latencies from `lowNs` to `highNs` are read on: logarithmic where they are of different orders. */
export function latencyAxis(lowNs: number, highNs: number): LatencyAxis {
  const isLogarithmic = highNs / Math.max(1, lowNs) > LOGARITHMIC_FROM;
  return {
    ...latencyScale(isLogarithmic ? Math.sqrt(Math.max(1, lowNs) * highNs) : highNs),
    isLogarithmic,
    note: isLogarithmic ? ' The axis of latency is logarithmic.' : '',
  };
}

/** Options of a horizontal axis of latencies. */
export const latencyAcross = ({ unit, isLogarithmic }: LatencyAxis, width: number) =>
  ({
    type: isLogarithmic ? 'log' : 'linear',
    label: `latency in ${unit}`,
    labelArrow: 'none',
    labelAnchor: 'center',
    ...(isLogarithmic
      ? { ticks: width < 500 ? 3 : 8, tickFormat: plainNumber }
      : { zero: true, nice: true, ticks: width < 500 ? 5 : 9 }),
  }) as const;

/** Options of a vertical axis of latencies. */
export const latencyUp = ({ isLogarithmic }: LatencyAxis, label: string) =>
  ({
    label,
    labelArrow: 'none',
    ticks: 4,
    nice: true,
    ...(isLogarithmic ? { type: 'log', tickFormat: plainNumber } : { zero: true }),
  }) as const;

const plainNumber = (value: number): string =>
  value >= 1000 ? formatCount(value) : String(Number(value.toPrecision(3)));
