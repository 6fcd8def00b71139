import type { Taint } from '../model/index.ts';
import type { Pod } from './pods.ts';
import type { NodeInfo } from './scheduling/index.ts';

/** Taints of a node whose kubelet is not heard of. Source: Kubernetes, pkg/controller/nodelifecycle. */
export const UNREACHABLE_TAINTS: readonly Taint[] = [
  { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
];

/** What the control plane keeps of a node. */
export interface NodeState {
  readonly info: NodeInfo;
  readonly pods: Set<Pod>;
  up: boolean;
  /** Whether the control plane of its cluster can be reached from it. */
  reachable: boolean;
  notReady: boolean;
  /** When it was last found not ready, ns. */
  taintedNs: number;
  /** Counts the changes of its taints: a timer that was set under other taints does nothing. */
  taintings: number;
  /** Counts crashes and returns: a timer that was set in another life of the node does nothing. */
  life: number;
  /** Counts how often it fell silent or was heard again: a timer of another silence does nothing. */
  silence: number;
}

/**
 * `up`, `not-ready` (silent, and noticed), `down` (crashed, not noticed yet) or `unreachable` (cut off, not noticed yet):
 * the truth and what the cluster makes of it.
 */
export type NodeCondition = 'up' | 'down' | 'unreachable' | 'not-ready';

/** In what condition a node is. */
export function conditionOf({ up, reachable, notReady }: NodeState): NodeCondition {
  return notReady ? 'not-ready' : !up ? 'down' : reachable ? 'up' : 'unreachable';
}

/** Whether the control plane does not hear of a node. */
export function isSilent({ up, reachable }: NodeState): boolean {
  return !up || !reachable;
}
