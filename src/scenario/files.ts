import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { nearest } from './nearest.ts';

/** Scenarios, CodecoApps. */
export const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
/** Tables of positions. */
const MAX_TABLE_BYTES = 32 * 1024 * 1024;

export interface ReadFile {
  /** As errors name it: relative as the reader's own file was given. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly text: string;
  /** Its folder, symbolic links resolved. */
  readonly folder: string;
}

/** A file that was read, and where. */
export interface FileUse {
  /** Where it lies, symbolic links resolved. */
  readonly path: string;
  /** Where the reference to it leads before symbolic links are resolved. */
  readonly reached: string;
  /** The reference, where it is absolute: it leads nowhere on another machine. */
  readonly absolute?: string;
}

/** Why a file cannot be used. */
export class FileError extends Error {
  readonly nearest: string | undefined;

  constructor(found: string, nearest?: string) {
    super(found);
    this.nearest = nearest;
  }
}

/**
 * Reads the files of a scenario, and only those that it may read: inside the folder of the scenario's own file or a
 * folder that was allowed, wherever symbolic links lead. A scenario of a stranger cannot read the rest of the disk.
 */
export class FileReader {
  /** Symbolic links resolved. */
  readonly #roots: string[] = [];
  /** Allowed folders as they were named, symbolic links and all. */
  readonly #named: string[] = [];
  readonly #read = new Map<string, ReadFile>();
  /** By real path: files that a reader before this one has read. */
  readonly #known = new Map<string, ReadFile>();
  /** By real path: SHA-256 of the tables. */
  readonly #tableHashes = new Map<string, Buffer>();
  /** By real path, in the order in which they were first read. */
  readonly #names = new Map<string, string>();
  /** By where it was reached; of all readers that were renewed from the first. */
  #uses = new Map<string, FileUse>();

  /** @throws {FileError} if an allowed folder does not exist */
  constructor(allow: readonly string[]) {
    for (const folder of allow) {
      const real = realPath(resolve(folder));
      if (real === undefined) throw new FileError(`the allowed folder ${folder} does not exist`);
      this.#roots.push(real);
      this.#named.push(resolve(folder));
    }
  }

  /** A reader of the same folders that has read nothing; what this one holds in memory it need not read again. */
  renewed(): FileReader {
    const reader = new FileReader([]);
    reader.#roots.push(...this.#roots);
    reader.#named.push(...this.#named);
    for (const [real, file] of this.#read) reader.#known.set(real, file);
    reader.#uses = this.#uses;
    return reader;
  }

  /** The files that this reader, and those renewed from it or that it was renewed from, have read so far. */
  get uses(): FileUse[] {
    return [...this.#uses.values()];
  }

  /** Names of the files read so far, in the order in which they were first read. */
  get names(): string[] {
    return [...this.#names.values()];
  }

  /** SHA-256 of the contents of the tables and traces read so far, in that order. */
  get tableHashes(): Buffer[] {
    return [...this.#tableHashes.values()];
  }

  /**
   * Reads the file that the others are relative to.
   * @throws {FileError}
   */
  readRoot(name: string, maxBytes: number): ReadFile {
    const path = resolve(name);
    const real = realPath(path);
    if (real === undefined) throw new FileError('no such file', nearestFile(path, name));
    this.#roots.unshift(dirname(real));
    // what refers to others is taken for lying where it really does
    this.#uses.set(real, { path: real, reached: real });
    return this.#readAt(name, real, maxBytes);
  }

  /** Takes a text for the file that the others are relative to: one that is not on the disk yet. */
  takeRoot(name: string, text: string, folder: string): ReadFile {
    const real = realPath(resolve(folder));
    if (real === undefined) throw new FileError(`the folder ${folder} does not exist`);
    this.#roots.unshift(real);
    return { name, bytes: Buffer.from(text), text, folder: real };
  }

  /**
   * The bytes of a file that the user named, wherever it lies.
   * @throws {FileError}
   */
  readBytes(name: string, maxBytes: number): Buffer {
    return readRegular(this.locateNamed(name), maxBytes);
  }

  /**
   * Where a file that the user named lies, for somebody else to read.
   * @throws {FileError} if it is not there
   */
  locateNamed(name: string): string {
    const path = resolve(name);
    const real = realPath(path);
    if (real === undefined) throw new FileError('no such file', nearestFile(path, name));
    return real;
  }

  /**
   * Bytes as a text.
   * @throws {FileError} if they are none
   */
  static decode(bytes: Buffer): string {
    return decode(bytes);
  }

  /**
   * Reads a file that another one refers to.
   * @param from the file that holds the reference
   * @throws {FileError}
   */
  readReference(
    reference: string,
    from: { readonly name: string; readonly folder: string },
    maxBytes: number,
  ): ReadFile {
    const { name, real } = this.#locate(reference, from);
    return this.#readAt(name, real, maxBytes);
  }

  /** Where a file that another one refers to lies, if it may be read. */
  #locate(
    reference: string,
    from: { readonly name: string; readonly folder: string },
  ): { readonly name: string; readonly real: string } {
    if (reference.includes('\0')) throw new FileError('a NUL character in a file name');
    const path = resolve(from.folder, reference);
    // an error about a path that leads outside is the same whatever is out there, so that it does not tell
    const isNamedInside = isWithin(path, [...this.#roots, ...this.#named]);
    if (!isNamedInside && !this.#leadsInside(path)) throw outside(path, reference);
    const real = realPath(path);
    if (real === undefined) throw new FileError('no such file', nearestFile(path, reference));
    if (!isWithin(real, this.#roots)) throw outside(isNamedInside ? real : path, reference);
    if (!this.#uses.has(path)) {
      this.#uses.set(path, { path: real, reached: path, ...(isAbsolute(reference) ? { absolute: reference } : {}) });
    }
    const name = isAbsolute(reference) ? normalize(reference) : join(dirname(from.name), reference);
    return { name, real };
  }

  /** As `readReference`, for a table of data: its contents count among what a scenario depends on. */
  readTable(reference: string, from: { readonly name: string; readonly folder: string }): ReadFile {
    const { name, real } = this.#locate(reference, from);
    const file = this.#readAt(name, real, MAX_TABLE_BYTES);
    if (!this.#tableHashes.has(real)) this.#tableHashes.set(real, createHash('sha256').update(file.bytes).digest());
    return file;
  }

  /**
   * As `readTable`, for a table that is read piece by piece, by somebody else: of any size.
   * @returns its name, where it lies, and whom to tell the SHA-256 of its contents
   * @throws {FileError}
   */
  openTrace(
    reference: string,
    from: { readonly name: string; readonly folder: string },
  ): { readonly name: string; readonly path: string; readonly setHash: (hash: Buffer) => void } {
    const { name, real } = this.#locate(reference, from);
    if (!this.#names.has(real)) this.#names.set(real, name);
    return { name, path: real, setHash: (hash) => void this.#tableHashes.set(real, hash) };
  }

  /** Whether a path that passes through symbolic links ends up inside, or would if its file existed. */
  #leadsInside(path: string): boolean {
    try {
      const real = realPath(path) ?? realPath(dirname(path));
      return real !== undefined && isWithin(real, this.#roots);
    } catch (error) {
      if (error instanceof FileError) return false;
      throw error;
    }
  }

  #readAt(name: string, real: string, maxBytes: number): ReadFile {
    let file = this.#read.get(real);
    if (file === undefined) {
      file = this.#known.get(real) ?? read(name, real, maxBytes);
      this.#read.set(real, file);
      this.#names.set(real, name);
    }
    return file;
  }
}

function read(name: string, real: string, maxBytes: number): ReadFile {
  const bytes = readRegular(real, maxBytes);
  return { name, bytes, text: decode(bytes), folder: dirname(real) };
}

function isWithin(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep));
}

function outside(path: string, reference: string): FileError {
  const folder = isAbsolute(reference) ? dirname(path) : relative(process.cwd(), dirname(path)) || '.';
  return new FileError(`outside the scenario's folder; to read it all the same, pass --allow ${folder}`);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new FileError(systemMessage(code));
  }
}

function readRegular(path: string, maxBytes: number): Buffer {
  let descriptor: number | undefined;
  try {
    // a named pipe would block the opening
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(descriptor);
    if (status.isDirectory()) throw new FileError('a folder, not a file');
    if (!status.isFile()) throw new FileError('not a regular file');
    if (status.size > maxBytes) throw tooLarge(status.size, maxBytes);
    // a file may grow, or lie about its size: one byte more than allowed is read at most
    const chunks: Buffer[] = [];
    let length = 0;
    while (length <= maxBytes) {
      const chunk = Buffer.allocUnsafe(Math.min(1 << 20, maxBytes + 1 - length));
      const count = readSync(descriptor, chunk);
      if (count === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, count));
      length += count;
    }
    throw tooLarge(length, maxBytes);
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(systemMessage((error as NodeJS.ErrnoException).code));
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function tooLarge(bytes: number, maxBytes: number): FileError {
  return new FileError(`${(bytes / 1048576).toFixed(1)} MiB is more than the ${maxBytes / 1048576} MiB that are read`);
}

function systemMessage(code: string | undefined): string {
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'ELOOP') return 'symbolic links in a circle';
  if (code === 'ENAMETOOLONG') return 'a file name that is too long';
  return `cannot be read (${code ?? 'unknown reason'})`;
}

function decode(bytes: Buffer): string {
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw new FileError(`not a text file: a NUL byte at offset ${nul}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FileError('not a text file: it is not valid UTF-8');
  }
}

function nearestFile(path: string, reference: string): string | undefined {
  let siblings: string[];
  try {
    siblings = readdirSync(dirname(path)).toSorted();
  } catch {
    return undefined;
  }
  const name = nearest(basename(path), siblings);
  return name === undefined ? undefined : join(dirname(reference), name);
}
