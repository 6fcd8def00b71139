import type { SchedulingPod } from '../pod.ts';

/**
 * Order of pods that wait: higher priority first, then who has waited longer. Negative where `a` is first.
 * Source: pkg/scheduler/framework/plugins/queuesort/priority_sort.go.
 */
export function prioritySort(a: SchedulingPod, b: SchedulingPod): number {
  return b.kind.priority - a.kind.priority || a.sinceNs - b.sinceNs;
}
