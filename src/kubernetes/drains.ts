import type { HandlerId, Kernel, Nanoseconds } from '../kernel/index.ts';
import type { NodeId } from '../model/index.ts';
import type { ClusterState } from './cluster-state.ts';
import type { Pod } from './pods.ts';

/** How somebody empties a node. */
export interface DrainManner {
  /** Whether pods go that no controller makes anew; without it a node that has one is not drained at all. */
  readonly force: boolean;
  /** Until an eviction is asked for again that a budget has not allowed. */
  readonly retryNs: number;
  /** Between two looks whether an evicted pod is gone. */
  readonly pollNs: number;
  /** For how long evictions are asked for. */
  readonly patienceNs: number;
}

/** `refused`: a pod without a controller stays, and with it all others. `gave-up`: a budget has not allowed it for too long. */
export type DrainOutcome = 'drained' | 'refused' | 'gave-up';

interface Drain {
  readonly manner: DrainManner;
  readonly ended: (outcome: DrainOutcome) => void;
  readonly beganNs: number;
  readonly left: Set<Pod>;
}

/**
 * Empties nodes through the Eviction API: each pod on its own is asked to go until its budget allows it, and then waited for.
 * Source: kubectl, pkg/drain/drain.go; the manner says what is different with cluster-autoscaler.
 */
export class Drains {
  readonly #kernel: Kernel;
  readonly #state: ClusterState;
  readonly #evict: (pod: Pod) => boolean;
  readonly #look: HandlerId;
  readonly #drains: (Drain | undefined)[] = [];

  /** @param evict the Eviction API: whether the pod goes */
  constructor(kernel: Kernel, state: ClusterState, evict: (pod: Pod) => boolean) {
    this.#kernel = kernel;
    this.#state = state;
    this.#evict = evict;
    this.#look = kernel.on('kubernetes.drain', (drain, pod) => this.#lookAt(drain, state.pods[pod]!));
  }

  /** Empties a node, which somebody has cordoned; `ended` may be told within the call. */
  begin(node: NodeId, manner: DrainManner, ended: (outcome: DrainOutcome) => void): void {
    const pods = [...this.#state.nodes[node]!.pods];
    if (!manner.force && pods.some(({ life }) => life !== undefined)) return ended('refused');
    if (pods.length === 0) return ended('drained');
    const drain = this.#drains.push({ manner, ended, beganNs: this.#kernel.now, left: new Set(pods) }) - 1;
    for (const pod of pods) this.#lookAt(drain, pod);
  }

  #lookAt(number: number, pod: Pod): void {
    const drain = this.#drains[number];
    if (drain === undefined) return;
    const { manner, beganNs, left } = drain;
    const isGoing = pod.phase === 'terminating' || pod.phase === 'gone' || this.#evict(pod);
    if (!isGoing && this.#kernel.now + manner.retryNs - beganNs > manner.patienceNs)
      return this.#end(number, 'gave-up');
    if (this.#isGone(pod)) {
      left.delete(pod);
      if (left.size === 0) this.#end(number, 'drained');
      return;
    }
    this.#kernel.after((isGoing ? manner.pollNs : manner.retryNs) as Nanoseconds, this.#look, number, pod.id);
  }

  /** Asked anew, as evicting a pod may have ended it within the call. */
  #isGone({ phase }: Pod): boolean {
    return phase === 'gone';
  }

  #end(number: number, outcome: DrainOutcome): void {
    const { ended } = this.#drains[number]!;
    this.#drains[number] = undefined;
    ended(outcome);
  }
}
