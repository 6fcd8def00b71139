export { Degradations } from './degradations.ts';
export type { FaultTargets } from './effects.ts';
export { scheduleFaults } from './faults.ts';
export { Outages } from './outages.ts';
export { Slowdowns } from './slowdowns.ts';
