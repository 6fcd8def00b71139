import { gunzipSync } from 'node:zlib';
import { FileError, FileReader } from '../files.ts';
import { InputError, ProblemList } from '../problem.ts';
import { Source } from '../source.ts';

/** Largest file that is read as a whole, and the most that a compressed one may unpack to. */
const MAX_IMPORT_BYTES = 256 * 1024 * 1024;

/** A file of another format that is being imported, and where to report what is wrong with it. */
export class ImportedFile {
  /** As it was named. */
  readonly name: string;
  readonly problems: ProblemList;
  #text: string | undefined;
  #source: Source | undefined;

  constructor(name: string) {
    this.name = name;
    this.problems = new ProblemList(name);
  }

  /**
   * All of it, read when first asked for.
   * @throws {InputError} if it cannot be read, or is not a text, plain or gzip
   */
  get text(): string {
    return (this.#text ??= this.#orRefused(() => {
      const bytes = new FileReader([]).readBytes(this.name, MAX_IMPORT_BYTES);
      return FileReader.decode(isGzip(bytes) ? unpack(bytes) : bytes);
    }));
  }

  /**
   * Where it lies, for who reads it piece by piece.
   * @throws {InputError} if it is not there
   */
  get path(): string {
    return this.#orRefused(() => new FileReader([]).locateNamed(this.name));
  }

  #orRefused(read: () => string): string {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw new InputError([
        { file: this.name, found: error.message, ...(error.nearest === undefined ? {} : { nearest: error.nearest }) },
      ]);
    }
  }

  /** The text with its lines, for readers that report by offset. */
  get source(): Source {
    return (this.#source ??= new Source(this.name, this.text));
  }

  /** Reports something wrong on a line, from 1. */
  report(line: number, found: string, expected?: string): void {
    const { source } = this;
    const start = source.startOf(line);
    const indent = /^[ \t]*/.exec(source.locate(start).lineText)![0].length;
    const details = expected === undefined ? {} : { expected };
    this.problems.add({ source, start: start + indent, end: source.startOf(line + 1) - 1 }, [], found, details);
  }

  /** Reports something wrong with the file as a whole. */
  reportWhole(found: string, expected: string): void {
    this.problems.addFile(this.name, found, { expected });
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function unpack(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_IMPORT_BYTES });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new FileError(`a gzip file that unpacks to more than ${MAX_IMPORT_BYTES >> 20} MiB`);
    throw new FileError(code === 'Z_BUF_ERROR' ? 'a gzip file that ends too early' : 'a gzip file that is damaged');
  }
}
