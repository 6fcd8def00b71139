import type { ServiceId } from '../../model/index.ts';
import type { EndpointId } from '../network/index.ts';

/** A pod as its callers know it. */
export interface ServingPod {
  readonly service: ServiceId;
  readonly endpoint: EndpointId;
  readonly concurrency: number;
  /** Visits that may wait. */
  readonly queueLimit: number;
  readonly holdsSlotWhileCalling: boolean;
  /** Visits that hold one of the pod's slots. */
  busy: number;
  /** Visits that wait for a slot, first come first served; those before `head` have gone. */
  readonly queue: number[];
  head: number;
}
