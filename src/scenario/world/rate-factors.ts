import type { Nanoseconds } from '../../kernel/index.ts';
import type { LinearSeries, StepSeries } from '../../model/index.ts';

/** Always 1. */
export const constant: LinearSeries = { startsNs: [0 as Nanoseconds], from: [1], to: [1] };

/** 1, then up to `factor`, and back: each in a straight line, or a jump where it takes no time. */
export function crowd(shape: {
  readonly atNs: Nanoseconds;
  readonly riseNs: Nanoseconds;
  readonly factor: number;
  readonly holdNs: Nanoseconds;
  readonly decayNs: Nanoseconds;
}): LinearSeries {
  const { atNs, riseNs, factor, holdNs, decayNs } = shape;
  const pieces: [lengthNs: number, from: number, to: number][] = [
    [atNs, 1, 1],
    [riseNs, 1, factor],
    [holdNs, factor, factor],
    [decayNs, factor, 1],
    [Infinity, 1, 1],
  ];
  const series = { startsNs: [] as Nanoseconds[], from: [] as number[], to: [] as number[] };
  let startNs = 0;
  for (const [lengthNs, from, to] of pieces) {
    if (lengthNs === 0) continue;
    series.startsNs.push(startNs as Nanoseconds);
    series.from.push(from);
    series.to.push(to);
    startNs += lengthNs;
  }
  return series;
}

/** The product of steps, which may repeat, and lines, up to `endNs`; from there on its last value holds. */
export function unrolled(steps: StepSeries, lines: LinearSeries, endNs: Nanoseconds): LinearSeries {
  const series = { startsNs: [] as Nanoseconds[], from: [] as number[], to: [] as number[] };
  const { periodNs = Infinity } = steps;
  let startNs = 0;
  let sinceNs = 0;
  let step = 0;
  let line = 0;
  while (startNs < endNs) {
    const nextStepNs = sinceNs + (steps.startsNs[step + 1] ?? periodNs);
    const nextLineNs = lines.startsNs[line + 1] ?? Infinity;
    const stopNs = Math.min(nextStepNs, nextLineNs);
    series.startsNs.push(startNs as Nanoseconds);
    series.from.push(steps.values[step]! * valueAt(lines, line, startNs));
    series.to.push(steps.values[step]! * valueAt(lines, line, stopNs));
    if (nextStepNs === stopNs && ++step === steps.startsNs.length) {
      step = 0;
      sinceNs += periodNs;
    }
    if (nextLineNs === stopNs) line++;
    startNs = stopNs;
  }
  if (startNs !== Infinity) {
    series.startsNs.push(startNs as Nanoseconds);
    const last = series.to.at(-1)!;
    series.from.push(last);
    series.to.push(last);
  }
  return series;
}

function valueAt({ startsNs, from, to }: LinearSeries, piece: number, timeNs: number): number {
  const startNs = startsNs[piece]!;
  const stopNs = startsNs[piece + 1];
  if (stopNs === undefined) return from[piece]!;
  if (timeNs === stopNs) return to[piece]!;
  return from[piece]! + (to[piece]! - from[piece]!) * ((timeNs - startNs) / (stopNs - startNs));
}

/** Its mean from 0 to `endNs`. */
export function meanFactor(series: LinearSeries, endNs: Nanoseconds): number {
  const { startsNs, from } = series;
  let sum = 0;
  for (const [piece, startNs] of startsNs.entries()) {
    if (startNs >= endNs) break;
    const stopNs = Math.min(startsNs[piece + 1] ?? Infinity, endNs);
    sum += ((from[piece]! + valueAt(series, piece, stopNs)) / 2) * (stopNs - startNs);
  }
  return sum / endNs;
}
