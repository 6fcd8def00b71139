import { criteriaScheduler } from './criteria-scheduler.ts';
import type { Scheduler } from './scheduler.ts';

/** Draws one of the feasible nodes, each alike: what any algorithm should beat. It compares nothing, so it has no value. */
export function random(): Scheduler {
  return criteriaScheduler('random', []);
}
