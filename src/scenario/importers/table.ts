import { CsvError, readCsv } from '../csv.ts';
import { nearest } from '../nearest.ts';
import { quote } from '../validation.ts';
import type { ImportedFile } from './imported-file.ts';

/** A row of a table with a heading; fields are told by their columns. */
export interface TableRow {
  readonly line: number;
  field(column: string): string;
}

/**
 * The rows of a table with a heading line. Rows of another length than the heading are reported.
 * @param required columns that must be there, in any case of letters
 * @throws {InputError} if the heading lacks a column, or the text is empty or no table
 */
export function readTable(file: ImportedFile, required: readonly string[]): { rows: TableRow[]; columns: string[] } {
  const rows: TableRow[] = [];
  let columns: string[] | undefined;
  try {
    for (const { line, fields } of readCsv(file.text)) {
      if (columns === undefined) {
        const heading = (columns = fields.map((name) => name.trim()));
        const lower = heading.map((name) => name.toLowerCase());
        for (const column of required) {
          if (lower.includes(column.toLowerCase())) continue;
          const near = nearest(column, heading);
          const hint = near === undefined ? '' : `; is it ${quote(near)}?`;
          file.report(line, `the table has no column ${quote(column)}${hint}`, `the columns ${required.join(', ')}`);
        }
        file.problems.throwIfAny();
        continue;
      }
      const indices = columns;
      if (fields.length !== indices.length) {
        file.report(line, `${fields.length} fields`, `${indices.length}, as in the heading`);
        continue;
      }
      rows.push({
        line,
        field: (column) =>
          fields[indices.findIndex((name) => name.toLowerCase() === column.toLowerCase())]?.trim() ?? '',
      });
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    file.report(error.line, error.message);
  }
  if (columns === undefined) file.reportWhole('an empty file', `a heading line with ${required.join(', ')}`);
  else if (rows.length === 0 && file.problems.length === 0)
    file.reportWhole('a table without rows', 'a heading line, then rows');
  file.problems.throwIfAny();
  return { rows, columns: columns! };
}

/** A number in a field of a row, in a range; reported, and undefined, if it is none. */
export function numberIn(
  file: ImportedFile,
  row: TableRow,
  column: string,
  { least, most, whole = false, unit }: { least: number; most: number; whole?: boolean; unit: string },
): number | undefined {
  const text = row.field(column);
  const value = text === '' ? NaN : Number(text);
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  const bounds = most >= Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  file.report(row.line, `${column} is ${quote(text)}`, `${whole ? 'a whole number, ' : ''}${unit} ${bounds}`);
  return undefined;
}

/** The lines of names that stand twice are reported. */
export function demandUnique(file: ImportedFile, rows: readonly TableRow[], column: string): void {
  const lines = new Map<string, number>();
  for (const row of rows) {
    const name = row.field(column);
    const first = lines.get(name);
    if (first === undefined) lines.set(name, row.line);
    else file.report(row.line, `${column} ${quote(name)} is taken`, `a name of its own: line ${first} has this one`);
  }
}
