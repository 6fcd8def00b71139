import type { Kernel } from '../../kernel/index.ts';
import type { PodId } from '../../model/index.ts';
import type { ServingPod } from './serving-pod.ts';
import type { Visits } from './visits.ts';

/** What a pod has in hand, how much of it waits, and what it has worked on. */
export interface PodLoad {
  readonly inHand: number;
  readonly waiting: number;
  readonly visits: number;
  readonly responseNs: number;
}

/** What the pods that serve have in hand. It changes nothing. */
export class PodLoads {
  readonly #kernel: Pick<Kernel, 'now'>;
  readonly #pods: readonly (ServingPod | undefined)[];
  readonly #visits: Visits;

  /** @param pods by pod; the list changes as pods come and go */
  constructor(kernel: Pick<Kernel, 'now'>, pods: readonly (ServingPod | undefined)[], visits: Visits) {
    this.#kernel = kernel;
    this.#pods = pods;
    this.#visits = visits;
  }

  /** Requests that a pod works on, or that wait in it; 0 where it does not serve. */
  inHand(pod: PodId): number {
    const serving = this.#pods[pod];
    return serving === undefined ? 0 : serving.busy + serving.calling + serving.queue.length - serving.head;
  }

  /** How long the next request that a pod is to work on has waited by now, ns; 0 where none waits. */
  waitNs(pod: PodId): number {
    const serving = this.#pods[pod];
    const next = serving?.queue[serving.head];
    return next === undefined ? 0 : this.#kernel.now - this.#visits.sinceNs[next]!;
  }

  /** Visits whose CPU work a pod has finished, and the time that these had waited and computed, ns; none where it does not serve. */
  worked(pod: PodId): Pick<PodLoad, 'visits' | 'responseNs'> {
    const { visits = 0, responseNs = 0 } = this.#pods[pod] ?? {};
    return { visits, responseNs };
  }

  /** All of this at once. */
  read(pod: PodId): PodLoad {
    const { queue = [], head = 0 } = this.#pods[pod] ?? {};
    return { inHand: this.inHand(pod), waiting: queue.length - head, ...this.worked(pod) };
  }

  /** Calls `changed` at each change of what a pod that serves has in hand, until it is gone. */
  watch(pod: PodId, changed: () => void): void {
    this.#pods[pod]!.loadChanged = changed;
  }
}
