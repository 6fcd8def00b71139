import type { AppId, NodeId, PodId, PodLife, ServiceId } from '../model/index.ts';

/**
 * `pending`: no node yet. `starting`: bound, its containers are coming up. `ready`: it serves. `stopped`: its node is
 * down or cut off, and has to be heard again to start it. `terminating`: deleted, but its node has not learned of it, and
 * runs it on. `gone`: deleted, for good.
 */
export type PodPhase = 'pending' | 'starting' | 'ready' | 'stopped' | 'terminating' | 'gone';

/** Why a container waits. Source: Kubernetes, pkg/kubelet/images/types.go. */
export type WaitingReason = 'ImagePullBackOff' | 'ErrImageNeverPull' | 'CrashLoopBackOff';

/** One pod from its creation to its end. Times are ns of virtual time. */
export interface Pod {
  readonly id: PodId;
  readonly name: string;
  readonly app: AppId;
  readonly service: ServiceId;
  readonly createdNs: number;
  /** Of a pod that no controller makes anew. */
  readonly life: PodLife | undefined;
  phase: PodPhase;
  /** Whether its containers run and serve, whatever the cluster knows of it. */
  readyOnNode: boolean;
  node: NodeId | undefined;
  scheduledNs: number | undefined;
  /** When its sandbox was there, and when the images of all its containers were; only where a scenario states images. */
  sandboxNs: number | undefined;
  pulledNs: number | undefined;
  /** When its containers first ran, and when it first was ready to serve. */
  startedNs: number | undefined;
  readyNs: number | undefined;
  /** When it last became ready, or no longer ready. */
  readinessChangedNs: number | undefined;
  /** How often its containers have been started anew. */
  restarts: number;
  goneNs: number | undefined;
  /** Why its containers wait to be started, in the kubelet's words; undefined where they do not, or come up. */
  waiting: WaitingReason | undefined;
  /** Why it went. */
  reason: string | undefined;
  /** Scheduling attempts so far, and the time of the last one. */
  attempts: number;
  /** How many of them found no node, and how many in a row went wrong by now; its back-off goes by these. */
  refusals: number;
  errors: number;
  /** What the last attempt came to, in kube-scheduler's words; empty when it found a node. */
  message: string;
  attemptedNs: number;
}
