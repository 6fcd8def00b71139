import { unitNames, unitValue, UnitError } from '../../model/index.ts';

/** A number with the unit it was written with; the unit is empty for a plain number. */
export interface Amount {
  readonly value: number;
  readonly unit: string;
}

const written = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?) ?([^\d\s][^\s]*)?$/;

/** A text such as "10ms", or a number, as an amount; undefined if it is none. */
export function parseAmount(value: unknown): Amount | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? { value, unit: '' } : undefined;
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const match = written.exec(value);
  return match === null ? undefined : { value: Number(match[1]), unit: match[2] ?? '' };
}

/**
 * An amount as a scenario takes it: a number, or a text with the unit; to twelve digits, which hides what binary
 * fractions add, and never in powers of ten.
 */
export function formatAmount({ value, unit }: Amount): number | string {
  const rounded = Number(value.toPrecision(12));
  return unit === '' ? rounded : `${plainDecimal(rounded)}${unit}`;
}

function plainDecimal(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', first = '', rest = '', power] = match;
  const exponent = Number(power);
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${first}${rest}`;
  return `${sign}${(first + rest).padEnd(exponent + 1, '0')}`;
}

/**
 * Two texts as multiples of one base unit, if there is a kind of unit that both are of; whichever it is, their ratio is
 * the same.
 */
export function commonUnit(a: string, b: string): readonly [number, number] | undefined {
  for (const [unit, value] of baseValues(a)) {
    const other = baseValues(b).get(unit);
    if (other !== undefined) return [value, other];
  }
  return undefined;
}

const known = new Map<string, ReadonlyMap<string, number>>();
const MOST_KNOWN = 10_000;

/** A text's value in every kind of unit that it can be read as. */
function baseValues(text: string): ReadonlyMap<string, number> {
  let values = known.get(text);
  if (values === undefined) {
    const found = new Map<string, number>();
    for (const unit of unitNames) {
      try {
        found.set(unit, unitValue(unit, text));
      } catch (error) {
        if (!(error instanceof UnitError)) throw error;
      }
    }
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(text, (values = found));
  }
  return values;
}
