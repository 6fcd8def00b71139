import { criteriaScheduler, type Criterion } from './criteria-scheduler.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * Takes the nodes in turn: the first feasible one behind the node chosen last, in the order in which kube-scheduler goes
 * through nodes (zones in turn, nodes by time of joining). Its value is how many places that node is from the one whose
 * turn it was. When nodes join or leave, the turn stays at its place in the order.
 */
export function roundRobin(): Scheduler {
  const name = 'round-robin';
  let turn = 0;
  const distance: Criterion = {
    name,
    prefers: 'low',
    measure({ cache }, slots, count, values) {
      // the slots are in the order of the nodes, with gaps
      let next = 0;
      for (const [place, { slot }] of cache.nodes.entries()) {
        if (next === count) break;
        if (slots[next] !== slot) continue;
        values[next++] = (place - (turn % cache.nodeCount) + cache.nodeCount) % cache.nodeCount;
      }
    },
  };
  const scheduler = criteriaScheduler(name, [distance]);
  return {
    name,
    schedule(pod, cache, context) {
      const decision = scheduler.schedule(pod, cache, context);
      if (decision.node !== undefined) turn = cache.nodes.indexOf(decision.node) + 1;
      return decision;
    },
  };
}
