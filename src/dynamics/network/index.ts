export { Flows } from './flows.ts';
export {
  DELIVERED,
  LOST,
  Network,
  UNREACHABLE,
  type ArcId,
  type Deliver,
  type DeliveryOutcome,
  type LinkQuality,
  type NetworkOptions,
  type ReceiverId,
  type TransferId,
} from './network.ts';
export type { AttachedEndpointId, EndpointId } from './paths.ts';
export { MaxMin } from './max-min.ts';
export { NO_ROUTE, Routes } from './routes.ts';
