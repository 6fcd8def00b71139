import type { CallPolicy, ServiceId, UserId } from '../../model/index.ts';
import type { DataAccess } from '../datasets/index.ts';
import type { EndpointId } from '../network/index.ts';

export interface CallsOptions {
  /** The pod that a caller at `from` reaches when it calls the service; -1 when the service has none. */
  readonly endpointFor: (service: ServiceId, from: EndpointId) => number;
  /** Reads and writes of datasets, told of `dataAccessed`; absent where no service does any. */
  readonly data?: DataAccess;
}

/** What the calls of users' requests need of those users. */
export interface Callers {
  /** By user: where it hangs on the network. */
  readonly endpoints: readonly EndpointId[];
  /** By user: 1 where it is attached to an access point, and where it is there at all. */
  readonly covered: Uint8Array;
  readonly present: Uint8Array;
  /** By user: what it does about requests that are slow or fail. */
  readonly policyOf: (user: UserId) => CallPolicy | undefined;
  /** The request is over: `Calls.visits` of its root can be read until this returns. */
  readonly ended: (root: number, outcome: number) => void;
}
