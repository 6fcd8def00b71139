import { MAX_TIME_NS, type Nanoseconds } from '../kernel/index.ts';

/** Metres on a plane, or degrees of longitude (x) and latitude (y). */
export type Coordinates = 'planar' | 'geographic';

/** What SUMO's floating car data tell the positions of. */
export const MOVER_KINDS = ['vehicle', 'person', 'container'] as const;
export type MoverKind = (typeof MOVER_KINDS)[number];

/** One row of a trace: who was where and when. */
export interface Sample {
  /** Of SUMO's persons and containers with the kind before it, `person p0`: a vehicle may have the same id. */
  readonly id: string;
  /** Absent where the format knows of no kinds. */
  readonly kind?: MoverKind;
  readonly timeNs: Nanoseconds;
  /** Metres to the east, or degrees of longitude. */
  readonly east: number;
  /** Metres to the north, or degrees of latitude. */
  readonly north: number;
  /** Where it stands, from 1; the text of its line where the format has lines. */
  readonly line: number;
  readonly column: number;
  readonly lineText?: string;
}

/** Turns the text of a trace, chunk by chunk, into samples. */
export interface TraceParser {
  /** Known once the first sample has been read. */
  readonly coordinates: Coordinates;
  /** @throws {TraceError} */
  write(text: string, into: Sample[]): void;
  /** @throws {TraceError} if the text ends too early */
  end(into: Sample[]): void;
}

/** What is wrong with a value. */
export class ValueError extends Error {
  readonly expected: string;

  constructor(found: string, expected: string) {
    super(found);
    this.expected = expected;
  }
}

/** The name of a mover of SUMO among all of its kinds; ids of SUMO hold no blank. */
export function moverName(kind: MoverKind, id: string): string {
  return kind === 'vehicle' ? id : `${kind} ${id}`;
}

/**
 * A time in seconds from the start.
 * @throws {ValueError}
 */
export function readTime(text: string): Nanoseconds {
  const timeNs = Math.round(readNumber(text, 'time', 'seconds') * 1e9) as Nanoseconds;
  if (timeNs < 0) throw new ValueError(`time is ${text.trim()}`, 'seconds from the start, not before it');
  if (timeNs > MAX_TIME_NS) throw new ValueError(`time is ${text.trim()}`, 'seconds from the start, below 104 days');
  return timeNs;
}

/**
 * A coordinate, m or degrees.
 * @throws {ValueError}
 */
export function readCoordinate(text: string, axis: 'east' | 'north', coordinates: Coordinates): number {
  if (coordinates === 'planar') return readNumber(text, axis === 'east' ? 'x' : 'y', 'metres');
  const name = axis === 'east' ? 'longitude' : 'latitude';
  const most = axis === 'east' ? 180 : 90;
  const value = readNumber(text, name, 'degrees');
  if (Math.abs(value) > most) throw new ValueError(`${name} is ${value}`, `degrees from -${most} to ${most}`);
  return value;
}

/**
 * Refuses a speed that is none; its size is not used, for the positions tell it.
 * @throws {ValueError}
 */
export function checkSpeed(text: string): void {
  if (readNumber(text, 'speed', 'm/s, not below 0') < 0) {
    throw new ValueError(`speed is ${text.trim()}`, 'm/s, not below 0');
  }
}

/** The decimal number in a field; NaN if it is none. Number would take hexadecimal digits and "Infinity" too. */
export function decimal(field: string): number {
  const text = field.trim();
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
}

function readNumber(text: string, name: string, unit: string): number {
  const value = decimal(text);
  if (!Number.isFinite(value)) throw new ValueError(`${name} is ${JSON.stringify(text.trim().slice(0, 60))}`, unit);
  return value;
}
