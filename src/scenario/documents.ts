import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type Document,
  type Node,
  type ParsedNode,
} from 'yaml';
import { findJsonMistake } from './json.ts';
import type { ProblemList } from './problem.ts';
import type { Mark, Places, Source } from './source.ts';

/** Deeper than any scenario, shallower than the reader's stack. */
const MAX_DEPTH = 64;
/** Also bounds what aliases unfold to, so that a small file cannot ask for gigabytes. */
const MAX_VALUES = 200_000;
/** In characters; what a ConfigMap of Kubernetes holds. The reader takes 50 bytes for each escaped one of a text. */
const MAX_TEXT = 1 << 20;

const knownTags = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** A document as a plain value, and its first line to point at. */
export interface ReadDocument {
  readonly value: unknown;
  readonly mark: Mark;
}

class TooMuch extends Error {
  readonly at: readonly [start: number, end: number];

  constructor(found: string, at: readonly [start: number, end: number]) {
    super(found);
    this.at = at;
  }
}

/**
 * The documents of a YAML 1.2 text as plain values; empty ones are left out. A file called .json is held to JSON.
 * What is wrong is added to `problems`; the result is undefined if a document cannot be read at all.
 * @param from offset in the source's text to read from
 */
export function readDocuments(
  source: Source,
  places: Places,
  problems: ProblemList,
  from = 0,
): ReadDocument[] | undefined {
  const mistake = source.name.endsWith('.json') ? findJsonMistake(source.text) : undefined;
  if (mistake !== undefined) {
    const { start, end, found, expected } = mistake;
    problems.add(mark(source, start, end), [], found, { expected });
    return undefined;
  }
  const before = problems.length;
  try {
    const read: ReadDocument[] = [];
    const reader = new DocumentReader(source, places, problems, from);
    for (const document of compose(source, from)) {
      reportSyntax(source, document, problems, from);
      if (document.errors.length > 0 || document.contents === null) continue;
      const value = reader.read(document);
      if (value !== null && value !== undefined) read.push({ value, mark: reader.firstLine(document) });
    }
    return problems.length > before ? undefined : read;
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    problems.add(mark(source, ...error.at), [], error.message);
    return undefined;
  }
}

/** The first mistake on each line: the others follow from it. Unknown tags are reported where values are read. */
function reportSyntax(
  source: Source,
  { errors, warnings }: Document.Parsed<ParsedNode>,
  problems: ProblemList,
  from: number,
): void {
  let lastLine = 0;
  for (const { pos, code, message } of [...errors, ...warnings]) {
    const { line } = source.locate(pos[0] + from);
    if (line === lastLine || code === 'TAG_RESOLVE_FAILED') continue;
    lastLine = line;
    problems.add(mark(source, pos[0] + from, pos[1] + from), [], yamlMessage(message));
  }
}

/** As `parseAllDocuments`, but it stops as soon as a text nests too deep or holds too much, before memory is spent. */
function* compose(source: Source, from: number): Generator<Document.Parsed<ParsedNode>> {
  const parser = new Parser();
  const composer = new Composer({ version: '1.2', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  const text = from === 0 ? source.text : source.text.slice(from);
  let lexemes = 0;
  const here = (): [number, number] => [parser.offset + from, parser.offset + from + 1];
  for (const lexeme of new Lexer().lex(text)) {
    if (++lexemes > 4 * MAX_VALUES)
      throw new TooMuch(`longer than about ${MAX_VALUES} values: list positions in a CSV file`, here());
    if (lexeme.length > MAX_TEXT && !lexeme.startsWith('#'))
      throw new TooMuch('a text of more than 1 MiB (is a quote open?)', here());
    for (const token of parser.next(lexeme)) yield* composer.next(token) as Iterable<Document.Parsed<ParsedNode>>;
    if (parser.stack.length > 2 * MAX_DEPTH) throw new TooMuch(`nested deeper than ${MAX_DEPTH} levels`, here());
  }
  for (const token of parser.end()) yield* composer.next(token) as Iterable<Document.Parsed<ParsedNode>>;
  yield* composer.end(false, text.length) as Iterable<Document.Parsed<ParsedNode>>;
}

/** The first sentence of the parser's message; positions are told by our own underline. */
function yamlMessage(message: string): string {
  return message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
}

class DocumentReader {
  readonly #source: Source;
  readonly #places: Places;
  readonly #problems: ProblemList;
  readonly #from: number;
  /** By name, as of the node that is being read. */
  readonly #anchors = new Map<string, Node>();
  /** The alias that the node that is being read comes from; of aliases in aliases, the outermost. */
  #unfolding: Node | undefined;
  #values = 0;

  constructor(source: Source, places: Places, problems: ProblemList, from: number) {
    this.#source = source;
    this.#places = places;
    this.#problems = problems;
    this.#from = from;
  }

  read(document: Document.Parsed<ParsedNode>): unknown {
    this.#anchors.clear();
    const value = this.#value(document.contents, 0);
    if (typeof value === 'object' && value !== null) {
      // the place of a document as a whole is its first line
      const { start, end } = this.firstLine(document);
      this.#places.setRoot(value, { source: this.#source, value: [start, end] });
    }
    return value;
  }

  firstLine(document: Document.Parsed<ParsedNode>): Mark {
    const [start, end] = this.#range(document.contents as Node);
    const lineEnd = this.#source.text.indexOf('\n', start);
    return mark(this.#source, start, lineEnd < 0 ? end : Math.min(lineEnd, end));
  }

  #value(node: Node | null, depth: number): unknown {
    if (++this.#values > MAX_VALUES)
      throw this.#tooMuch(node, `more than ${MAX_VALUES} values once aliases are unfolded`);
    if (depth > MAX_DEPTH) throw this.#tooMuch(node, `nested deeper than ${MAX_DEPTH} levels`);
    if (node === null) return null;
    if (isAlias(node)) {
      const anchored = this.#anchors.get(node.source);
      if (anchored === undefined) this.#report(node, `no anchor named "${node.source}" before this`);
      return anchored === undefined ? null : this.#unfold(node, anchored, depth);
    }
    if (this.#unfolding === undefined && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (node.tag !== undefined && !knownTags.has(node.tag)) this.#report(node, `the tag ${node.tag} is not supported`);
    if (isMap(node)) {
      const map: Record<string, unknown> = {};
      for (const { key, value } of node.items) this.#entry(map, key as Node, value as Node | null, depth);
      return map;
    }
    if (isSeq(node)) {
      const list: unknown[] = [];
      for (const [index, item] of (node.items as (Node | null)[]).entries()) {
        list.push(this.#value(item, depth + 1));
        if (item !== null) this.#places.set(list, index, { source: this.#source, value: this.#range(item) });
      }
      return list;
    }
    return isScalar(node) ? node.value : null;
  }

  /** An anchor's value once more; one inside itself is caught by the limit of depth. */
  #unfold(alias: Node, anchored: Node, depth: number): unknown {
    const outer = this.#unfolding;
    this.#unfolding ??= alias;
    const value = this.#value(anchored, depth + 1);
    this.#unfolding = outer;
    return value;
  }

  #tooMuch(node: Node | null, found: string): TooMuch {
    const at = this.#unfolding ?? node;
    return new TooMuch(found, at === null ? [this.#from, this.#from] : this.#range(at));
  }

  #entry(map: Record<string, unknown>, keyNode: Node, valueNode: Node | null, depth: number): void {
    const key = isScalar(keyNode) ? keyNode.value : undefined;
    if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'boolean') {
      this.#report(keyNode, 'a key that is not a text');
      return;
    }
    const name = typeof key === 'string' ? key : this.#source.text.slice(...this.#range(keyNode));
    if (name === '__proto__') return this.#report(keyNode, '"__proto__" cannot be a key');
    if (Object.hasOwn(map, name)) return this.#report(keyNode, `${JSON.stringify(name)} stands twice in this map`);
    map[name] = this.#value(valueNode, depth + 1);
    const keyRange = this.#range(keyNode);
    const empty = valueNode === null || (isScalar(valueNode) && valueNode.source === '');
    this.#places.set(map, name, {
      source: this.#source,
      key: keyRange,
      value: empty ? keyRange : this.#range(valueNode),
    });
  }

  #range(node: Node): readonly [number, number] {
    const [start, end] = node.range ?? [0, 0];
    return [start + this.#from, end + this.#from];
  }

  #report(node: Node, found: string): void {
    const [start, end] = this.#range(node);
    this.#problems.add(mark(this.#source, start, end), [], found);
  }
}

function mark(source: Source, start: number, end: number): Mark {
  return { source, start, end };
}
