declare const kind: unique symbol;
/** One direction of a link, or of the radio leg of an access point; see `Network`. */
export type ArcId = number & { readonly [kind]: 'arc' };
/** A receiver registered with `Network.receiver`. */
export type ReceiverId = number & { readonly [kind]: 'receiver' };
/** A transfer under way; the number is used again once the transfer is delivered or aborted. */
export type TransferId = number & { readonly [kind]: 'transfer' };

/** All bytes have arrived. */
export const DELIVERED = 0;
/** There was no route when it was sent. */
export const UNREACHABLE = 1;
/** It was under way when its route ceased to exist, and there was no other. */
export const LOST = 2;
export type DeliveryOutcome = typeof DELIVERED | typeof UNREACHABLE | typeof LOST;

/** What becomes of a transfer: called once, in an event of its own time, with the tag it was sent with. */
export type Deliver = (tag: number, outcome: DeliveryOutcome) => void;

export interface NetworkOptions {
  /** Transfers of at most this many bytes are messages. By default 1,500, the payload of one Ethernet frame. */
  readonly messageBytes?: number;
}

/** State of a transfer: its number stands for none. */
export const FREE = 0;
/** State: its outcome is certain and waits for its event. */
export const DECIDED = 1;
/** State: a message on its way; see `Network`. */
export const MESSAGE = 2;
/** State: waits for the latency of its path. */
export const LATENCY = 3;
/** State: shares bandwidth. */
export const FLOW = 4;
