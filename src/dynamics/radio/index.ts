export { Association, PING_PONG_NS, type AssociationSink, type MovementEvent } from './association.ts';
export { nearestAccessPoint } from './nearest.ts';
