import { codecoAppSchema, parseQuantity, type CodecoApp } from '../../model/index.ts';
import { readDocuments } from '../documents.ts';
import type { ReadFile } from '../files.ts';
import { nearest } from '../nearest.ts';
import type { Scenario } from '../schema/index.ts';
import { isMap, Source, type Path } from '../source.ts';
import { check, quote } from '../validation.ts';
import type { Build } from './build.ts';
import { readReferenced } from './sites.ts';

/** A CodecoApp and a way to report what is wrong in it, in its own file. */
export interface LoadedCodecoApp {
  readonly app: CodecoApp;
  readonly report: (
    path: Path,
    found: string,
    details?: { readonly expected?: string; readonly nearest?: () => string | undefined },
  ) => void;
}

type WrittenBehaviour = Scenario['spec']['apps'][number]['behaviour'][string];

/** Finds CodecoApps: among the documents of a scenario's file, or in a file of their own. Each is read once. */
export class CodecoAppLibrary {
  /** What a service does whose behaviour the scenario does not state. */
  readonly defaultBehaviour: WrittenBehaviour;
  readonly #documents: ReadonlyMap<Source, readonly unknown[]>;
  readonly #files = new Map<ReadFile, readonly unknown[] | undefined>();
  readonly #loaded = new Map<unknown, LoadedCodecoApp | undefined>();

  /** @param documents CodecoApp documents that stand beside the scenario, by the text they stand in */
  constructor(documents: ReadonlyMap<Source, readonly unknown[]>, defaultBehaviour: WrittenBehaviour) {
    this.#documents = documents;
    this.defaultBehaviour = defaultBehaviour;
  }

  /** The CodecoApp that a field refers to; reported, and undefined, if there is none or it is wrong. */
  load(build: Build, reference: string, path: Path): LoadedCodecoApp | undefined {
    const source = build.places.find(build.scenario, path)?.source ?? build.source;
    const beside = this.#documents.get(source) ?? [];
    const [file, name] = splitReference(reference);
    const inSameFile = beside.filter((document) => nameOf(document) === (file === '' ? name : reference));
    // a word that names nothing beside is a mistyped name sooner than a file
    const isName = name === undefined && /^[a-z0-9][-a-z0-9]*$/.test(reference) && beside.length > 0;
    if (file === '' || isName || inSameFile.length > 0 || build.files === undefined) {
      if (inSameFile.length === 1) return this.#check(build, inSameFile[0]);
      const known = beside.map(nameOf);
      build.problem(
        path,
        `${inSameFile.length === 0 ? 'no' : 'more than one'} CodecoApp is named ${quote(name ?? reference)} in this file`,
        {
          expected:
            known.length === 0 ? 'the file of a CodecoApp, or a document in this file' : `one of ${known.join(', ')}`,
          nearest: () => nearest(name ?? reference, known),
        },
      );
      return undefined;
    }
    const read = readReferenced(build, file, path, 'documents');
    const documents = read && this.#documentsOf(build, read);
    if (documents === undefined) return undefined;
    const found = name === undefined ? documents : documents.filter((document) => nameOf(document) === name);
    if (found.length === 1) return this.#check(build, found[0]);
    const known = documents.map(nameOf);
    if (known.length === 0)
      build.problem(path, 'a file without a CodecoApp', { expected: 'a document of kind CodecoApp' });
    else if (name === undefined) {
      build.problem(path, `a file with ${known.length} CodecoApps`, {
        expected: `the name of one of them: ${file}#${known[0]}`,
      });
    } else {
      build.problem(path, `no CodecoApp is named ${quote(name)} in ${file}`, {
        expected: `one of ${known.join(', ')}`,
        nearest: () => nearest(name, known),
      });
    }
    return undefined;
  }

  /** CodecoApps of a file; documents of other kinds, such as the Services of published samples, are passed over. */
  #documentsOf(build: Build, file: ReadFile): readonly unknown[] | undefined {
    if (!this.#files.has(file)) {
      const source = new Source(file.name, file.text, file.folder);
      const documents = readDocuments(source, build.places, build.problems);
      this.#files.set(
        file,
        documents?.map(({ value }) => value).filter((document) => isMap(document) && document['kind'] === 'CodecoApp'),
      );
    }
    return this.#files.get(file);
  }

  #check(build: Build, document: unknown): LoadedCodecoApp | undefined {
    if (this.#loaded.has(document)) return this.#loaded.get(document);
    const loaded = checkCodecoApp(document, build);
    this.#loaded.set(document, loaded);
    return loaded;
  }
}

/** Checks a document of kind CodecoApp for itself; what is wrong is reported, and then the result may be undefined. */
export function checkCodecoApp(
  document: unknown,
  build: Pick<Build, 'places' | 'problems' | 'warnings'>,
): LoadedCodecoApp | undefined {
  const before = build.problems.length;
  check(codecoAppSchema, document, build.places, build.problems, { warnings: build.warnings });
  const app = document as CodecoApp;
  const report: LoadedCodecoApp['report'] = (path, found, details) =>
    build.problems.add(build.places.markValue(app, path), path, found, details);
  if (build.problems.length > before) return undefined;
  const loaded = { app, report };
  demandRequestsWithinLimits(loaded);
  warnUncallable(build, app);
  return loaded;
}

/** `file#name` in two; a reference without '#' is a file, or a name. */
function splitReference(reference: string): [file: string, name?: string] {
  const at = reference.lastIndexOf('#');
  return at < 0 ? [reference] : [reference.slice(0, at), reference.slice(at + 1)];
}

function nameOf(document: unknown): string {
  const metadata = isMap(document) ? document['metadata'] : undefined;
  const name = isMap(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

/** CODECO's types let a service have a name of one letter, but no channel name one: `otherService` demands two. */
function warnUncallable(build: Pick<Build, 'places' | 'warnings'>, app: CodecoApp): void {
  for (const [index, { serviceName }] of app.spec['codecoapp-msspec'].entries()) {
    if (serviceName.length > 1) continue;
    const path = ['spec', 'codecoapp-msspec', index, 'serviceName'];
    const expected = 'at least two characters, as otherService.serviceName demands';
    build.warnings.add(build.places.markValue(app, path), path, 'no channel can name this service', { expected });
  }
}

/** A real API server refuses a container that asks for more than it may use. */
function demandRequestsWithinLimits({ app, report }: LoadedCodecoApp): void {
  for (const [service, { podspec }] of app.spec['codecoapp-msspec'].entries()) {
    for (const [index, { resources }] of podspec.containers.entries()) {
      for (const [resource, request] of Object.entries(resources?.requests ?? {})) {
        const limit = resources?.limits?.[resource];
        if (limit === undefined || parseQuantity(request) <= parseQuantity(limit)) continue;
        const container = ['spec', 'codecoapp-msspec', service, 'podspec', 'containers', index];
        report([...container, 'resources', 'requests', resource], 'a request above the limit', {
          expected: `at most ${limit}`,
        });
      }
    }
  }
}
