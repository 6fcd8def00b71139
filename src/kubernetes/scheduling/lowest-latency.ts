import { Framework } from './framework.ts';
import { decided, highest, noFit, unschedulable, verdicts } from './kube-scheduler.ts';
import { profilePlugins } from './profile.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * Places each pod on the feasible node with the lowest expected latency to whom it talks: the pods placed before it
 * and, for a service that requests enter at, the users. Filters are kube-scheduler's, over all nodes. Nodes of equal
 * latency are compared by the score that kube-scheduler would give them among themselves, and what is still equal is
 * drawn. It looks at no other pod's good: greedy, one pod at a time. Own design.
 */
export function lowestLatency(): Scheduler {
  const name = 'lowest-latency';
  const framework = new Framework(profilePlugins());
  return {
    name,
    /** @throws {RangeError} if the context gives no latency, or one that is no number from 0 */
    schedule(pod, cache, context) {
      const latencyNs = context.communicationLatencyNs;
      if (latencyNs === undefined) throw new RangeError('lowest-latency needs communicationLatencyNs, found none');
      if (cache.nodeCount === 0) return unschedulable(name, 'no nodes available to schedule pods');
      const filtered = framework.filter(pod, cache, 0, (nodes) => nodes);
      if (filtered.feasible === 0) return noFit(name, framework, filtered, pod, cache, context);
      let least = Infinity;
      const latencies = Float64Array.from(filtered.slots.subarray(0, filtered.feasible), (slot) => {
        const node = cache.nodeAt(slot);
        const latency = latencyNs(node);
        if (!(latency >= 0))
          throw new RangeError(`latency of node '${node.name}': found ${latency}, expected ns from 0`);
        if (latency < least) least = latency;
        return latency;
      });
      const nearest = filtered.slots.slice(0, filtered.feasible).filter((_slot, i) => latencies[i] === least);
      const detailed = context.verdicts === true;
      if (nearest.length === 1) {
        const node = cache.nodeAt(nearest[0]!);
        return decided(name, filtered, node, [node], least, detailed ? verdicts(filtered) : undefined);
      }
      const scored = framework.score(filtered.cycle, nearest, nearest.length, detailed);
      const { nodes } = highest(cache, nearest, scored.totals);
      const node = nodes.length === 1 ? nodes[0]! : nodes[context.draws.integer(nodes.length)]!;
      return decided(name, filtered, node, nodes, least, detailed ? verdicts(filtered, nearest, scored) : undefined);
    },
  };
}
