import { criteriaScheduler, type Criterion } from './criteria-scheduler.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * Takes the feasible node with the fewest pods like this one (same namespace and same labels: in a scenario, replicas of
 * the same service), of these the one with the fewest pods of any kind. Pods that are being deleted are not counted among
 * the like ones. Its value is the number of like pods on the choice, without the new one.
 * Source of the rule: Docker Swarm's `spread`, manager/scheduler/scheduler.go of swarmkit.
 */
export function spread(): Scheduler {
  const name = 'spread';
  const alike: Criterion = {
    name,
    prefers: 'low',
    measure({ pod, cache }, slots, count, values) {
      const bySlot = cache.podIndex.classes.get(pod.kind.labelsKey)?.stayingBySlot;
      for (let i = 0; i < count; i++) values[i] = bySlot?.get(slots[i]!) ?? 0;
    },
  };
  const all: Criterion = {
    name: `${name}/pods`,
    prefers: 'low',
    measure({ cache }, slots, count, values) {
      for (let i = 0; i < count; i++) values[i] = cache.columns.podCount[slots[i]!]!;
    },
  };
  return criteriaScheduler(name, [alike, all]);
}
