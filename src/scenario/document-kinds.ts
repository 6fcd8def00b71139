import type { ReadDocument } from './documents.ts';
import { nearest } from './nearest.ts';
import type { ProblemList } from './problem.ts';
import { isMap, type Places } from './source.ts';
import { quote } from './validation.ts';

/** `file#name` in two, unless the part after '#' belongs to a file's name. */
export function splitName(reference: string): [path: string, name?: string] {
  const match = /^(.+)#([a-z0-9][-a-z0-9]*)$/.exec(reference);
  return match === null ? [reference] : [match[1]!, match[2]!];
}

/** Whether a document is a Service, as published samples of CodecoApps have it beside them. */
export function isKubernetesService(document: unknown): boolean {
  return isMap(document) && document['apiVersion'] === 'v1' && document['kind'] === 'Service';
}

/** `metadata.name` of a document, if it has one. */
export function nameOf(document: unknown): string | undefined {
  const metadata = isMap(document) ? document['metadata'] : undefined;
  return isMap(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : undefined;
}

/** Reports a document that is of no kind that a file may hold. */
export function reportKind({ value: document, mark }: ReadDocument, places: Places, problems: ProblemList): void {
  const expected = 'kind: Scenario, kind: Experiment or kind: CodecoApp';
  if (!isMap(document)) {
    problems.add(mark, [], 'a document that is not a map', { expected });
    return;
  }
  const { kind } = document;
  const at = places.markValue(document, ['kind']);
  if (typeof kind !== 'string') problems.add(at, ['kind'], 'a document without a kind', { expected });
  else {
    problems.add(at, ['kind'], `unknown kind ${quote(kind)}`, {
      expected,
      nearest: () => nearest(kind, ['Scenario', 'Experiment', 'CodecoApp']),
    });
  }
}
