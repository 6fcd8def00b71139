import type { World } from '../model/index.ts';
import { isKubernetesService, nameOf, reportKind, splitName } from './document-kinds.ts';
import { readDocuments } from './documents.ts';
import { FileError, FileReader, MAX_DOCUMENT_BYTES, type ReadFile } from './files.ts';
import { inheritNodeClasses } from './node-classes.ts';
import { withInterventions, writtenWithout } from './interventions.ts';
import { assign, override, type Assignment } from './overrides.ts';
import { hashScenario, type ScenarioHashes } from './scenario-hash.ts';
import { InputError, ProblemList, type Problem } from './problem.ts';
import { scenarioSchema, type Scenario } from './schema/index.ts';
import { fillDefaults, type Schema } from './shape.ts';
import { isMap, Places, Source, type Mark, type Place } from './source.ts';
import { check } from './validation.ts';
import { reportChoice, reportTaken, type ScenarioDocument } from './scenario-choice.ts';
import { buildWorld } from './world/index.ts';

export interface ScenarioOptions {
  /** In place of the scenario's own seed. */
  readonly seed?: number;
  /** Values to put in, `path=value`; `spec.` may be left out. */
  readonly set?: readonly string[];
}

export interface LoadOptions extends ScenarioOptions {
  /** Folders outside the scenario's own that files may be read from. */
  readonly allow?: readonly string[];
}

export interface LoadedScenario extends ScenarioHashes {
  readonly world: World;
  /** The scenario as plain JSON, after `extends` and overrides, defaults filled in. */
  readonly resolved: unknown;
  readonly warnings: readonly Problem[];
  /** Names of the files that were read, the scenario's own first. */
  readonly files: readonly string[];
}

type Document = Record<string, unknown>;

/**
 * Reads a scenario file and builds its world. `file.yaml#name` chooses one of several scenarios in a file.
 * @throws {InputError} with all that is wrong
 */
export function loadScenario(file: string, options: LoadOptions = {}): LoadedScenario {
  const loader = new Loader(options, file);
  return loader.load(loader.readFile(file));
}

/**
 * As `loadScenario`, for a text that is not on the disk yet.
 * @param name as errors name it
 * @param folder that its references to files are relative to
 * @throws {InputError} with all that is wrong
 */
export function scenarioFromText(
  text: string,
  name: string,
  folder: string,
  options: LoadOptions = {},
): LoadedScenario {
  const loader = new Loader(options, name);
  return loader.load(loader.takeText(text, name, folder));
}

/**
 * Builds the world of a scenario that is a plain object, for programs. It cannot refer to files; CodecoApps are handed
 * over beside it and are referred to by name.
 * @throws {InputError} with all that is wrong; problems have paths, and no lines
 */
export function scenarioFromObject(
  scenario: object,
  options: ScenarioOptions & { readonly codecoApps?: readonly object[] } = {},
): LoadedScenario {
  const loader = new Loader(options);
  return loader.load(loader.takeObject(scenario, options.codecoApps ?? []));
}

/** A scenario that is loaded again and again, each time with other values put in. Its file is read once. */
export class ScenarioTemplate {
  readonly #loader: Loader;
  readonly #document: Document;

  /**
   * @param files that may read it; the template refers to files as its own file does
   * @param from the file that names the scenario
   * @throws {InputError} if it cannot be read as a scenario
   */
  constructor(
    reference: string,
    options: LoadOptions,
    within: { readonly files: FileReader; readonly from: ReadFile; readonly places: Places },
  ) {
    this.#loader = new Loader(options, within.from.name, within);
    this.#document = this.#loader.readWithin(reference, within.from);
  }

  /** The scenario as it was written, `extends` merged; not to be changed. */
  get document(): object {
    return this.#document;
  }

  /**
   * Loads the scenario with values put in.
   * @param seed in place of the scenario's own
   * @throws {InputError} with all that is wrong
   */
  load(assignments: readonly Assignment[], seed?: number): LoadedScenario {
    return this.#loader.renewed(seed).loadVariant(this.#document, assignments);
  }

  /** As `load`, with values by path that have been checked before. */
  loadValues(values: Readonly<Record<string, unknown>>, seed: number): LoadedScenario {
    const source = this.#loader.textBeside('(values)');
    const place: Place = { source, value: [0, 0] };
    return this.load(
      Object.entries(values).map(([path, value]) => ({ path, value, place })),
      seed,
    );
  }
}

class Loader {
  readonly #options: LoadOptions;
  readonly #places: Places;
  readonly #problems: ProblemList;
  readonly #warnings: ProblemList;
  readonly #files: FileReader | undefined;
  /** CodecoApps beside a scenario, by the text that they stand in. */
  readonly #beside = new Map<Source, readonly unknown[]>();
  #source: Source | undefined;

  /** @param within what it shares with others that read the same files */
  constructor(
    options: LoadOptions,
    file?: string,
    within?: { readonly files: FileReader | undefined; readonly places: Places },
  ) {
    this.#options = options;
    this.#places = within?.places ?? new Places();
    this.#problems = new ProblemList(file);
    this.#warnings = new ProblemList(file);
    this.#files = within?.files;
    if (file === undefined || within !== undefined) return;
    try {
      this.#files = new FileReader(options.allow ?? []);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw new InputError([{ found: error.message, expected: 'folders that exist in --allow' }]);
    }
  }

  readFile(reference: string): Document {
    const [path, name] = splitName(reference);
    const files = this.#files!;
    let file: ReadFile;
    try {
      file = files.readRoot(path, MAX_DOCUMENT_BYTES);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw new InputError([
        { file: path, found: error.message, ...(error.nearest === undefined ? {} : { nearest: error.nearest }) },
      ]);
    }
    return this.#takeFile(file, reference, name);
  }

  /** As `readFile`, for a file that another one refers to. */
  readWithin(reference: string, from: ReadFile): Document {
    const [path, name] = splitName(reference);
    return this.#takeFile(this.#files!.readReference(path, from, MAX_DOCUMENT_BYTES), reference, name);
  }

  takeText(text: string, name: string, folder: string): Document {
    try {
      return this.#takeFile(this.#files!.takeRoot(name, text, folder), name);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw new InputError([{ file: folder, found: error.message }]);
    }
  }

  #takeFile(file: ReadFile, reference: string, name?: string): Document {
    const source = new Source(file.name, file.text, file.folder);
    this.#source = source;
    const scenario = this.#chooseScenario(source, name);
    if (scenario === undefined) {
      this.#problems.throwIfAny();
      throw new Error('a file without a scenario has passed');
    }
    this.#extend(scenario, [reference]);
    return scenario;
  }

  takeObject(scenario: object, codecoApps: readonly object[]): Document {
    const copy: unknown = JSON.parse(JSON.stringify(scenario));
    if (!isMap(copy))
      throw new InputError([{ found: 'not an object', expected: 'a scenario { apiVersion, kind, metadata, spec }' }]);
    const source = new Source('', '');
    this.#beside.set(source, JSON.parse(JSON.stringify(codecoApps)) as unknown[]);
    this.#source = source;
    if (isMap(copy['spec']) && 'extends' in copy['spec']) {
      this.#problems.add(undefined, ['spec', 'extends'], 'a reference to a file', {
        expected: 'a scenario in a file: this one is in none',
      });
    }
    return copy;
  }

  /** A loader of the same texts that has found nothing wrong yet. */
  renewed(seed?: number): Loader {
    const within = { files: this.#files?.renewed(), places: this.#places };
    const loader = new Loader(
      { ...this.#options, ...(seed === undefined ? {} : { seed }) },
      this.#source?.name,
      within,
    );
    loader.#source = this.#source;
    for (const [source, documents] of this.#beside) loader.#beside.set(source, documents);
    return loader;
  }

  /** A text whose references are relative to the scenario's folder. */
  textBeside(name: string): Source {
    return new Source(name, '', this.#source?.folder);
  }

  loadVariant(document: Document, assignments: readonly Assignment[]): LoadedScenario {
    return this.load(this.#places.copy(document), assignments);
  }

  load(scenario: Document, assignments: readonly Assignment[] = []): LoadedScenario {
    const { seed, set = [] } = this.#options;
    if (seed !== undefined && isMap(scenario['spec'])) scenario['spec']['seed'] = seed;
    for (const assignment of set) {
      const source = override(scenario, assignment, this.#source?.folder, this.#places, this.#problems);
      this.#beside.set(source, this.#beside.get(this.#source!) ?? []);
    }
    return this.#load(scenario, assignments);
  }

  #load(scenario: Document, assignments: readonly Assignment[]): LoadedScenario {
    for (const assignment of assignments) {
      const value = this.#places.copy(assignment.value);
      assign(scenario, { ...assignment, value }, this.#places, this.#problems);
      this.#beside.set(assignment.place.source, this.#beside.get(this.#source!) ?? []);
    }
    const written = writtenWithout(scenario, this.#places);
    const findings = check(scenarioSchema, scenario, this.#places, this.#problems);
    inheritNodeClasses(scenario, this.#places, this.#problems, findings);
    fillDefaults(scenarioSchema as unknown as Schema, scenario);
    const built = buildWorld(scenario as unknown as Scenario, {
      places: this.#places,
      problems: this.#problems,
      warnings: this.#warnings,
      findings,
      files: this.#files,
      documents: this.#beside,
      source: this.#source!,
    });
    const world =
      written === undefined
        ? built
        : withInterventions(built, scenario as unknown as Scenario, {
            places: this.#places,
            problems: this.#problems,
            warnings: this.#warnings,
            elsewhere: { source: this.textBeside('(values)'), value: [0, 0] },
            // a loader of its own: what it finds wrong is told at once
            build: (assignments) => this.renewed().#load(this.#places.copy(written), assignments).world,
          });
    return {
      world,
      resolved: scenario,
      ...hashScenario(scenario as unknown as Scenario, world, this.#files?.tableHashes ?? []),
      warnings: this.#warnings.sorted(),
      files: this.#files?.names ?? [],
    };
  }

  /** The scenario of a file's documents; its CodecoApps are put aside. */
  #chooseScenario(source: Source, name: string | undefined): Document | undefined {
    const documents = readDocuments(source, this.#places, this.#problems);
    if (documents === undefined) return undefined;
    const scenarios: ScenarioDocument[] = [];
    const codecoApps: unknown[] = [];
    const experiments: Mark[] = [];
    for (const read of documents) {
      const { value: document, mark } = read;
      const kind = isMap(document) ? document['kind'] : undefined;
      if (isMap(document) && kind === 'Scenario') scenarios.push({ document, name: nameOf(document), mark });
      else if (kind === 'CodecoApp') codecoApps.push(document);
      else if (kind === 'Experiment') experiments.push(mark);
      else if (!isKubernetesService(document)) reportKind(read, this.#places, this.#problems);
    }
    this.#beside.set(source, codecoApps);
    const chosen = name === undefined ? scenarios : scenarios.filter((scenario) => scenario.name === name);
    if (chosen.length === 1) return chosen[0]!.document;
    const report = { places: this.#places, problems: this.#problems };
    if (reportTaken(chosen, report)) return undefined;
    reportChoice(source, name, scenarios, { codecoApps: codecoApps.length, experiments: experiments.length }, report);
    return undefined;
  }

  /** Merges a scenario over the one that it extends, and so on. */
  #extend(scenario: Document, chain: readonly string[]): void {
    const { spec } = scenario;
    const reference = isMap(spec) ? spec['extends'] : undefined;
    if (!isMap(spec) || typeof reference !== 'string') return;
    const path = ['spec', 'extends'];
    const place = this.#places.find(scenario, path)!;
    const [file, name] = splitName(reference);
    let read: ReadFile;
    try {
      read = this.#files!.readReference(
        file,
        { name: place.source.name, folder: place.source.folder! },
        MAX_DOCUMENT_BYTES,
      );
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#problems.add(this.#places.markValue(scenario, path), path, error.message, { nearest: () => error.nearest });
      delete spec['extends'];
      return;
    }
    const identity = name === undefined ? read.name : `${read.name}#${name}`;
    if (chain.includes(identity)) {
      const circle = [...chain.slice(chain.indexOf(identity)), identity].join(' -> ');
      this.#problems.add(
        this.#places.markValue(scenario, path),
        path,
        `scenarios extend each other in a circle: ${circle}`,
      );
      this.#problems.throwIfAny();
    }
    const base = this.#chooseScenario(new Source(read.name, read.text, read.folder), name);
    if (base !== undefined) {
      this.#extend(base, [...chain, identity]);
      scenario['spec'] = this.#places.merge(base['spec'], spec);
    }
    if (isMap(scenario['spec'])) delete scenario['spec']['extends'];
  }
}
