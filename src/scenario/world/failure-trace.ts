import { MAX_TIME_NS, type Nanoseconds } from '../../kernel/index.ts';
import type { FaultTiming } from '../../model/index.ts';
import { CsvError, fieldRange, readCsv, type CsvRow } from '../csv.ts';
import { nearest } from '../nearest.ts';
import { Source, type Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build, Names } from './build.ts';
import { MOST_FAILURES } from './limits.ts';
import { readReferenced } from './sites.ts';

const kinds = ['crash', 'cut', 'accessPoint', 'kubelet', 'provider', 'zone', 'cluster'] as const;
type Kind = (typeof kinds)[number];

/** The names of what can fail, by the kinds of failures that a trace may tell. */
export type NamesByKind = Readonly<Record<Kind, Names<unknown>>>;

/** One failure of a trace. */
export interface RecordedFailure {
  readonly kind: Kind;
  readonly target: string;
  readonly timing: Extract<FaultTiming, { atNs: Nanoseconds }>;
}

/** A mistake in one field of a row. */
class FieldError extends Error {
  readonly field: number;
  readonly expected: string;
  readonly nearest: string | undefined;

  constructor(field: number, found: string, expected: string, known: readonly string[] = [], name = '') {
    super(found);
    this.field = field;
    this.expected = expected;
    this.nearest = nearest(name, known);
  }
}

const titles = {
  events: ['time', 'kind', 'target', 'event'],
  periods: ['start', 'duration', 'kind', 'target'],
} as const;

/**
 * Reads recorded failures: a table of events (time, kind, target, event) in the order of time, or of periods (start,
 * duration, kind, target). What is wrong is reported at its place in the table, up to ten mistakes, and then nothing is
 * returned. What is only odd is repaired, and told in one warning with the counts: a `down` of what is down already and an `up` of
 * what is up are passed over; a failure without an `up` lasts to the end.
 */
export function readFailureTrace(
  build: Build,
  names: NamesByKind,
  reference: string,
  path: Path,
): readonly RecordedFailure[] {
  const file = readReferenced(build, reference, path, 'table');
  if (file === undefined) return [];
  const trace = new Trace(names);
  let mistakes = 0;
  const report = (start: number, end: number, message: string, details: object): void => {
    mistakes++;
    if (build.isNewMistake(file, start)) {
      build.problems.add({ source: new Source(file.name, file.text), start, end }, [], message, details);
    }
  };
  try {
    for (const row of readCsv(file.text)) {
      try {
        trace.read(row);
      } catch (error) {
        if (!(error instanceof FieldError)) throw error;
        const [start, end] = fieldRange(file.text, row.start, Math.max(0, error.field));
        report(start, error.field < 0 ? start + 1 : end, error.message, {
          expected: error.expected,
          nearest: () => error.nearest,
        });
        if (!trace.hasHeading || mistakes >= 10) return [];
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    report(error.start, file.text.length, error.message, {});
  }
  if (mistakes > 0) return [];
  if (!trace.hasHeading) {
    build.problem(path, 'an empty table', { expected: `a heading line ${titles.events.join(',')}` });
    return [];
  }
  const repairs = [
    [trace.repeated, 'a failure of what is down already, passed over'],
    [trace.needless, 'a return of what is up, passed over'],
    [trace.unfinished, 'a failure without a return, which lasts to the end'],
  ] as const;
  const told = repairs.filter(([count]) => count > 0).map(([count, what]) => `${count} × ${what}`);
  if (told.length > 0) build.warn(path, told.join('; '));
  return trace.finish();
}

class Trace {
  /** Repairs, counted. */
  repeated = 0;
  needless = 0;
  readonly #names: NamesByKind;
  readonly #failures: RecordedFailure[] = [];
  /** Failures that have not ended, by kind and target. */
  readonly #open = new Map<string, Omit<RecordedFailure, 'timing'> & { readonly atNs: Nanoseconds }>();
  #columns: readonly number[] = [];
  #isPeriods = false;
  #width = 0;
  #lastNs = 0;
  #rows = 0;

  constructor(names: NamesByKind) {
    this.#names = names;
  }

  get hasHeading(): boolean {
    return this.#width > 0;
  }

  /** Failures without a return so far. */
  get unfinished(): number {
    return this.#open.size;
  }

  /** @throws {FieldError} if the row is wrong */
  read({ fields }: CsvRow): void {
    if (this.#width === 0) {
      this.#readHeading(fields);
      return;
    }
    if (fields.length !== this.#width) {
      throw new FieldError(-1, `${fields.length} fields`, `${this.#width}, as in the heading`);
    }
    if (++this.#rows > MOST_FAILURES) throw new FieldError(-1, `more than ${MOST_FAILURES} rows`, 'a smaller table');
    if (this.#isPeriods) this.#readPeriod(fields);
    else this.#readEvent(fields);
  }

  /** All failures, in the order in which they begin as far as the table has it; those that do not end last. */
  finish(): readonly RecordedFailure[] {
    const open = [...this.#open.values()].map(({ atNs, ...failure }) => ({ ...failure, timing: { atNs } }));
    return [...this.#failures, ...open];
  }

  #readHeading(fields: readonly string[]): void {
    const heading = fields.map((title) => title.trim().toLowerCase());
    for (const [kind, names] of Object.entries(titles)) {
      const columns = names.map((name) => heading.indexOf(name));
      if (columns.includes(-1)) continue;
      this.#columns = columns;
      this.#isPeriods = kind === 'periods';
      this.#width = fields.length;
      return;
    }
    throw new FieldError(
      0,
      `the columns ${heading.slice(0, 8).map(quote).join(', ')}`,
      `${titles.events.join(', ')}, or ${titles.periods.join(', ')}`,
    );
  }

  #readEvent(fields: readonly string[]): void {
    const [time, kind, target, event] = this.#columns as [number, number, number, number];
    const atNs = seconds(fields, time, 'time');
    if (atNs < this.#lastNs) {
      throw new FieldError(time, 'a time before that of the row before', `at least ${this.#lastNs / 1e9}`);
    }
    this.#lastNs = atNs;
    const failing = this.#failingOf(fields, kind, target);
    const key = `${failing.kind} ${failing.target}`;
    const open = this.#open.get(key);
    const what = fields[event]!.trim();
    if (what === 'down') {
      if (open !== undefined) this.repeated++;
      else this.#open.set(key, { ...failing, atNs });
    } else if (what === 'up') {
      this.#open.delete(key);
      if (open === undefined) this.needless++;
      else if (atNs > open.atNs) {
        const timing = { atNs: open.atNs, durationNs: (atNs - open.atNs) as Nanoseconds };
        this.#failures.push({ ...failing, timing });
      }
    } else throw new FieldError(event, `the event ${quote(what)}`, 'down or up', ['down', 'up'], what);
  }

  #readPeriod(fields: readonly string[]): void {
    const [start, duration, kind, target] = this.#columns as [number, number, number, number];
    const atNs = seconds(fields, start, 'start');
    const durationNs = seconds(fields, duration, 'duration');
    if (durationNs === 0) throw new FieldError(duration, 'a duration of zero', 'positive seconds');
    this.#failures.push({ ...this.#failingOf(fields, kind, target), timing: { atNs, durationNs } });
  }

  #failingOf(fields: readonly string[], kind: number, target: number): Omit<RecordedFailure, 'timing'> {
    const written = fields[kind]!.trim();
    const what = kinds.find((known) => known === written);
    if (what === undefined) {
      const expected = `one of ${kinds.join(', ')}`;
      throw new FieldError(kind, `the kind ${quote(written)}`, expected, kinds, written);
    }
    const { entries, noun } = this.#names[what];
    const name = fields[target]!.trim();
    if (!entries.has(name)) {
      const expected = `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun} of the scenario`;
      throw new FieldError(target, `no ${noun} is named ${quote(name)}`, expected, [...entries.keys()], name);
    }
    return { kind: what, target: name };
  }
}

/** Seconds of a field as nanoseconds. */
function seconds(fields: readonly string[], index: number, column: string): Nanoseconds {
  const text = fields[index]!.trim();
  const value = /^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
  const ns = Math.round(value * 1e9);
  if (!(ns <= MAX_TIME_NS)) {
    throw new FieldError(index, `${column} is ${quote(text)}`, 'seconds, not negative, below 104 days');
  }
  return ns as Nanoseconds;
}
