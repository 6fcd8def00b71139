import type { HandlerId, Kernel, Nanoseconds } from '../kernel/index.ts';
import type { ClusterState } from './cluster-state.ts';
import type { Pod } from './pods.ts';
import { mayHelp, prioritySort, type ClusterEvent, type SchedulingPod } from './scheduling/index.ts';

const INITIAL_BACKOFF_NS = 1e9;
const MAX_BACKOFF_NS = 10e9;
/** How long a pod is set aside at most, and how often the queue looks for those that have been longer. */
const MAX_ASIDE_NS = 300e9;
const FLUSH_INTERVAL_NS = 30e9;
/** What a pod is set aside for that nothing in particular refused. */
const NO_PLUGIN = '';

/** Back-off of an unschedulable pod: 1 s, doubled with each failure, at most 10 s. Source: kube-scheduler, calculateBackoffDuration. */
export function podBackoffNs(failures: number): Nanoseconds {
  let backoffNs = INITIAL_BACKOFF_NS;
  for (let failure = 1; failure < failures && backoffNs < MAX_BACKOFF_NS; failure++) backoffNs *= 2;
  return Math.min(backoffNs, MAX_BACKOFF_NS) as Nanoseconds;
}

/**
 * When pods that were set aside at a time are tried again though nothing happened: at the first look, every 30 s, at which
 * they have been set aside for more than 5 minutes.
 * Source: pkg/scheduler/backend/queue/scheduling_queue.go, flushUnschedulablePodsLeftover.
 */
export function flushAtNs(setAsideNs: number): Nanoseconds {
  return ((Math.floor((setAsideNs + MAX_ASIDE_NS) / FLUSH_INTERVAL_NS) + 1) * FLUSH_INTERVAL_NS) as Nanoseconds;
}

/**
 * Pods that wait for a node. Active pods are tried by priority, those of one priority in the order in which they came or
 * were last tried. Pods that found no place are set aside until something happens in the cluster that may help them, as the
 * plugins that refused them say, or for 5 minutes; then they wait out their back-off. A pod with scheduling gates is not
 * tried before they are gone.
 * Source: pkg/scheduler/backend/queue, v1.36. Back-offs end to the nanosecond here and not at the next full second, and no
 * pod is taken before its back-off is over (feature gate SchedulerPopFromBackoffQ off): own design.
 */
export class SchedulingQueue {
  readonly #kernel: Kernel;
  readonly #state: ClusterState;
  readonly #activated: () => void;
  readonly #active: Pod[] = [];
  /** In the order in which they were set aside, each with the plugins that refused it. */
  readonly #aside = new Map<Pod, readonly string[]>();
  readonly #refusedBy = new Map<string, Set<Pod>>();
  readonly #retry: HandlerId;
  readonly #flush: HandlerId;
  #flushDue = false;

  /** @param activated told when a pod has become active */
  constructor(kernel: Kernel, state: ClusterState, activated: () => void) {
    this.#kernel = kernel;
    this.#state = state;
    this.#activated = activated;
    this.#retry = kernel.on('kubernetes.retry', (pod) => this.add(state.pods[pod]!));
    this.#flush = kernel.on('kubernetes.flush-unschedulable', () => this.#flushUnschedulable());
  }

  /** The pod may be tried. One that has been deleted or has its node is passed over. */
  add(pod: Pod): void {
    if (pod.phase !== 'pending') return;
    this.#push(pod);
    this.#activated();
  }

  /** The pod to try next, or undefined where none is active. */
  next(): Pod | undefined {
    for (let pod = this.#pop(); pod !== undefined; pod = this.#pop()) if (pod.phase === 'pending') return pod;
    return undefined;
  }

  /** The pod was tried in vain just now. Where nothing in particular refused it, any event may help it. */
  setAside(pod: Pod, refusedBy: readonly string[]): void {
    const plugins = refusedBy.length === 0 ? [NO_PLUGIN] : refusedBy;
    this.#aside.set(pod, plugins);
    for (const plugin of plugins) {
      const pods = this.#refusedBy.get(plugin);
      if (pods === undefined) this.#refusedBy.set(plugin, new Set([pod]));
      else pods.add(pod);
    }
    this.#scheduleFlush();
  }

  /**
   * Lets the pod wait out its back-off, whatever happens meanwhile: by how often it was found unschedulable or, while
   * attempts go wrong, by how many of these there were in a row. Source: backoff_queue.go, getBackoffTime.
   */
  backOff(pod: Pod): void {
    const overNs = pod.attemptedNs + podBackoffNs(pod.errors > 0 ? pod.errors : pod.refusals);
    if (overNs > this.#kernel.now) this.#kernel.at(overNs as Nanoseconds, this.#retry, pod.id);
    else this.add(pod);
  }

  /** Something happened: pods that it may help are tried again when their back-off is over. */
  happened(event: ClusterEvent): void {
    if (this.#aside.size === 0) return;
    const { cache } = this.#state;
    const helped: Pod[] = [];
    for (const [plugin, pods] of this.#refusedBy) {
      for (const pod of pods) {
        if (!mayHelp(plugin, this.#state.schedulingPod(pod), event, cache)) continue;
        helped.push(pod);
        this.#take(pod);
      }
    }
    for (const pod of helped.sort((a, b) => a.id - b.id)) this.backOff(pod);
  }

  /** The pod no longer waits: it was deleted. */
  remove(pod: Pod): void {
    this.#take(pod);
  }

  /** A pod that is set aside is tried again as soon as its back-off is over, though nothing happened. */
  activate(known: SchedulingPod): void {
    for (const pod of this.#aside.keys()) if (this.#state.schedulingPod(pod) === known) this.#retryLater(pod);
  }

  /** As `activate`, for all pods that are set aside. */
  activateAll(): void {
    for (const pod of this.#aside.keys()) this.#retryLater(pod);
  }

  #retryLater(pod: Pod): void {
    this.#take(pod);
    this.backOff(pod);
  }

  #take(pod: Pod): void {
    for (const plugin of this.#aside.get(pod) ?? []) this.#refusedBy.get(plugin)!.delete(pod);
    this.#aside.delete(pod);
  }

  #flushUnschedulable(): void {
    this.#flushDue = false;
    for (const pod of this.#aside.keys()) {
      if (flushAtNs(pod.attemptedNs) > this.#kernel.now) break;
      this.#retryLater(pod);
    }
    this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    if (this.#flushDue) return;
    const [first] = this.#aside.keys();
    if (first === undefined) return;
    this.#flushDue = true;
    this.#kernel.at(flushAtNs(first.attemptedNs), this.#flush);
  }

  #isBefore(a: Pod, b: Pod): boolean {
    return (prioritySort(this.#state.schedulingPod(a), this.#state.schedulingPod(b)) || a.id - b.id) < 0;
  }

  /** A binary heap. */
  #push(pod: Pod): void {
    const heap = this.#active;
    let at = heap.push(pod) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(pod, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = pod;
  }

  #pop(): Pod | undefined {
    const heap = this.#active;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
