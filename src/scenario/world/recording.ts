import type { Nanoseconds } from '../../kernel/index.ts';
import type { RequestLoad } from '../../model/index.ts';
import type { TableReader, TableRow, TraceError } from '../../traces/index.ts';
import { decimal } from '../csv.ts';
import { quote } from '../validation.ts';

/** What of a recording of arrivals a group asks for. */
export interface Wanted {
  /** The time in the recording that is the start of the run. */
  readonly startNs: number;
  /** What recorded times are multiplied by. */
  readonly scale: number;
  readonly durationNs: Nanoseconds;
  readonly app: string | undefined;
  readonly func: string | undefined;
  readonly useDuration: boolean;
  /** The service that the group's requests enter at, and all of its application. */
  readonly service: string;
  readonly services: readonly string[];
}

/** Arrivals of a group, once it is known how many users it has. */
export type Load = Pick<RequestLoad, 'arrivals' | 'meanRatePerNs'>;

/** Reads the rows of one format. */
export interface RecordingReader {
  /** Takes a row in. @throws {TraceError} if it is wrong */
  readonly read: (row: TableRow) => void;
  /** Applications and functions that were there, where the format has them. */
  readonly names?: { readonly apps: Names; readonly functions: Names };
  /** What was repaired or left out, to be told in a warning. */
  readonly remarks: () => readonly string[];
  /** @param users at least 1 */
  readonly load: (users: number) => Load;
}

/** Most names that are kept to find the one that was meant. */
const MOST_NAMES = 100_000;

/** Names in a column, and whether the one that is wanted is among them. */
export class Names {
  readonly seen = new Set<string>();
  readonly #wanted: string | undefined;
  isFound = false;

  constructor(wanted: string | undefined) {
    this.#wanted = wanted;
  }

  /** @returns whether rows of this name are wanted */
  admits(name: string): boolean {
    if (this.#wanted === undefined) return true;
    if (name === this.#wanted) return (this.isFound = true);
    if (this.seen.size < MOST_NAMES && !this.seen.has(name)) this.seen.add(ownCopy(name));
    return false;
  }
}

/** A piece of a text keeps the whole text in memory: a copy does not. */
export function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}

/** Longest time in a recording, s: nanoseconds of it are whole in a number. */
const MOST_SECONDS = Number.MAX_SAFE_INTEGER / 1e9;

/**
 * Seconds in a field, as whole nanoseconds.
 * @throws {TraceError} if there are none, negative ones among them
 */
export function secondsOf(table: TableReader, row: TableRow, field: number, title: string): number {
  const text = row.fields[field]!;
  const seconds = decimal(text);
  if (seconds >= 0 && seconds < MOST_SECONDS) return Math.round(seconds * 1e9);
  throw wrongField(table, row, field, title, 'seconds, not negative, below 104 days');
}

/** A field that holds something else than it should. */
export function wrongField(
  table: TableReader,
  row: TableRow,
  field: number,
  title: string,
  expected: string,
): TraceError {
  return table.fieldError(row, field, `${title} is ${quote(row.fields[field]!.trim())}`, { expected });
}
