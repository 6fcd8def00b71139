/** The text of a file, or of an option of the command line, that values come from. */
export class Source {
  /** As errors name it. */
  readonly name: string;
  readonly text: string;
  /** Folder that references in it are relative to; undefined where it can hold none. */
  readonly folder: string | undefined;
  readonly #lineStarts: number[] = [0];

  constructor(name: string, text: string, folder?: string) {
    this.name = name;
    this.text = text;
    this.folder = folder;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  /** Offset of a line's first character. @param line from 1 */
  startOf(line: number): number {
    return this.#lineStarts[line - 1] ?? this.text.length;
  }

  /** Line and column of an offset, both from 1, and the text of the line. */
  locate(offset: number): { line: number; column: number; lineText: string } {
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle;
    }
    const start = this.#lineStarts[low]!;
    const end = this.#lineStarts[low + 1] ?? this.text.length + 1;
    return { line: low + 1, column: offset - start + 1, lineText: this.text.slice(start, end - 1).replace(/\r$/, '') };
  }
}

type Range = readonly [start: number, end: number];

/** Where a value and its key stand. */
export interface Place {
  readonly source: Source;
  readonly key?: Range;
  readonly value: Range;
}

/** What to point at: a stretch of a source. */
export interface Mark {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export type Path = readonly (string | number)[];

/** Where every value of parsed documents stands, kept beside the values so that these are plain JSON. */
export class Places {
  readonly #roots = new WeakMap<object, Place>();
  readonly #entries = new WeakMap<object, Map<string | number, Place>>();

  setRoot(root: object, place: Place): void {
    this.#roots.set(root, place);
  }

  set(container: object, key: string | number, place: Place): void {
    let entries = this.#entries.get(container);
    if (entries === undefined) this.#entries.set(container, (entries = new Map()));
    entries.set(key, place);
  }

  get(container: object, key: string | number): Place | undefined {
    return this.#entries.get(container)?.get(key);
  }

  /** The place of the value at a path or, where it has none (a default), of the nearest container that has one. */
  find(root: unknown, path: Path): Place | undefined {
    if (!isContainer(root)) return undefined;
    let place = this.#roots.get(root);
    let container: unknown = root;
    for (const key of path) {
      if (!isContainer(container)) break;
      place = this.get(container, key) ?? place;
      container = (container as Record<string | number, unknown>)[key];
    }
    return place;
  }

  /** What to underline for the value at a path: the value if it stands on one line, its key otherwise. */
  markValue(root: unknown, path: Path): Mark | undefined {
    const place = this.find(root, path);
    if (place === undefined) return undefined;
    const { source, key, value } = place;
    const [start, end] = key !== undefined && source.text.slice(...value).includes('\n') ? key : value;
    return { source, start, end };
  }

  /** What to underline for a field that should not be there, or whose map is incomplete: its key. */
  markKey(root: unknown, path: Path): Mark | undefined {
    const place = this.find(root, path);
    if (place?.key === undefined) return this.markValue(root, path);
    return { source: place.source, start: place.key[0], end: place.key[1] };
  }

  /** A copy of a value down to its leaves, whose parts stand where those of the original stand. */
  copy<Value>(value: Value): Value {
    if (!isContainer(value)) return value;
    const made: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {};
    for (const [key, part] of Object.entries(value)) (made as Record<string, unknown>)[key] = this.copy(part);
    const entries = this.#entries.get(value);
    if (entries !== undefined) this.#entries.set(made, new Map(entries));
    const root = this.#roots.get(value);
    if (root !== undefined) this.#roots.set(made, root);
    return made as Value;
  }

  /** Merges `over` into `base` as a scenario extends another: maps key by key, everything else replaced. */
  merge(base: unknown, over: unknown): unknown {
    if (!isMap(base) || !isMap(over)) return over;
    const merged: Record<string, unknown> = {};
    for (const [container, other] of [
      [base, over],
      [over, base],
    ] as const) {
      for (const key of Object.keys(container)) {
        const both = Object.hasOwn(other, key);
        if (container === base && both) continue;
        merged[key] = both ? this.merge(base[key], over[key]) : container[key];
        const place = this.get(container, key);
        if (place !== undefined) this.set(merged, key, place);
      }
    }
    const root = this.#roots.get(over);
    if (root !== undefined) this.#roots.set(merged, root);
    return merged;
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return isContainer(value) && !Array.isArray(value);
}

/** A path as people write it: `spec.links[0].labels["kubernetes.io/arch"]`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[A-Za-z_*][\w-]*$|^\*$/.test(key)) text += text === '' ? key : `.${key}`;
    else text += `[${JSON.stringify(key)}]`;
  }
  return text;
}
