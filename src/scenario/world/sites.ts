import { parseCoordinate, UnitError } from '../../model/index.ts';
import { CsvError, fieldRange, readCsv, type CsvRow } from '../csv.ts';
import { FileError, MAX_DOCUMENT_BYTES, type FileReader, type ReadFile } from '../files.ts';
import { nearest } from '../nearest.ts';
import { Source, type Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';

/** Positions from a table, as a scenario asks for them. */
export interface WrittenSites {
  readonly sites: string;
  readonly latitude?: string;
  readonly longitude?: string;
  readonly x?: string;
  readonly y?: string;
  readonly limit?: number;
}

/** The positions of a table: degrees (latitude, longitude) or metres (y, x). */
export interface SiteTable {
  readonly kind: 'geographic' | 'planar';
  /** Latitudes or y. */
  readonly north: readonly number[];
  /** Longitudes or x. */
  readonly east: readonly number[];
  readonly columns: readonly string[];
  /** All fields of each row, if they were wanted. */
  readonly rows: readonly (readonly string[])[];
}

const candidates = {
  latitude: ['lat', 'latitude'],
  longitude: ['lon', 'lng', 'long', 'longitude'],
  x: ['x'],
  y: ['y'],
} as const;

type ColumnName = keyof typeof candidates;

/** What is wrong with a field. */
interface Mistake {
  readonly found: string;
  readonly expected: string;
}

/**
 * Reads the positions of a table of sites; what is wrong is reported, and then the result is undefined.
 * @param options.maxRows more rows than this are an error: nothing that large is built
 * @param options.keepRows whether the other fields of the rows are wanted
 */
export function readSites(
  build: Build,
  written: WrittenSites,
  path: Path,
  options: { readonly maxRows: number; readonly keepRows: boolean },
): SiteTable | undefined {
  const filePath = [...path, 'sites'];
  const file = readReferenced(build, written.sites, filePath, 'table');
  if (file === undefined) return undefined;
  const limit = written.limit ?? Infinity;
  const north: number[] = [];
  const east: number[] = [];
  const rows: (readonly string[])[] = [];
  const { maxRows, keepRows } = options;
  let columns: Columns | undefined;
  let header: readonly string[] = [];
  const mistakes = new TableMistakes(build, file);
  let count = 0;
  try {
    for (const row of readCsv(file.text)) {
      if (columns === undefined) {
        header = row.fields.map((name) => name.trim());
        columns = findColumns(build, written, header, path);
        if (columns === undefined) return undefined;
        continue;
      }
      if (count >= limit) break;
      if (count >= maxRows) {
        build.problem(filePath, `more than ${maxRows} rows`, { expected: 'a smaller table, or a limit' });
        return undefined;
      }
      count++;
      if (row.fields.length !== header.length) {
        const first = Math.min(row.fields.length, header.length + 1) - 1;
        const found = `${row.fields.length} field${row.fields.length === 1 ? '' : 's'}`;
        mistakes.report(row, first, { found, expected: `${header.length}, as in the heading` });
        continue;
      }
      for (const [values, index, mostDegrees] of [
        [north, columns.north, 90],
        [east, columns.east, 180],
      ] as const) {
        const value = coordinate(columns.kind, row.fields[index]!, mostDegrees, header[index]!);
        if (typeof value === 'number') values.push(value);
        else mistakes.report(row, index, value);
      }
      if (keepRows) rows.push(row.fields);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    mistakes.reportSyntax(error);
  }
  if (mistakes.found) return undefined;
  if (north.length === 0) {
    build.problem(filePath, 'a table without rows', { expected: 'a heading line, then a position on each line' });
    return undefined;
  }
  return { kind: columns!.kind, north, east, columns: header, rows };
}

/** The file that a field refers to, relative to the file that the field stands in; reported if it cannot be read. */
export function readReferenced(
  build: Build,
  reference: string,
  path: Path,
  kind: 'table' | 'documents',
): ReadFile | undefined {
  return withReferenced(build, reference, path, (files, from) =>
    kind === 'table' ? files.readTable(reference, from) : files.readReference(reference, from, MAX_DOCUMENT_BYTES),
  );
}

/** What is made of the file that a field refers to; reported, and undefined, if it cannot be read. */
export function withReferenced<Result>(
  build: Build,
  reference: string,
  path: Path,
  read: (files: FileReader, from: { readonly name: string; readonly folder: string }) => Result,
): Result | undefined {
  const source = build.places.find(build.scenario, path)?.source;
  const folder = source?.folder;
  if (build.files === undefined || source === undefined || folder === undefined) {
    build.problem(path, `a reference to the file ${quote(reference)}`, {
      expected: 'a scenario in a file: this one is in none',
    });
    return undefined;
  }
  try {
    return read(build.files, { name: source.name, folder });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    build.problem(path, error.message, { nearest: () => error.nearest });
    return undefined;
  }
}

interface Columns {
  readonly kind: SiteTable['kind'];
  readonly north: number;
  readonly east: number;
}

function findColumns(build: Build, written: WrittenSites, header: readonly string[], path: Path): Columns | undefined {
  const find = (column: ColumnName): number => {
    const name = written[column];
    if (name === undefined) {
      return header.findIndex((title) => (candidates[column] as readonly string[]).includes(title.toLowerCase()));
    }
    const index = header.indexOf(name);
    if (index < 0) {
      build.problem([...path, column], `the table has no column ${quote(name)}`, {
        expected: `one of ${header.join(', ')}`,
        nearest: () => nearest(name, header),
      });
    }
    return index;
  };
  const isPlanar = written.x !== undefined || written.y !== undefined;
  const isGeographic = written.latitude !== undefined || written.longitude !== undefined;
  if (isPlanar && isGeographic) {
    build.problem(path, 'columns of both kinds', { expected: 'latitude and longitude, or x and y' });
    return undefined;
  }
  const geographic = {
    kind: 'geographic',
    north: isPlanar ? -1 : find('latitude'),
    east: isPlanar ? -1 : find('longitude'),
  } as const;
  if (geographic.north >= 0 && geographic.east >= 0) return geographic;
  const planar = { kind: 'planar', north: isGeographic ? -1 : find('y'), east: isGeographic ? -1 : find('x') } as const;
  if (planar.north >= 0 && planar.east >= 0) return planar;
  if (!isPlanar && !isGeographic) {
    build.problem([...path, 'sites'], `no columns of positions among ${header.slice(0, 12).map(quote).join(', ')}`, {
      expected: 'latitude and longitude, or x and y; or name the columns in latitude and longitude',
    });
  } else {
    const missing = (Object.keys(candidates) as ColumnName[]).filter(
      (c) => written[c] !== undefined && !header.includes(written[c]),
    );
    if (missing.length === 0) {
      build.problem([...path, 'sites'], 'no column for the other coordinate', {
        expected: isPlanar ? 'both x and y' : 'both latitude and longitude',
      });
    }
  }
  return undefined;
}

function coordinate(kind: SiteTable['kind'], field: string, mostDegrees: number, column: string): number | Mistake {
  const text = field.trim();
  if (kind === 'planar' && !/^[-+.\d]/.test(text))
    return { found: `${column} is ${quote(text)}`, expected: 'a distance such as 120m' };
  if (kind === 'planar' && !/^[-+]?[.\d]+([eE][-+]?\d+)?$/.test(text)) {
    try {
      return parseCoordinate(text);
    } catch (error) {
      if (error instanceof UnitError)
        return { found: `${column}: ${error.message}`, expected: 'metres, or a distance such as 120m' };
      throw error;
    }
  }
  const value = text === '' ? NaN : Number(text);
  if (!Number.isFinite(value))
    return { found: `${column} is ${quote(text)}`, expected: kind === 'planar' ? 'metres' : 'degrees' };
  if (kind === 'geographic' && Math.abs(value) > mostDegrees) {
    return { found: `${column} is ${text}`, expected: `degrees from -${mostDegrees} to ${mostDegrees}` };
  }
  return value;
}

/** Reports what is wrong in a table, in its own file, and each mistake once however many fields refer to the table. */
class TableMistakes {
  found = false;
  readonly #build: Build;
  readonly #file: ReadFile;
  #source: Source | undefined;

  constructor(build: Build, file: ReadFile) {
    this.#build = build;
    this.#file = file;
  }

  report(row: CsvRow, field: number, { found, expected }: Mistake): void {
    this.#add(...fieldRange(this.#file.text, row.start, field), found, { expected });
  }

  reportSyntax(error: CsvError): void {
    this.#add(error.start, this.#file.text.length, error.message, {});
  }

  #add(start: number, end: number, found: string, details: { readonly expected?: string }): void {
    this.found = true;
    if (!this.#build.isNewMistake(this.#file, start)) return;
    this.#source ??= new Source(this.#file.name, this.#file.text);
    this.#build.problems.add({ source: this.#source, start, end }, [], found, details);
  }
}
