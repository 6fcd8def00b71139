import type { Behaviour, ServiceId } from '../../model/index.ts';
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
  /** Visits that have given their slot back and wait for their calls. */
  calling: number;
  /** Visits that wait for a slot, first come first served; those before `head` have gone. */
  readonly queue: number[];
  head: number;
  /** Visits whose CPU work was finished, and the time that these had waited and computed. */
  visits: number;
  responseNs: number;
  /** Told each change of what it has in hand; nobody is where undefined. */
  loadChanged: (() => void) | undefined;
}

/** A pod with nothing in hand. */
export function servingPod(service: ServiceId, endpoint: EndpointId, behaviour: Behaviour): ServingPod {
  const { concurrency, queueLimit = Infinity, holdsSlotWhileCalling = true } = behaviour;
  const load = { busy: 0, calling: 0, queue: [], head: 0, visits: 0, responseNs: 0, loadChanged: undefined };
  return { service, endpoint, concurrency, queueLimit, holdsSlotWhileCalling, ...load };
}
