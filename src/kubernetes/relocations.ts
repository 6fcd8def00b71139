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
