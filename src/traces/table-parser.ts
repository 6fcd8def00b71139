import {
  checkSpeed,
  readCoordinate,
  readTime,
  ValueError,
  type Coordinates,
  type Sample,
  type TraceParser,
} from './sample.ts';
import { Lines, LONGEST_LINE, splitLine } from './table-rows.ts';
import { TraceError } from './trace-error.ts';

interface Columns {
  readonly coordinates: Coordinates;
  readonly time: number;
  /** The first that has a value counts. */
  readonly ids: readonly number[];
  readonly east: readonly number[];
  readonly north: readonly number[];
  readonly speed: readonly number[];
  /** Whether a row may be about nobody: a time step of SUMO in which nobody is there. */
  readonly hasEmptySteps: boolean;
}

/**
 * Traces as tables with a heading line: `time,id,x,y` or `time,id,lat,lon`, other columns left out; or what SUMO writes,
 * `timestep_time;vehicle_id;vehicle_x;vehicle_y;...`, and `person_` beside `vehicle_`. Fields may be quoted (RFC 4180), but
 * no line break may be in one.
 */
export class TableParser implements TraceParser {
  coordinates: Coordinates = 'planar';
  readonly #name: string;
  readonly #wanted: Coordinates | undefined;
  readonly #lines = new Lines();
  #line = 0;
  #columns: Columns | undefined;
  #separator = ',';
  #width = 0;

  /** @param wanted what x and y of SUMO's columns are, where it is stated */
  constructor(name: string, wanted?: Coordinates) {
    this.#name = name;
    this.#wanted = wanted;
  }

  write(text: string, into: Sample[]): void {
    if (this.#lines.write(text, (line) => this.#readLine(line, into)) > LONGEST_LINE) {
      throw new TraceError(this.#name, `a line of more than ${LONGEST_LINE} characters`, { line: this.#line + 1 });
    }
  }

  end(into: Sample[]): void {
    this.#lines.end((line) => this.#readLine(line, into));
  }

  #readLine(lineText: string, into: Sample[]): void {
    const line = ++this.#line;
    if (lineText === '') return;
    try {
      if (this.#columns === undefined) {
        const heading = lineText.replace('\ufeff', '');
        this.#separator = heading.includes(';') && !heading.includes(',') ? ';' : ',';
        const titles = splitLine(heading, this.#separator);
        this.#columns = this.#findColumns(titles.map((title) => title.trim().toLowerCase()));
        this.#width = titles.length;
        this.coordinates = this.#columns.coordinates;
        return;
      }
      const sample = this.#readRow(this.#columns, lineText, line);
      if (sample !== undefined) into.push(sample);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      const details = error.expected === '' ? {} : { expected: error.expected };
      throw new TraceError(this.#name, error.message, { ...details, line, column: 1, lineText });
    }
  }

  #readRow(columns: Columns, lineText: string, line: number): Sample | undefined {
    const fields = splitLine(lineText, this.#separator);
    if (fields.length !== this.#width) {
      const found = `${fields.length} field${fields.length === 1 ? '' : 's'}`;
      throw new ValueError(found, `${this.#width}, as in the heading`);
    }
    const timeNs = readTime(fields[columns.time]!);
    const id = fieldOf(fields, columns.ids);
    if (id === '') {
      if (columns.hasEmptySteps) return undefined;
      throw new ValueError('a row without an id', 'who it is about');
    }
    const speed = fieldOf(fields, columns.speed);
    if (speed !== '') checkSpeed(speed);
    const { coordinates } = columns;
    const north = readCoordinate(fieldOf(fields, columns.north), 'north', coordinates);
    const east = readCoordinate(fieldOf(fields, columns.east), 'east', coordinates);
    return { id, timeNs, east, north, line, column: 1, lineText };
  }

  #findColumns(titles: readonly string[]): Columns {
    const find = (...names: readonly string[]): number[] =>
      names.map((name) => titles.indexOf(name)).filter((index) => index >= 0);
    const [time] = find('timestep_time');
    const kinds = ['vehicle', 'person', 'container'].filter((kind) => titles.includes(`${kind}_id`));
    const of = (field: string): number[] => find(...kinds.map((kind) => `${kind}_${field}`));
    if (time !== undefined && of('x').length === kinds.length && of('y').length === kinds.length && kinds.length > 0) {
      const coordinates = this.#wanted ?? 'planar';
      const columns = { coordinates, time, ids: of('id'), east: of('x'), north: of('y') };
      return { ...columns, speed: of('speed'), hasEmptySteps: true };
    }
    const [plainTime] = find('time');
    const ids = find('id').slice(0, 1);
    const speed = find('speed').slice(0, 1);
    for (const [coordinates, north, east] of [
      ['planar', find('y'), find('x')],
      ['geographic', find('lat', 'latitude'), find('lon', 'lng', 'longitude')],
    ] as const) {
      if (plainTime === undefined || ids.length === 0 || north.length === 0 || east.length === 0) continue;
      const columns = { coordinates, time: plainTime, ids, speed, hasEmptySteps: false };
      return { ...columns, north: north.slice(0, 1), east: east.slice(0, 1) };
    }
    const found = titles
      .slice(0, 12)
      .map((title) => JSON.stringify(title))
      .join(', ');
    throw new ValueError(`the columns ${found}`, 'time, id, and x, y (metres) or lat, lon (degrees)');
  }
}

function fieldOf(fields: readonly string[], columns: readonly number[]): string {
  for (const column of columns) {
    const field = fields[column]!.trim();
    if (field !== '') return field;
  }
  return '';
}
