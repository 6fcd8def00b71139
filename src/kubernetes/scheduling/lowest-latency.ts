import { criteriaScheduler, type Criterion } from './criteria-scheduler.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * Places each pod on the feasible node with the lowest expected latency to whom it talks: the pods placed before it
 * and, for a service that requests enter at, the users. Filters are kube-scheduler's, over all nodes. Nodes of equal
 * latency are compared by the score that kube-scheduler would give them among themselves, and what is still equal is
 * drawn. It looks at no other pod's good: greedy, one pod at a time. Its value is that latency in ns. Own design.
 *
 * Its `schedule` throws a RangeError if the context gives no latency, or one that is no number from 0.
 */
export function lowestLatency(): Scheduler {
  const name = 'lowest-latency';
  const latency: Criterion = {
    name,
    prefers: 'low',
    measure({ cache }, slots, count, values, { communicationLatencyNs: latencyNs }) {
      if (latencyNs === undefined) throw new RangeError('lowest-latency needs communicationLatencyNs, found none');
      for (let i = 0; i < count; i++) {
        const node = cache.nodeAt(slots[i]!);
        const ns = latencyNs(node);
        if (!(ns >= 0)) throw new RangeError(`latency of node '${node.name}': found ${ns}, expected ns from 0`);
        values[i] = ns;
      }
    },
  };
  return criteriaScheduler(name, [latency], 'kube-scheduler');
}
