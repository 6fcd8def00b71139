import type { Pod } from './pods.ts';
import type { Decision } from './scheduling/index.ts';

/**
 * What a pod that takes another's place does until it is let go: `wait`: it has its room on its node, and its containers
 * are not started; `hold`: they are started, and it gets no requests; `serve`: it is a pod like any other.
 */
export type Standby = 'wait' | 'hold' | 'serve';

/** Told of pods by who moves them. */
export interface PodWatcher {
  /** Its containers are ready, whether or not it is held. */
  ready(pod: Pod): void;
  /** It is being deleted, or has ended. */
  deleted(pod: Pod): void;
  /** It has stopped for good. */
  gone(pod: Pod): void;
}

/** Moving pods: a new one in the place of an old one, on a node that was chosen for it. */
export interface Relocations {
  watch(watcher: PodWatcher): void;
  /** Makes a pod of the same service as `pod`, and binds it to the node of the decision. */
  succeed(pod: Pod, decision: Decision, viewAgeNs: number, standby: Standby): Pod;
  /** Lets a pod on standby go on. */
  letGo(pod: Pod): void;
  /** Deletes a pod; what it has in hand it may finish within its grace period. Its controller makes a new one where one lacks. */
  withdraw(pod: Pod, reason: string): void;
}

/** What moving pods sets off in the control plane. */
export interface SuccessionActions {
  /** Makes a pod of the same service, which waits for nothing. */
  create(pod: Pod): Pod;
  /** Binds it as decided. */
  place(pod: Pod, decision: Decision, viewAgeNs: number): void;
  /** Starts its containers, if its node is heard. */
  launch(pod: Pod): void;
  /** Makes it an endpoint, if it may be one. */
  serve(pod: Pod): void;
  /** Deletes it; its controller makes a new one where one lacks. */
  remove(pod: Pod, reason: string): void;
}

/** The pods that take others' places, and who is told of pods. */
export class Successions implements Relocations {
  readonly #actions: SuccessionActions;
  /** Those that are not let go yet. */
  readonly #standby = new Map<Pod, Standby>();
  readonly #watchers: PodWatcher[] = [];

  constructor(actions: SuccessionActions) {
    this.#actions = actions;
  }

  watch(watcher: PodWatcher): void {
    this.#watchers.push(watcher);
  }

  succeed(pod: Pod, decision: Decision, viewAgeNs: number, standby: Standby): Pod {
    const successor = this.#actions.create(pod);
    if (standby !== 'serve') this.#standby.set(successor, standby);
    this.#actions.place(successor, decision, viewAgeNs);
    return successor;
  }

  letGo(pod: Pod): void {
    const standby = this.#standby.get(pod);
    this.#standby.delete(pod);
    if (standby === 'wait') this.#actions.launch(pod);
    else if (pod.phase === 'ready') this.#actions.serve(pod);
  }

  withdraw(pod: Pod, reason: string): void {
    this.#actions.remove(pod, reason);
  }

  /** Whether a pod has its room, and is not to be started yet. */
  waits(pod: Pod): boolean {
    return this.#standby.get(pod) === 'wait';
  }

  /** Whether a pod is to get no requests yet. */
  isOnStandby(pod: Pod): boolean {
    return this.#standby.has(pod);
  }

  ready(pod: Pod): void {
    for (const watcher of this.#watchers) watcher.ready(pod);
  }

  deleted(pod: Pod): void {
    this.#standby.delete(pod);
    for (const watcher of this.#watchers) watcher.deleted(pod);
  }

  gone(pod: Pod): void {
    for (const watcher of this.#watchers) watcher.gone(pod);
  }
}
