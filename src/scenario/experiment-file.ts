import { nameOf, splitName } from './document-kinds.ts';
import { readDocuments } from './documents.ts';
import { FileError, FileReader, MAX_DOCUMENT_BYTES, type FileUse, type ReadFile } from './files.ts';
import { ScenarioTemplate, type LoadOptions } from './load.ts';
import { nearest } from './nearest.ts';
import { InputError, ProblemList, type Problem } from './problem.ts';
import { experimentSchema, type Experiment } from './schema/index.ts';
import { fillDefaults, type Schema } from './shape.ts';
import { isMap, Places, Source, type Mark, type Path, type Place } from './source.ts';
import { check, quote } from './validation.ts';

/** An experiment as it was read, and its scenario, to be loaded once for each cell. */
export class ExperimentFile {
  readonly experiment: Experiment;
  readonly template: ScenarioTemplate;
  /** The experiment's file, and the scenario's, as people name them. */
  readonly file: string;
  readonly scenarioFile: string;
  readonly #places: Places;
  readonly #problems: ProblemList;
  readonly #files: FileReader;

  constructor(
    parts: Pick<ExperimentFile, 'experiment' | 'template' | 'file' | 'scenarioFile'>,
    files: FileReader,
    places: Places,
    problems: ProblemList,
  ) {
    this.experiment = parts.experiment;
    this.template = parts.template;
    this.file = parts.file;
    this.scenarioFile = parts.scenarioFile;
    this.#files = files;
    this.#places = places;
    this.#problems = problems;
  }

  /** The files that have been read: the experiment's own first, then those of the scenarios of all cells that have been loaded. */
  get files(): readonly FileUse[] {
    return this.#files.uses;
  }

  /** Where the value at a path of the experiment stands. */
  place(path: Path): Place {
    return this.#places.find(this.experiment, path)!;
  }

  /** Whether anything has been reported. */
  get isBroken(): boolean {
    return this.#problems.length > 0;
  }

  /**
   * Reports what is wrong with the value at a path.
   * @param details.within part of the value's text that is meant, if it stands in the file as it is
   * @param details.ofKey whether the key is meant and not its value
   */
  report(
    path: Path,
    found: string,
    details: {
      readonly expected?: string;
      readonly nearest?: () => string | undefined;
      readonly within?: { readonly text: string; readonly start: number; readonly end: number };
      readonly ofKey?: boolean;
    } = {},
  ): void {
    const { within, ofKey, ...rest } = details;
    const whole =
      ofKey === true ? this.#places.markKey(this.experiment, path) : this.#places.markValue(this.experiment, path);
    this.#problems.add(within === undefined ? whole : narrow(whole, within), path, found, rest);
  }

  /** Reports what loading a cell's scenario has found. */
  add(problem: Problem): void {
    this.#problems.addProblem(problem);
  }

  /** @throws {InputError} with all that has been reported, if anything was */
  throwIfBroken(): void {
    this.#problems.throwIfAny();
  }
}

/**
 * Reads a file with an experiment; `file.yaml#name` chooses one of several in it. What its paths and names mean is not
 * looked at yet.
 * @throws {InputError} with all that is wrong with its format, or if its scenario cannot be read
 */
export function readExperiment(reference: string, options: LoadOptions = {}): ExperimentFile {
  const [path, name] = splitName(reference);
  const problems = new ProblemList(path);
  const places = new Places();
  const files = onFile(path, () => new FileReader(options.allow ?? []));
  const read = onFile(path, () => files.readRoot(path, MAX_DOCUMENT_BYTES));
  const folder = folderOfScenario(read, name, files);
  const document = chooseExperiment(new Source(read.name, read.text, folder), name, places, problems);
  check(experimentSchema, document, places, problems);
  problems.throwIfAny();
  fillDefaults(experimentSchema as unknown as Schema, document);
  const experiment = document as unknown as Experiment;
  const { scenario } = experiment.spec;
  try {
    const template = new ScenarioTemplate(scenario, options, { files, from: read, places });
    const [scenarioPath] = splitName(scenario);
    const located = files.readReference(scenarioPath, read, MAX_DOCUMENT_BYTES).name;
    const scenarioFile = located + scenario.slice(scenarioPath.length);
    return new ExperimentFile({ experiment, template, file: reference, scenarioFile }, files, places, problems);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const at = ['spec', 'scenario'];
    problems.add(places.markValue(document, at), at, error.message, { nearest: () => error.nearest });
    problems.throwIfAny();
    throw error;
  }
}

/** Whether a file holds an experiment and no scenario: what `validate` is to check it as. */
export function isExperimentFile(reference: string): boolean {
  const [path] = splitName(reference);
  try {
    const { name, text, folder } = new FileReader([]).readRoot(path, MAX_DOCUMENT_BYTES);
    const documents = readDocuments(new Source(name, text, folder), new Places(), new ProblemList()) ?? [];
    const kinds = documents.map(({ value }) => (isMap(value) ? value['kind'] : undefined));
    return kinds.includes('Experiment') && !kinds.includes('Scenario');
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

/** References in what an experiment puts into its scenario are the scenario's: relative to its folder. */
function folderOfScenario(read: ReadFile, name: string | undefined, files: FileReader): string {
  const places = new Places();
  const problems = new ProblemList();
  const documents = readDocuments(new Source(read.name, read.text, read.folder), places, problems) ?? [];
  const experiments = documents.map(({ value }) => value).filter((value) => isExperiment(value, name));
  const spec = isMap(experiments[0]) ? experiments[0]['spec'] : undefined;
  const scenario = isMap(spec) ? spec['scenario'] : undefined;
  if (typeof scenario !== 'string') return read.folder;
  try {
    return files.readReference(splitName(scenario)[0], read, MAX_DOCUMENT_BYTES).folder;
  } catch (error) {
    if (error instanceof FileError) return read.folder;
    throw error;
  }
}

function chooseExperiment(
  source: Source,
  name: string | undefined,
  places: Places,
  problems: ProblemList,
): Record<string, unknown> {
  const documents = readDocuments(source, places, problems) ?? [];
  problems.throwIfAny();
  const experiments = documents.filter(({ value }) => isExperiment(value, undefined));
  const chosen = experiments.filter(({ value }) => isExperiment(value, name));
  if (chosen.length === 1) return chosen[0]!.value as Record<string, unknown>;
  const names = experiments.map(({ value }) => nameOf(value)).filter((known) => known !== undefined);
  if (chosen.length > 1) {
    problems.add(chosen[1]!.mark, [], `${chosen.length} Experiments: ${names.join(', ')}`, {
      expected: `the name of one of them: ${source.name}#${names[0] ?? 'NAME'}, and names of their own`,
    });
  } else if (experiments.length > 0) {
    problems.addFile(source.name, `no Experiment is named ${quote(name!)}`, {
      expected: `one of ${names.join(', ')}`,
      nearest: () => nearest(name!, names),
    });
  } else reportNone(source, documents, places, problems);
  throw new InputError(problems.sorted());
}

function reportNone(
  source: Source,
  documents: readonly { readonly value: unknown; readonly mark: Mark }[],
  places: Places,
  problems: ProblemList,
): void {
  const expected = 'a document of kind Experiment';
  const kinds = documents.map(({ value }) => (isMap(value) ? value['kind'] : undefined));
  if (kinds.includes('Scenario')) {
    problems.addFile(source.name, 'a Scenario, but no Experiment', {
      expected: `${expected}; \`codeco-sim run\` runs scenarios`,
    });
  } else if (documents.length === 0) problems.addFile(source.name, 'no Experiment: the file is empty', { expected });
  else {
    const [{ value, mark }] = documents as [(typeof documents)[0]];
    const [kind] = kinds;
    const isText = typeof kind === 'string';
    problems.add(
      isText ? places.markValue(value, ['kind']) : mark,
      isText ? ['kind'] : [],
      isText ? `kind ${quote(kind)}` : 'a document without a kind',
      {
        expected,
        nearest: () => (isText ? nearest(kind, ['Experiment']) : undefined),
      },
    );
  }
}

const isExperiment = (value: unknown, name: string | undefined): boolean =>
  isMap(value) && value['kind'] === 'Experiment' && (name === undefined || nameOf(value) === name);

/** A part of a text, if the text stands in the file as it is and not with escapes or over several lines. */
function narrow(
  mark: Mark | undefined,
  { text, start, end }: { text: string; start: number; end: number },
): Mark | undefined {
  if (mark === undefined) return undefined;
  const at = mark.source.text.slice(mark.start, mark.end).indexOf(text);
  return at < 0 ? mark : { source: mark.source, start: mark.start + at + start, end: mark.start + at + end };
}

function onFile<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new InputError([
      { file, found: error.message, ...(error.nearest === undefined ? {} : { nearest: error.nearest }) },
    ]);
  }
}
