/** A row of a table and the line of the file that it begins on, from 1. */
export interface CsvRow {
  readonly line: number;
  /** Offset of its first character. */
  readonly start: number;
  readonly fields: readonly string[];
}

export class CsvError extends Error {
  readonly line: number;
  /** Offset of the field. */
  readonly start: number;

  constructor(line: number, start: number, found: string) {
    super(found);
    this.line = line;
    this.start = start;
  }
}

/**
 * Rows of a comma-separated text (RFC 4180), empty lines left out.
 * @throws {CsvError} if a quoted field is not closed or is followed by something else
 */
export function* readCsv(text: string): Generator<CsvRow> {
  let at = text.startsWith('\ufeff') ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const start = at;
    const firstLine = line;
    const fields: string[] = [];
    for (;;) {
      let end: number;
      if (text[at] === '"') {
        const fieldStart = at;
        let field = '';
        for (;;) {
          const quote = text.indexOf('"', at + 1);
          if (quote < 0) throw new CsvError(firstLine, fieldStart, 'a quoted field that is not closed');
          field += text.slice(at + 1, quote);
          at = quote + 1;
          if (text[at] !== '"') break;
          field += '"';
        }
        end = at;
        for (let i = field.indexOf('\n'); i >= 0; i = field.indexOf('\n', i + 1)) line++;
        fields.push(field);
        if (end < text.length && !',\r\n'.includes(text[end]!))
          throw new CsvError(line, fieldStart, 'text after a quoted field');
      } else {
        end = at;
        while (end < text.length && !',\r\n'.includes(text[end]!)) end++;
        fields.push(text.slice(at, end));
      }
      at = end + 1;
      if (text[end] !== ',') {
        if (text[end] === '\r' && text[at] === '\n') at++;
        break;
      }
    }
    line++;
    if (fields.length > 1 || fields[0] !== '') yield { line: firstLine, start, fields };
  }
}

/**
 * Where a field of a row stands, its quotes with it.
 * @param rowStart offset of the row's first character
 */
export function fieldRange(text: string, rowStart: number, index: number): readonly [start: number, end: number] {
  let start = rowStart;
  for (let left = index; ; left--) {
    let end = start;
    if (text[end] === '"') {
      do end = text.indexOf('"', end + 1) + 1;
      while (text[end] === '"');
    } else while (end < text.length && !',\r\n'.includes(text[end]!)) end++;
    if (left === 0) return [start, end];
    start = end + 1;
  }
}
