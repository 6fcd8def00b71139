import type { Nanoseconds } from '../../kernel/index.ts';
import { RequestRows, type TableReader, type TableRow } from '../../traces/index.ts';
import { nearest } from '../nearest.ts';
import { quote } from '../validation.ts';
import { MOST_HELD_ARRIVALS, MOST_WAITING_ARRIVALS } from './limits.ts';
import { Names, type Load, type RecordingReader, type Wanted } from './recording.ts';

/** Reads a table whose rows are requests, as `RequestRows` knows them. Undefined where the heading is that of another. */
export function requestTimes(
  heading: TableRow,
  _: readonly string[],
  table: TableReader,
  wanted: Wanted,
): RecordingReader | undefined {
  const rows = RequestRows.of(table, heading, wanted);
  if (rows === undefined) return undefined;
  const { columns, areInvocations } = rows;
  const { app, func, service, time } = columns;
  if (wanted.useDuration && columns.duration < 0) {
    throw table.fieldError(heading, 0, 'no column duration', { expected: 'one, in seconds, for "useDuration"' });
  }
  const known: readonly number[] = Object.values(columns);
  const leftOut = areInvocations ? [] : heading.fields.filter((_title, index) => !known.includes(index));
  const names = { apps: new Names(wanted.app), functions: new Names(wanted.func) };
  const survey = new Survey(wanted);
  let lastNs = 0;
  let backwards = 0;
  let before = 0;
  let repeated = 0;
  let lastText = '';
  return {
    read(row) {
      const { fields } = row;
      if (areInvocations && !(names.apps.admits(fields[app]!.trim()) && names.functions.admits(fields[func]!.trim())))
        return;
      rows.read(row);
      if (service >= 0 && !isForService(table, row, service, wanted)) return;
      // Azure's rows are in no order
      if (!areInvocations && rows.writtenNs < lastNs) backwards++;
      lastNs = rows.writtenNs;
      if (row.lineText === lastText) repeated++;
      lastText = row.lineText;
      const user = rows.userOf(row);
      if (rows.arrivalNs < 0) before++;
      if (rows.isPlayed) survey.add(row, rows.atNs, user, rows.tookNs);
    },
    ...(areInvocations ? { names } : {}),
    remarks: () => [
      ...(leftOut.length > 0 ? [`columns that are left out: ${leftOut.slice(0, 8).join(', ')}`] : []),
      ...(backwards > 0 ? [`${backwards} × a time before that of the row before, put in order`] : []),
      // a column of times alone tells nothing of who is the same
      ...(repeated > 0 && heading.fields.length > 1
        ? [`${repeated} × a row the same as the one before, each a request of its own`]
        : []),
      ...(before > 0 ? [`${before} × a request that began before the recording, passed over`] : []),
      ...(survey.count === 0 ? ['no arrivals within the run: its users send nothing'] : []),
    ],
    finish() {
      const { lateRow } = survey;
      if (survey.isHeld || lateRow === undefined) return;
      const { mostWaiting } = survey;
      if (mostWaiting <= MOST_WAITING_ARRIVALS) return;
      const found = `a request ${survey.lateNs / 1e9} s before one of an earlier row, with up to ${mostWaiting} between`;
      const expected = `rows in the order of arrival, or no more than ${MOST_WAITING_ARRIVALS} out of it: the recording is read in step with the run`;
      throw table.fieldError(lateRow, time, found, { expected });
    },
    load: (users) => ({
      arrivals: survey.isHeld
        ? survey.held(users, columns.user >= 0)
        : {
            process: 'recording',
            file: wanted.file,
            sizeBytes: table.sizeBytes,
            played: { startNs: wanted.startNs, scale: wanted.scale, durationNs: wanted.durationNs },
            ...(wanted.app === undefined ? {} : { app: wanted.app }),
            ...(wanted.func === undefined ? {} : { func: wanted.func }),
            service: wanted.service,
            useDuration: wanted.useDuration,
            count: survey.count,
            lateNs: survey.lateNs,
            users,
          },
      meanRatePerNs: survey.count / users / wanted.durationNs,
    }),
  };
}

/** Parts of a run in which the requests are counted, to tell how many may have to wait for an earlier one. Own design. */
const BINS = 1 << 20;

/** Goes through the requests that come within the run, and holds them while they are few. */
class Survey {
  count = 0;
  isHeld = true;
  /** By how much a request comes before one of an earlier row, at most, ns; and its row. */
  lateNs = 0;
  lateRow: TableRow | undefined;
  readonly #wanted: Wanted;
  #latestNs = 0;
  readonly #timesNs: Nanoseconds[] = [];
  readonly #users: number[] = [];
  readonly #cpuNs: number[] = [];
  #bins: Uint32Array | undefined;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  add(row: TableRow, atNs: Nanoseconds, user: number, tookNs: number): void {
    if (this.#latestNs - atNs > this.lateNs) {
      this.lateNs = this.#latestNs - atNs;
      this.lateRow = row;
    }
    this.#latestNs = Math.max(this.#latestNs, atNs);
    if (++this.count > MOST_HELD_ARRIVALS && this.isHeld) {
      this.isHeld = false;
      this.#bins = new Uint32Array(BINS);
      for (const timeNs of this.#timesNs) this.#bins[this.#binOf(timeNs)]!++;
      this.#timesNs.length = this.#users.length = this.#cpuNs.length = 0;
    }
    if (this.#bins !== undefined) this.#bins[this.#binOf(atNs)]!++;
    else {
      this.#timesNs.push(atNs);
      this.#users.push(user);
      this.#cpuNs.push(tookNs);
    }
  }

  /** At most so many requests are in a time as long as `lateNs`. Only where they are not held. */
  get mostWaiting(): number {
    const bins = this.#bins!;
    const width = this.#binOf(this.lateNs as Nanoseconds) + 2;
    let within = 0;
    let most = 0;
    for (let bin = 0; bin < BINS; bin++) {
      within += bins[bin]! - (bins[bin - width] ?? 0);
      most = Math.max(most, within);
    }
    return most;
  }

  /** The requests in the order of time; in that of the file where times are equal. */
  held(users: number, haveUsers: boolean): Load['arrivals'] {
    const order = this.#timesNs.map((_, index) => index);
    // sorting is stable
    if (this.lateNs > 0) order.sort((a, b) => this.#timesNs[a]! - this.#timesNs[b]!);
    return {
      process: 'recorded',
      timesNs: order.map((index) => this.#timesNs[index]!),
      ...(haveUsers ? { owners: order.map((index) => this.#users[index]!) } : {}),
      ...(this.#wanted.useDuration ? { cpuNs: order.map((index) => this.#cpuNs[index]!) } : {}),
      users,
    };
  }

  #binOf(atNs: Nanoseconds): number {
    return Math.floor((atNs / this.#wanted.durationNs) * BINS);
  }
}

function isForService(table: TableReader, row: TableRow, column: number, { service, services }: Wanted): boolean {
  const name = row.fields[column]!.trim();
  if (name === service) return true;
  if (services.includes(name)) return false;
  const meant = nearest(name, services);
  throw table.fieldError(row, column, `the application has no service ${quote(name)}`, {
    expected: `one of ${services.slice(0, 8).join(', ')}${services.length > 8 ? ', ...' : ''}`,
    ...(meant === undefined ? {} : { nearest: meant }),
  });
}
