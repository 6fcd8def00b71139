import { roundUpNs, type Nanoseconds } from '../kernel/index.ts';
import { decimal } from './sample.ts';
import type { TableReader, TableRow } from './table-reader.ts';
import type { TraceError } from './trace-error.ts';

/** Where a table whose rows are requests has what; -1 is not there. */
interface RequestColumns {
  readonly time: number;
  readonly duration: number;
  readonly user: number;
  readonly service: number;
  readonly app: number;
  readonly func: number;
}

/** Which part of a recording is played, and how fast. */
export interface Played {
  /** The time in the recording that is the start of the run. */
  readonly startNs: number;
  /** What recorded times are multiplied by. */
  readonly scale: number;
  readonly durationNs: Nanoseconds;
}

/** Most users of a recording: as many as a world may have. */
const MOST_USERS = 1_000_000;

/**
 * Reads rows that are requests: a table of `time` in seconds, and if wanted `user`, `service` and `duration`; or of
 * `app,func,end_timestamp,duration`, as Azure Functions 2021, where a request arrives when it ends less what it took
 * (AzureFunctionsInvocationTrace2021.md of https://github.com/Azure/AzurePublicDataset).
 */
export class RequestRows {
  readonly columns: RequestColumns;
  /** Whether rows are invocations, whose time is that of their end. */
  readonly areInvocations: boolean;
  /** Of the row that was read last: its time as written, when the request arrives, and how long it took. */
  writtenNs = 0;
  arrivalNs = 0;
  tookNs = 0;
  /** When it comes in the run, and whether that is within it. */
  atNs = 0 as Nanoseconds;
  isPlayed = false;
  readonly #table: TableReader;
  readonly #title: string;
  readonly #played: Played;
  readonly #numbers = new Map<string, number>();

  private constructor(table: TableReader, heading: TableRow, columns: RequestColumns, played: Played) {
    this.columns = columns;
    this.areInvocations = columns.app >= 0;
    this.#table = table;
    this.#title = heading.fields[columns.time]!.trim();
    this.#played = played;
  }

  /** Undefined where the heading is that of another table. */
  static of(table: TableReader, heading: TableRow, played: Played): RequestRows | undefined {
    const titles = heading.fields.map((title) => title.trim().toLowerCase());
    const of = (title: string): number => titles.indexOf(title);
    const duration = of('duration');
    const plain = { time: of('time'), duration, user: of('user'), service: of('service'), app: -1, func: -1 };
    if (plain.time >= 0) return new RequestRows(table, heading, plain, played);
    const invocations = { time: of('end_timestamp'), duration, app: of('app'), func: of('func') };
    if (Object.values(invocations).includes(-1)) return undefined;
    return new RequestRows(table, heading, { ...invocations, user: -1, service: -1 }, played);
  }

  /** Reads the times of a row. @throws {TraceError} if they are none */
  read(row: TableRow): void {
    const { time, duration } = this.columns;
    const { startNs, scale, durationNs } = this.#played;
    this.tookNs = duration < 0 ? 0 : secondsOf(this.#table, row, duration, 'duration');
    this.writtenNs = secondsOf(this.#table, row, time, this.#title);
    this.arrivalNs = this.areInvocations ? this.writtenNs - this.tookNs : this.writtenNs;
    this.atNs = roundUpNs((this.arrivalNs - startNs) * scale);
    this.isPlayed = this.arrivalNs >= 0 && this.atNs >= 0 && this.atNs < durationNs;
  }

  /**
   * The number of the row's user, counted from 0 in the order in which they first come; 0 without a column of users. To be
   * asked for of each row that is wanted, in their order.
   * @throws {TraceError} if there is none, or too many
   */
  userOf(row: TableRow): number {
    const { user } = this.columns;
    if (user < 0) return 0;
    const name = row.fields[user]!.trim();
    let number = this.#numbers.get(name);
    if (number === undefined) {
      if (name === '') throw wrongField(this.#table, row, user, 'user', 'whose request it is');
      number = this.#numbers.size;
      if (number >= MOST_USERS) throw wrongField(this.#table, row, user, 'user', `at most ${MOST_USERS} users`);
      // a piece of a text keeps the whole text in memory: a copy does not
      this.#numbers.set(Buffer.from(name).toString(), number);
    }
    return number;
  }
}

/** Longest time in a recording, s: nanoseconds of it are whole in a number. */
const MOST_SECONDS = Number.MAX_SAFE_INTEGER / 1e9;

function secondsOf(table: TableReader, row: TableRow, field: number, title: string): number {
  const seconds = decimal(row.fields[field]!);
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
  const text = row.fields[field]!.trim();
  const found = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
  return table.fieldError(row, field, `${title} is ${found}`, { expected });
}
