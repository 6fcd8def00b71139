import { Utf8, makeData, type Data } from 'apache-arrow';
import type { Digest } from '../kernel/index.ts';

/** A growing list of different strings, each known by its code: its index in the order in which it came. */
export class Dictionary {
  readonly domain: string;
  readonly #names: string[] = [];
  readonly #codes = new Map<string, number>();

  constructor(domain: string) {
    this.domain = domain;
  }

  get size(): number {
    return this.#names.length;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** The code of a string, which is added when it is new. */
  code(name: string): number {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    const code = this.#names.push(name) - 1;
    this.#codes.set(name, code);
    return code;
  }

  /**
   * Adds many strings at once.
   * @returns their codes. Into an empty dictionary, and when no string comes twice, the code is the index; else entities
   *   of the same name share a code and have to be looked up here
   */
  addAll(names: Iterable<string>): Int32Array {
    return Int32Array.from(names, (name) => this.code(name));
  }

  /** Folds all strings into a digest: what the codes in the rows mean. */
  fold(digest: Digest): void {
    digest.update(this.size);
    for (const name of this.#names) digest.updateText(name);
  }

  /** The strings as an Arrow array. */
  toArrow(): Data<Utf8> {
    return encodeText(this.#names, this.size).data;
  }
}

/** The one Arrow type of all strings: columns that share a dictionary must share the very object. */
export const UTF8 = new Utf8();

/**
 * Encodes strings as Arrow does: all bytes in one buffer, and where each begins.
 * @param cells null is encoded as an empty string
 * @param validity bits of the cells that have a value, least significant first; left out when all have one
 */
export function encodeText(
  cells: readonly (string | null)[],
  count: number,
  validity?: { readonly bits: Uint8Array; readonly nullCount: number },
): { readonly data: Data<Utf8>; readonly offsets: Int32Array; readonly bytes: Uint8Array } {
  const offsets = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) offsets[i + 1] = offsets[i]! + Buffer.byteLength(cells[i] ?? '');
  const bytes = Buffer.alloc(offsets[count]!);
  for (let i = 0; i < count; i++) bytes.write(cells[i] ?? '', offsets[i]!);
  const data = makeData({
    type: UTF8,
    length: count,
    nullCount: validity?.nullCount ?? 0,
    nullBitmap: validity?.bits,
    valueOffsets: offsets,
    data: bytes,
  });
  return { data, offsets, bytes };
}
