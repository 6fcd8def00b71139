import type { Nanoseconds } from '../kernel/index.ts';
import type { Pod } from './pods.ts';

const INITIAL_BACKOFF_NS = 1e9;
const MAX_BACKOFF_NS = 10e9;

/** Back-off of an unschedulable pod: 1 s, doubled with each attempt, at most 10 s. Source: kube-scheduler, calculateBackoffDuration. */
export function podBackoffNs(attempts: number): Nanoseconds {
  let backoffNs = INITIAL_BACKOFF_NS;
  for (let attempt = 1; attempt < attempts && backoffNs < MAX_BACKOFF_NS; attempt++) backoffNs *= 2;
  return Math.min(backoffNs, MAX_BACKOFF_NS) as Nanoseconds;
}

/**
 * Pods that wait for a node. Active pods are tried in the order in which they came. Pods that found no place are set
 * aside until something happens in the cluster that may help, and then wait out their back-off.
 * Source: kube-scheduler, pkg/scheduler/backend/queue (without queueing hints: any event may help any pod).
 */
export class SchedulingQueue {
  readonly #active: Pod[] = [];
  readonly #unschedulable: Pod[] = [];

  add(pod: Pod): void {
    this.#active.push(pod);
  }

  next(): Pod | undefined {
    return this.#active.shift();
  }

  setAside(pod: Pod): void {
    this.#unschedulable.push(pod);
  }

  /** Pods that are set aside, in the order in which they failed; the queue has none of them afterwards. */
  takeUnschedulable(): Pod[] {
    return this.#unschedulable.splice(0);
  }
}
