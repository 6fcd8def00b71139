import type { CriterionName, SwmSettings } from '../../model/index.ts';
import type { DataQuality } from '../mdm/index.ts';

/** What was observed of a node over a window, or is known of it: the inputs of context awareness. */
export interface NodeMetrics {
  /** n_e(i): energy of all active processes, J; what the idle node draws is left out. */
  readonly activeEnergyJ: number;
  /** L_e(i) = Σ_j l_e(i,j): energy of sending bits on each of its egress links, J. */
  readonly egressEnergyJ: number;
  /** nL_e(i): links that are up. */
  readonly activeLinks: number;
  /** Active neighbour nodes. */
  readonly degree: number;
  /** Failures of the node, and of its links, that were noticed so far. */
  readonly failures: number;
  readonly linkFailures: number;
  /** Mean share of its CPU that was in use. */
  readonly cpuShare: number;
  /** Price of an hour and core. */
  readonly pricePerCoreHour: number;
  /** CO2 of a busy core, g/h. */
  readonly carbonGPerCoreHour: number;
  /** What MDM says of it for the application that is placed; undefined where it has said nothing. */
  readonly data?: DataQuality | undefined;
}

/** Computational greenness: g(i) = n_e(i), J. Source: arXiv 2511.09116, second-hand. */
export const computationalGreenness = ({ activeEnergyJ }: NodeMetrics): number => activeEnergyJ;

/**
 * Network greenness: g(i) = nL_e(i) · L_e(i), J. Source: arXiv 2511.09116, second-hand and as it was printed: the text says
 * that it adds to the node's energy, but the formula does not hold that.
 */
export const networkGreenness = ({ activeLinks, egressEnergyJ }: NodeMetrics): number => activeLinks * egressEnergyJ;

/**
 * Resilience R(i) = degree / node failures / link failures, failures counted from 1; higher is better. Source: the
 * environment of a thesis from CODECO's circle (AlejandroEspinosaUOC/TFM_AlejandroEspinosa), not the product.
 */
export const resilience = ({ degree, failures, linkFailures }: NodeMetrics): number =>
  degree / (1 + failures) / (1 + linkFailures);

/** The criteria that nodes differ in; latency is a matter of pairs, and of the solver. */
export type NodeCriterion = Exclude<CriterionName, 'latency'>;

/** By criterion: what each node costs by it, in a unit of its own; Infinity where nothing is worse. */
const criterionCosts: Readonly<Record<NodeCriterion, (nodes: readonly NodeMetrics[]) => number[]>> = {
  greenness: (nodes) => nodes.map(computationalGreenness),
  'network-greenness': (nodes) => nodes.map(networkGreenness),
  'combined-greenness': (nodes) => {
    // both as shares of the largest, so that neither unit decides; own design, for the published composite is not known
    const parts = [nodes.map(computationalGreenness), nodes.map(networkGreenness)].map((costs) => {
      const largest = Math.max(...costs);
      return costs.map((cost) => (largest === 0 ? 0 : cost / largest));
    });
    return nodes.map((_, at) => parts[0]![at]! + parts[1]![at]!);
  },
  resilience: (nodes) => nodes.map((node) => 1 / resilience(node)),
  load: (nodes) => nodes.map(({ cpuShare }) => cpuShare),
  price: (nodes) => nodes.map(({ pricePerCoreHour }) => pricePerCoreHour),
  carbon: (nodes) => nodes.map(({ carbonGPerCoreHour }) => carbonGPerCoreHour),
  // a node that MDM has said nothing of has none of it; own design
  freshness: (nodes) => nodes.map(({ data }) => 1 - (data?.freshness ?? 0)),
  compliance: (nodes) => nodes.map(({ data }) => 1 - (data?.compliance ?? 0)),
  portability: (nodes) => nodes.map(({ data }) => 1 - (data?.portability ?? 0)),
};

/**
 * What each node costs for a profile, 0 (best) to 1: the mean of its criteria by their weights, each criterion spread from 0
 * for the best node to 1 for the worst; a criterion in which all nodes are alike costs none of them anything. The
 * normalisation is own design: CODECO's is not published.
 * @param deadband a criterion whose values lie no further apart than this share of the largest costs nothing: noise is not to
 *   be spread
 */
export function nodeCosts(nodes: readonly NodeMetrics[], profile: SwmSettings['profile'], deadband = 0): number[] {
  const costs = nodes.map(() => 0);
  const totalWeight = nodeWeight(profile);
  for (const [criterion, costsOf] of Object.entries(criterionCosts) as [
    NodeCriterion,
    (typeof criterionCosts)[NodeCriterion],
  ][]) {
    const weight = profile[criterion] ?? 0;
    if (weight === 0) continue;
    for (const [node, cost] of spread(costsOf(nodes), deadband).entries())
      costs[node]! += (weight / totalWeight) * cost;
  }
  return costs;
}

/** Sum of the weights of the criteria that nodes differ in. */
export function nodeWeight(profile: SwmSettings['profile']): number {
  return (Object.keys(criterionCosts) as NodeCriterion[]).reduce((sum, name) => sum + (profile[name] ?? 0), 0);
}

/** What a cluster costs: the mean of its nodes. Own design: CODECO's aggregate is not published. */
export function clusterCost(costsOfNodes: readonly number[]): number {
  if (costsOfNodes.length === 0) throw new RangeError('a cluster without nodes has no cost');
  return costsOfNodes.reduce((sum, cost) => sum + cost, 0) / costsOfNodes.length;
}

/** From 0 for the least to 1 for the largest finite value; 1 for Infinity. Where they are closer than the dead band, 0. */
function spread(values: readonly number[], deadband: number): number[] {
  const finite = values.filter((value) => value < Infinity);
  const least = Math.min(...finite);
  const most = Math.max(...finite);
  const range = most - least <= deadband * most ? 0 : most - least;
  return values.map((value) => (value === Infinity ? 1 : range === 0 ? 0 : (value - least) / range));
}
