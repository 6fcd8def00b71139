import { FcdParser } from './fcd-parser.ts';
import type { Coordinates, Sample, TraceParser } from './sample.ts';
import { TableParser } from './table-parser.ts';
import { TextFile } from './text-file.ts';

/**
 * Reads a recorded movement sample by sample, in the order of the file and in constant memory: SUMO's floating car data as
 * XML or as a table, or a table `time,id,x,y` or `time,id,lat,lon`; each plain or packed by gzip. What it is shows in its
 * first characters.
 *
 *     const reader = new TraceReader('city.fcd.xml.gz');
 *     for (let sample = reader.next(); sample !== undefined; sample = reader.next()) ...
 */
export class TraceReader {
  readonly #file: TextFile;
  readonly #name: string;
  readonly #wanted: Coordinates | undefined;
  #parser: TraceParser | undefined;
  #samples: Sample[] = [];
  #at = 0;
  #isOver = false;

  /**
   * @param path where it lies
   * @param options.name what errors call it; its path where absent
   * @param options.coordinates what x and y of SUMO's files are; where absent, what the file itself says, or else metres
   * @throws {TraceError} if it cannot be opened
   */
  constructor(path: string, options: { readonly name?: string; readonly coordinates?: Coordinates } = {}) {
    this.#name = options.name ?? path;
    this.#wanted = options.coordinates;
    this.#file = new TextFile(path, this.#name);
  }

  /** Length of the file as it lies there. */
  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  /** What the samples' positions are; known once the first one has been read. */
  get coordinates(): Coordinates {
    return this.#parser?.coordinates ?? 'planar';
  }

  /**
   * The next sample; undefined at the end, and then the file is closed.
   * @throws {TraceError} if the file is not what it should be; then it is closed
   */
  next(): Sample | undefined {
    try {
      while (this.#at >= this.#samples.length) {
        this.#samples = [];
        this.#at = 0;
        const text = this.#file.next();
        if (text === undefined) {
          const parser = this.#parser;
          if (parser === undefined || this.#isOver) return undefined;
          this.#isOver = true;
          parser.end(this.#samples);
        } else if (text !== '') {
          this.#parser ??= this.#parserFor(text);
          this.#parser.write(text, this.#samples);
        }
      }
    } catch (error) {
      this.close();
      throw error;
    }
    return this.#samples[this.#at++];
  }

  /** SHA-256 of the text, unpacked; to be asked for once, when all has been read. */
  digest(): Buffer {
    return this.#file.digest();
  }

  close(): void {
    this.#file.close();
  }

  #parserFor(text: string): TraceParser {
    const isXml = /^\ufeff?\s*</.test(text);
    return isXml ? new FcdParser(this.#name, this.#wanted) : new TableParser(this.#name, this.#wanted);
  }
}
