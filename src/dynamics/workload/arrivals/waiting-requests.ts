/** Requests that wait for their time, in a binary heap of columns: the first by time, at equal times the first that was added. */
export class WaitingRequests {
  size = 0;
  /** Of the one that was taken last. */
  timeNs = 0;
  user = 0;
  cpuNs = 0;
  #timesNs = new Float64Array(64);
  #orders = new Float64Array(64);
  #users = new Int32Array(64);
  #cpusNs = new Float64Array(64);
  #added = 0;

  /** The time of the first. Only while `size > 0`. */
  get firstNs(): number {
    return this.#timesNs[0]!;
  }

  add(timeNs: number, user: number, cpuNs: number): void {
    if (this.size === this.#timesNs.length) this.#widen();
    let at = this.size++;
    const order = this.#added++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#timesNs[parent]! <= timeNs) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, timeNs, order, user, cpuNs);
  }

  /** Takes the first out. Only while `size > 0`. */
  take(): void {
    this.timeNs = this.#timesNs[0]!;
    this.user = this.#users[0]!;
    this.cpuNs = this.#cpusNs[0]!;
    const last = --this.size;
    const timeNs = this.#timesNs[last]!;
    const order = this.#orders[last]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#isBefore(child + 1, this.#timesNs[child]!, this.#orders[child]!)) child++;
      if (!this.#isBefore(child, timeNs, order)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, timeNs, order, this.#users[last]!, this.#cpusNs[last]!);
  }

  #isBefore(at: number, timeNs: number, order: number): boolean {
    const other = this.#timesNs[at]!;
    return other < timeNs || (other === timeNs && this.#orders[at]! < order);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#timesNs[from]!, this.#orders[from]!, this.#users[from]!, this.#cpusNs[from]!);
  }

  #put(at: number, timeNs: number, order: number, user: number, cpuNs: number): void {
    this.#timesNs[at] = timeNs;
    this.#orders[at] = order;
    this.#users[at] = user;
    this.#cpusNs[at] = cpuNs;
  }

  #widen(): void {
    const wider = (column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      const copy = new Float64Array(2 * column.length);
      copy.set(column);
      return copy;
    };
    this.#timesNs = wider(this.#timesNs);
    this.#orders = wider(this.#orders);
    this.#cpusNs = wider(this.#cpusNs);
    const users = new Int32Array(2 * this.#users.length);
    users.set(this.#users);
    this.#users = users;
  }
}
