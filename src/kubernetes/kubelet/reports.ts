import type { Pod } from '../pods.ts';

/** What kubelets report of pods. Where a node is cut off, the control plane passes over what it cannot hear. */
export interface PodReports {
  /** Its containers run and are ready to serve, or no longer ready. */
  ready(pod: Pod): void;
  unready(pod: Pod): void;
  /** Its containers have ended by themselves, for good. */
  ended(pod: Pod, reason: string): void;
  /** A pod that was deleted has stopped. */
  terminated(pod: Pod): void;
}

/** What of a pod the world sees. */
export interface ContainerHooks {
  /** The pod's containers serve on its node from now on, and no longer. */
  started(pod: Pod): void;
  stopped(pod: Pod): void;
}
