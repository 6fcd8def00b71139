import { MAX_TIME_NS, type Nanoseconds } from '../kernel/index.ts';
import { milliValue, parseQuantity, wholeValue } from './quantity.ts';
import type { BitsPerSecond, Bytes, Joules, Metres, Millicores, Watts } from './units.ts';

/** Texts with a unit as people write them in files ("5ms", "20Mbit/s", "40kB"), read exactly: as decimals, not floats. */

interface UnitKind {
  /** How an error names what it expected: "a duration". */
  readonly noun: string;
  readonly examples: readonly string[];
  /** How many base units one of each is: a numerator and a denominator. */
  readonly scales: Readonly<Record<string, readonly [bigint, bigint]>>;
  /** What people write instead, and what they mean. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Whether it can be negative. */
  readonly signed?: true;
  /** Where base units do not divide. */
  readonly whole?: string;
  /** The largest value in base units, and how an error names it. */
  readonly most?: readonly [bigint, string];
}

const times = (n: bigint): readonly [bigint, bigint] => [n, 1n];
const MINUTE_NS = 60_000_000_000n;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

const kinds = {
  duration: {
    noun: 'a duration',
    examples: ['250ms', '30s', '5m'],
    scales: {
      ns: times(1n),
      us: times(1_000n),
      '\u00b5s': times(1_000n),
      '\u03bcs': times(1_000n),
      ms: times(1_000_000n),
      s: times(1_000_000_000n),
      m: times(MINUTE_NS),
      h: times(60n * MINUTE_NS),
      d: times(1_440n * MINUTE_NS),
    },
    aliases: {
      nsec: 'ns',
      usec: 'us',
      msec: 'ms',
      millis: 'ms',
      milliseconds: 'ms',
      sec: 's',
      secs: 's',
      second: 's',
      seconds: 's',
      min: 'm',
      mins: 'm',
      minute: 'm',
      minutes: 'm',
      hr: 'h',
      hrs: 'h',
      hour: 'h',
      hours: 'h',
      day: 'd',
      days: 'd',
    },
    whole: 'nanosecond',
    most: [BigInt(MAX_TIME_NS), '104 days, the longest time that whole nanoseconds hold exactly'],
  },
  bandwidth: {
    noun: 'a bandwidth',
    examples: ['1Gbit/s', '20Mbit/s', '500kbit/s'],
    scales: {
      'bit/s': times(1n),
      'kbit/s': times(1_000n),
      'Mbit/s': times(1_000_000n),
      'Gbit/s': times(1_000_000_000n),
      'Tbit/s': times(1_000_000_000_000n),
    },
    aliases: {
      bps: 'bit/s',
      kbps: 'kbit/s',
      mbps: 'Mbit/s',
      gbps: 'Gbit/s',
      tbps: 'Tbit/s',
      bit: 'bit/s',
      kbit: 'kbit/s',
      mbit: 'Mbit/s',
      gbit: 'Gbit/s',
      m: 'Mbit/s',
      g: 'Gbit/s',
    },
    most: [MAX_SAFE, '9 Pbit/s'],
  },
  bytes: {
    noun: 'a size in bytes',
    examples: ['500B', '40kB', '1MiB'],
    scales: {
      B: times(1n),
      kB: times(1_000n),
      MB: times(1_000_000n),
      GB: times(1_000_000_000n),
      TB: times(1_000_000_000_000n),
      KiB: times(1n << 10n),
      MiB: times(1n << 20n),
      GiB: times(1n << 30n),
      TiB: times(1n << 40n),
    },
    aliases: {
      k: 'kB',
      m: 'MB',
      g: 'GB',
      t: 'TB',
      ki: 'KiB',
      mi: 'MiB',
      gi: 'GiB',
      ti: 'TiB',
      byte: 'B',
      bytes: 'B',
    },
    whole: 'byte',
    most: [MAX_SAFE, '9 PB'],
  },
  power: {
    noun: 'a power',
    examples: ['750mW', '95W', '1.2kW'],
    scales: { mW: [1n, 1_000n], W: times(1n), kW: times(1_000n) },
    aliases: { watt: 'W', watts: 'W' },
  },
  energy: {
    noun: 'an amount of energy',
    examples: ['500Wh', '1.2kWh', '90kJ'],
    scales: { J: times(1n), kJ: times(1_000n), MJ: times(1_000_000n), Wh: times(3_600n), kWh: times(3_600_000n) },
    aliases: { joule: 'J', joules: 'J' },
  },
  mass: {
    noun: 'a mass',
    examples: ['50g', '1.2kg'],
    scales: { mg: [1n, 1_000n], g: times(1n), kg: times(1_000n), t: times(1_000_000n) },
    aliases: { gram: 'g', grams: 'g', gco2: 'g', kilogram: 'kg', kilograms: 'kg', tonnes: 't' },
  },
  energyPerBit: {
    noun: 'an energy per bit',
    examples: ['12nJ/bit', '300pJ/bit'],
    scales: { 'pJ/bit': [1n, 1_000_000_000_000n], 'nJ/bit': [1n, 1_000_000_000n], 'uJ/bit': [1n, 1_000_000n] },
    aliases: { 'pj/b': 'pJ/bit', 'nj/b': 'nJ/bit', pj: 'pJ/bit', nj: 'nJ/bit' },
  },
  carbonIntensity: {
    noun: 'a carbon intensity',
    examples: ['350g/kWh', '0.35kg/kWh'],
    scales: { 'g/kWh': times(1n), 'kg/kWh': times(1_000n), 'kg/MWh': times(1n) },
    aliases: { g: 'g/kWh', gco2: 'g/kWh', 'gco2/kwh': 'g/kWh', 'gco2eq/kwh': 'g/kWh' },
  },
  pricePerKwh: {
    noun: 'a price of energy',
    examples: ['0.31/kWh', '310/MWh'],
    scales: { '/kWh': times(1n), '/MWh': [1n, 1_000n] },
    aliases: {},
  },
  pricePerHour: {
    noun: 'a price of time',
    examples: ['0.096/h', '2.3/d'],
    scales: { '/h': times(1n), '/d': [1n, 24n] },
    aliases: { '/hour': '/h', '/day': '/d' },
  },
  pricePerByte: {
    noun: 'a price of traffic',
    examples: ['0.05/GB', '40/TB'],
    scales: { '/MB': [1n, 1_000_000n], '/GB': [1n, 1_000_000_000n], '/TB': [1n, 1_000_000_000_000n] },
    aliases: {},
  },
  distance: {
    noun: 'a distance',
    examples: ['120m', '0.5km'],
    scales: { m: times(1n), km: times(1_000n) },
    aliases: { metre: 'm', metres: 'm', meter: 'm', meters: 'm', kilometres: 'km', kilometers: 'km' },
  },
  coordinate: {
    noun: 'a distance from the origin',
    examples: ['120m', '-0.5km'],
    scales: { m: times(1n), km: times(1_000n) },
    aliases: { metre: 'm', metres: 'm', meter: 'm', meters: 'm', kilometres: 'km', kilometers: 'km' },
    signed: true,
  },
  speed: {
    noun: 'a speed',
    examples: ['1.4m/s', '50km/h'],
    scales: { 'm/s': times(1n), 'km/h': [1_000n, 3_600n] },
    aliases: { kmh: 'km/h', kph: 'km/h', mps: 'm/s' },
  },
  rate: {
    noun: 'a rate',
    examples: ['0.5/s', '12/min', '3/h'],
    scales: { '/s': times(1n), '/min': [1n, 60n], '/h': [1n, 3_600n] },
    aliases: {
      hz: '/s',
      '/sec': '/s',
      '/second': '/s',
      'req/s': '/s',
      rps: '/s',
      '/m': '/min',
      '/minute': '/min',
      '/hour': '/h',
    },
    most: [1_000_000_000n, '1000000000/s, one in each nanosecond'],
  },
} as const satisfies Record<string, UnitKind>;

const quantities = {
  cpu: { noun: 'an amount of CPU as a Kubernetes quantity', examples: ['4', '500m'] },
  memory: { noun: 'an amount of memory as a Kubernetes quantity', examples: ['512Mi', '16Gi'] },
  quantity: { noun: 'a Kubernetes quantity', examples: ['5M', '500m', '2Gi'] },
  delay: {
    noun: 'a delay in seconds as a Kubernetes quantity, or with its unit,',
    examples: ['10e-3', '10m', '10ms', '1s'],
  },
  share: { noun: 'a share', examples: ['0.1', '10%'] },
} as const;

/** A kind of text with a unit whose values are measured in that unit's base. */
type MeasureName = keyof typeof kinds;
/** The kinds that a schema's `unit` keyword knows. */
export type UnitName = MeasureName | keyof typeof quantities;

/** Every kind of unit. */
export const unitNames: readonly UnitName[] = [...Object.keys(kinds), ...Object.keys(quantities)] as UnitName[];

const written = /^([+-]?)(\d+(?:\.\d*)?|\.\d+) ?(.*)$/s;

/** Why a text is not the unit's: what was found, and the text that was probably meant. */
export class UnitError extends RangeError {
  readonly nearest: string | undefined;

  constructor(found: string, nearest?: string) {
    super(found);
    this.nearest = nearest;
  }
}

/** What a value of the unit looks like: "a bandwidth such as 1Gbit/s, 20Mbit/s or 500kbit/s". */
export function expectedUnit(unit: UnitName): string {
  const { noun, examples } = isMeasure(unit) ? kinds[unit] : quantities[unit];
  return `${noun} such as ${examples.slice(0, -1).join(', ')} or ${examples.at(-1)}`;
}

/** A regular expression, as JSON Schema wants it, that editors check the unit's texts by. */
export function unitPattern(unit: UnitName): string {
  const decimal = '(\\d+(\\.\\d*)?|\\.\\d+)';
  if (isMeasure(unit)) {
    const kind: UnitKind = kinds[unit];
    return `^${kind.signed === true ? '-?' : ''}${decimal} ?(${Object.keys(kind.scales).join('|')})$`;
  }
  if (unit === 'share') return `^${decimal} ?%$`;
  const quantity = `${decimal}([numkMGTPE]|[KMGTPE]i|[eE][+-]?\\d+)?`;
  return unit === 'delay'
    ? `^(${quantity}|${decimal} ?(${Object.keys(kinds.duration.scales).join('|')}))$`
    : `^${quantity}$`;
}

/**
 * The value in the base units of its kind: ns, bit/s, bytes, W, J, g, J/bit, g/kWh, prices, m, m/s, 1/s, cores or none.
 * @throws {UnitError} if it is not of the unit
 */
export function unitValue(unit: UnitName, value: string | number): number {
  if (isMeasure(unit)) return measure(unit, value);
  if (unit === 'share') return parseShare(value);
  if (unit === 'delay') return parseDelay(value);
  return checked(parseQuantity, value);
}

/** @throws {UnitError} if the text is no duration, or is not a whole number of nanoseconds below 104 days */
export const parseDuration = (text: string): Nanoseconds => measure('duration', text) as Nanoseconds;
/** @throws {UnitError} */
export const parseBandwidth = (text: string): BitsPerSecond => measure('bandwidth', text) as BitsPerSecond;
/** @throws {UnitError} */
export const parseBytes = (text: string): Bytes => measure('bytes', text) as Bytes;
/** @throws {UnitError} */
export const parsePower = (text: string): Watts => measure('power', text) as Watts;
/** @throws {UnitError} */
export const parseEnergy = (text: string): Joules => measure('energy', text) as Joules;
/** Joules a bit. @throws {UnitError} */
export const parseEnergyPerBit = (text: string): Joules => measure('energyPerBit', text) as Joules;
/** Grams. @throws {UnitError} */
export const parseMass = (text: string): number => measure('mass', text);
/** Grams a kWh. @throws {UnitError} */
export const parseCarbonIntensity = (text: string): number => measure('carbonIntensity', text);
/** @throws {UnitError} */
export const parsePricePerKwh = (text: string): number => measure('pricePerKwh', text);
/** @throws {UnitError} */
export const parsePricePerHour = (text: string): number => measure('pricePerHour', text);
/** @throws {UnitError} */
export const parsePricePerByte = (text: string): number => measure('pricePerByte', text);
/** @throws {UnitError} */
export const parseDistance = (text: string): Metres => measure('distance', text) as Metres;
/** @throws {UnitError} */
export const parseCoordinate = (text: string): Metres => measure('coordinate', text) as Metres;
/** Metres a second. @throws {UnitError} */
export const parseSpeed = (text: string): number => measure('speed', text);

/** Mean time between two events at the rate that the text states, ns; not rounded. @throws {UnitError} */
export function parseMeanIntervalNs(rate: string): number {
  const [numerator, denominator] = rational('rate', rate);
  return quotient(denominator * 1_000_000_000n, numerator);
}

/** @throws {UnitError} */
export const parseCpu = (quantity: string | number): Millicores => checked(milliValue, quantity) as Millicores;
/** @throws {UnitError} */
export const parseMemory = (quantity: string | number): Bytes => checked(wholeValue, quantity) as Bytes;

/**
 * A CodecoApp's delay: a Kubernetes quantity in seconds ("10e-3"), or with a unit of time ("10s", "1ns") as newer
 * published samples write it. "10m" is both; it is the quantity, ten thousandths of a second.
 * @throws {UnitError}
 */
export function parseDelay(delay: string | number): Nanoseconds {
  const text = String(delay);
  if (/(ns|us|\u00b5s|\u03bcs|ms|s|h|d)$/.test(text)) return parseDuration(text);
  return Math.min(Math.ceil(checked(parseQuantity, delay) * 1e9), MAX_TIME_NS) as Nanoseconds;
}

/** A share between 0 and 1, written as such or in percent. @throws {UnitError} */
export function parseShare(share: string | number): number {
  const percent = typeof share === 'string' ? /^(\d+(?:\.\d*)?|\.\d+) ?%$/.exec(share)?.[1] : undefined;
  const value = typeof share === 'number' ? share : percent === undefined ? NaN : Number(`${percent}e-2`);
  if (Number.isNaN(value)) throw new UnitError(`${quote(String(share))} is not a share`);
  if (!(value >= 0 && value <= 1)) throw new UnitError('not between 0 and 1');
  return value;
}

function checked(parse: (quantity: string | number) => number, quantity: string | number): number {
  let value: number;
  try {
    value = parse(quantity);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const [, , number, suffix] = written.exec(String(quantity)) ?? [];
    if (suffix === undefined) throw new UnitError(`${quote(String(quantity))} is not a quantity`);
    const known = /^([KMGTPE])(i?)B$/i.exec(suffix) ?? /^([kmgtpe])(i)$/i.exec(suffix);
    const meant = known === null ? undefined : `${number}${known[1]!.toUpperCase()}${known[2]!.toLowerCase()}`;
    throw new UnitError(`unknown suffix ${quote(suffix)}`, meant);
  }
  if (value < 0) throw new UnitError('a negative quantity');
  return value;
}

function measure(unit: MeasureName, text: string | number): number {
  const kind: UnitKind = kinds[unit];
  const [numerator, denominator] = rational(unit, text);
  if (kind.whole !== undefined && numerator % denominator !== 0n) throw new UnitError(`not a whole ${kind.whole}`);
  return quotient(numerator, denominator);
}

function rational(unit: MeasureName, text: string | number): readonly [bigint, bigint] {
  const kind: UnitKind = kinds[unit];
  if (typeof text === 'number') throw new UnitError('a number without a unit');
  const [match, sign, number = '', suffix = ''] = (text.length <= 64 ? written.exec(text) : null) ?? [];
  if (match === undefined) throw new UnitError(text === '' ? 'an empty text' : `${quote(text)} is not ${kind.noun}`);
  if (sign === '-' && kind.signed === undefined) throw new UnitError(`${kind.noun.replace(/^an? /, 'a negative ')}`);
  if (suffix === '') throw new UnitError('a number without a unit');
  const scale = Object.hasOwn(kind.scales, suffix) ? kind.scales[suffix]! : undefined;
  if (scale === undefined) {
    const meant = meantUnit(kind, suffix);
    throw new UnitError(`unknown unit ${quote(suffix)}`, meant === undefined ? undefined : `${number}${meant}`);
  }
  const [whole = '', fraction = ''] = number.split('.');
  const numerator = BigInt(`${sign}0${whole}${fraction}`) * scale[0];
  const denominator = BigInt(`1${'0'.repeat(fraction.length)}`) * scale[1];
  if (kind.most !== undefined && numerator > kind.most[0] * denominator)
    throw new UnitError(`more than ${kind.most[1]}`);
  return [numerator, denominator];
}

function meantUnit(kind: UnitKind, suffix: string): string | undefined {
  const lower = suffix.toLowerCase();
  if (Object.hasOwn(kind.aliases, lower)) return kind.aliases[lower];
  return Object.keys(kind.scales).find((unit) => unit.toLowerCase() === lower);
}

/** One division of two exact numbers, so the nearest double for all numbers people write. */
function quotient(numerator: bigint, denominator: bigint): number {
  return numerator % denominator === 0n ? Number(numerator / denominator) : Number(numerator) / Number(denominator);
}

function isMeasure(unit: UnitName): unit is MeasureName {
  return Object.hasOwn(kinds, unit);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}\u2026` : text);
}
