import type { RandomStream } from '../../kernel/index.ts';
import type { NodeInfo } from './node-info.ts';
import type { PluginScores } from './framework.ts';
import type { Rejection } from './plugin.ts';
import type { DisruptionAllowance, Nomination } from './preemption.ts';
import type { SchedulingPod } from './pod.ts';
import type { SchedulerCache } from './scheduler-cache.ts';

/** What a scheduler may use for one decision besides the cluster that it knows. */
export interface SchedulingContext {
  /** Draws where the algorithm leaves a choice open. */
  readonly draws: RandomStream;
  /** Whether every node's verdict and scores are kept. */
  readonly verdicts?: boolean;
  /**
   * Expected latency, ns, between a pod on a node and whom it talks to, from what has been observed; Infinity where
   * they cannot reach each other. Needed by algorithms that place by latency.
   */
  readonly communicationLatencyNs?: (node: NodeInfo) => number;
  /** The cluster's budgets of disruption as they stand; none where absent. */
  readonly disruptionBudgets?: () => readonly DisruptionAllowance[];
}

export interface Decision {
  readonly scheduler: string;
  /** Undefined where no node is feasible. */
  readonly node: NodeInfo | undefined;
  /** Nodes that were examined, and how many of them were feasible. */
  readonly considered: number;
  readonly feasible: number;
  /** The nodes that were as good as the chosen one, itself among them, in the order of examination. */
  readonly tieSet: readonly NodeInfo[];
  /** What the algorithm compares first, of the chosen node; each says what that is. Undefined where nothing was compared. */
  readonly value: number | undefined;
  /** What set the decision off, where the pod takes the place of one that moves. */
  readonly trigger?: string;
  /** The text of the FailedScheduling event; empty where a node was chosen. */
  readonly message: string;
  /** The plugins that refused the pod or some node for it, once each; undefined where a node was chosen. */
  readonly refusedBy?: readonly string[];
  /** A node on which evicting pods makes room, where the pod is unschedulable and may preempt. */
  readonly nomination: Nomination | undefined;
  /** Whether evicting was found to be of no help, so that an earlier nomination no longer holds. */
  readonly clearsNomination?: true;
  /** Whether deciding itself went wrong, as where an extender fails: the pod is tried again after its back-off. */
  readonly failed?: true;
  /** Only where asked for. */
  readonly verdicts: Verdicts | undefined;
}

/** Every examined node's verdict. */
export interface Verdicts {
  readonly refused: readonly { readonly node: NodeInfo; readonly rejection: Rejection }[];
  /** In the order of examination. */
  readonly feasible: readonly NodeInfo[];
  /** What an algorithm other than kube-scheduler compares nodes by, most important first, for the nodes in `feasible`. */
  readonly own: readonly PluginScores[];
  /** kube-scheduler's scores of the nodes in `scored`; empty where they were not asked, or one node was left to take. */
  readonly scores: readonly PluginScores[];
  readonly scored: readonly NodeInfo[];
  /** Weighted sum over plugins for each node in `scored`. */
  readonly totals: Float64Array;
}

/** A placement algorithm. One instance serves one cluster, as it may remember where it left off. */
export interface Scheduler {
  readonly name: string;
  /** Chooses a node for a pod. Changes nothing: the caller assumes the pod on the node, or lets it wait. */
  schedule(pod: SchedulingPod, cache: SchedulerCache, context: SchedulingContext): Decision;
}
