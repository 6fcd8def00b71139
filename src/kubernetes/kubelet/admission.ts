import type { NodeInfo, SchedulerCache, SchedulingPod } from '../scheduling/index.ts';
import { hasUntoleratedTaint } from '../scheduling/index.ts';

/**
 * Why a kubelet does not take a pod that is bound to its node, in the words of the pod's `status.reason`; undefined where it
 * does. It looks at what the node has room for beside its other pods, at the pod's node selector and affinity, at ports of
 * the node, and at NoExecute taints; NoSchedule taints and cordons are the scheduler's alone.
 * Source: Kubernetes, pkg/kubelet/lifecycle/predicate.go; pkg/scheduler/schedule_one.go's `AdmissionCheck`. Left out: that a
 * critical pod evicts others.
 */
export function admissionRefusal(pod: SchedulingPod, node: NodeInfo, cache: SchedulerCache): string | undefined {
  const isCounted = pod.node === node;
  // a pod takes nothing from itself
  if (isCounted) cache.forgetPod(pod);
  const refusal = lacking(pod, node, cache) ?? mismatch(pod, node);
  if (isCounted) cache.assumePod(pod, node);
  return refusal;
}

/** Source: plugins/noderesources/fit.go `fitsRequest`: the first resource that is short. */
function lacking({ kind }: SchedulingPod, node: NodeInfo, { columns }: SchedulerCache): string | undefined {
  const { slot, scalarsAllocatable, scalarsRequested } = node;
  const { cpuMillicores, memoryBytes, ephemeralStorageBytes, scalars } = kind.requests.declared;
  const isShort = (asked: number, taken: number, whole: number): boolean => asked > 0 && asked > whole - taken;
  if (columns.podCount[slot]! + 1 > columns.maxPods[slot]!) return 'OutOfpods';
  if (isShort(cpuMillicores, columns.requestedCpuMillicores[slot]!, columns.allocatableCpuMillicores[slot]!))
    return 'OutOfcpu';
  if (isShort(memoryBytes, columns.requestedMemoryBytes[slot]!, columns.allocatableMemoryBytes[slot]!))
    return 'OutOfmemory';
  if (isShort(ephemeralStorageBytes, columns.requestedEphemeralBytes[slot]!, columns.allocatableEphemeralBytes[slot]!))
    return 'OutOfephemeral-storage';
  for (const [name, asked] of scalars) {
    if (isShort(asked, scalarsRequested.get(name) ?? 0, scalarsAllocatable.get(name) ?? 0)) return `OutOf${name}`;
  }
  return undefined;
}

function mismatch({ kind }: SchedulingPod, node: NodeInfo): string | undefined {
  if (kind.requiredNodeAffinity?.matches(node.labels, node.name) === false) return 'NodeAffinity';
  if (kind.hostPorts.some((port) => node.hasPortConflict(port))) return 'NodePorts';
  const expelling = node.taints.filter(({ effect }) => effect === 'NoExecute');
  return hasUntoleratedTaint(expelling, kind.tolerations) ? 'TaintToleration' : undefined;
}
