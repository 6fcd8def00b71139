import type { NodeId, PodId } from '../../model/index.ts';
import type { Pod } from '../pods.ts';

/** Why a pod has ended by itself. */
export type EndReason = 'completed' | 'failed' | 'out-of-memory';

/** What kubelets report of pods. Where a node is cut off, the control plane passes over what it cannot hear. */
export interface PodReports {
  /** Its containers run and are ready to serve, or no longer ready. */
  ready(pod: Pod): void;
  unready(pod: Pod): void;
  /** Its containers have ended by themselves, for good. */
  ended(pod: Pod, reason: EndReason): void;
  /** The node had too little memory for it: it has been stopped. */
  evicted(pod: Pod): void;
  /** Whether a node is under memory pressure, from now on. */
  memoryPressure(node: NodeId, isOn: boolean): void;
  /** A pod that was deleted has stopped. */
  terminated(pod: Pod): void;
}

/** What of a pod the world sees. */
export interface ContainerHooks {
  /** The pod's containers serve on its node from now on, and no longer. */
  started(pod: Pod): void;
  stopped(pod: Pod): void;
}

/** What of a pod's load the kubelets see. */
export interface PodLoad {
  /** Requests that the pod works on, or that wait in it. */
  inHand(pod: PodId): number;
  /** How long the next request to be worked on has waited by now, ns; 0 where none waits. */
  waitNs(pod: PodId): number;
  /** How long a piece of work takes that the pod begins now, ns; Infinity where its node stands still. */
  workNs(pod: PodId, workNs: number): number;
  /** Tells each change of what a pod that serves has in hand, until it stops. */
  watch(pod: PodId, changed: () => void): void;
}
