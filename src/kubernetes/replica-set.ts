import type { Pod } from './pods.ts';

/** What the ReplicaSet controller knows of a pod beside what the pod says. */
export interface PodStanding {
  /** Whether the cluster knows it as ready. */
  readonly ready: (pod: Pod) => boolean;
  readonly nowNs: number;
}

/**
 * The pods that go first where there are too many: those without a node, then those whose containers do not run yet, then
 * those that are not ready, then those on nodes with the most pods of the same kind, then those that have been ready for a
 * shorter time, then the younger ones; times count by their power of two. Of equals the last created goes first, where
 * Kubernetes goes by the pods' random UIDs (own design).
 * Source: pkg/controller/controller_utils.go, ActivePodsWithRanks, with LogarithmicScaleDown.
 * @param pods all of the ReplicaSet's pods that are not being deleted
 */
export function chooseVictims(pods: readonly Pod[], count: number, { ready, nowNs }: PodStanding): Pod[] {
  const onNode = new Map<number, number>();
  for (const { node } of pods) if (node !== undefined) onNode.set(node, (onNode.get(node) ?? 0) + 1);
  const ranks = new Map(
    pods.map((pod) => {
      const { node, phase } = pod;
      const isReady = ready(pod);
      return [
        pod,
        [
          node === undefined ? 0 : 1,
          phase === 'pending' || phase === 'starting' ? 0 : 1,
          isReady ? 1 : 0,
          node === undefined ? 0 : -onNode.get(node)!,
          isReady ? powerOfTwo(nowNs - pod.readinessChangedNs!) : 0,
          powerOfTwo(nowNs - pod.createdNs),
          0 - pod.id,
        ],
      ] as const;
    }),
  );
  const compare = (a: Pod, b: Pod): number => {
    const [first, second] = [ranks.get(a)!, ranks.get(b)!];
    for (let i = 0; i < first.length; i++) if (first[i] !== second[i]) return first[i]! - second[i]!;
    return 0;
  };
  return pods.toSorted(compare).slice(0, count);
}

/** The logarithm to base 2, rounded down; -1 of 0. Source: logarithmicRankDiff. */
function powerOfTwo(ns: number): number {
  let power = -1;
  for (let left = ns; left >= 1; left /= 2) power++;
  return power;
}
