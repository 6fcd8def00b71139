import { createHash } from 'node:crypto';
import type { World } from '../model/index.ts';
import { readDocuments, type ReadDocument } from './documents.ts';
import { FileError, FileReader, MAX_DOCUMENT_BYTES, type ReadFile } from './files.ts';
import { nearest } from './nearest.ts';
import { inheritNodeClasses } from './node-classes.ts';
import { override } from './overrides.ts';
import { InputError, ProblemList, type Problem } from './problem.ts';
import { scenarioSchema, type Scenario } from './schema/index.ts';
import { fillDefaults, type Schema } from './shape.ts';
import { isMap, Places, Source, type Mark } from './source.ts';
import { check, quote } from './validation.ts';
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

export interface LoadedScenario {
  readonly world: World;
  /** The scenario as plain JSON, after `extends` and overrides, defaults filled in. */
  readonly resolved: unknown;
  /** SHA-256 of `resolved`, and of the CodecoApps, scheduler's profile and other files it refers to: what a run depends on. */
  readonly hash: string;
  readonly warnings: readonly Problem[];
  /** Names of the files that were read, the scenario's own first. */
  readonly files: readonly string[];
}

type Document = Record<string, unknown>;

interface ScenarioDocument {
  readonly document: Document;
  readonly name: string | undefined;
  /** Its first line. */
  readonly mark: Mark;
}

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

class Loader {
  readonly #options: LoadOptions;
  readonly #places = new Places();
  readonly #problems: ProblemList;
  readonly #warnings: ProblemList;
  readonly #files: FileReader | undefined;
  /** CodecoApps beside a scenario, by the text that they stand in. */
  readonly #beside = new Map<Source, readonly unknown[]>();
  #source: Source | undefined;

  constructor(options: LoadOptions, file?: string) {
    this.#options = options;
    this.#problems = new ProblemList(file);
    this.#warnings = new ProblemList(file);
    if (file === undefined) return;
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

  load(scenario: Document): LoadedScenario {
    const { seed, set = [] } = this.#options;
    if (seed !== undefined && isMap(scenario['spec'])) scenario['spec']['seed'] = seed;
    for (const assignment of set) {
      const source = override(scenario, assignment, this.#source?.folder, this.#places, this.#problems);
      this.#beside.set(source, this.#beside.get(this.#source!) ?? []);
    }
    const findings = check(scenarioSchema, scenario, this.#places, this.#problems);
    inheritNodeClasses(scenario, this.#places, this.#problems, findings);
    fillDefaults(scenarioSchema as unknown as Schema, scenario);
    const world = buildWorld(scenario as unknown as Scenario, {
      places: this.#places,
      problems: this.#problems,
      warnings: this.#warnings,
      findings,
      files: this.#files,
      documents: this.#beside,
      source: this.#source!,
    });
    return {
      world,
      resolved: scenario,
      hash: this.#hash(scenario, world),
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
    for (const read of documents) {
      const { value: document, mark } = read;
      const kind = isMap(document) ? document['kind'] : undefined;
      if (isMap(document) && kind === 'Scenario') scenarios.push({ document, name: nameOf(document), mark });
      else if (kind === 'CodecoApp') codecoApps.push(document);
      else if (!isKubernetesService(document)) this.#reportKind(read);
    }
    this.#beside.set(source, codecoApps);
    const chosen = name === undefined ? scenarios : scenarios.filter((scenario) => scenario.name === name);
    if (chosen.length === 1) return chosen[0]!.document;
    if (this.#reportTaken(chosen)) return undefined;
    this.#reportChoice(source, name, scenarios, codecoApps.length);
    return undefined;
  }

  #reportKind({ value: document, mark }: ReadDocument): void {
    const expected = 'kind: Scenario or kind: CodecoApp';
    if (!isMap(document)) {
      this.#problems.add(mark, [], 'a document that is not a map', { expected });
    } else if (typeof document['kind'] === 'string') {
      const { kind } = document;
      const details = { expected, nearest: () => nearest(kind as string, ['Scenario', 'CodecoApp']) };
      this.#problems.add(
        this.#places.markValue(document, ['kind']),
        ['kind'],
        `unknown kind ${quote(kind as string)}`,
        details,
      );
    } else
      this.#problems.add(this.#places.markValue(document, ['kind']), ['kind'], 'a document without a kind', {
        expected,
      });
  }

  /** Scenarios of one name cannot be told apart. */
  #reportTaken(scenarios: readonly ScenarioDocument[]): boolean {
    const firsts = new Map<string, ScenarioDocument>();
    let areTaken = false;
    for (const scenario of scenarios) {
      const { name, document } = scenario;
      if (name === undefined) continue;
      const first = firsts.get(name);
      if (first === undefined) {
        firsts.set(name, scenario);
        continue;
      }
      areTaken = true;
      const path = ['metadata', 'name'];
      const { source, start } = this.#places.markValue(first.document, path)!;
      this.#problems.add(this.#places.markValue(document, path), path, `the name ${quote(name)} is taken`, {
        expected: `a name of its own: the Scenario of line ${source.locate(start).line} has this one`,
      });
    }
    return areTaken;
  }

  #reportChoice(
    source: Source,
    name: string | undefined,
    scenarios: readonly ScenarioDocument[],
    codecoApps: number,
  ): void {
    const known = scenarios.map((scenario) => scenario.name).filter((other) => other !== undefined);
    if (name !== undefined && scenarios.length > 0) {
      const expected = known.length === 0 ? 'a metadata.name in the Scenario' : `one of ${known.join(', ')}`;
      const details = { expected, nearest: () => nearest(name, known) };
      this.#problems.addFile(source.name, `no Scenario is named ${quote(name)}`, details);
    } else if (scenarios.length > 1) {
      const [first] = known;
      const expected =
        first === undefined ? 'a metadata.name in each' : `the name of one of them: ${source.name}#${first}`;
      const names = scenarios.map((scenario) => scenario.name ?? '(no name)').join(', ');
      this.#problems.add(scenarios[1]!.mark, [], `${scenarios.length} Scenarios: ${names}`, { expected });
    } else if (this.#problems.length === 0) {
      const found = codecoApps > 0 ? 'a CodecoApp, but no Scenario' : 'no Scenario: the file is empty';
      this.#problems.addFile(source.name, found, {
        expected: 'a document of kind Scenario; `codeco-sim init` writes one',
      });
    }
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

  #hash(resolved: unknown, world: World): string {
    const hash = createHash('sha256').update(canonical(withoutExpectations(resolved)));
    for (const { source } of world.apps) hash.update('\0').update(canonical(source));
    const { schedulerProfile } = world.orchestration;
    if (schedulerProfile !== undefined) hash.update('\0').update(canonical(schedulerProfile));
    for (const tableHash of this.#files?.tableHashes ?? []) hash.update('\0').update(tableHash);
    return hash.digest('hex');
  }
}

/** What is expected of a run changes nothing in it. */
function withoutExpectations(resolved: unknown): unknown {
  if (!isMap(resolved) || !isMap(resolved['spec']) || !('expect' in resolved['spec'])) return resolved;
  const { expect: _, ...spec } = resolved['spec'];
  return { ...resolved, spec };
}

/** `file#name` in two, unless the part after '#' belongs to a file's name. */
function splitName(reference: string): [path: string, name?: string] {
  const match = /^(.+)#([a-z0-9][-a-z0-9]*)$/.exec(reference);
  return match === null ? [reference] : [match[1]!, match[2]!];
}

function isKubernetesService(document: unknown): boolean {
  return isMap(document) && document['apiVersion'] === 'v1' && document['kind'] === 'Service';
}

function nameOf(document: Document): string | undefined {
  const { metadata } = document;
  return isMap(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : undefined;
}

/** JSON whose maps are in the order of their keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isMap(part) ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) : part,
  );
}
