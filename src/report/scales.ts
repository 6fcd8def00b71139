/** Units and steps in which pictures count time and other quantities. */
export interface Scale {
  /** Unit of the axis. */
  readonly unit: string;
  /** The unit in the unit of the table. */
  readonly size: number;
}

const DURATIONS: readonly Scale[] = [
  { unit: 'days', size: 86_400e9 },
  { unit: 'h', size: 3_600e9 },
  { unit: 'min', size: 60e9 },
  { unit: 's', size: 1e9 },
  { unit: 'ms', size: 1e6 },
  { unit: 'µs', size: 1e3 },
  { unit: 'ns', size: 1 },
];
const PREFIXES: readonly [string, number][] = [
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
  ['', 1],
  ['m', 1e-3],
];

/** The unit of an axis of simulated time: at least three of it. */
export const timeScale = (durationNs: number): Scale =>
  DURATIONS.find(({ size }) => durationNs >= 3 * size) ?? DURATIONS.at(-1)!;

/** The unit of an axis of latencies, by one of the larger of them. */
export const latencyScale = (typicalNs: number): Scale =>
  DURATIONS.slice(3).find(({ size }) => typicalNs >= size) ?? DURATIONS.at(-1)!;

/** The unit of an axis of durations up to a largest one. */
export const durationScale = (largestNs: number): Scale =>
  DURATIONS.find(({ size }) => largestNs >= 2 * size) ?? DURATIONS.at(-1)!;

/** The unit of an axis of some other quantity, such as W, with its prefix. */
export function prefixScale(unit: string, largest: number): Scale {
  const [prefix, size] = PREFIXES.find(([, step]) => largest >= 2 * step) ?? ['', 1];
  return { unit: `${prefix}${unit}`, size };
}

const STEPS_NS = [
  1e6,
  2e6,
  5e6,
  1e7,
  2e7,
  5e7,
  1e8,
  2e8,
  5e8,
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400].map(
    (s) => s * 1e9,
  ),
];

/** Width of the windows that a time is cut into: a round step, of which there are `most` at most. */
export function windowNs(durationNs: number, most: number, atLeastNs: number = 0): number {
  const needed = Math.max(durationNs / most, atLeastNs);
  const step = STEPS_NS.find((width) => width >= needed);
  return step ?? Math.ceil(needed / 86_400e9) * 86_400e9;
}
