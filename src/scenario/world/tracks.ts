import { MAX_TIME_NS, type Nanoseconds } from '../../kernel/index.ts';
import type { Point, Track } from '../../model/index.ts';
import { CsvError, readCsv } from '../csv.ts';
import type { ReadFile } from '../files.ts';
import { Source, type Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';
import { MOST_TRACE_ROWS, MOST_USERS } from './limits.ts';
import type { Plane } from './plane.ts';
import { readReferenced } from './sites.ts';

/** A faster move between two rows is probably a mistake: 360 km/h. Own design. */
const FAST_MPS = 100;

class RowError extends Error {
  readonly expected: string;

  constructor(found: string, expected: string) {
    super(found);
    this.expected = expected;
  }
}

interface Columns {
  readonly kind: 'planar' | 'geographic';
  readonly time: number;
  readonly id: number;
  readonly north: number;
  readonly east: number;
}

/** A track that is being read. */
interface GrowingTrack {
  readonly timesNs: Nanoseconds[];
  readonly points: Point[];
}

/**
 * Reads recorded motions: a table of time, id and position. What is wrong is reported with its line, and then the result
 * is undefined; what is only odd is a warning.
 */
export function readTracks(
  build: Build,
  plane: Plane,
  written: { readonly file: string; readonly limit?: number },
  path: Path,
): readonly Track[] | undefined {
  const filePath = [...path, 'file'];
  const file = readReferenced(build, written.file, filePath, 'table');
  if (file === undefined) return undefined;
  const tracks = new Map<string, GrowingTrack>();
  const { limit = MOST_USERS } = written;
  let columns: Columns | undefined;
  let width = 0;
  let line = 1;
  let rows = 0;
  try {
    for (const row of readCsv(file.text)) {
      line = row.line;
      if (columns === undefined) {
        columns = findColumns(row.fields);
        width = row.fields.length;
        plane.demandKind(columns.kind, filePath);
        continue;
      }
      if (++rows > MOST_TRACE_ROWS) throw new RowError(`more than ${MOST_TRACE_ROWS} rows`, 'a smaller table');
      if (row.fields.length !== width) {
        throw new RowError(`${row.fields.length} fields`, `${width}, as in the heading`);
      }
      const id = row.fields[columns.id]!.trim();
      if (id === '') throw new RowError('a row without an id', 'who it is about');
      let track = tracks.get(id);
      if (track === undefined) {
        if (tracks.size >= limit) continue;
        tracks.set(id, (track = { timesNs: [], points: [] }));
      }
      track.timesNs.push(timeOf(row.fields[columns.time]!, track.timesNs.at(-1), id));
      track.points.push(pointOf(plane, columns, row.fields));
    }
  } catch (error) {
    if (!(error instanceof RowError || error instanceof CsvError)) throw error;
    report(build, file, error instanceof CsvError ? error.line : line, error);
    return undefined;
  }
  if (tracks.size === 0) {
    const expected = 'a heading line, then time, id and position on each line';
    build.problem(filePath, 'a table without rows', { expected });
    return undefined;
  }
  warnOfOdd(build, tracks, columns!.kind === 'planar', filePath);
  return [...tracks.values()];
}

function findColumns(heading: readonly string[]): Columns {
  const titles = heading.map((title) => title.trim().toLowerCase());
  const find = (...names: readonly string[]): number => titles.findIndex((title) => names.includes(title));
  const [time, id] = [find('time'), find('id')];
  const planar = { kind: 'planar', time, id, north: find('y'), east: find('x') } as const;
  const geographic = {
    kind: 'geographic',
    time,
    id,
    north: find('lat', 'latitude'),
    east: find('lon', 'lng', 'longitude'),
  } as const;
  const columns = [planar, geographic].find(({ north, east }) => north >= 0 && east >= 0);
  if (time < 0 || id < 0 || columns === undefined) {
    const found = titles.slice(0, 12).map(quote).join(', ');
    throw new RowError(`the columns ${found}`, 'time, id, and x, y (metres) or lat, lon (degrees)');
  }
  return columns;
}

function timeOf(field: string, before: Nanoseconds | undefined, id: string): Nanoseconds {
  const seconds = numberOf(field, 'time', 'seconds');
  const timeNs = Math.round(seconds * 1e9) as Nanoseconds;
  if (timeNs < 0) throw new RowError(`time is ${field.trim()}`, 'seconds from the start, not before it');
  if (timeNs > MAX_TIME_NS) throw new RowError(`time is ${field.trim()}`, 'seconds from the start, below 104 days');
  if (before !== undefined && timeNs <= before) {
    const found = timeNs === before ? 'again the time of the row before' : 'a time before that of the row before';
    throw new RowError(`${quote(id)} has ${found}`, `a time after ${before / 1e9}`);
  }
  return timeNs;
}

function pointOf(plane: Plane, columns: Columns, fields: readonly string[]): Point {
  const unit = columns.kind === 'planar' ? 'metres' : 'degrees';
  const north = numberOf(fields[columns.north]!, columns.kind === 'planar' ? 'y' : 'latitude', unit);
  const east = numberOf(fields[columns.east]!, columns.kind === 'planar' ? 'x' : 'longitude', unit);
  if (columns.kind === 'planar') return { x: east, y: north };
  if (Math.abs(north) > 90) throw new RowError(`latitude is ${north}`, 'degrees from -90 to 90');
  if (Math.abs(east) > 180) throw new RowError(`longitude is ${east}`, 'degrees from -180 to 180');
  return plane.placeGeographic(north, east, 'users');
}

function numberOf(field: string, column: string, unit: string): number {
  const text = field.trim();
  // Number would take hexadecimal digits and "Infinity" too
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) throw new RowError(`${column} is ${quote(text)}`, unit);
  return value;
}

function warnOfOdd(build: Build, tracks: ReadonlyMap<string, GrowingTrack>, isPlanar: boolean, path: Path): void {
  const single = [...tracks].filter(([, { timesNs }]) => timesNs.length === 1).map(([id]) => quote(id));
  if (single.length > 0) {
    build.warn(path, `${single.length} ids have only one row and so are never there: ${some(single)}`);
  }
  if (!isPlanar) return;
  const fast = [...tracks].filter(([, track]) => fastestMps(track) > FAST_MPS).map(([id]) => quote(id));
  if (fast.length > 0) build.warn(path, `${fast.length} ids move faster than ${FAST_MPS} m/s: ${some(fast)}`);
}

function some(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')}, ...` : names.join(', ');
}

function fastestMps({ timesNs, points }: GrowingTrack): number {
  let fastest = 0;
  for (let i = 1; i < points.length; i++) {
    const dx = points[i]!.x - points[i - 1]!.x;
    const dy = points[i]!.y - points[i - 1]!.y;
    fastest = Math.max(fastest, Math.sqrt(dx * dx + dy * dy) / ((timesNs[i]! - timesNs[i - 1]!) / 1e9));
  }
  return fastest;
}

function report(build: Build, file: ReadFile, line: number, error: RowError | CsvError): void {
  const source = new Source(file.name, file.text);
  const start = source.startOf(line);
  const details = error instanceof RowError ? { expected: error.expected } : {};
  build.problems.add({ source, start, end: file.text.length }, [], error.message, details);
}
