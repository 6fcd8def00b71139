/**
 * A binary min-heap of small integers (ids) by a key each, with the position of every id kept, so that a key can be
 * changed in O(log n). Equal keys leave in the order of their ids: the order depends on nothing but the keys.
 */
export class IndexedHeap {
  size = 0;
  #keys: Float64Array;
  #ids: Int32Array;
  /** Position in the heap by id, or -1. */
  #positions: Int32Array;

  /** @param capacity how many ids there are at first; `grow` raises it */
  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
    this.#ids = new Int32Array(capacity);
    this.#positions = new Int32Array(capacity).fill(-1);
  }

  /** Makes room for ids below `capacity`. */
  grow(capacity: number): void {
    const before = this.#positions.length;
    if (capacity <= before) return;
    const keys = new Float64Array(capacity);
    keys.set(this.#keys);
    this.#keys = keys;
    const ids = new Int32Array(capacity);
    ids.set(this.#ids);
    this.#ids = ids;
    const positions = new Int32Array(capacity).fill(-1, before);
    positions.set(this.#positions);
    this.#positions = positions;
  }

  /** The id with the smallest key. Only while `size > 0`. */
  get first(): number {
    return this.#ids[0]!;
  }

  /** The smallest key. Only while `size > 0`. */
  get firstKey(): number {
    return this.#keys[0]!;
  }

  has(id: number): boolean {
    return this.#positions[id]! >= 0;
  }

  /** The key of an id that is in the heap. */
  key(id: number): number {
    return this.#keys[this.#positions[id]!]!;
  }

  /** Puts the id in, or changes its key. */
  set(id: number, key: number): void {
    const position = this.#positions[id]!;
    if (position < 0) this.#up(this.size++, id, key);
    else if (key > this.#keys[position]!) this.#down(position, id, key);
    else this.#up(position, id, key);
  }

  /** Puts the id in, or lowers its key; a key that is already lower stays. */
  lower(id: number, key: number): void {
    const position = this.#positions[id]!;
    if (position < 0) this.#up(this.size++, id, key);
    else if (key < this.#keys[position]!) this.#up(position, id, key);
  }

  /** Takes the id out if it is in. */
  remove(id: number): void {
    const position = this.#positions[id]!;
    if (position < 0) return;
    this.#positions[id] = -1;
    const last = --this.size;
    if (position === last) return;
    const movedId = this.#ids[last]!;
    const movedKey = this.#keys[last]!;
    const goneKey = this.#keys[position]!;
    if (movedKey > goneKey || (movedKey === goneKey && movedId > id)) this.#down(position, movedId, movedKey);
    else this.#up(position, movedId, movedKey);
  }

  /** Takes out the id with the smallest key and returns it. Only while `size > 0`. */
  pop(): number {
    const id = this.#ids[0]!;
    this.#positions[id] = -1;
    const last = --this.size;
    if (last > 0) this.#down(0, this.#ids[last]!, this.#keys[last]!);
    return id;
  }

  clear(): void {
    for (let i = 0; i < this.size; i++) this.#positions[this.#ids[i]!] = -1;
    this.size = 0;
  }

  #up(start: number, id: number, key: number): void {
    const keys = this.#keys;
    const ids = this.#ids;
    const positions = this.#positions;
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const parentKey = keys[parent]!;
      const parentId = ids[parent]!;
      if (parentKey < key || (parentKey === key && parentId < id)) break;
      keys[i] = parentKey;
      ids[i] = parentId;
      positions[parentId] = i;
      i = parent;
    }
    keys[i] = key;
    ids[i] = id;
    positions[id] = i;
  }

  #down(start: number, id: number, key: number): void {
    const keys = this.#keys;
    const ids = this.#ids;
    const positions = this.#positions;
    const size = this.size;
    let i = start;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      let childKey = keys[child]!;
      let childId = ids[child]!;
      const right = child + 1;
      if (right < size) {
        const rightKey = keys[right]!;
        if (rightKey < childKey || (rightKey === childKey && ids[right]! < childId)) {
          child = right;
          childKey = rightKey;
          childId = ids[right]!;
        }
      }
      if (key < childKey || (key === childKey && id < childId)) break;
      keys[i] = childKey;
      ids[i] = childId;
      positions[childId] = i;
      i = child;
    }
    keys[i] = key;
    ids[i] = id;
    positions[id] = i;
  }
}
