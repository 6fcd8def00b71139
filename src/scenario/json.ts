import { quote } from './validation.ts';

/** What makes a text no JSON, and where. */
export interface JsonMistake {
  readonly start: number;
  readonly end: number;
  readonly found: string;
  readonly expected: string;
}

const blank = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const escape = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
const word = /[\w$.+-]+/y;

/**
 * The first mistake in a JSON text (RFC 8259); undefined if it is one, or is blank. JSON.parse decides the same, but does
 * not always tell where, and the parser that tells where values stand reads YAML, which allows much more.
 */
export function findJsonMistake(text: string): JsonMistake | undefined {
  return new JsonScanner(text).scan();
}

/** Without recursion, so that deep nesting is no danger. */
class JsonScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): JsonMistake | undefined {
    this.#skip(blank);
    if (this.#at === this.#text.length) return undefined;
    const open: ('}' | ']')[] = [];
    let isValueNext = true;
    for (;;) {
      if (isValueNext) {
        const start = this.#text[this.#at];
        if (start === '{' || start === '[') {
          this.#at++;
          this.#skip(blank);
          const end = start === '{' ? '}' : ']';
          if (this.#text[this.#at] !== end) {
            open.push(end);
            const mistake = end === '}' ? this.#key() : undefined;
            if (mistake !== undefined) return mistake;
            continue;
          }
          this.#at++;
        } else {
          const mistake = this.#scalar(open.at(-1));
          if (mistake !== undefined) return mistake;
        }
        isValueNext = false;
      }
      this.#skip(blank);
      const end = open.at(-1);
      const next = this.#text[this.#at];
      if (end === undefined) {
        return next === undefined
          ? undefined
          : this.#mistake('the end of the file: several documents stand in a .yaml file');
      }
      if (next === end) {
        this.#at++;
        open.pop();
      } else if (next === ',') {
        const comma = this.#at++;
        this.#skip(blank);
        if (this.#text[this.#at] === end) {
          const expected = `no comma before the ${end} in JSON`;
          return { start: comma, end: comma + 1, found: 'a comma after the last entry', expected };
        }
        const mistake = end === '}' ? this.#key() : undefined;
        if (mistake !== undefined) return mistake;
        isValueNext = true;
      } else return this.#mistake(`"," or "${end}"`);
    }
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const isThere = pattern.test(this.#text);
    if (isThere) this.#at = pattern.lastIndex;
    return isThere;
  }

  #scalar(end: string | undefined): JsonMistake | undefined {
    if (this.#text[this.#at] === '"') return this.#string();
    for (const name of ['true', 'false', 'null']) {
      if (!this.#text.startsWith(name, this.#at)) continue;
      this.#at += name.length;
      return undefined;
    }
    if (this.#skip(number)) return undefined;
    if (this.#text[this.#at] === "'") return this.#mistake('a text in double quotes');
    return this.#mistake(
      end === ']' ? 'a value or "]"; texts stand in double quotes' : 'a value; texts stand in double quotes',
    );
  }

  /** A name and its colon. */
  #key(): JsonMistake | undefined {
    if (this.#text[this.#at] !== '"') return this.#mistake('a name in double quotes');
    const mistake = this.#string();
    if (mistake !== undefined) return mistake;
    this.#skip(blank);
    if (this.#text[this.#at] !== ':') return this.#mistake('":"');
    this.#at++;
    this.#skip(blank);
    return undefined;
  }

  /** A text, after its opening quote; character by character, as one may be longer than a pattern's stack. */
  #string(): JsonMistake | undefined {
    const text = this.#text;
    for (let at = this.#at + 1; at < text.length; at++) {
      if (text[at] === '"') {
        this.#at = at + 1;
        return undefined;
      }
      if (text[at] === '\\') {
        escape.lastIndex = at;
        if (!escape.test(text)) {
          const found = `the escape ${text.slice(at, at + 2)}`;
          return { start: at, end: at + 2, found, expected: 'an escape of JSON such as \\n, \\" or \\u00e9' };
        }
        at = escape.lastIndex - 1;
      } else if (text.charCodeAt(at) < 0x20) {
        const found =
          text[at] === '\n' || text[at] === '\r' ? 'a text that goes on over a line' : 'a control character';
        return { start: at, end: at + 1, found, expected: 'the quote that ends the text, or an escape such as \\n' };
      }
    }
    const expected = 'a double quote that ends it';
    return { start: this.#at, end: this.#at + 1, found: 'a text that does not end', expected };
  }

  #mistake(expected: string): JsonMistake {
    const start = this.#at;
    if (start === this.#text.length) return { start, end: start, found: 'the end of the file', expected };
    const rest = this.#text.slice(start, start + 2);
    if (rest === '//' || rest === '/*' || rest[0] === '#') {
      return { start, end: start + 1, found: 'a comment', expected: `${expected}: JSON has no comments` };
    }
    if (rest[0] === "'") return { start, end: start + 1, found: 'a single quote', expected };
    const end = this.#skip(word) ? this.#at : start + 1;
    return { start, end, found: quote(this.#text.slice(start, Math.min(end, start + 40))), expected };
  }
}
