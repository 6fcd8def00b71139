import { wrongField, type TableReader, type TableRow } from '../../traces/index.ts';
import { MOST_NAMES, Names, type RecordingReader, type Wanted } from './recording.ts';

const MINUTE_NS = 60e9;
const MINUTES = 1440;
const LEADING = ['hashowner', 'hashapp', 'hashfunction', 'trigger'];

/**
 * `HashOwner,HashApp,HashFunction,Trigger,1,...,1440`: how many requests of a function came in each minute of a day.
 * Undefined where the titles are others.
 */
export function azureCounts(heading: TableRow, titles: readonly string[], table: TableReader, wanted: Wanted) {
  if (!LEADING.every((title, index) => titles[index] === title)) return undefined;
  for (let minute = 1; minute <= MINUTES; minute++) {
    const field = LEADING.length + minute - 1;
    if (titles[field] === String(minute)) continue;
    const found = titles[field] === undefined ? `no column ${minute}` : `the column ${titles[field]}`;
    throw table.fieldError(heading, field, found, {
      expected: `${minute}: 1440 columns, one for each minute of the day`,
    });
  }
  if (wanted.useDuration) {
    throw table.fieldError(heading, 0, 'a recording without durations', {
      expected: 'one with them, for "useDuration"',
    });
  }
  if (wanted.startNs % MINUTE_NS !== 0) {
    throw table.fieldError(heading, LEADING.length, 'counts of whole minutes', {
      expected: '"start" at a whole minute',
    });
  }
  const skipped = wanted.startNs / MINUTE_NS;
  const counts = Array.from({ length: Math.max(0, MINUTES - skipped) }, () => 0);
  /** Owner, application, function and trigger of rows, as far as they are kept. */
  const functions = new Set<string>();
  let repeated = 0;
  const names = { apps: new Names(wanted.app), functions: new Names(wanted.func) };
  const reader: RecordingReader = {
    read(row) {
      const { fields } = row;
      if (!(names.apps.admits(fields[1]!) && names.functions.admits(fields[2]!))) return;
      if (functions.size < MOST_NAMES) {
        // joined, it is a copy, and keeps no text in memory
        const before = functions.size;
        if (functions.add(fields.slice(0, LEADING.length).join(',')).size === before) repeated++;
      }
      for (let field = LEADING.length; field < LEADING.length + MINUTES; field++) {
        const text = fields[field]!;
        if (text === '0') continue;
        if (!/^\d{1,9}$/.test(text.trim())) {
          throw wrongField(table, row, field, `minute ${field - LEADING.length + 1}`, 'a count: a whole number');
        }
        const minute = field - LEADING.length - skipped;
        if (minute >= 0) counts[minute]! += Number(text);
      }
    },
    names,
    remarks: () => [
      ...(repeated > 0 ? [`${repeated} × a row of a function that has one already, added to it`] : []),
      ...(expected(1) === 0 ? ['no arrivals within the run: its users send nothing'] : []),
    ],
    load: (users) => ({
      arrivals: { process: 'recorded-counts', counts, lengthNs: MINUTE_NS * wanted.scale, users },
      meanRatePerNs: expected(users) / wanted.durationNs,
    }),
  };
  return reader;

  /** Requests of one of so many users that are expected within the run. */
  function expected(users: number): number {
    const minutes = wanted.durationNs / (MINUTE_NS * wanted.scale);
    const within = counts.map((count, minute) => count * Math.max(0, Math.min(1, minutes - minute)));
    return within.reduce((sum, count) => sum + count, 0) / users;
  }
}
