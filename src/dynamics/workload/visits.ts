import { grown } from '../network/growth.ts';

/**
 * Where a visit stands. One that is `Lost` has gone with its pod and is about to end; one that is `Trying` is no visit to a pod,
 * but a call that its caller may try again, whose children are the attempts.
 */
export const VisitState = {
  Free: 0,
  Sent: 1,
  Queued: 2,
  Running: 3,
  Calling: 4,
  Returning: 5,
  Dead: 6,
  Lost: 7,
  Trying: 8,
} as const;

/**
 * The visits in flight: one for each call of a request at a service, as columns. A visit's parent is the visit that
 * called it; a request's root visit is the one at its entry service. Slots of ended visits are used again, so memory
 * is that of the most visits ever in flight together.
 */
export class Visits {
  capacity = 1024;
  state = new Uint8Array(this.capacity);
  /** Why the visit fails: an index in `requestOutcomes`, 0 while all is well. */
  cause = new Uint8Array(this.capacity);
  /** The service at which it failed first. */
  failedAt = new Int32Array(this.capacity);
  /** Why it was not tried again: an index in `giveUps`. */
  gaveUp = new Uint8Array(this.capacity);
  parent = new Int32Array(this.capacity);
  root = new Int32Array(this.capacity);
  /** Position in the request's call plan. */
  position = new Int32Array(this.capacity);
  pod = new Int32Array(this.capacity);
  /** The pod that the call comes from; -1: the user. */
  callerPod = new Int32Array(this.capacity);
  /** Calls made so far, and calls that have not come back; of a call that is tried again, attempts. */
  called = new Int32Array(this.capacity);
  pending = new Int32Array(this.capacity);
  /** When the visit entered its present state. */
  sinceNs = new Float64Array(this.capacity);
  networkNs = new Float64Array(this.capacity);
  queueNs = new Float64Array(this.capacity);
  cpuNs = new Float64Array(this.capacity);
  /** Time until the last attempts of calls were sent. */
  retryNs = new Float64Array(this.capacity);
  /** Of a call that is tried again: the attempt that is waited for, -1 if none is, and the event of its timeout or the retry. */
  attempt = new Int32Array(this.capacity);
  timer = new Float64Array(this.capacity);
  /** Of a root and of an attempt: when it was made. */
  issuedNs = new Float64Array(this.capacity);
  /** Of a root: who asked, its number, and where its drawn CPU demands begin. */
  user = new Int32Array(this.capacity);
  request = new Float64Array(this.capacity);
  demands = new Int32Array(this.capacity);
  /** Of a root: whether the request is recorded. */
  recorded = new Uint8Array(this.capacity);
  /** Of a root: its visits that are not removed, itself among them. */
  live = new Int32Array(this.capacity);
  #used = 0;
  #free = new Int32Array(this.capacity);
  #freeCount = 0;

  /** Slots ever used: every live visit is below it. */
  get used(): number {
    return this.#used;
  }

  add(parent: number, root: number, position: number, callerPod: number): number {
    let visit: number;
    if (this.#freeCount > 0) visit = this.#free[--this.#freeCount]!;
    else {
      if (this.#used === this.capacity) this.#grow();
      visit = this.#used++;
    }
    this.state[visit] = VisitState.Sent;
    this.cause[visit] = 0;
    this.gaveUp[visit] = 0;
    this.parent[visit] = parent;
    if (root < 0) {
      this.root[visit] = visit;
      this.live[visit] = 1;
    } else {
      this.root[visit] = root;
      this.live[root]!++;
    }
    this.position[visit] = position;
    this.pod[visit] = -1;
    this.callerPod[visit] = callerPod;
    this.called[visit] = 0;
    this.pending[visit] = 0;
    this.networkNs[visit] = 0;
    this.queueNs[visit] = 0;
    this.cpuNs[visit] = 0;
    this.retryNs[visit] = 0;
    return visit;
  }

  remove(visit: number): void {
    this.live[this.root[visit]!]!--;
    this.state[visit] = VisitState.Free;
    this.#free[this.#freeCount++] = visit;
  }

  #grow(): void {
    this.capacity *= 2;
    this.state = grown(this.state, this.capacity);
    this.cause = grown(this.cause, this.capacity);
    this.failedAt = grown(this.failedAt, this.capacity);
    this.gaveUp = grown(this.gaveUp, this.capacity);
    this.parent = grown(this.parent, this.capacity);
    this.root = grown(this.root, this.capacity);
    this.position = grown(this.position, this.capacity);
    this.pod = grown(this.pod, this.capacity);
    this.callerPod = grown(this.callerPod, this.capacity);
    this.called = grown(this.called, this.capacity);
    this.pending = grown(this.pending, this.capacity);
    this.sinceNs = grown(this.sinceNs, this.capacity);
    this.networkNs = grown(this.networkNs, this.capacity);
    this.queueNs = grown(this.queueNs, this.capacity);
    this.cpuNs = grown(this.cpuNs, this.capacity);
    this.retryNs = grown(this.retryNs, this.capacity);
    this.attempt = grown(this.attempt, this.capacity);
    this.timer = grown(this.timer, this.capacity);
    this.user = grown(this.user, this.capacity);
    this.issuedNs = grown(this.issuedNs, this.capacity);
    this.request = grown(this.request, this.capacity);
    this.demands = grown(this.demands, this.capacity);
    this.recorded = grown(this.recorded, this.capacity);
    this.live = grown(this.live, this.capacity);
    this.#free = grown(this.#free, this.capacity);
  }
}
