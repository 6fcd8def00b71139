export { Association, type MovementCause, type MovementEvent } from './association.ts';
export { moversOf, type MoverId } from './movers.ts';
export { nearestAccessPoint } from './nearest.ts';
