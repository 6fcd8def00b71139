import type { NodeId, ServiceId } from '../model/index.ts';
import type { Pod } from './pods.ts';

/**
 * Why a node may not take a pod, in words that begin with "node(s)"; undefined where it may.
 * @param alike how many pods with the same labels are there and stay
 */
export type NodeRule = (node: NodeId, alike: () => number) => string | undefined;

/** Who has a say in where pods may be, beside Kubernetes' own filters, and is told where they are. */
export interface Governor {
  /** What holds for the pods of a service now; undefined where nothing does. */
  ruleOf(service: ServiceId): NodeRule | undefined;
  /** A pod has got its node. */
  bound(pod: Pod): void;
  /** A pod that had a node is gone from it. */
  gone(pod: Pod): void;
}
