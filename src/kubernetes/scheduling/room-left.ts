import { resourceAccounts } from './allocation.ts';
import type { Criterion } from './criteria-scheduler.ts';

/**
 * The share of a node that would be left free with the pod on it: the mean of CPU and memory, 0 to 1. Requests count as
 * they do for kube-scheduler's scores, with its defaults for containers that state none; these defaults can overbook a
 * node, whose share then is below 0. A node without any of both counts 0. Own design, beside bin packing's one dimension.
 */
export const measureRoomLeft: Criterion['measure'] = (cycle, slots, count, values) => {
  const accounts = resourceAccounts(cycle, 'scored');
  for (let i = 0; i < count; i++) {
    const slot = slots[i]!;
    let free = 0;
    let resources = 0;
    for (const { request, allocatable, allocated } of accounts) {
      const capacity = allocatable[slot]!;
      if (capacity === 0) continue;
      free += (capacity - allocated[slot]! - request) / capacity;
      resources++;
    }
    values[i] = resources === 0 ? 0 : free / resources;
  }
};
