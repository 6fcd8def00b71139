import { NO_EVENT } from '../../kernel/index.ts';
import { grown } from './growth.ts';
import { FREE } from './transfer.ts';

/** The transfers under way, as columns; numbers of those that have ended are used again. */
export class Transfers {
  state = new Uint8Array(64);
  receiver = new Int32Array(64);
  tag = new Float64Array(64);
  from = new Int32Array(64);
  to = new Int32Array(64);
  bytes = new Float64Array(64);
  reservation = new Int32Array(64);
  /** Its event, or its flow in the state FLOW. */
  handle = new Float64Array(64);
  #limit = 0;
  readonly #unused: number[] = [];

  /** Transfers under way. */
  get count(): number {
    return this.#limit - this.#unused.length;
  }

  /** A new transfer, whose state and handle are still to be set. */
  add(receiver: number, tag: number, from: number, to: number, bytes: number, reservation: number): number {
    const transfer = this.#unused.pop() ?? this.#limit++;
    if (transfer >= this.state.length) this.#growTo(transfer + 1);
    this.receiver[transfer] = receiver;
    this.tag[transfer] = tag;
    this.from[transfer] = from;
    this.to[transfer] = to;
    this.bytes[transfer] = bytes;
    this.reservation[transfer] = reservation;
    return transfer;
  }

  remove(transfer: number): void {
    this.state[transfer] = FREE;
    this.handle[transfer] = NO_EVENT;
    this.#unused.push(transfer);
  }

  #growTo(count: number): void {
    this.state = grown(this.state, count);
    this.receiver = grown(this.receiver, count);
    this.tag = grown(this.tag, count);
    this.from = grown(this.from, count);
    this.to = grown(this.to, count);
    this.bytes = grown(this.bytes, count);
    this.reservation = grown(this.reservation, count);
    this.handle = grown(this.handle, count);
  }
}
