import { MAX_TIME_NS, type Nanoseconds } from '../../kernel/index.ts';
import type { StepSeries } from '../../model/index.ts';
import { CsvError, decimal, fieldRange, readCsv, type CsvRow } from '../csv.ts';
import { Source, type Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';
import { MOST_STEP_ROWS } from './limits.ts';
import { readReferenced } from './sites.ts';

/** What is wrong with a field of a table, or with a row of it. */
class StepError extends Error {
  readonly field: number;
  readonly expected: string;

  constructor(field: number, found: string, expected: string) {
    super(found);
    this.field = field;
    this.expected = expected;
  }
}

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
  const file = readReferenced(build, name, path, 'table');
  if (file === undefined) return undefined;
  const startsNs: Nanoseconds[] = [];
  const values: number[] = [];
  let columns: { readonly time: number; readonly value: number; readonly count: number } | undefined;
  let current: CsvRow | undefined;
  try {
    for (const row of readCsv(file.text)) {
      current = row;
      if (columns === undefined) {
        columns = findColumns(row.fields, column);
        continue;
      }
      if (values.length >= MOST_STEP_ROWS) {
        throw new StepError(0, `more than ${MOST_STEP_ROWS} rows`, 'a smaller table');
      }
      const { fields } = row;
      if (fields.length !== columns.count) {
        const found = `${fields.length} field${fields.length === 1 ? '' : 's'}`;
        throw new StepError(0, found, `${columns.count}, as in the heading`);
      }
      startsNs.push(timeOf(fields[columns.time]!, columns.time, startsNs.at(-1)));
      values.push(numberOf(fields[columns.value]!, columns.value, column, mostValue));
    }
  } catch (error) {
    if (!(error instanceof StepError || error instanceof CsvError)) throw error;
    const [start, end] =
      error instanceof CsvError ? [error.start, file.text.length] : fieldRange(file.text, current!.start, error.field);
    if (build.isNewMistake(file, start)) {
      const details = error instanceof StepError ? { expected: error.expected } : {};
      build.problems.add({ source: new Source(file.name, file.text), start, end }, [], error.message, details);
    }
    return undefined;
  }
  if (values.length === 0) {
    build.problem(path, 'a table without rows', { expected: `a heading line, then time and ${column} on each line` });
    return undefined;
  }
  return { startsNs, values };
}

function findColumns(heading: readonly string[], column: string) {
  const titles = heading.map((title) => title.trim().toLowerCase());
  const time = titles.indexOf('time');
  const value = titles.indexOf(column);
  if (time < 0 || value < 0) {
    const found = titles.slice(0, 12).map(quote).join(', ');
    throw new StepError(0, `the columns ${found}`, `time and ${column}`);
  }
  return { time, value, count: heading.length };
}

function timeOf(text: string, field: number, before: Nanoseconds | undefined): Nanoseconds {
  const timeNs = Math.round(numberOf(text, field, 'time', MAX_TIME_NS / 1e9) * 1e9) as Nanoseconds;
  if (before === undefined && timeNs !== 0) {
    throw new StepError(field, `the first time is ${text.trim()}`, '0: a value from the start on');
  }
  if (before !== undefined && timeNs <= before) {
    throw new StepError(field, `the time ${text.trim()} after ${before / 1e9}`, `a time after ${before / 1e9}`);
  }
  return timeNs;
}

function numberOf(field: string, index: number, column: string, most: number): number {
  const value = decimal(field);
  if (!(value >= 0 && value <= most)) {
    throw new StepError(index, `${column} is ${quote(field.trim())}`, `a number from 0 to ${most}`);
  }
  return value;
}
