import { Field, Schema } from 'apache-arrow';
import { ArrowFile, type FileFacts } from './arrow-file.ts';
import { columnBuffer, type ColumnBuffer } from './column-buffers.ts';
import type { Cells, Column, Columns, Row, TableDefinition } from './columns.ts';
import type { Dictionary } from './dictionary.ts';
import { Digest } from '../kernel/index.ts';

/** Long texts are written before a batch is full, or a batch could take any amount of memory. */
const MAX_TEXT_LENGTH = 4_000_000;
/** A column as rows that are given as objects fill it. */
interface Appended {
  readonly key: string;
  readonly cells: unknown[];
  readonly dictionary: Dictionary | undefined;
  readonly isText: boolean;
}

/** Rows that are made ready at a time: a run with few rows must not pay for a batch. */
const ROWS_AT_A_TIME = 512;

/**
 * Takes the rows of one table. Hot producers keep `columns` and write cells:
 *
 *     const { columns } = requests;
 *     const i = requests.row();
 *     columns.issued_ns[i] = now;
 *
 * which makes no object and calls nothing but `row`. Null is NaN in a `float64` column, `NO_CODE` in a dictionary
 * column, `NO_INT32` in an `int32` column, and is what a cell holds that nobody wrote. A full batch is checked, folded
 * into the digest and written at once.
 */
export class TableWriter<C extends Columns = Columns> {
  readonly name: string;
  /** One array a column. The arrays are always the same ones. */
  readonly columns: Cells<C>;
  readonly #definition: TableDefinition<C>;
  readonly #dictionaries: Readonly<Record<string, Dictionary>>;
  /** What `append` goes through for each row. */
  readonly #appended: readonly Appended[];
  readonly #buffers: readonly ColumnBuffer[];
  readonly #capacity: number;
  readonly #file: ArrowFile | undefined;
  readonly #digest = new Digest();
  readonly #dictionaryIds: ReadonlyMap<string, number>;
  #used = 0;
  /** Rows of the batch whose cells are marked as never written. */
  #ready = 0;
  #flushed = 0;
  #textLength = 0;

  /**
   * @param path the file to write, which must not exist; without it the rows are checked and folded all the same
   * @param dictionaries by domain; all that the columns name
   * @param metadata of the Arrow schema
   */
  constructor(
    name: string,
    definition: TableDefinition<C>,
    dictionaries: Readonly<Record<string, Dictionary>>,
    path: string | undefined,
    metadata: Readonly<Record<string, string>> = {},
  ) {
    if (!(definition.rowsPerBatch > 0) || definition.rowsPerBatch % 32 !== 0) {
      throw new RangeError(`table ${name}: ${definition.rowsPerBatch} rows a batch is not a multiple of 32`);
    }
    this.name = name;
    this.#definition = definition;
    this.#dictionaries = dictionaries;
    this.#capacity = definition.rowsPerBatch;
    const entries = Object.entries<Column>(definition.columns);
    this.#dictionaryIds = numberDomains(entries.map(([, column]) => column));
    this.#buffers = entries.map(([key, column]) =>
      columnBuffer(`${name}.${key}`, column, this.#capacity, this.#dictionaryOf(column)),
    );
    this.columns = Object.fromEntries(entries.map(([key], i) => [key, this.#buffers[i]!.cells])) as Cells<C>;
    this.#appended = entries.map(([key, column], i) => ({
      key,
      cells: this.#buffers[i]!.cells as unknown[],
      dictionary: this.#dictionaryOf(column)?.dictionary,
      isText: column.kind === 'utf8',
    }));
    this.#digest.updateText(`${name}:${entries.map(([key, column]) => `${key} ${column.kind}`).join()}`);
    this.#file = path === undefined ? undefined : new ArrowFile(path, this.#schema(metadata));
  }

  /** Rows so far. */
  get rows(): number {
    return this.#flushed + this.#used;
  }

  /** Begins the next row, and ends the one before. @returns the index of its cells in `columns` */
  row(): number {
    if (this.#used === this.#ready) this.#makeReady();
    return this.#used++;
  }

  /** Adds a row given as an object: for tables with few rows. */
  append(row: Row<C>): void {
    const i = this.row();
    const values = row as Readonly<Record<string, unknown>>;
    for (const { key, cells, dictionary, isText } of this.#appended) {
      const value = values[key];
      if (value === null || value === undefined) continue;
      cells[i] = dictionary !== undefined && typeof value === 'string' ? dictionary.code(value) : value;
      if (isText) this.#textLength += (value as string).length;
    }
    if (this.#textLength > MAX_TEXT_LENGTH) this.#flush();
  }

  /** Ends the table's rows: writes what is left of them. @returns the digest of all rows, as hexadecimal digits */
  endRows(): string {
    this.#flush();
    this.#digest.update(this.#flushed);
    return this.#digest.hex;
  }

  /** Writes the dictionaries and the end of the file. @returns undefined when there is no file */
  finish(metadata: Readonly<Record<string, string>>): FileFacts | undefined {
    if (this.#used > 0) throw new Error(`table ${this.name} was finished before its rows were ended`);
    const strings = [...this.#dictionaryIds].map(
      ([domain, id]) => [id, this.#dictionaries[domain]!.toArrow()] as const,
    );
    return this.#file?.finish(new Map(strings), metadata);
  }

  /** Gives the memory of the columns back, for the next run: they are not to be used any more. */
  release(): void {
    for (const buffer of this.#buffers) buffer.release();
  }

  /** Closes the file as it is. */
  abandon(): void {
    this.#file?.abandon();
  }

  #makeReady(): void {
    if (this.#used === this.#capacity) this.#flush();
    const end = Math.min(this.#ready + ROWS_AT_A_TIME, this.#capacity);
    for (const buffer of this.#buffers) buffer.prepare(this.#ready, end);
    this.#ready = end;
  }

  #flush(): void {
    const rows = this.#used;
    if (rows === 0) return;
    this.#digest.update(rows);
    const data = this.#buffers.map((buffer) => buffer.seal(rows, this.#digest));
    this.#file?.writeBatch(rows, data);
    this.#flushed += rows;
    this.#used = 0;
    this.#ready = 0;
    this.#textLength = 0;
  }

  #dictionaryOf(column: Column) {
    if (column.kind !== 'dictionary') return undefined;
    const dictionary = this.#dictionaries[column.domain];
    if (dictionary === undefined) throw new Error(`table ${this.name}: there is no dictionary ${column.domain}`);
    return { dictionary, id: this.#dictionaryIds.get(column.domain)! };
  }

  #schema(metadata: Readonly<Record<string, string>>): Schema {
    const fields = Object.entries<Column>(this.#definition.columns).map(([key, column], i) => {
      const about = new Map([['description', column.description]]);
      if ('unit' in column && column.unit !== undefined) about.set('unit', column.unit);
      const nullable = 'nullable' in column && column.nullable === true;
      return new Field(key, this.#buffers[i]!.type, nullable, about);
    });
    const about = { table: this.name, description: this.#definition.description, ...metadata };
    return new Schema(fields, new Map(Object.entries(about)));
  }
}

/** Numbers the domains of a table in the order of their first column. */
function numberDomains(columns: readonly Column[]): Map<string, number> {
  const ids = new Map<string, number>();
  for (const column of columns) {
    if (column.kind === 'dictionary' && !ids.has(column.domain)) ids.set(column.domain, ids.size);
  }
  return ids;
}
