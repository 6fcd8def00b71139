import { NS_PER_MS } from '../../kernel/index.ts';
import { pathLatencyNs } from './constraints.ts';
import { type Assignment, LOOPBACK, type NodeValue, type SwmModel, type WorkloadValues } from './contract.ts';
import { ModelIndex, workloadKey } from './model-index.ts';

/**
 * How much each part of the objective counts. The objective is own design: SWM's own one is not published. Its inputs are:
 * costs of nodes, for all and for single workloads, and recommendations.
 */
export interface ObjectiveWeights {
  /** Per unit of a node's cost, for each workload on it. */
  readonly nodeCost: number;
  /** Per unit of what a node costs for the workload alone. */
  readonly workloadCost: number;
  /** Per unit by which the node is recommended for the workload; taken off. */
  readonly recommendation: number;
  /** Per workload that leaves the node it runs on. */
  readonly move: number;
  /** Per millisecond of latency of each channel. */
  readonly latencyPerMs: number;
}

/**
 * What an assignment costs, lower is better: the sum over workloads of nodeCost · cost(node) + workloadCost · cost(workload,
 * node) − recommendation · recommended(workload, node) + move, and over channels of latencyPerMs · latency. Own design.
 */
export function objective(model: SwmModel, { workloads, channels }: Assignment, weights: ObjectiveWeights): number {
  const index = new ModelIndex(model);
  const nodeCosts = valuesOf(model.costs.nodes);
  const own = valuesByWorkload(model.costs.workloads);
  const recommended = valuesByWorkload(model.recommendations.workloads);
  const runsOn = new Map(
    model.appGroup.applications.flatMap(({ id, workloads: all }) =>
      all.map((workload) => [workloadKey(id, workload.id), workload.node] as const),
    ),
  );
  let total = 0;
  for (const { application, workload, node } of workloads) {
    const key = workloadKey(application, workload);
    const now = runsOn.get(key);
    total +=
      weights.nodeCost * (nodeCosts.get(node) ?? 0) +
      weights.workloadCost * (own.get(key)?.get(node) ?? 0) -
      weights.recommendation * (recommended.get(key)?.get(node) ?? 0) +
      (now === undefined || now === node ? 0 : weights.move);
  }
  for (const { network, path } of channels) {
    if (path === LOOPBACK) continue;
    total += (weights.latencyPerMs * pathLatencyNs(index.linksOf(network, path)!, index)) / NS_PER_MS;
  }
  return total;
}

/** The values by node; of a node that is named twice the last one holds. */
export const valuesOf = (values: readonly NodeValue[]): Map<string, number> =>
  new Map(values.map(({ node, value }) => [node, value]));

/** The values by workload and node. */
export const valuesByWorkload = (values: readonly WorkloadValues[]): Map<string, Map<string, number>> =>
  new Map(values.map(({ application, workload, nodes }) => [workloadKey(application, workload), valuesOf(nodes)]));
