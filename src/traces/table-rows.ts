import { ValueError } from './sample.ts';

/** A longer line is none of a trace. */
export const LONGEST_LINE = 1 << 16;

/** Cuts a text that comes in chunks into its lines; empty ones too, so that they count. */
export class Lines {
  #rest = '';

  /** @returns the length of the line that has begun and not ended */
  write(text: string, take: (line: string) => void): number {
    const all = this.#rest + text;
    let start = 0;
    for (;;) {
      const end = all.indexOf('\n', start);
      if (end < 0) break;
      take(all.slice(start, all[end - 1] === '\r' && end > start ? end - 1 : end));
      start = end + 1;
    }
    this.#rest = all.slice(start);
    return this.#rest.length;
  }

  end(take: (line: string) => void): void {
    if (this.#rest !== '') take(this.#rest);
    this.#rest = '';
  }
}

/**
 * The fields of a line; they may be quoted (RFC 4180), but no line break may be in one.
 * @param starts gets where each begins in the line, from 0, where it is wanted
 * @throws {ValueError} if a quoted field is not closed or something follows it
 */
export function splitLine(lineText: string, separator: string, starts?: number[]): string[] {
  if (starts === undefined && !lineText.includes('"')) return lineText.split(separator);
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let field = '';
    starts?.push(at);
    if (lineText[at] === '"') {
      for (;;) {
        const quote = lineText.indexOf('"', at + 1);
        if (quote < 0) throw new ValueError('a quoted field that is not closed', 'a closing quote on the same line');
        field += lineText.slice(at + 1, quote);
        at = quote + 1;
        if (lineText[at] !== '"') break;
        field += '"';
      }
      if (at < lineText.length && lineText[at] !== separator)
        throw new ValueError('text after a quoted field', `"${separator}" or the end of the line`);
    } else {
      const next = lineText.indexOf(separator, at);
      const end = next < 0 ? lineText.length : next;
      field = lineText.slice(at, end);
      at = end;
    }
    fields.push(field);
    if (at >= lineText.length) return fields;
    at++;
  }
}
