import { MAX_TIME_NS, type Nanoseconds } from '../../kernel/index.ts';
import type { StepSeries } from '../../model/index.ts';
import type { Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';
import { numberField, readTable, RowError } from './table.ts';

/**
 * Reads a quantity over time from a table of the columns `time`, seconds from the start, and `column`. The first thing
 * that is wrong is reported with its place, and then the result is undefined.
 * @param mostValue the largest value that makes sense
 */
export function readStepTable(
  build: Build,
  name: string,
  path: Path,
  column: string,
  mostValue: number,
): StepSeries | undefined {
  const startsNs: Nanoseconds[] = [];
  const values: number[] = [];
  const isRead = readTable(build, name, path, { time: ['time'], [column]: [column] }, (field) => {
    const written = field('time')!;
    startsNs.push(timeAfter(startsNs.at(-1), written, atMost(written, 'time', MAX_TIME_NS / 1e9)));
    values.push(atMost(field(column)!, column, mostValue));
  });
  return isRead ? { startsNs, values } : undefined;
}

/** @throws {RowError} if the time, in seconds, does not come after the one before, or the first is not the start */
function timeAfter(beforeNs: Nanoseconds | undefined, written: string, seconds: number): Nanoseconds {
  const timeNs = Math.round(seconds * 1e9) as Nanoseconds;
  if (beforeNs === undefined && timeNs !== 0) {
    throw new RowError(`the first time is ${written.trim()}`, '0: a value from the start on', 'time');
  }
  if (beforeNs !== undefined && timeNs <= beforeNs) {
    const before = beforeNs / 1e9;
    throw new RowError(`the time ${written.trim()} after ${before}`, `a time after ${before}`, 'time');
  }
  return timeNs;
}

/** @throws {RowError} if the field is not a number from 0 to `most` */
function atMost(field: string, column: string, most: number): number {
  const expected = `a number from 0 to ${most}`;
  const value = numberField(field, column, expected);
  if (!(value >= 0 && value <= most)) throw new RowError(`${column} is ${quote(field.trim())}`, expected, column);
  return value;
}
