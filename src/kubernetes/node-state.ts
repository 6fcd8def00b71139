import type { Taint } from '../model/index.ts';
import type { Pod } from './pods.ts';
import type { NodeInfo } from './scheduling/index.ts';

/** A node's Ready condition: `False` where its kubelet says that it can run no pods, `Unknown` where nothing is heard of it. */
export type Readiness = 'True' | 'False' | 'Unknown';
export type Unreadiness = Exclude<Readiness, 'True'>;

/** Keys of the taints of a node that is not ready. Source: Kubernetes, pkg/controller/nodelifecycle. */
const UNREADY_KEYS: Readonly<Record<Unreadiness, string>> = {
  False: 'node.kubernetes.io/not-ready',
  Unknown: 'node.kubernetes.io/unreachable',
};

/** The taint by which pods leave a node that is not ready. */
export const evictionTaint = (unreadiness: Unreadiness): Taint => ({
  key: UNREADY_KEYS[unreadiness],
  effect: 'NoExecute',
});

/** Source: Kubernetes, Concepts, Taints and Tolerations, "Taint Nodes by Condition". */
export const MEMORY_PRESSURE_KEY = 'node.kubernetes.io/memory-pressure';
/** A node that is cordoned, and one that cluster-autoscaler is about to remove. Source: k8s.io/api/core/v1/well_known_taints.go; cluster-autoscaler, utils/taints. */
const UNSCHEDULABLE_TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const DOOMED_TAINT: Taint = { key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' };
const MEMORY_PRESSURE_TAINT: Taint = { key: MEMORY_PRESSURE_KEY, effect: 'NoSchedule' };

/** What the control plane keeps of a node. */
export interface NodeState {
  /** Another one each time that it joins its cluster anew. */
  info: NodeInfo;
  readonly pods: Set<Pod>;
  /** Whether it has joined its cluster; one of a group that grows may be yet to come. */
  isThere: boolean;
  /** Whether an administrator keeps new pods from it. */
  cordoned: boolean;
  /** Whether it is about to be removed. */
  doomed: boolean;
  up: boolean;
  /** Whether the control plane of its cluster can be reached from it. */
  reachable: boolean;
  /** Whether its kubelet can run pods, by what it says itself. */
  healthy: boolean;
  /** Its Ready condition, as the API server has it. */
  ready: Readiness;
  /** For what its pods are to leave it; it comes later than the condition, and goes later. */
  evicting: Unreadiness | undefined;
  /** Whether its kubelet says that it is short of memory. */
  memoryPressure: boolean;
  /** When its pods were last told to leave it, ns. */
  taintedNs: number;
  /** Counts the changes of its taints: a timer that was set under other taints does nothing. */
  taintings: number;
  /** Counts crashes and returns: a timer that was set in another life of the node does nothing. */
  life: number;
  /** Counts how often it fell silent or was heard again: a timer of another silence does nothing. */
  silence: number;
}

/**
 * `up`, `not-ready` (silent, and noticed; or its kubelet says so), `down` (crashed, not noticed yet), `unreachable` (cut off, not noticed yet) or
 * `absent` (not ordered, or not there yet): the truth and what the cluster makes of it.
 */
export type NodeCondition = 'up' | 'down' | 'unreachable' | 'not-ready' | 'absent';

/** In what condition a node is. */
export function conditionOf({ isThere, up, reachable, ready }: NodeState): NodeCondition {
  if (!isThere) return 'absent';
  return ready !== 'True' ? 'not-ready' : !up ? 'down' : reachable ? 'up' : 'unreachable';
}

/** Taints that a node has for the condition it is in. */
export function conditionTaints({ ready, evicting, memoryPressure, cordoned, doomed }: NodeState): readonly Taint[] {
  return [
    ...(ready === 'True' ? [] : [{ key: UNREADY_KEYS[ready], effect: 'NoSchedule' } as const]),
    ...(evicting === undefined ? [] : [evictionTaint(evicting)]),
    ...(memoryPressure ? [MEMORY_PRESSURE_TAINT] : []),
    ...(cordoned ? [UNSCHEDULABLE_TAINT] : []),
    ...(doomed ? [DOOMED_TAINT] : []),
  ];
}

/** Whether the control plane does not hear of a node. */
export function isSilent({ up, reachable }: NodeState): boolean {
  return !up || !reachable;
}

/** Whether a node's kubelet does what the control plane asks of it. */
export function isObeying({ up, reachable, healthy }: NodeState): boolean {
  return up && reachable && healthy;
}
