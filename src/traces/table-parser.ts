import {
  checkSpeed,
  MOVER_KINDS,
  moverName,
  readCoordinate,
  readTime,
  ValueError,
  type Coordinates,
  type MoverKind,
  type Sample,
  type TraceParser,
} from './sample.ts';
import { Lines, LONGEST_LINE, splitLine } from './table-rows.ts';
import { TraceError } from './trace-error.ts';

interface Columns {
  readonly coordinates: Coordinates;
  readonly time: number;
  /** Where a row tells who and where; of several places the first with an id counts. */
  readonly movers: readonly MoverColumns[];
  /** Whether a row may be about nobody: a time step of SUMO in which nobody is there. */
  readonly hasEmptySteps: boolean;
}

interface MoverColumns {
  readonly kind?: MoverKind;
  readonly id: number;
  readonly east: number;
  readonly north: number;
  /** -1 where there is none. */
  readonly speed: number;
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
    const mover = columns.movers.find(({ id }) => fields[id]!.trim() !== '');
    if (mover === undefined) {
      if (columns.hasEmptySteps) return undefined;
      throw new ValueError('a row without an id', 'who it is about');
    }
    const { kind } = mover;
    const written = fields[mover.id]!.trim();
    const speed = (fields[mover.speed] ?? '').trim();
    if (speed !== '') checkSpeed(speed);
    const { coordinates } = columns;
    const north = readCoordinate(fields[mover.north]!, 'north', coordinates);
    const east = readCoordinate(fields[mover.east]!, 'east', coordinates);
    const who = kind === undefined ? { id: written } : { id: moverName(kind, written), kind };
    return { ...who, timeNs, east, north, line, column: 1, lineText };
  }

  #findColumns(titles: readonly string[]): Columns {
    const find = (...names: readonly string[]): number => Math.max(...names.map((name) => titles.indexOf(name)));
    const step = find('timestep_time');
    const movers = MOVER_KINDS.filter((kind) => titles.includes(`${kind}_id`)).map((kind) => ({
      kind,
      id: find(`${kind}_id`),
      east: find(`${kind}_x`),
      north: find(`${kind}_y`),
      speed: find(`${kind}_speed`),
    }));
    if (step >= 0 && movers.length > 0 && movers.every(({ east, north }) => east >= 0 && north >= 0)) {
      return { coordinates: this.#wanted ?? 'planar', time: step, movers, hasEmptySteps: true };
    }
    const [time, id, speed] = [find('time'), find('id'), find('speed')];
    for (const [coordinates, north, east] of [
      ['planar', find('y'), find('x')],
      ['geographic', find('lat', 'latitude'), find('lon', 'lng', 'longitude')],
    ] as const) {
      if (time < 0 || id < 0 || north < 0 || east < 0) continue;
      return { coordinates, time, movers: [{ id, east, north, speed }], hasEmptySteps: false };
    }
    const found = titles
      .slice(0, 12)
      .map((title) => JSON.stringify(title))
      .join(', ');
    throw new ValueError(`the columns ${found}`, 'time, id, and x, y (metres) or lat, lon (degrees)');
  }
}
