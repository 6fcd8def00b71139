import type { AppId, NodeId, PodId, PodLife, ServiceId } from '../model/index.ts';

/**
 * `pending`: no node yet. `starting`: bound, its containers are coming up. `ready`: it serves. `stopped`: its node is
 * down, or came back and has not restarted it yet. `gone`: deleted, for good.
 */
export type PodPhase = 'pending' | 'starting' | 'ready' | 'stopped' | 'gone';

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
  node: NodeId | undefined;
  scheduledNs: number | undefined;
  /** When its containers first ran, and when it first was ready to serve. */
  startedNs: number | undefined;
  readyNs: number | undefined;
  goneNs: number | undefined;
  /** Why it went. */
  reason: string | undefined;
  /** Scheduling attempts so far, and the time of the last one. */
  attempts: number;
  /** What the last attempt came to, in kube-scheduler's words; empty when it found a node. */
  message: string;
  attemptedNs: number;
}
