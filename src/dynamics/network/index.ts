export { Flows } from './flows.ts';
export {
  DELIVERED,
  LOST,
  Network,
  NO_TRANSFER,
  UNREACHABLE,
  type ArcId,
  type AttachedEndpointId,
  type Deliver,
  type DeliveryOutcome,
  type EndpointId,
  type NetworkOptions,
  type ReceiverId,
  type TransferId,
} from './network.ts';
export { MaxMin } from './max-min.ts';
