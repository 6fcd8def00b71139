import { fromSeconds, type HandlerId, type Kernel } from '../../kernel/index.ts';
import { DELIVERED, type Network, type ReceiverId } from '../../dynamics/index.ts';
import type { ClusterId, World } from '../../model/index.ts';

/** Size of a version of a policy on its way, and the time until it is sent again where it did not get through. Own design. */
export const POLICY_BYTES = 4096;
const RETRY_NS = fromSeconds(10);

/** A version of a policy on its way to a cluster; policy and version are indices in the world. */
export interface PolicyParcel {
  readonly policy: number;
  readonly version: number;
  readonly cluster: ClusterId;
}

/** Brings versions of policies to clusters: here over the network from the publisher, elsewhere as somebody else's works. */
export interface PolicyCarrier {
  /** @param arrived called in an event of its own once the parcel is there; never, if `isWanted` says no before */
  carry(
    parcel: PolicyParcel,
    arrived: (parcel: PolicyParcel) => void,
    isWanted: (parcel: PolicyParcel) => boolean,
  ): void;
}

/** Sends each version as a transfer from the publisher's gateway to the cluster's, again after 10 s where it was lost or there was no way. */
export class PolicyTravel implements PolicyCarrier {
  readonly #network: Network;
  readonly #world: Pick<World, 'clusters'>;
  readonly #publisher: ClusterId;
  readonly #receiver: ReceiverId;
  readonly #send: HandlerId;
  readonly #parcels: {
    parcel: PolicyParcel;
    arrived: (parcel: PolicyParcel) => void;
    isWanted: (parcel: PolicyParcel) => boolean;
  }[] = [];

  constructor(kernel: Kernel, network: Network, world: Pick<World, 'clusters'>, publisher: ClusterId) {
    this.#network = network;
    this.#world = world;
    this.#publisher = publisher;
    this.#send = kernel.on('governance.send-policy', (slot) => this.#sendParcel(slot));
    this.#receiver = network.receiver((slot, outcome) => {
      const { parcel, arrived } = this.#parcels[slot]!;
      if (outcome === DELIVERED) arrived(parcel);
      else kernel.after(RETRY_NS, this.#send, slot);
    });
  }

  carry(
    parcel: PolicyParcel,
    arrived: (parcel: PolicyParcel) => void,
    isWanted: (parcel: PolicyParcel) => boolean,
  ): void {
    this.#sendParcel(this.#parcels.push({ parcel, arrived, isWanted }) - 1);
  }

  #sendParcel(slot: number): void {
    const { parcel, isWanted } = this.#parcels[slot]!;
    if (!isWanted(parcel)) return;
    const { clusters } = this.#world;
    const [from, to] = [clusters[this.#publisher]!.gateway, clusters[parcel.cluster]!.gateway];
    this.#network.send(this.#receiver, slot, from, to, POLICY_BYTES);
  }
}
