import {
  NO_EVENT,
  type EventId,
  type HandlerId,
  type Kernel,
  type Nanoseconds,
  type RandomStream,
} from '../../kernel/index.ts';
import type { CallPolicy } from '../../model/index.ts';
import { backoffNs } from './backoff.ts';
import { OK, TIMEOUT } from './outcomes.ts';
import { RetryBudget } from './retry-budget.ts';
import { VisitState, type Visits } from './visits.ts';

/** Why a call that failed was not tried again. */
export const giveUps = ['no-retries', 'attempts-used-up', 'budget-exhausted'] as const;

const NO_RETRIES = giveUps.indexOf('no-retries');
const ATTEMPTS_USED_UP = giveUps.indexOf('attempts-used-up');
const BUDGET_EXHAUSTED = giveUps.indexOf('budget-exhausted');

/** What attempts need of the calls that they belong to. */
export interface AttemptHost {
  readonly policyOf: (call: number) => CallPolicy;
  /** Sends an attempt to a pod of its service; it may fail at once. */
  readonly send: (attempt: number) => void;
  /** The visit's outcome is told to its caller. */
  readonly end: (visit: number) => void;
  /** Notes why the visit fails, at its own service. */
  readonly note: (visit: number, cause: number) => void;
  /** Whether nobody is there any more who could try again: a user that has left, a pod that is gone. */
  readonly isCallerGone: (call: number) => boolean;
  /** A number for the caller and the service it calls: they share a budget. */
  readonly budgetKeyOf: (call: number) => number;
  /** Of the request's user, for the jitter of back-off. */
  readonly backoffStream: (call: number) => RandomStream;
  /** Whether the request counts in the measures. */
  readonly isMeasured: (call: number) => boolean;
}

/** What became of attempts, over the measured requests and all calls that they made. */
export interface AttemptCounts {
  /** Attempts beyond the first ones. */
  retries: number;
  /** Attempts given up after their timeout. */
  timeouts: number;
  /** Retries that a budget did not allow. */
  overBudget: number;
  /** Attempts that a pod refused, its queue being full. */
  overloaded: number;
}

/**
 * Calls that their caller gives a time limit or tries again. Such a call is a node of its own in the tree of visits, between the
 * caller and the attempts, its children; only the latest attempt is waited for.
 *
 * Any failure is retried, be it a timeout, a refusal, an error that the service answers with, or that there is no pod, no way
 * or no coverage: requests are taken to be idempotent. An attempt that timed out goes on at the servers, which know nothing of
 * it: it uses CPU and network, and its answer is dropped when it arrives. Each attempt asks for the same work. All time until the
 * last attempt is sent, attempts and waits, is booked as retry time. Own design, but for the back-off and the budget.
 */
export class Attempts {
  readonly #counts: AttemptCounts;
  readonly #kernel: Kernel;
  readonly #visits: Visits;
  readonly #host: AttemptHost;
  readonly #timedOut: HandlerId;
  readonly #retry: HandlerId;
  readonly #budgets = new Map<number, RetryBudget>();

  constructor(kernel: Kernel, visits: Visits, counts: AttemptCounts, host: AttemptHost) {
    this.#kernel = kernel;
    this.#visits = visits;
    this.#counts = counts;
    this.#host = host;
    this.#timedOut = kernel.on('call.timeout', (call) => this.#timeOut(call));
    this.#retry = kernel.on('call.retry', (call) => this.#tryAgain(call));
  }

  /** Makes a call that has just been added to the visits. */
  begin(call: number): void {
    const visits = this.#visits;
    visits.state[call] = VisitState.Trying;
    visits.sinceNs[call] = this.#kernel.now;
    visits.timer[call] = NO_EVENT;
    this.#budgetOf(call)?.deposit(this.#kernel.now);
    this.#attempt(call);
  }

  /** A visit that is an attempt at the call has ended; it can still be read. */
  attemptEnded(call: number, attempt: number): void {
    const visits = this.#visits;
    // one that timed out: nobody waits for it
    if (visits.attempt[call] !== attempt) return;
    this.#kernel.cancel(visits.timer[call]! as EventId);
    visits.pod[call] = visits.pod[attempt]!;
    visits.cause[call] = visits.cause[attempt]!;
    visits.failedAt[call] = visits.failedAt[attempt]!;
    visits.gaveUp[call] = visits.gaveUp[attempt]!;
    if (visits.cause[attempt] !== OK && this.#retryLater(call)) return;
    visits.networkNs[call] = visits.networkNs[attempt]!;
    visits.queueNs[call] = visits.queueNs[attempt]!;
    visits.cpuNs[call] = visits.cpuNs[attempt]!;
    visits.retryNs[call] = visits.issuedNs[attempt]! - visits.sinceNs[call]! + visits.retryNs[attempt]!;
    this.#host.end(call);
  }

  #attempt(call: number): void {
    const visits = this.#visits;
    const { timeoutNs } = this.#host.policyOf(call);
    const attempt = visits.add(call, visits.root[call]!, visits.position[call]!, visits.callerPod[call]!);
    visits.issuedNs[attempt] = this.#kernel.now;
    visits.called[call]!++;
    visits.pending[call]!++;
    visits.attempt[call] = attempt;
    visits.cause[call] = OK;
    visits.timer[call] = timeoutNs === undefined ? NO_EVENT : this.#kernel.after(timeoutNs, this.#timedOut, call);
    this.#host.send(attempt);
  }

  #timeOut(call: number): void {
    const visits = this.#visits;
    visits.pod[call] = visits.pod[visits.attempt[call]!]!;
    visits.gaveUp[call] = NO_RETRIES;
    this.#host.note(call, TIMEOUT);
    if (this.#host.isMeasured(call)) this.#counts.timeouts++;
    if (!this.#retryLater(call)) this.#giveUp(call);
  }

  #tryAgain(call: number): void {
    if (this.#host.isCallerGone(call)) {
      this.#giveUp(call);
      return;
    }
    if (this.#host.isMeasured(call)) this.#counts.retries++;
    this.#attempt(call);
  }

  /** Ends a call without an attempt that it could wait for. */
  #giveUp(call: number): void {
    const visits = this.#visits;
    visits.retryNs[call] = this.#kernel.now - visits.sinceNs[call]!;
    this.#host.end(call);
  }

  /** Whether a call that has failed is to be tried again; it then waits for it. */
  #retryLater(call: number): boolean {
    const visits = this.#visits;
    const { retries } = this.#host.policyOf(call);
    visits.attempt[call] = -1;
    if (retries === undefined || this.#host.isCallerGone(call)) return false;
    if (visits.called[call]! >= retries.attempts) {
      visits.gaveUp[call] = ATTEMPTS_USED_UP;
      return false;
    }
    if (this.#budgetOf(call)?.withdraw(this.#kernel.now) === false) {
      visits.gaveUp[call] = BUDGET_EXHAUSTED;
      if (this.#host.isMeasured(call)) this.#counts.overBudget++;
      return false;
    }
    const waitNs = backoffNs(retries, visits.called[call]!, () => this.#host.backoffStream(call));
    visits.timer[call] = this.#kernel.after(waitNs as Nanoseconds, this.#retry, call);
    return true;
  }

  #budgetOf(call: number): RetryBudget | undefined {
    const terms = this.#host.policyOf(call).retries?.budget;
    if (terms === undefined) return undefined;
    const key = this.#host.budgetKeyOf(call);
    let budget = this.#budgets.get(key);
    if (budget === undefined) this.#budgets.set(key, (budget = new RetryBudget(terms)));
    return budget;
  }
}
