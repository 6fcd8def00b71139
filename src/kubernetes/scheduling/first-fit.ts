import { criteriaScheduler, type Criterion } from './criteria-scheduler.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * Takes the first feasible node, in the order in which kube-scheduler goes through nodes (zones in turn, nodes by time of
 * joining): the heuristic of bin packing. Its value is how many feasible nodes come before the choice, always 0.
 */
export function firstFit(): Scheduler {
  const name = 'first-fit';
  const place: Criterion = {
    name,
    prefers: 'low',
    measure(_cycle, _slots, count, values) {
      for (let i = 0; i < count; i++) values[i] = i;
    },
  };
  return criteriaScheduler(name, [place]);
}
