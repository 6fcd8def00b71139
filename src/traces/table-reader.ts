import { ValueError } from './sample.ts';
import { Lines, LONGEST_LINE, splitLine } from './table-rows.ts';
import { TextFile } from './text-file.ts';
import { TraceError } from './trace-error.ts';

/** A row of a table, and where it stands. */
export interface TableRow {
  readonly fields: readonly string[];
  /** From 1. */
  readonly line: number;
  readonly lineText: string;
}

/**
 * Reads a table (CSV, its heading the first row) row by row, plain or packed by gzip, in constant memory. Empty lines are
 * passed over; each row has as many fields as the heading.
 */
export class TableReader {
  readonly #file: TextFile;
  readonly #name: string;
  readonly #lines = new Lines();
  #rows: TableRow[] = [];
  #at = 0;
  #line = 0;
  #width = 0;
  #isOver = false;

  /**
   * @param path where it lies
   * @param name what errors call it
   * @throws {TraceError} if it cannot be opened
   */
  constructor(path: string, name: string) {
    this.#name = name;
    this.#file = new TextFile(path, name);
  }

  /** Length of the file as it lies there. */
  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  /**
   * The next row, the heading first; undefined at the end, and then the file is closed.
   * @throws {TraceError} if the file or the row is not what it should be
   */
  next(): TableRow | undefined {
    while (this.#at >= this.#rows.length) {
      if (this.#isOver) return undefined;
      this.#rows = [];
      this.#at = 0;
      const text = this.#file.next();
      const take = (line: string): void => this.#take(line);
      if (text === undefined) {
        this.#isOver = true;
        this.#lines.end(take);
      } else if (this.#lines.write(text, take) > LONGEST_LINE) {
        throw new TraceError(this.#name, `a line of more than ${LONGEST_LINE} characters`, { line: this.#line + 1 });
      }
    }
    return this.#rows[this.#at++];
  }

  /** What is wrong with a field of a row. */
  fieldError(row: TableRow, field: number, found: string, details: { expected: string; nearest?: string }): TraceError {
    const { line, lineText } = row;
    const starts: number[] = [];
    const { length } = splitLine(lineText, ',', starts);
    const start = starts[field] ?? 0;
    const end = field + 1 < length ? starts[field + 1]! - 1 : lineText.length;
    const width = Math.max(1, end - start);
    return new TraceError(this.#name, found, { ...details, line, column: start + 1, lineText, width });
  }

  /** SHA-256 of the text, unpacked; to be asked for once, when all has been read. */
  digest(): Buffer {
    return this.#file.digest();
  }

  close(): void {
    this.#file.close();
  }

  #take(text: string): void {
    const line = ++this.#line;
    if (text === '') return;
    const lineText = this.#width === 0 ? text.replace('\ufeff', '') : text;
    let fields: string[];
    try {
      fields = splitLine(lineText, ',');
      if (this.#width === 0) this.#width = fields.length;
      if (fields.length !== this.#width) {
        const found = `${fields.length} field${fields.length === 1 ? '' : 's'}`;
        throw new ValueError(found, `${this.#width}, as in the heading`);
      }
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new TraceError(this.#name, error.message, { expected: error.expected, line, column: 1, lineText });
    }
    this.#rows.push({ fields, line, lineText });
  }
}
