import sax from 'sax';
import { InputError } from '../problem.ts';
import { quote } from '../validation.ts';
import type { ImportedFile } from './imported-file.ts';

/** An element as it opens. `line` is where it stands, from 1. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly line: number;
}

export interface XmlHandler {
  open(element: Element): void;
  /** @param text what stood between the tags, without that of inner elements */
  close(name: string, text: string): void;
}

/**
 * Reads an XML text and tells its elements in order; names without their prefixes. Entities of the document's own are
 * not expanded.
 * @param root the root element that the format has
 * @throws {InputError} if the text is empty, not well-formed, ends too early, or has another root
 */
export function readXml(file: ImportedFile, root: string, handler: XmlHandler): void {
  const parser = sax.parser(true, { position: true });
  const texts: string[] = [];
  let seen = false;
  const stop = (line: number, found: string, expected: string): never => {
    file.report(line, found, expected);
    file.problems.throwIfAny();
    throw new Error('a reported problem has been lost');
  };
  parser.onerror = ({ message }) =>
    stop(parser.line + 1, saxMessage(message), `well-formed XML with the root <${root}>`);
  parser.onopentag = ({ name, attributes }) => {
    const local = withoutPrefix(name);
    const line = lineOf(file, parser.startTagPosition);
    if (!seen && local !== root) stop(line, `the root element ${quote(local)}`, `a document with the root <${root}>`);
    seen = true;
    texts.push('');
    handler.open({ name: local, attributes: attributes as Record<string, string>, line });
  };
  const addText = (text: string): void => {
    if (texts.length > 0) texts[texts.length - 1] += text;
  };
  parser.ontext = addText;
  parser.oncdata = addText;
  parser.onclosetag = (name) => handler.close(withoutPrefix(name), texts.pop()!.trim());
  if (file.text.trim() === '')
    throw new InputError([
      { file: file.name, found: 'an empty file', expected: `an XML document with the root <${root}>` },
    ]);
  parser.write(file.text).close();
  if (!seen) file.reportWhole('no XML element', `a document with the root <${root}>`);
  file.problems.throwIfAny();
}

const withoutPrefix = (name: string): string => name.slice(name.indexOf(':') + 1);

/** The parser counts from 1, and points behind the opening bracket. */
function lineOf(file: ImportedFile, position: number): number {
  return file.source.locate(Math.max(position - 1, 0)).line;
}

/** The first sentence of the parser's message; its position is told by our own. */
function saxMessage(message: string): string {
  const [first = ''] = message.split('\n');
  return `not well-formed: ${first.charAt(0).toLowerCase()}${first.slice(1).replace(/\.$/, '')}`;
}
