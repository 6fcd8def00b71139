import type { NodeId, SwmSettings } from '../../model/index.ts';
import { clusterCost, nodeCosts, type NodeMetrics } from '../pdlc/index.ts';

/**
 * PDLC's cost of a cluster, 0 (best) to 1, as an AddOnPlacementScore of Open Cluster Management: from 100 down to -100.
 * Own design; no source says how CODECO's cost gets into a placement.
 * @param metrics of all nodes, which costs compare
 * @param nodes those of the cluster, one at least
 */
export function clusterScore(
  metrics: readonly NodeMetrics[],
  profile: SwmSettings['profile'],
  nodes: readonly NodeId[],
): number {
  const costs = nodeCosts(metrics, profile);
  return Math.trunc((0.5 - clusterCost(nodes.map((node) => costs[node]!))) * 200);
}
