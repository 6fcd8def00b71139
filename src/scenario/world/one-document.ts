import { readDocuments } from '../documents.ts';
import { nearest } from '../nearest.ts';
import { isMap, Source, type Path } from '../source.ts';
import { check, quote } from '../validation.ts';
import type { Build } from './build.ts';
import { readReferenced } from './sites.ts';

/**
 * The one document of a file that a field of the scenario refers to, its format checked.
 * @param expected how an error names what belongs there
 * @returns undefined, with the problems reported, if it is not one document of this kind, or its format is wrong
 */
export function readOneDocument(
  build: Build,
  reference: string,
  path: Path,
  { kind, schema, expected }: { readonly kind: string; readonly schema: object; readonly expected: string },
): unknown {
  const file = readReferenced(build, reference, path, 'documents');
  if (file === undefined) return undefined;
  const before = build.problems.length;
  const source = new Source(file.name, file.text, file.folder);
  const documents = (readDocuments(source, build.places, build.problems) ?? []).map(({ value }) => value);
  if (build.problems.length > before) return undefined;
  const [document] = documents;
  const found = isMap(document) ? document['kind'] : undefined;
  if (documents.length !== 1 || found !== kind) {
    const ofKind = typeof found === 'string' ? `kind ${quote(found)}` : 'no kind';
    build.problem(path, `a file of ${documents.length === 1 ? ofKind : `${documents.length} documents`}`, {
      expected,
      nearest: () => (typeof found === 'string' ? nearest(found, [kind]) : undefined),
    });
    return undefined;
  }
  check(schema, document, build.places, build.problems);
  return build.problems.length > before ? undefined : document;
}
