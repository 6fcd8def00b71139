export { Association } from './association.ts';
export { eachLeg, motionsOf } from './motions.ts';
export type { MovementCause, MovementEvent } from './movement.ts';
export { moversOf, type MoverId } from './movers.ts';
export { nearestAccessPoint } from './nearest.ts';
