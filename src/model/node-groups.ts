import type { Nanoseconds } from '../kernel/index.ts';
import type { ExpanderName } from './choices.ts';
import type { ClusterId, NodeId } from './ids.ts';
import type { Duration } from './world.ts';

/** Nodes that are alike and of which there are more or fewer, as the node autoscaler wants: a provider's node pool. */
export interface NodeGroup {
  readonly name: string;
  readonly cluster: ClusterId;
  /** As many as there ever are, in the order in which they come; those that are not there draw and cost nothing. */
  readonly nodes: readonly NodeId[];
  /** How many of them, the first ones, are there from the start. */
  readonly initial: number;
  readonly min: number;
  /** From the order of a node until it is ready. */
  readonly provisioning: Duration;
  /** For the expander `priority`: the highest goes first. */
  readonly priority: number;
}

/** The node groups and how Kubernetes' cluster-autoscaler minds them. */
export interface NodeAutoscaling {
  readonly groups: readonly NodeGroup[];
  readonly expander: ExpanderName;
  readonly scanIntervalNs: Nanoseconds;
  readonly scaleDown: boolean;
  readonly scaleDownUnneededNs: Nanoseconds;
  readonly scaleDownDelayAfterAddNs: Nanoseconds;
  /** Nodes with at least this share of their CPU or memory requested are kept. */
  readonly scaleDownUtilization: number;
}
