export { Association, type MovementEvent } from './association.ts';
export { nearestAccessPoint } from './nearest.ts';
