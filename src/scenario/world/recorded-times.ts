import { roundUpNs, type Nanoseconds } from '../../kernel/index.ts';
import type { TableReader, TableRow } from '../../traces/index.ts';
import { nearest } from '../nearest.ts';
import { quote } from '../validation.ts';
import { MOST_HELD_ARRIVALS, MOST_USERS } from './limits.ts';
import { Names, ownCopy, secondsOf, wrongField, type RecordingReader, type Wanted } from './recording.ts';

/** Columns of a format whose rows are requests; what is absent is -1. */
interface Columns {
  readonly time: number;
  readonly duration: number;
  readonly user: number;
  readonly service: number;
  readonly app: number;
  readonly func: number;
}

/** Requests of a recording that come within the run, in the order of the file. */
interface Kept {
  readonly timesNs: Nanoseconds[];
  /** By request, where the recording says: whose it is, counted from 0 in the order in which they first come. */
  readonly ids: number[];
  readonly cpuNs: number[];
}

/** `time` in seconds, and if wanted `user`, `service` and `duration`. Undefined where the titles are others. */
export function plainTimes(heading: TableRow, titles: readonly string[], table: TableReader, wanted: Wanted) {
  const of = (title: string): number => titles.indexOf(title);
  if (of('time') < 0) return undefined;
  const columns = { time: of('time'), duration: of('duration'), user: of('user'), service: of('service') };
  const known = Object.values(columns);
  const others = heading.fields.filter((_, index) => !known.includes(index));
  return readTimes(heading, table, { ...columns, app: -1, func: -1 }, wanted, others);
}

/** `app,func,end_timestamp,duration`, in seconds: a request arrives when it ends less what it took. */
export function azureInvocations(heading: TableRow, titles: readonly string[], table: TableReader, wanted: Wanted) {
  const of = (title: string): number => titles.indexOf(title);
  const columns = { time: of('end_timestamp'), duration: of('duration'), app: of('app'), func: of('func') };
  if (Object.values(columns).includes(-1)) return undefined;
  return readTimes(heading, table, { ...columns, user: -1, service: -1 }, wanted, []);
}

function readTimes(
  heading: TableRow,
  table: TableReader,
  columns: Columns,
  wanted: Wanted,
  leftOut: readonly string[],
): RecordingReader {
  const { time, duration, user, service, app, func } = columns;
  const { startNs, scale, durationNs, useDuration } = wanted;
  const isInvocation = app >= 0;
  if (useDuration && duration < 0) {
    throw table.fieldError(heading, 0, 'no column duration', { expected: 'one, in seconds, for "useDuration"' });
  }
  const names = { apps: new Names(wanted.app), functions: new Names(wanted.func) };
  const idOf = new Map<string, number>();
  const kept: Kept = { timesNs: [], ids: [], cpuNs: [] };
  let lastNs = 0;
  let backwards = 0;
  let before = 0;
  return {
    read(row) {
      const { fields } = row;
      if (isInvocation && !(names.apps.admits(fields[app]!) && names.functions.admits(fields[func]!))) return;
      const tookNs = duration < 0 ? 0 : secondsOf(table, row, duration, 'duration');
      const writtenNs = secondsOf(table, row, time, heading.fields[time]!.trim());
      if (service >= 0 && !isForService(table, row, service, wanted)) return;
      // Azure's rows are in no order
      if (!isInvocation && writtenNs < lastNs) backwards++;
      lastNs = writtenNs;
      const id = user < 0 ? 0 : numberOf(table, row, user, idOf);
      const arrivalNs = isInvocation ? writtenNs - tookNs : writtenNs;
      if (arrivalNs < 0) before++;
      const atNs = roundUpNs((arrivalNs - startNs) * scale);
      if (!(arrivalNs >= 0 && atNs >= 0 && atNs < durationNs)) return;
      if (kept.timesNs.length >= MOST_HELD_ARRIVALS) {
        const expected = 'a shorter run, or only one service or function of it';
        throw table.fieldError(row, time, `more than ${MOST_HELD_ARRIVALS} arrivals within the run`, { expected });
      }
      kept.timesNs.push(atNs);
      if (user >= 0) kept.ids.push(id);
      if (useDuration) kept.cpuNs.push(tookNs);
    },
    ...(isInvocation ? { names } : {}),
    remarks: () => [
      ...(leftOut.length > 0 ? [`columns that are left out: ${leftOut.slice(0, 8).join(', ')}`] : []),
      ...(backwards > 0 ? [`${backwards} × a time before that of the row before, put in order`] : []),
      ...(before > 0 ? [`${before} × a request that began before the recording, passed over`] : []),
      ...(kept.timesNs.length === 0 ? ['no arrivals within the run: its users send nothing'] : []),
    ],
    load: (users) => ({
      arrivals: { process: 'recorded', ...byUser(kept, users) },
      meanRatePerNs: kept.timesNs.length / users / durationNs,
    }),
  };
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

/** The number of the row's user, counted in the order in which they first come. */
function numberOf(table: TableReader, row: TableRow, column: number, idOf: Map<string, number>): number {
  const name = row.fields[column]!.trim();
  let id = idOf.get(name);
  if (id === undefined) {
    if (name === '') throw wrongField(table, row, column, 'user', 'whose request it is');
    if (idOf.size >= MOST_USERS) throw wrongField(table, row, column, 'user', `at most ${MOST_USERS} users`);
    idOf.set(ownCopy(name), (id = idOf.size));
  }
  return id;
}

/**
 * Requests by user, each one's in the order of time. The recording's users are given the group's in turn; without a
 * column of users the requests are, in the order of time.
 */
function byUser({ timesNs, ids, cpuNs }: Kept, users: number) {
  const order = timesNs.map((_, index) => index);
  if (timesNs.some((timeNs, index) => index > 0 && timeNs < timesNs[index - 1]!)) {
    // in the order of the file where times are equal: sorting is stable
    order.sort((a, b) => timesNs[a]! - timesNs[b]!);
  }
  const ownerOf = (index: number, place: number): number => (ids.length > 0 ? ids[index]! : place) % users;
  const starts = Array.from({ length: users + 1 }, () => 0);
  for (const [place, index] of order.entries()) starts[ownerOf(index, place) + 1]!++;
  for (let user = 0; user < users; user++) starts[user + 1]! += starts[user]!;
  const next = [...starts];
  const sorted = { timesNs: [...timesNs], cpuNs: [...cpuNs] };
  for (const [place, index] of order.entries()) {
    const at = next[ownerOf(index, place)]!++;
    sorted.timesNs[at] = timesNs[index]!;
    if (cpuNs.length > 0) sorted.cpuNs[at] = cpuNs[index]!;
  }
  return { starts, timesNs: sorted.timesNs, ...(cpuNs.length > 0 ? { cpuNs: sorted.cpuNs } : {}) };
}
