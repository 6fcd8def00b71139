import { criteriaScheduler } from './criteria-scheduler.ts';
import { measureRoomLeft } from './room-left.ts';
import type { Scheduler } from './scheduler.ts';

/** Takes the feasible node with the most room left once the pod is there: keeps all alike. Its value is that share. */
export function worstFit(): Scheduler {
  const name = 'worst-fit';
  return criteriaScheduler(name, [{ name, prefers: 'high', measure: measureRoomLeft }]);
}
