import type { Filtered } from './framework.ts';
import { byCodeUnit } from './order.ts';

/**
 * The text of a FailedScheduling event: `0/5 nodes are available: 2 Insufficient cpu, … . <what was tried after it>`.
 * Source: pkg/scheduler/framework/types.go `FitError.Error`.
 * @param afterwards reasons of the plugins that ran when no node was feasible
 */
export function failureMessage(filtered: Filtered, nodeCount: number, afterwards: readonly string[]): string {
  const tail = afterwards.length === 0 ? '' : ` ${afterwards.join(', ')}`;
  if (filtered.preFilterRejection !== undefined) {
    return `0/${nodeCount} nodes are available: ${filtered.preFilterRejection.reasons.join(', ')}.${tail}`;
  }
  const reasons: string[] = [];
  for (const { slot } of filtered.refused) reasons.push(...(filtered.cycle.rejections[slot]?.reasons ?? []));
  if (filtered.restrictedBy.length > 0) {
    for (let i = filtered.considered; i < nodeCount; i++) {
      reasons.push(`node(s) didn't satisfy plugin(s) [${filtered.restrictedBy.join(' ')}]`);
    }
  }
  return `0/${nodeCount} nodes are available:${countedReasons(reasons)}${tail}`;
}

/** ` 1 Insufficient memory, 2 Insufficient cpu.`: each reason with its count, sorted as text. */
export function countedReasons(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  if (counts.size === 0) return '';
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort(byCodeUnit);
  return ` ${parts.join(', ')}.`;
}
