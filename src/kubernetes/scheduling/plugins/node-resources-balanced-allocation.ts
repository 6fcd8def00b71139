import { asksNothing, resourceAccounts, type ResourceWeight } from '../allocation.ts';
import { MAX_NODE_SCORE, type Plugin } from '../plugin.ts';

/**
 * Prefers nodes whose resources the pod would bring closer to being used alike. Pods that ask for nothing are left out.
 * Source: pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go.
 */
export function nodeResourcesBalancedAllocation(resources?: readonly ResourceWeight[]): Plugin {
  return {
    name: 'NodeResourcesBalancedAllocation',
    preScore: ({ pod }) => !asksNothing(pod.kind.requests, resources),
    score(cycle, slots, count, scores) {
      const accounts = resourceAccounts(cycle, 'declared', resources);
      const used = new Float64Array(accounts.length);
      const without = new Float64Array(accounts.length);
      for (let i = 0; i < count; i++) {
        const slot = slots[i]!;
        let present = 0;
        for (let r = 0; r < accounts.length; r++) {
          const { request, allocatable, allocated } = accounts[r]!;
          const capacity = allocatable[slot]!;
          if (capacity === 0) continue;
          used[present] = Math.min(1, (allocated[slot]! + request) / capacity);
          without[present] = Math.min(1, allocated[slot]! / capacity);
          present++;
        }
        const gain = balance(used, present) - balance(without, present);
        scores[i] = MAX_NODE_SCORE / 2 + Math.trunc((MAX_NODE_SCORE / 2 + gain) / 2);
      }
    },
  };
}

/** 100 × (1 - standard deviation of the used fractions), rounded down. */
function balance(fractions: Float64Array, count: number): number {
  let deviation = 0;
  if (count === 2) {
    deviation = Math.abs((fractions[0]! - fractions[1]!) / 2);
  } else if (count > 2) {
    let total = 0;
    for (let i = 0; i < count; i++) total += fractions[i]!;
    const mean = total / count;
    let squares = 0;
    for (let i = 0; i < count; i++) squares += (fractions[i]! - mean) * (fractions[i]! - mean);
    deviation = Math.sqrt(squares / count);
  }
  return Math.trunc((1 - deviation) * MAX_NODE_SCORE);
}
