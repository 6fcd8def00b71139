import { criteriaScheduler } from './criteria-scheduler.ts';
import { measureRoomLeft } from './room-left.ts';
import type { Scheduler } from './scheduler.ts';

/** Takes the feasible node with the least room left once the pod is there: packs tightly. Its value is that share. */
export function bestFit(): Scheduler {
  const name = 'best-fit';
  return criteriaScheduler(name, [{ name, prefers: 'low', measure: measureRoomLeft }]);
}
