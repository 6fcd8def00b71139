import type { FileReader, ReadFile } from '../files.ts';
import { nearest } from '../nearest.ts';
import type { ProblemList } from '../problem.ts';
import type { Scenario } from '../schema/index.ts';
import { formatPath, isMap, type Path, type Places, type Source } from '../source.ts';
import { quote, type Findings } from '../validation.ts';

/** The names of one kind of entity. */
export class Names<Entry> {
  readonly noun: string;
  readonly entries = new Map<string, { readonly entry: Entry; readonly path: Path }>();
  /** False once a declaration could not be read: then an unknown name may be its, and is not reported. */
  complete = true;

  constructor(noun: string) {
    this.noun = noun;
  }
}

interface Details {
  readonly expected?: string;
  readonly nearest?: () => string | undefined;
}

/** What building a world from a checked scenario has at hand: the scenario, and where to report what is wrong with it. */
export class Build {
  readonly scenario: Scenario;
  readonly places: Places;
  readonly problems: ProblemList;
  readonly warnings: ProblemList;
  /** Absent where the scenario is a plain object that refers to no files. */
  readonly files: FileReader | undefined;
  /** The text that a value without a place of its own comes from. */
  readonly source: Source;
  readonly #findings: Findings;
  /** Offsets of the mistakes told so far, by table. */
  readonly #mistakes = new Map<ReadFile, Set<number>>();

  constructor(
    scenario: Scenario,
    parts: {
      places: Places;
      problems: ProblemList;
      warnings: ProblemList;
      findings: Findings;
      files: FileReader | undefined;
      source: Source;
    },
  ) {
    this.scenario = scenario;
    this.places = parts.places;
    this.problems = parts.problems;
    this.warnings = parts.warnings;
    this.files = parts.files;
    this.source = parts.source;
    this.#findings = parts.findings;
  }

  /** Whether the format check has found something wrong there: then its values cannot be read. */
  isBroken(...path: Path): boolean {
    return this.#findings.isBroken(path);
  }

  /** The entries of a list that can be read, with their paths. */
  *readable<Item>(list: readonly Item[] | undefined, ...path: Path): Generator<[item: Item, path: Path]> {
    if (!Array.isArray(list)) return;
    for (const [index, item] of (list as readonly Item[]).entries()) {
      if (!this.isBroken(...path, index)) yield [item, [...path, index]];
    }
  }

  /** An entry with stand-ins for the fields that cannot be read. */
  readableFields<Entry extends object>(
    entry: Entry,
    path: Path,
    standIns: Partial<Record<keyof Entry, unknown>>,
  ): Entry {
    const fields = Object.keys(standIns).filter((field) => this.isBroken(...path, field));
    return { ...entry, ...Object.fromEntries(fields.map((field) => [field, standIns[field as keyof Entry]])) };
  }

  /** Reports names that nothing has in the fields of entries which cannot be read as a whole. */
  checkNames(list: unknown, path: Path, fields: Readonly<Record<string, Names<unknown>>>): void {
    if (!Array.isArray(list)) return;
    for (const [index, entry] of (list as unknown[]).entries()) {
      if (!isMap(entry) || !this.isBroken(...path, index)) continue;
      for (const [field, names] of Object.entries(fields)) {
        const at = [...path, index, field];
        const name = entry[field];
        if (typeof name === 'string' && !this.isBroken(...at)) this.resolve(names, name, at);
      }
    }
  }

  problem(path: Path, found: string, details: Details = {}): void {
    this.problems.add(this.places.markValue(this.scenario, path), path, found, details);
  }

  /** A problem with an entry as a whole, told at its key or first line. */
  entryProblem(path: Path, found: string, details: Details = {}): void {
    this.problems.add(this.places.markKey(this.scenario, path), path, found, details);
  }

  warn(path: Path, found: string, details: Details = {}): void {
    this.warnings.add(this.places.markValue(this.scenario, path), path, found, details);
  }

  /** Whether a mistake in a table has not been told before, for another field that refers to the same table. */
  isNewMistake(file: ReadFile, offset: number): boolean {
    let offsets = this.#mistakes.get(file);
    if (offsets === undefined) this.#mistakes.set(file, (offsets = new Set()));
    return offsets.size < offsets.add(offset).size;
  }

  /** @returns whether the name was free */
  declare<Entry>(names: Names<Entry>, name: string, entry: Entry, path: Path): boolean {
    const taken = names.entries.get(name);
    if (taken === undefined) {
      names.entries.set(name, { entry, path });
      return true;
    }
    this.problem(path, `the name ${quote(name)} is taken`, {
      expected: `a name of its own: ${formatPath(taken.path)} has this one`,
    });
    return false;
  }

  /** What a name stands for; reported, and undefined, if nothing has it. */
  resolve<Entry>(names: Names<Entry>, name: string, path: Path): Entry | undefined {
    const found = names.entries.get(name);
    if (found === undefined && names.complete) {
      this.problem(path, `no ${names.noun} is named ${quote(name)}`, this.#known(names, name));
    }
    return found?.entry;
  }

  #known(names: Names<unknown>, name: string): Details {
    const known = [...names.entries.keys()];
    if (known.length === 0) return { expected: `the name of a ${names.noun}; the scenario has none` };
    const some = known.length > 8 ? `${known.slice(0, 8).join(', ')}, ...` : known.join(', ');
    return {
      expected: known.length === 1 ? known[0]! : `one of ${some}`,
      nearest: () => nearest(name, known),
    };
  }
}
