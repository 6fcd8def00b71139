import type { NodeDescription, NodeInfo, SchedulingPod } from '../scheduling/index.ts';
import type { WhatIf } from './what-if.ts';

/** Nodes that a group would need, and the pods that they would take. */
export interface Estimate {
  readonly nodes: number;
  readonly pods: readonly SchedulingPod[];
}

/**
 * How many nodes of a group pods need that found no place: first-fit decreasing bin packing, pods that are alike one after
 * the other, those first whose requests are the greatest shares of a node's CPU and memory together. The world is left as
 * it was.
 * Source: cluster-autoscaler, estimator/binpacking_estimator.go and decreasing_pod_orderer.go. Of nodes that could take a pod
 * the first is taken, where cluster-autoscaler goes round (own design).
 * @param pods in the order in which they wait
 * @param coming the nodes that the group could get at most, in the order in which they would come
 */
export function estimateNodes(
  whatIf: WhatIf,
  pods: readonly SchedulingPod[],
  coming: readonly NodeDescription[],
): Estimate {
  const start = whatIf.mark();
  const [sample] = coming;
  if (sample === undefined) return { nodes: 0, pods: [] };
  const alike = new Map<SchedulingPod['kind'], SchedulingPod[]>();
  for (const pod of pods) {
    const others = alike.get(pod.kind);
    if (others === undefined) alike.set(pod.kind, [pod]);
    else others.push(pod);
  }
  const template = whatIf.addNode(sample);
  const helped = [...alike.values()].filter(([pod]) => whatIf.fits(pod!, template));
  whatIf.revert(start);

  const { cpuMillicores, memoryBytes } = sample.allocatable;
  const size = ({ kind }: SchedulingPod): number =>
    kind.requests.declared.cpuMillicores / cpuMillicores + kind.requests.declared.memoryBytes / memoryBytes;
  helped.sort(([a], [b]) => size(b!) - size(a!));
  const added: NodeInfo[] = [];
  const used = new Set<NodeInfo>();
  const placed: SchedulingPod[] = [];
  for (const group of helped) packAlike(whatIf, group, coming, { added, used, placed });
  whatIf.revert(start);
  return { nodes: used.size, pods: placed };
}

function packAlike(
  whatIf: WhatIf,
  group: readonly SchedulingPod[],
  coming: readonly NodeDescription[],
  { added, used, placed }: { added: NodeInfo[]; used: Set<NodeInfo>; placed: SchedulingPod[] },
): void {
  for (const pod of group) {
    let node = whatIf.placeFirst(pod, added);
    if (node === undefined) {
      const last = added.at(-1);
      // a node that was added and takes none of them shows that another would not either
      if (last !== undefined && !used.has(last)) return;
      if (added.length === coming.length) return;
      const fresh = whatIf.addNode(coming[added.length]!);
      added.push(fresh);
      node = whatIf.placeFirst(pod, [fresh]);
      if (node === undefined) return;
    }
    used.add(node);
    placed.push(pod);
  }
}
