import { Bool, Dictionary as DictionaryType, Float64, Int32, makeData, makeVector, type Data, type DataType } from 'apache-arrow';
import { giveMemory, takeMemory } from './cell-memory.ts';
import { NO_CODE, NO_INT32, type Column } from './columns.ts';
import { UTF8, encodeText, type Dictionary } from './dictionary.ts';
import type { Digest } from '../kernel/index.ts';

/**
 * The cells of one column for one batch. The producer writes plain numbers into `cells`, null being a number of its own;
 * `seal` checks them, and splits them into Arrow's values and validity bits. Memory is taken once and used again for
 * every batch, and by the next run of the process; a table of few rows touches no more of it than they need.
 */
export interface ColumnBuffer {
  readonly cells: Float64Array | Int32Array | Uint8Array | (string | null)[];
  readonly type: DataType;
  /** Marks the cells of the rows from `first` to before `end` as never written; before the first row of a batch at 0. */
  prepare(first: number, end: number): void;
  /**
   * The first `rows` cells as Arrow data, which borrows the buffers until the next batch is prepared. Folds them into the digest.
   * @throws {RangeError} if a cell was never written or holds what the column cannot
   */
  seal(rows: number, digest: Digest): Data;
  /** Gives the memory back: neither the cells nor what was sealed is to be used any more. */
  release(): void;
}

/** Makes the buffer of a column. `place` names it in errors: `requests.latency_ns`. */
export function columnBuffer(place: string, column: Column, capacity: number, of?: DictionaryOf): ColumnBuffer {
  switch (column.kind) {
    case 'float64':
      return new Float64Buffer(place, column.nullable === true, capacity);
    case 'int32':
      return new Int32Buffer(place, column.nullable === true, capacity);
    case 'dictionary':
      return new Int32Buffer(place, column.nullable === true, capacity, of);
    case 'bool':
      return new BoolBuffer(place, capacity);
    case 'utf8':
      return new TextBuffer(place, column.nullable === true);
  }
}

/** A dictionary and the number by which an Arrow file knows it. */
export interface DictionaryOf {
  readonly dictionary: Dictionary;
  readonly id: number;
}

const FLOAT64 = new Float64();
const INT32 = new Int32();
const BOOL = new Bool();
/** What a batch carries in place of its dictionary, which is written at the end of the file. */
const NO_STRINGS = makeVector(makeData({ type: UTF8 }));

/** Zeros: Arrow writes bits in whole words, those after the last row too. */
const wordsOf = (capacity: number) => new Int32Array(takeMemory(capacity / 8)).fill(0);
const bytesOf = (words: Int32Array) => new Uint8Array(words.buffer);

function release(...arrays: readonly (Float64Array | Int32Array | Uint8Array)[]): void {
  for (const { buffer } of arrays) giveMemory(buffer as ArrayBuffer);
}

/** Folds which cells have a value: nothing but a zero when all have one. */
function foldValidity(digest: Digest, nullCount: number, validity: Int32Array, rows: number): void {
  digest.update(nullCount);
  if (nullCount > 0) digest.updateWords(validity, (rows + 31) >> 5);
}

function fault(place: string, row: number, what: string): RangeError {
  return new RangeError(`${place}, row ${row} of the batch: ${what}`);
}

class Float64Buffer implements ColumnBuffer {
  readonly cells: Float64Array;
  readonly type = FLOAT64;
  readonly #place: string;
  readonly #nullable: boolean;
  readonly #words: Int32Array;
  readonly #validity: Int32Array;
  readonly #validityBytes: Uint8Array;

  constructor(place: string, nullable: boolean, capacity: number) {
    this.#place = place;
    this.#nullable = nullable;
    this.cells = new Float64Array(takeMemory(8 * capacity));
    this.#words = new Int32Array(this.cells.buffer);
    this.#validity = wordsOf(capacity);
    this.#validityBytes = bytesOf(this.#validity);
  }

  release(): void {
    release(this.cells, this.#validity);
  }

  prepare(first: number, end: number): void {
    this.cells.fill(NaN, first, end);
  }

  seal(rows: number, digest: Digest): Data {
    const { cells } = this;
    let nullCount = 0;
    for (let first = 0; first < rows; first += 32) {
      const end = Math.min(first + 32, rows);
      let word = 0;
      for (let i = first; i < end; i++) {
        const value = cells[i]!;
        // neither NaN nor an infinity
        if (value - value === 0) word |= 1 << (i & 31);
        else {
          if (value === value) throw fault(this.#place, i, `${value} is not a finite number`);
          if (!this.#nullable) throw fault(this.#place, i, 'was not written, or is NaN, and may not be null');
          cells[i] = 0;
          nullCount++;
        }
      }
      this.#validity[first >> 5] = word;
    }
    foldValidity(digest, nullCount, this.#validity, rows);
    digest.updateWords(this.#words, 2 * rows);
    return makeData({ type: this.type, length: rows, nullCount, nullBitmap: this.#validityBytes, data: cells });
  }
}

/** Whole numbers, and codes of strings. */
class Int32Buffer implements ColumnBuffer {
  readonly cells: Int32Array;
  readonly type: Int32 | DictionaryType;
  readonly #place: string;
  readonly #nullable: boolean;
  readonly #dictionary: Dictionary | undefined;
  readonly #none: number;
  readonly #validity: Int32Array;
  readonly #validityBytes: Uint8Array;

  constructor(place: string, nullable: boolean, capacity: number, of?: DictionaryOf) {
    this.#place = place;
    this.#nullable = nullable;
    this.#dictionary = of?.dictionary;
    this.#none = of === undefined ? NO_INT32 : NO_CODE;
    this.type = of === undefined ? INT32 : new DictionaryType(UTF8, INT32, of.id, false);
    this.cells = new Int32Array(takeMemory(4 * capacity));
    this.#validity = wordsOf(capacity);
    this.#validityBytes = bytesOf(this.#validity);
  }

  release(): void {
    release(this.cells, this.#validity);
  }

  prepare(first: number, end: number): void {
    this.cells.fill(this.#none, first, end);
  }

  seal(rows: number, digest: Digest): Data {
    const { cells } = this;
    const none = this.#none;
    const lowest = this.#dictionary === undefined ? NO_INT32 : 0;
    const highest = this.#dictionary === undefined ? 2147483647 : this.#dictionary.size - 1;
    let nullCount = 0;
    for (let first = 0; first < rows; first += 32) {
      const end = Math.min(first + 32, rows);
      let word = 0;
      for (let i = first; i < end; i++) {
        const value = cells[i]!;
        if (value === none) {
          if (!this.#nullable) throw fault(this.#place, i, 'was not written, and may not be null');
          cells[i] = 0;
          nullCount++;
        } else {
          if (value < lowest || value > highest) throw fault(this.#place, i, this.#unknownCode(value));
          word |= 1 << (i & 31);
        }
      }
      this.#validity[first >> 5] = word;
    }
    foldValidity(digest, nullCount, this.#validity, rows);
    digest.updateWords(cells, rows);
    const nullBitmap = this.#validityBytes;
    if (this.type instanceof DictionaryType) {
      return makeData({ type: this.type, length: rows, nullCount, nullBitmap, data: cells, dictionary: NO_STRINGS });
    }
    return makeData({ type: this.type, length: rows, nullCount, nullBitmap, data: cells });
  }

  #unknownCode(code: number): string {
    const { domain, size } = this.#dictionary!;
    return `${code} is not a code in the dictionary ${domain}, which has ${size} entries`;
  }
}

class BoolBuffer implements ColumnBuffer {
  readonly cells: Uint8Array;
  readonly type = BOOL;
  readonly #place: string;
  readonly #bits: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(place: string, capacity: number) {
    this.#place = place;
    this.cells = new Uint8Array(takeMemory(capacity));
    this.#bits = wordsOf(capacity);
    this.#bytes = bytesOf(this.#bits);
  }

  release(): void {
    release(this.cells, this.#bits);
  }

  prepare(first: number, end: number): void {
    this.cells.fill(255, first, end);
  }

  seal(rows: number, digest: Digest): Data {
    const { cells } = this;
    for (let first = 0; first < rows; first += 32) {
      const end = Math.min(first + 32, rows);
      let word = 0;
      for (let i = first; i < end; i++) {
        const value = cells[i]!;
        if (value > 1) throw fault(this.#place, i, value === 255 ? 'was not written' : `${value} is neither 0 nor 1`);
        word |= value << (i & 31);
      }
      this.#bits[first >> 5] = word;
    }
    digest.updateWords(this.#bits, (rows + 31) >> 5);
    return makeData({ type: this.type, length: rows, nullCount: 0, data: this.#bytes });
  }
}

class TextBuffer implements ColumnBuffer {
  readonly cells: (string | null)[] = [];
  readonly type = UTF8;
  readonly #place: string;
  readonly #nullable: boolean;

  constructor(place: string, nullable: boolean) {
    this.#place = place;
    this.#nullable = nullable;
  }

  release(): void {}

  prepare(first: number): void {
    this.cells.length = first;
  }

  seal(rows: number, digest: Digest): Data {
    const validity = new Int32Array((rows + 31) >> 5);
    let nullCount = 0;
    for (let i = 0; i < rows; i++) {
      if (typeof this.cells[i] === 'string') validity[i >> 5]! |= 1 << (i & 31);
      else if (!this.#nullable) throw fault(this.#place, i, 'was not written, and may not be null');
      else nullCount++;
    }
    const { data, offsets, bytes } = encodeText(this.cells, rows, { bits: bytesOf(validity), nullCount });
    foldValidity(digest, nullCount, validity, rows);
    digest.updateWords(offsets, rows + 1);
    digest.updateWords(asWords(bytes), (bytes.length + 3) >> 2);
    return data;
  }
}

/** Bytes as whole words, zeros behind the last. */
function asWords(bytes: Uint8Array): Int32Array {
  const padded = new Uint8Array((bytes.length + 3) & ~3);
  padded.set(bytes);
  return new Int32Array(padded.buffer);
}
