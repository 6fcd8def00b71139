import { createHash } from 'node:crypto';
import { closeSync, openSync, writevSync } from 'node:fs';
import {
  Message,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  makeData,
  type Data,
  type Utf8,
} from 'apache-arrow';
import { onDisk } from './errors.ts';

/** What a finished file is: for the manifest. */
export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * An Arrow IPC file that is written batch by batch, with dictionaries that grow until its end. The format lets
 * dictionaries stand anywhere in a file, as its footer says where they are; so each is written once, whole, behind the
 * last batch. (Columnar.html#ipc-file-format: one dictionary batch per dictionary, deltas aside.)
 */
export class ArrowFile {
  readonly path: string;
  readonly #fd: number;
  readonly #schema: Schema;
  readonly #hash = createHash('sha256');
  readonly #messages: Messages;
  #pending: Uint8Array[] = [];
  #bytes = 0;
  #open = true;

  /** Creates the file, which must not exist. */
  constructor(path: string, schema: Schema) {
    this.path = path;
    this.#schema = schema;
    this.#fd = onDisk(`create ${path}`, () => openSync(path, 'wx'));
    this.#messages = new Messages((bytes) => this.#pending.push(bytes));
    this.#messages.writeHead(schema);
    this.#flush();
  }

  /** Writes one batch; the memory of its columns may be used again as soon as this returns. */
  writeBatch(rows: number, columns: readonly Data[]): void {
    const type = new Struct(this.#schema.fields);
    const data = makeData({ type, length: rows, nullCount: 0, children: [...columns] });
    this.#messages.writeBatch(new RecordBatch(this.#schema, data));
    this.#flush();
  }

  /**
   * Writes the dictionaries by their ids and the footer, and closes the file.
   * @param metadata what is added to the schema in the footer: it was not known when the file was begun
   */
  finish(dictionaries: ReadonlyMap<number, Data<Utf8>>, metadata: Readonly<Record<string, string>>): FileFacts {
    for (const [id, strings] of dictionaries) {
      this.#messages.writeDictionary(id, strings);
      this.#flush();
    }
    const { fields, metadata: begun } = this.#schema;
    this.#messages.writeFoot(new Schema(fields, new Map([...begun, ...Object.entries(metadata)])));
    this.#flush();
    this.abandon();
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Closes the file as it is: a torso that no reader takes for a table. */
  abandon(): void {
    if (!this.#open) return;
    this.#open = false;
    onDisk(`close ${this.path}`, () => closeSync(this.#fd));
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const bytes of pending) {
      this.#hash.update(bytes);
      this.#bytes += bytes.length;
    }
    onDisk(`write ${this.path}`, () => writeAll(this.#fd, pending));
  }
}

/** The system takes at most so many pieces in one call. */
const IOV_MAX = 1024;

function writeAll(fd: number, pieces: Uint8Array[]): void {
  let first = 0;
  while (first < pieces.length) {
    let written = writevSync(fd, pieces.slice(first, first + IOV_MAX));
    while (first < pieces.length && written >= pieces[first]!.length) written -= pieces[first++]!.length;
    if (written > 0) pieces[first] = pieces[first]!.subarray(written);
  }
}

/** apache-arrow's own encoder of messages, with the order of the file and the place to write in our hands. */
class Messages extends RecordBatchFileWriter {
  readonly #take: (bytes: Uint8Array) => void;

  constructor(take: (bytes: Uint8Array) => void) {
    super();
    this.#take = take;
  }

  writeHead(schema: Schema): void {
    this._writeMagic();
    this._writePadding(2);
    this._writeMessage(Message.from(schema));
  }

  writeBatch(batch: RecordBatch): void {
    this._writeRecordBatch(batch);
  }

  writeDictionary(id: number, strings: Data<Utf8>): void {
    this._writeDictionaryBatch(strings, id);
  }

  writeFoot(schema: Schema): void {
    this._writeFooter(schema);
  }

  /** Not with the batch: they are not complete yet. */
  protected override _writeDictionaries(): this {
    return this;
  }

  protected override _write(chunk: ArrayBufferView): this {
    if (chunk.byteLength > 0) {
      this.#take(new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength));
      this._position += chunk.byteLength;
    }
    return this;
  }
}
