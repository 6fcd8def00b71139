import type { RequestLoad } from '../../model/index.ts';
import type { Played, TableRow } from '../../traces/index.ts';

/** What of a recording of arrivals a group asks for. */
export interface Wanted extends Played {
  /** The recording, as errors name it. */
  readonly file: string;
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
  /** To be called at the end. @throws {TraceError} if what was read cannot be played */
  readonly finish?: () => void;
  /** What was repaired or left out, to be told in a warning. */
  readonly remarks: () => readonly string[];
  /** @param users at least 1 */
  readonly load: (users: number) => Load;
}

/** Most names that are kept to find the one that was meant, or one that comes again. */
export const MOST_NAMES = 100_000;

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
    // a piece of a text keeps the whole text in memory: a copy does not
    if (this.seen.size < MOST_NAMES && !this.seen.has(name)) this.seen.add(Buffer.from(name).toString());
    return false;
  }
}
