import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { TraceError } from './trace-error.ts';

const CHUNK_BYTES = 1 << 16;
/** Most bytes of text that are read from one file, unpacked: a small file may unpack to any length. Own design. */
const MOST_BYTES = 2 ** 36;

/**
 * Unpacks a file beside the program, one chunk for each message: Node has no streaming gunzip that can be waited for, and a
 * simulation runs without pause. A chunk is asked for when it is needed, so that at most one waits.
 */
const UNPACKER = `
const { workerData: { descriptor, port, arrivals, chunkBytes } } = require('node:worker_threads');
const { createReadStream } = require('node:fs');
const { createGunzip } = require('node:zlib');
const raw = createReadStream('', { fd: descriptor, start: 0, autoClose: false });
const unpacked = createGunzip({ chunkSize: chunkBytes });
raw.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
const chunks = unpacked[Symbol.asyncIterator]();
port.on('message', async () => {
  let answer;
  try {
    const { done, value } = await chunks.next();
    answer = done ? { end: true } : { bytes: value };
  } catch (error) {
    answer = { error: error.code ?? error.message };
  }
  port.postMessage(answer);
  Atomics.add(arrivals, 0, 1);
  Atomics.notify(arrivals, 0);
});
`;

type Answer = { readonly bytes: Uint8Array } | { readonly end: true } | { readonly error: string };

/** Asks the unpacker for chunks and waits for each. */
class Unpacking {
  readonly #port: MessagePort;
  readonly #arrivals = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker: Worker;

  constructor(descriptor: number) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData = { descriptor, port: port2, arrivals: this.#arrivals, chunkBytes: CHUNK_BYTES };
    this.#worker = new Worker(UNPACKER, { eval: true, workerData, transferList: [port2], execArgv: [], stdin: false });
    this.#worker.unref();
    port1.unref();
  }

  next(): Answer {
    const before = Atomics.load(this.#arrivals, 0);
    this.#port.postMessage(null);
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: Answer } | undefined;
      if (received !== undefined) return received.message;
      Atomics.wait(this.#arrivals, 0, before, 1_000);
    }
  }

  stop(): void {
    this.#port.close();
    void this.#worker.terminate();
  }
}

/**
 * The text of a file, plain or packed by gzip (as its first two bytes tell), in chunks: no more of it is in memory than one
 * chunk. Reading waits, for the simulation that it feeds does.
 */
export class TextFile {
  /** Length of the file as it lies there, packed or not. */
  readonly sizeBytes: number;
  readonly #name: string;
  readonly #descriptor: number;
  readonly #unpacking: Unpacking | undefined;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #isOpen = true;

  /**
   * @param path where it lies
   * @param name what errors call it
   * @throws {TraceError} if it cannot be opened
   */
  constructor(path: string, name: string) {
    this.#name = name;
    try {
      // a named pipe would block the opening
      this.#descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
      throw new TraceError(name, code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`);
    }
    const status = fstatSync(this.#descriptor);
    if (!status.isFile()) {
      closeSync(this.#descriptor);
      throw new TraceError(name, status.isDirectory() ? 'a folder, not a file' : 'not a regular file');
    }
    this.sizeBytes = status.size;
    const magic = Buffer.alloc(2);
    const isPacked = readSync(this.#descriptor, magic, 0, 2, 0) === 2 && magic[0] === 0x1f && magic[1] === 0x8b;
    this.#unpacking = isPacked ? new Unpacking(this.#descriptor) : undefined;
  }

  /**
   * The next piece of text; undefined at the end, and then the file is closed.
   * @throws {TraceError} if the file is cut short, damaged, not text, or unpacks to more than 64 GiB
   */
  next(): string | undefined {
    if (!this.#isOpen) return undefined;
    const bytes = this.#unpacking === undefined ? this.#read() : this.#unpack(this.#unpacking);
    if (bytes !== undefined) {
      this.#hash.update(bytes);
      this.#bytes += bytes.length;
      if (this.#bytes > MOST_BYTES) throw this.#fail(`more than ${MOST_BYTES / 2 ** 30} GiB of text`);
      const nul = bytes.indexOf(0);
      if (nul >= 0) throw this.#fail(`not a text file: a NUL byte at offset ${this.#bytes - bytes.length + nul}`);
    }
    try {
      const text = this.#decoder.decode(bytes, { stream: bytes !== undefined });
      if (bytes === undefined) this.close();
      return bytes === undefined && text === '' ? undefined : text;
    } catch {
      throw this.#fail('not a text file: it is not valid UTF-8');
    }
  }

  /** SHA-256 of the text read, unpacked; to be asked for once, at the end. */
  digest(): Buffer {
    return this.#hash.digest();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#unpacking?.stop();
    closeSync(this.#descriptor);
  }

  #read(): Uint8Array | undefined {
    const bytes = Buffer.allocUnsafe(CHUNK_BYTES);
    const count = readSync(this.#descriptor, bytes);
    return count === 0 ? undefined : bytes.subarray(0, count);
  }

  #unpack(unpacking: Unpacking): Uint8Array | undefined {
    const answer = unpacking.next();
    if ('bytes' in answer) return answer.bytes;
    if ('end' in answer) return undefined;
    if (answer.error === 'Z_BUF_ERROR') throw this.#fail('a gzip file that is cut short', 'the whole file');
    if (answer.error.startsWith('Z_')) throw this.#fail('a damaged gzip file', 'the file as it was packed');
    throw this.#fail(`cannot be read (${answer.error})`);
  }

  #fail(found: string, expected?: string): TraceError {
    this.close();
    return new TraceError(this.#name, found, expected === undefined ? {} : { expected });
  }
}
