import type { ImageId } from '../../model/index.ts';
import type { Pod } from '../pods.ts';
import { BackOff } from './back-off.ts';
import type { MemoryUser } from './node-memory.ts';
import type { ContainerPlan, PodPlan } from './pod-plan.ts';
import type { ProbeId } from './probes.ts';

/** A container in the course of a run of its pod. */
export interface ContainerRun {
  readonly plan: ContainerPlan;
  state: 'waiting' | 'running' | 'done';
  /** When it was started. */
  sinceNs: number;
  /** Whether its startup probe has succeeded, and its readiness probe says that it is ready. */
  isStarted: boolean;
  isReady: boolean;
  readonly probes: Set<ProbeId>;
}

/** A pod that comes up, or runs, by a plan: from its sandbox to the end of its containers on the node. */
export interface Run {
  readonly pod: Pod;
  readonly plan: PodPlan;
  readonly containers: readonly ContainerRun[];
  /** Tells it from other runs of the same pod, and from its own past before a restart, in events. */
  serial: number;
  /** The container whose turn it is, and whether that container's image is there. */
  next: number;
  hasImage: boolean;
  readonly used: Set<ImageId>;
  readonly pullBackOffs: Map<ImageId, BackOff>;
  readonly crashBackOff: BackOff;
  failedNs: number;
  memory: MemoryUser | undefined;
  /** Called when all its containers have been started once. */
  isUp: (() => void) | undefined;
  /** Whether it was deleted: nothing is started anew. */
  isEnding: boolean;
  isOver: boolean;
}

/** A pod whose sandbox is there, and nothing else. */
export function newRun(pod: Pod, plan: PodPlan, serial: number, isUp: () => void): Run {
  return {
    pod,
    plan,
    containers: plan.containers.map((container) => ({
      plan: container,
      state: 'waiting',
      sinceNs: 0,
      isStarted: false,
      isReady: false,
      probes: new Set(),
    })),
    serial,
    next: 0,
    hasImage: false,
    used: new Set(),
    pullBackOffs: new Map(),
    crashBackOff: new BackOff(),
    failedNs: 0,
    memory: undefined,
    isUp,
    isEnding: false,
    isOver: false,
  };
}

/** Whether all of a pod's containers run and are ready. */
export function isReady({ containers }: Run): boolean {
  return containers.every(({ plan: { kind }, state, isStarted, isReady }) =>
    kind === 'init' ? state === 'done' : isStarted && isReady,
  );
}
