import { cos, type Nanoseconds } from '../../kernel/index.ts';
import {
  parseDuration,
  parseSpeed,
  projected,
  type Mobility,
  type Point,
  type Projection,
  type RecordedMover,
} from '../../model/index.ts';
import {
  MOVER_KINDS,
  TraceError,
  TraceReader,
  type Coordinates,
  type MoverKind,
  type Sample,
} from '../../traces/index.ts';
import { traceProblem } from '../problem.ts';
import type { Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';
import { MOST_HELD_SAMPLES, MOST_USERS } from './limits.ts';
import type { Plane } from './plane.ts';
import { withReferenced } from './sites.ts';

/** A recorded movement, as a scenario refers to it. */
interface WrittenTrace {
  readonly file: string;
  readonly limit?: number;
  readonly coordinates?: Coordinates;
  readonly movers?: MoverKind;
  readonly gap: string;
  readonly maxSpeed: string;
}

/** What is held of one mover: of a long trace only when it is there. */
interface Mover {
  readonly id: string;
  readonly first: Sample;
  readonly timesNs: Nanoseconds[];
  readonly norths: number[];
  readonly easts: number[];
  /** From and to of each stay. */
  readonly staysNs: Nanoseconds[];
  lastNs: Nanoseconds;
  lastNorth: number;
  lastEast: number;
  isFast: boolean;
}

/** Something odd that is only counted, and where it was seen first. */
class Oddity {
  readonly ids = new Set<string>();
  count = 0;
  first: Sample | undefined;

  add(sample: Sample): void {
    this.count++;
    this.first ??= sample;
    if (this.ids.size < 6) this.ids.add(sample.id);
  }

  get names(): string {
    const names = Array.from(this.ids, quote);
    return names.length > 5 ? `${names.slice(0, 5).join(', ')}, ...` : names.join(', ');
  }
}

/**
 * Reads a recorded movement, whole, and checks it. One of up to `MOST_HELD_SAMPLES` is held; of a longer one only who is
 * there when, and the run reads it again as it goes on. What is wrong is reported with its line, and then the result is
 * undefined; what is only odd is counted in a warning.
 */
export function readTrace(
  build: Build,
  plane: Plane,
  written: WrittenTrace,
  path: Path,
): { readonly count: number; readonly position: Point; readonly settle: (count: number) => Mobility } | undefined {
  const filePath = [...path, 'file'];
  const gapNs = parseDuration(written.gap);
  const found = withReferenced(build, written.file, filePath, (files, from) => files.openTrace(written.file, from));
  if (found === undefined) return undefined;
  const survey = new Survey(found.name, gapNs, parseSpeed(written.maxSpeed), written.limit ?? MOST_USERS);
  const wantedKind = written.movers;
  let reader: TraceReader | undefined;
  try {
    const { coordinates } = written;
    reader = new TraceReader(found.path, { name: found.name, ...(coordinates === undefined ? {} : { coordinates }) });
    for (let sample = reader.next(); sample !== undefined; sample = reader.next()) {
      if (wantedKind === undefined || sample.kind === wantedKind) survey.add(sample, reader.coordinates);
      else if (sample.kind === undefined) {
        build.problem([...path, 'movers'], `movers of a kind, but ${found.name} has no kinds`, {
          expected: "SUMO's floating car data, as XML or with the columns vehicle_id, person_id or container_id",
        });
        return undefined;
      }
    }
    found.setHash(reader.digest());
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    build.problems.addProblem(traceProblem(error));
    return undefined;
  } finally {
    reader?.close();
  }
  const { coordinates, sizeBytes } = reader;
  const movers = survey.finish();
  const [mover] = movers;
  if (mover === undefined) {
    const expected = `time, id and position of at least one ${wantedKind ?? 'mover'}`;
    const of = wantedKind === undefined ? '' : ` of a ${wantedKind}`;
    build.problem(filePath, `a trace without samples${of}`, { expected });
    return undefined;
  }
  plane.demandKind(coordinates, filePath);
  survey.warn(build, filePath);
  const { north, east } = mover.first;
  const position = coordinates === 'planar' ? { x: east, y: north } : plane.placeGeographic(north, east, 'users');
  return {
    count: movers.length,
    position,
    settle: (count) => {
      const projection = coordinates === 'planar' ? undefined : plane.projection;
      if (survey.isHeld) {
        const tracks = movers.map(({ timesNs, norths, easts }) => ({
          timesNs,
          points: norths.map((degrees, index) => pointOf(projection, degrees, easts[index]!)),
        }));
        return { model: 'trace', tracks, gapNs };
      }
      const recorded = movers.slice(0, count).map(({ id, first, staysNs }): RecordedMover => ({
        id,
        first: pointOf(projection, first.north, first.east),
        staysNs,
      }));
      const file = { file: found.name, sizeBytes, coordinates };
      return { model: 'recording', ...file, ...(projection === undefined ? {} : { projection }), movers: recorded };
    },
  };
}

function pointOf(projection: Projection | undefined, north: number, east: number): Point {
  return projection === undefined ? { x: east, y: north } : projected(projection, north, east);
}

/** Goes through the samples of a trace and keeps what a run needs. */
class Survey {
  /** Whether all samples are held. */
  isHeld = true;
  readonly #file: string;
  readonly #gapNs: number;
  readonly #mostMps: number;
  readonly #limit: number;
  readonly #movers = new Map<string, Mover>();
  readonly #fast = new Oddity();
  readonly #alone = new Oddity();
  #fastMovers = 0;
  #count = 0;
  /** Movers by kind, as in `MOVER_KINDS`. */
  readonly #kinds = MOVER_KINDS.map(() => 0);
  #timeNs = 0;
  /** Samples that are earlier than one before them. */
  readonly #early = new Oddity();

  constructor(file: string, gapNs: number, mostMps: number, limit: number) {
    this.#file = file;
    this.#gapNs = gapNs;
    this.#mostMps = mostMps;
    this.#limit = limit;
  }

  /** @throws {TraceError} if it cannot follow those before it */
  add(sample: Sample, coordinates: Coordinates): void {
    const { id, timeNs, north, east } = sample;
    let mover = this.#movers.get(id);
    if (mover === undefined) {
      if (this.#movers.size >= this.#limit) return;
      // a piece of a text keeps the whole text in memory: the id is copied, and the line is let go
      const { kind, line, column } = sample;
      if (kind !== undefined) this.#kinds[MOVER_KINDS.indexOf(kind)]!++;
      const own = Buffer.from(id).toString();
      const first = { id: own, timeNs, north, east, line, column };
      const lists = { timesNs: [], norths: [], easts: [], staysNs: [timeNs, timeNs] };
      const last = { lastNs: timeNs, lastNorth: north, lastEast: east };
      this.#movers.set(own, (mover = { id: own, first, ...lists, ...last, isFast: false }));
    } else this.#follow(mover, sample, coordinates);
    if (timeNs < this.#timeNs) this.#early.add(sample);
    else this.#timeNs = timeNs;
    this.#hold(mover, sample);
  }

  /** All movers, in the order of their first samples. */
  finish(): readonly Mover[] {
    const movers = [...this.#movers.values()];
    for (const { id, first, staysNs } of movers) {
      const isAlone = staysNs.every((timeNs, index) => index % 2 === 0 || timeNs === staysNs[index - 1]);
      if (isAlone) this.#alone.add({ ...first, id });
    }
    if (this.isHeld) return movers;
    // who is seen once is not there at all
    return movers.map((mover) => ({
      ...mover,
      staysNs: mover.staysNs.filter((_, index, all) => all[index - (index % 2)] !== all[index - (index % 2) + 1]),
    }));
  }

  warn(build: Build, path: Path): void {
    const kinds = this.#kinds.filter((count) => count > 0);
    if (kinds.length > 1) {
      const counts = MOVER_KINDS.flatMap((kind, index) =>
        this.#kinds[index]! > 0 ? [`${this.#kinds[index]} of the kind ${kind}`] : [],
      );
      build.warn(path, `movers of several kinds, all of them users: ${counts.join(', ')}`, {
        expected: '"movers" where only one kind is meant',
      });
    }
    const alone = this.#alone;
    if (alone.first !== undefined) {
      const who =
        alone.count === 1 ? '1 id has only one sample and so is' : `${alone.count} ids have only one sample and so are`;
      build.warn(path, `${who} never there: ${alone.names}; first at line ${alone.first.line}`);
    }
    const early = this.#early;
    if (early.first !== undefined) {
      const times = early.count === 1 ? '1 sample is' : `${early.count} samples are`;
      const found = `${times} earlier than one of another id before: put in order`;
      build.warn(path, `${found}; first at line ${early.first.line}`);
    }
    const fast = this.#fast;
    if (fast.first !== undefined) {
      const who = this.#fastMovers === 1 ? '1 id moves' : `${this.#fastMovers} ids move`;
      const times = fast.count === 1 ? 'once' : `${fast.count} times`;
      const found = `${who} faster than ${this.#mostMps} m/s, ${times} in all: ${fast.names}`;
      build.warn(path, `${found}; first at line ${fast.first.line}`);
    }
  }

  #follow(mover: Mover, sample: Sample, coordinates: Coordinates): void {
    const { id, timeNs, north, east } = sample;
    const { lastNs, staysNs } = mover;
    if (timeNs <= lastNs) {
      const found = timeNs === lastNs ? 'again the time of the row before' : 'a time before that of the row before';
      throw this.#error(sample, `${quote(id)} has ${found}`, `a time after ${lastNs / 1e9}`);
    }
    if (timeNs - lastNs > this.#gapNs) staysNs.push(timeNs, timeNs);
    else {
      staysNs[staysNs.length - 1] = timeNs;
      const movedM = movedMetres(mover.lastNorth, mover.lastEast, north, east, coordinates);
      if (movedM / ((timeNs - lastNs) / 1e9) > this.#mostMps) {
        if (!mover.isFast) this.#fastMovers++;
        mover.isFast = true;
        this.#fast.add(sample);
      }
    }
    mover.lastNs = timeNs;
    mover.lastNorth = north;
    mover.lastEast = east;
  }

  #hold(mover: Mover, sample: Sample): void {
    if (this.isHeld && ++this.#count > MOST_HELD_SAMPLES) {
      this.isHeld = false;
      for (const { timesNs, norths, easts } of this.#movers.values()) timesNs.length = norths.length = easts.length = 0;
    }
    if (this.isHeld) {
      mover.timesNs.push(sample.timeNs);
      mover.norths.push(sample.north);
      mover.easts.push(sample.east);
    } else if (this.#early.first !== undefined) {
      const found = `a time before that of the row before, in a trace of more than ${MOST_HELD_SAMPLES} samples`;
      throw this.#error(this.#early.first, found, 'all rows in the order of time, for it is read in step with the run');
    }
  }

  #error({ line, column, lineText }: Sample, found: string, expected: string): TraceError {
    const where = lineText === undefined ? {} : { lineText };
    return new TraceError(this.#file, found, { expected, line, column, ...where });
  }
}

/** Mean radius of the Earth times a degree, m: near enough to tell a mistake. */
const METRES_PER_DEGREE = 111_195;

function movedMetres(north0: number, east0: number, north1: number, east1: number, coordinates: Coordinates): number {
  let dy = north1 - north0;
  let dx = east1 - east0;
  if (coordinates === 'geographic') {
    dx = (Math.abs(dx) > 180 ? 360 - Math.abs(dx) : dx) * METRES_PER_DEGREE * cos((north0 * Math.PI) / 180);
    dy *= METRES_PER_DEGREE;
  }
  return Math.sqrt(dx * dx + dy * dy);
}
