import type { EventId, HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import type { PodId } from '../../model/index.ts';
import type { GracePlan } from './pod-plan.ts';
import { afterOrNever } from './timers.ts';

interface Termination {
  readonly done: () => void;
  readonly deadline: EventId;
  /** Of the hook before the end, while that goes on; then of the end. */
  next: EventId | undefined;
  /** Whether it has been told to end, and does so when nothing is in hand. */
  isTold: boolean;
}

/**
 * Pods that are about to end: what `preStop` sleeps for goes on as before; then what they have in hand is finished, and what
 * is left when the grace period is over is lost. Source: Kubernetes, Concepts, Pod Lifecycle, "Termination of Pods". Own
 * design: a container that is told to end does so as soon as it has nothing in hand, and takes what reaches it until then.
 */
export class Terminations {
  readonly #kernel: Kernel;
  readonly #inHand: (pod: PodId) => number;
  readonly #ending = new Map<PodId, Termination>();
  readonly #over: HandlerId;
  readonly #told: HandlerId;

  /** @param inHand requests that a pod works on, or that wait in it */
  constructor(kernel: Kernel, inHand: (pod: PodId) => number) {
    this.#kernel = kernel;
    this.#inHand = inHand;
    this.#over = kernel.on('kubelet.terminated', (pod) => this.end(pod as PodId));
    this.#told = kernel.on('kubelet.pre-stop-over', (pod) => {
      const termination = this.#ending.get(pod as PodId)!;
      termination.next = undefined;
      termination.isTold = true;
      this.loadChanged(pod as PodId);
    });
  }

  /** A pod that runs is to end; `done` is called when it may be stopped, within the call where there is nothing to wait for. */
  begin(pod: PodId, { graceNs, preStopNs }: GracePlan, done: () => void): void {
    if (graceNs === 0 || (preStopNs === 0 && this.#inHand(pod) === 0)) {
      done();
      return;
    }
    const isTold = preStopNs === 0;
    const next = isTold ? undefined : afterOrNever(this.#kernel, Math.min(preStopNs, graceNs), this.#told, pod);
    const deadline = afterOrNever(this.#kernel, graceNs, this.#over, pod);
    this.#ending.set(pod, { done, deadline, next, isTold });
  }

  isEnding(pod: PodId): boolean {
    return this.#ending.has(pod);
  }

  /** What a pod has in hand has become more or less. */
  loadChanged(pod: PodId): void {
    const termination = this.#ending.get(pod);
    if (termination === undefined || !termination.isTold || this.#inHand(pod) > 0) return;
    // not amid the request that was the last: what it was answered with has to leave first
    termination.next ??= this.#kernel.after(0 as Nanoseconds, this.#over, pod);
  }

  /** The pod has been stopped by something else. */
  forget(pod: PodId): void {
    const termination = this.#ending.get(pod);
    if (termination === undefined) return;
    this.#ending.delete(pod);
    this.#kernel.cancel(termination.deadline);
    if (termination.next !== undefined) this.#kernel.cancel(termination.next);
  }

  /** The pod that is about to end does so now. */
  end(pod: PodId): void {
    const { done } = this.#ending.get(pod)!;
    this.forget(pod);
    done();
  }
}
