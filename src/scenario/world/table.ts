import { decimal } from '../../traces/index.ts';
import { CsvError, fieldRange, readCsv } from '../csv.ts';
import { Source, type Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';
import { MOST_TABLE_ROWS } from './limits.ts';
import { readReferenced } from './sites.ts';

/** What is wrong with a row of a table; `column` where it is one field's. */
export class RowError extends Error {
  readonly expected: string;
  readonly column: string | undefined;

  constructor(found: string, expected: string, column?: string) {
    super(found);
    this.expected = expected;
    this.column = column;
  }
}

/** The titles that a column may have, in lower case. */
type Titles = readonly string[] | { readonly optional: readonly string[] };

/**
 * Reads a table (CSV) row by row; what is wrong with it is reported at its field or line, and ends the reading.
 * @param columns the columns that are read, by a name of the caller's, with the titles they may have
 * @param take told of each row: `field` gives the text in a column, undefined where the table has no such column
 * @returns whether all of it was read, and it has a row
 * @throws whatever `take` throws, save RowError
 */
export function readTable<Column extends string>(
  build: Build,
  reference: string,
  path: Path,
  columns: Readonly<Record<Column, Titles>>,
  take: (field: (column: Column) => string | undefined) => void,
): boolean {
  const file = readReferenced(build, reference, path, 'table');
  if (file === undefined) return false;
  let titles: readonly string[] | undefined;
  const at = new Map<string, number>();
  let row: { line: number; start: number; fields: readonly string[] } | undefined;
  const field = (column: Column): string | undefined => {
    const index = at.get(column)!;
    return index < 0 ? undefined : row!.fields[index];
  };
  let rows = 0;
  try {
    for (row of readCsv(file.text)) {
      if (titles === undefined) {
        titles = row.fields.map((title) => title.trim().toLowerCase());
        findColumns(titles, columns, at);
        continue;
      }
      if (++rows > MOST_TABLE_ROWS) throw new RowError(`more than ${MOST_TABLE_ROWS} rows`, 'a smaller table');
      if (row.fields.length !== titles.length) {
        throw new RowError(
          `${row.fields.length} field${row.fields.length === 1 ? '' : 's'}`,
          `${titles.length}, as in the heading`,
        );
      }
      take(field);
    }
  } catch (error) {
    if (!(error instanceof RowError || error instanceof CsvError)) throw error;
    const source = new Source(file.name, file.text);
    const isField = error instanceof RowError && error.column !== undefined && row !== undefined;
    const start = error instanceof CsvError ? error.start : row!.start;
    const [from, to] = isField ? fieldRange(file.text, start, at.get(error.column!)!) : [start, file.text.length];
    if (build.isNewMistake(file, from)) {
      const details = error instanceof RowError ? { expected: error.expected } : {};
      build.problems.add({ source, start: from, end: to }, [], error.message, details);
    }
    return false;
  }
  if (rows > 0) return true;
  build.problem(path, 'a table without rows', { expected: 'a heading line, then one line for each row' });
  return false;
}

function findColumns(titles: readonly string[], columns: Readonly<Record<string, Titles>>, at: Map<string, number>) {
  for (const [column, wanted] of Object.entries(columns)) {
    const names = isRequired(wanted) ? wanted : wanted.optional;
    const index = titles.findIndex((title) => names.includes(title));
    at.set(column, index);
    if (index >= 0 || !isRequired(wanted)) continue;
    const found = titles.slice(0, 12).map(quote).join(', ');
    throw new RowError(`the columns ${found}`, `a column ${names.map(quote).join(' or ')}`);
  }
}

function isRequired(titles: Titles): titles is readonly string[] {
  return Array.isArray(titles);
}

/**
 * The number in a field; `column` is the caller's name of its column.
 * @throws {RowError} if it is none
 */
export function numberField(field: string, column: string, expected: string): number {
  const value = decimal(field);
  if (!Number.isFinite(value)) throw new RowError(`${column} is ${quote(field.trim())}`, expected, column);
  return value;
}
