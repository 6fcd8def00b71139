import type { AppId, ClusterId, PrioritizerName, World } from '../../model/index.ts';

/** A cluster as a Placement scores it. */
export interface ScoredCluster {
  readonly name: string;
  /** Decisions of other placements that chose it. */
  readonly decisions: number;
  /** Whether this placement has chosen it already. */
  readonly isChosen: boolean;
  readonly allocatableCpuMillicores: number;
  readonly allocatableMemoryBytes: number;
  /** What its AddOnPlacementScore says; 0 where there is none that is valid. */
  readonly addOnScore: number;
}

/** A score that a cluster has told, and how long it holds. */
export interface AddOnScore {
  readonly value: number;
  readonly validUntilNs: number;
}

/** 0 without a score, and past its time. Source: OCM, pkg/placement/plugins/addon. */
export const validScore = (score: AddOnScore | undefined, nowNs: number): number =>
  score === undefined || nowNs > score.validUntilNs ? 0 : score.value;

/** By prioritizer: the score of each cluster, from -100 to 100. Source: OCM, pkg/placement/plugins. */
const prioritizers: Readonly<Record<PrioritizerName, (clusters: readonly ScoredCluster[]) => number[]>> = {
  Balance(clusters) {
    const most = Math.max(0, ...clusters.map(({ decisions }) => decisions));
    return clusters.map(({ decisions }) => (decisions === 0 ? 100 : 2 * Math.trunc(100 * (0.5 - decisions / most))));
  },
  Steady: (clusters) => clusters.map(({ isChosen }) => (isChosen ? 100 : 0)),
  ResourceAllocatableCPU: (clusters) =>
    byAllocatable(clusters.map(({ allocatableCpuMillicores }) => allocatableCpuMillicores)),
  ResourceAllocatableMemory: (clusters) =>
    byAllocatable(clusters.map(({ allocatableMemoryBytes }) => allocatableMemoryBytes)),
  'AddOn/codeco/cluster-cost': (clusters) => clusters.map(({ addOnScore }) => addOnScore),
};

/** From -100 for the least to 100 for the most; 100 where all are alike. Source: OCM, plugins/resource. */
function byAllocatable(amounts: readonly number[]): number[] {
  const [least, most] = [Math.min(...amounts), Math.max(...amounts)];
  return amounts.map((amount) =>
    most === least ? 100 : Math.trunc(((amount - least) / (most - least) - 0.5) * 2 * 100),
  );
}

/**
 * The clusters of a Placement, best first: by the weighted sum of their scores, of equals by name.
 * Source: OCM, pkg/placement/controllers/scheduling.
 * @param weights of the prioritizers; those that are not named count nothing
 */
export function rankClusters(
  clusters: readonly ScoredCluster[],
  weights: Readonly<Partial<Record<PrioritizerName, number>>>,
): { readonly index: number; readonly score: number }[] {
  const scores = clusters.map(() => 0);
  for (const [name, weight = 0] of Object.entries(weights) as [PrioritizerName, number | undefined][]) {
    if (weight === 0) continue;
    for (const [at, score] of prioritizers[name](clusters).entries()) scores[at]! += weight * score;
  }
  return clusters
    .map(({ name }, index) => ({ index, name, score: scores[index]! }))
    .toSorted((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
    .map(({ index, score }) => ({ index, score }));
}

/**
 * Clusters as the placement of an application scores them.
 * @param chosen by application: where its placement has put it
 * @param addOnScore what a cluster's AddOnPlacementScore says now
 */
export function scoredClusters(
  { nodes, clusters }: Pick<World, 'nodes' | 'clusters'>,
  members: readonly ClusterId[],
  chosen: readonly (ClusterId | undefined)[],
  app: AppId,
  addOnScore: (cluster: ClusterId) => number,
): ScoredCluster[] {
  return members.map((cluster) => {
    const own = nodes.filter((node) => node.cluster === cluster);
    return {
      name: clusters[cluster]!.name,
      decisions: chosen.filter((of, other) => other !== app && of === cluster).length,
      isChosen: chosen[app] === cluster,
      allocatableCpuMillicores: own.reduce((sum, { cpuMillicores }) => sum + cpuMillicores, 0),
      allocatableMemoryBytes: own.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
      addOnScore: addOnScore(cluster),
    };
  });
}
