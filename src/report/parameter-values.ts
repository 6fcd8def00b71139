import type { ParameterValue } from '../experiment/index.ts';
import { parseBandwidth, parseDuration } from '../model/index.ts';
import { durationScale, prefixScale } from './scales.ts';

/** Values of a parameter that can stand on an axis. */
export interface NumericValues {
  /** In the unit of the axis; by the place of the cell. */
  readonly values: readonly number[];
  readonly unit: string;
}

const NUMBER = /^(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(\D*)$/;
/** Fewer different values make no curve. */
const FEWEST = 3;

/** Reads the values of a parameter as numbers of one unit. @returns undefined where they are words, or too few */
export function numericValues(texts: readonly ParameterValue[]): NumericValues | undefined {
  if (new Set(texts).size < FEWEST) return undefined;
  return sameUnit(texts) ?? measured(texts, parseDuration, durationScale) ?? measured(texts, parseBandwidth, bitRate);
}

function sameUnit(texts: readonly ParameterValue[]): NumericValues | undefined {
  const parts = texts.map((text) => NUMBER.exec(String(text)));
  const unit = parts[0]?.[2];
  if (unit === undefined || parts.some((part) => part?.[2] !== unit)) return undefined;
  return { values: parts.map((part) => Number(part![1])), unit: unit.trim() };
}

function measured(
  texts: readonly ParameterValue[],
  read: (text: string) => number,
  scaleOf: (largest: number) => { readonly unit: string; readonly size: number },
): NumericValues | undefined {
  try {
    const values = texts.map((text) => read(String(text)));
    const { unit, size } = scaleOf(Math.max(...values));
    return { values: values.map((value) => value / size), unit };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const bitRate = (largest: number) => prefixScale('bit/s', largest);
