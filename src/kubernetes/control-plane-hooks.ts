import type { CpuShare } from '../dynamics/index.ts';
import type { NodeId } from '../model/index.ts';
import type { AutoscalingHooks } from './autoscaling/index.ts';
import type { Governor } from './governor.ts';
import type { Pod } from './pods.ts';
import type { PlacementDecision } from './scheduling-loop.ts';

/** What the control plane tells the world. */
export interface ControlPlaneHooks extends AutoscalingHooks {
  /** The pod's containers serve on its node from now on, and no longer. */
  podStarted(pod: Pod, cpu: CpuShare): void;
  podStopped(pod: Pod): void;
  decided(decision: PlacementDecision): void;
  /** A node of a group is there from now on, powered, or no longer. */
  setProvisioned(node: NodeId, isThere: boolean): void;
  /** Something was done about a node. */
  nodeChanged(node: NodeId, event: NodeChange): void;
  /** Who has a say in where pods may be; nobody where absent. */
  readonly governor?: Governor;
}

/** What is done about a node by administrators and by the node autoscaler. */
export type NodeChange =
  | 'cordoned'
  | 'uncordoned'
  | 'drained'
  | 'drain-refused'
  | 'ordered'
  | 'joined'
  | 'removing'
  | 'removal-failed'
  | 'removed';
