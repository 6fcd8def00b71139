import { FileError, FileReader, MAX_DOCUMENT_BYTES } from './files.ts';
import { readDocuments } from './documents.ts';
import { ProblemList, type Problem } from './problem.ts';
import { isMap, Places, Source } from './source.ts';
import { checkCodecoApp } from './world/codeco-apps.ts';

/**
 * Checks the CodecoApps of a file that holds no scenario, each for itself.
 * @returns how many there are, and what is doubtful; undefined for a file of another kind, which `loadScenario` judges
 * @throws {InputError} with all that is wrong
 */
export function checkCodecoAppFile(
  file: string,
): { readonly count: number; readonly warnings: readonly Problem[] } | undefined {
  const parts = { places: new Places(), problems: new ProblemList(file), warnings: new ProblemList(file) };
  let source: Source;
  try {
    const { name, text, folder } = new FileReader([]).readRoot(file, MAX_DOCUMENT_BYTES);
    source = new Source(name, text, folder);
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
  const documents = readDocuments(source, parts.places, parts.problems) ?? [];
  const kinds = documents.map(({ value }) => (isMap(value) ? value['kind'] : undefined));
  if (!kinds.includes('CodecoApp') || kinds.includes('Scenario')) return undefined;
  for (const { value } of documents) if (isMap(value) && value['kind'] === 'CodecoApp') checkCodecoApp(value, parts);
  parts.problems.throwIfAny();
  return { count: kinds.filter((kind) => kind === 'CodecoApp').length, warnings: parts.warnings.sorted() };
}
