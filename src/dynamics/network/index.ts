export { Flows } from './flows.ts';
export { Network } from './network.ts';
export type { LinkQuality, PathConditions } from './link-conditions.ts';
export {
  DELIVERED,
  LOST,
  UNREACHABLE,
  type ArcId,
  type Deliver,
  type DeliveryOutcome,
  type NetworkOptions,
  type ReceiverId,
  type TransferId,
} from './transfer.ts';
export type { AttachedEndpointId, EndpointId } from './paths.ts';
export type { Hold, ReservationCounts, ReservationId } from './reservations.ts';
export { MaxMin } from './max-min.ts';
export { NO_ROUTE, Routes } from './routes.ts';
