import { MAX_TIME_NS, NO_EVENT, type HandlerId, type Kernel, type Nanoseconds } from '../../kernel/index.ts';
import type { Flows } from './flows.ts';
import type { LinkConditions } from './link-conditions.ts';
import type { Paths } from './paths.ts';
import { DELIVERED, LOST, type DeliveryOutcome } from './transfer.ts';
import type { Transfers } from './transfers.ts';

/** In place of an arc: a message that has not set off yet. */
const NO_ARC = -1;

export interface StoreAndForwardOptions {
  readonly finish: (transfer: number, outcome: DeliveryOutcome) => void;
  /** Makes a message a flow, which waits until there is bandwidth, from where it is; the path last found is its own. */
  readonly waitAsFlow: (transfer: number) => void;
}

/**
 * Messages that wait in the queues of the links on their way; own design, as packets are stored and forwarded.
 *
 * A message is received whole at the end of each link before it goes on to the next, by the routes of that time. What carries it
 * there is a medium: one direction of a full-duplex link or radio leg, both of a half-duplex one. A medium sends one message
 * after the other in the order in which they came to it, each for `ceil(bits / rate)` ns; the link's latency, and its
 * jitter, come after that and keep nobody waiting.
 *
 * The rate is what bulk flows leave of the medium at the time at which the message comes to it, and at least what one more flow
 * would have of it if all had the same; on a radio leg at most the endpoint's rate cap. It holds until the message is sent. Flows lose
 * nothing to messages, for these are small. So a link without flows is a queue with service times in proportion to the
 * messages' sizes: M/M/1 or M/D/1 where messages come and are like that.
 *
 * A message whose link is cut before it is at its end goes another way from where it was, or is LOST where there is none;
 * one that finds a link without bandwidth goes on as a flow.
 */
export class StoreAndForward {
  readonly #kernel: Kernel;
  readonly #transfers: Transfers;
  readonly #paths: Paths;
  readonly #flows: Flows;
  readonly #conditions: LinkConditions;
  readonly #options: StoreAndForwardOptions;
  readonly #hop: HandlerId;
  /** By medium: when it has sent all messages that came to it, ns. */
  readonly #freeAtNs: Float64Array;

  constructor(
    kernel: Kernel,
    transfers: Transfers,
    paths: Paths,
    flows: Flows,
    conditions: LinkConditions,
    options: StoreAndForwardOptions,
  ) {
    this.#kernel = kernel;
    this.#transfers = transfers;
    this.#paths = paths;
    this.#flows = flows;
    this.#conditions = conditions;
    this.#options = options;
    this.#hop = kernel.on('network.hop', (transfer, arc) => this.#endHop(transfer, arc));
    this.#freeAtNs = new Float64Array(conditions.capacityOfMedium.length);
  }

  /** Sends a message on its way, now or after what its lost transmissions took; the path last found is its own. */
  send(transfer: number, afterNs: number): void {
    if (afterNs === 0) this.#enqueue(transfer);
    else this.#schedule(transfer, this.#kernel.now + afterNs, NO_ARC);
  }

  /** Puts a message into the queue of the first arc of the path last found. */
  #enqueue(transfer: number): void {
    const { from, to, bytes } = this.#transfers;
    const arc = this.#paths.arcs[0]!;
    const medium = this.#conditions.mediumOfArc[arc]!;
    const rateCapBps = this.#paths.rateCapOver(arc, from[transfer]!, to[transfer]!);
    const rateBps = Math.min(this.#flows.leftBps(medium), rateCapBps);
    if (rateBps === 0) {
      this.#options.waitAsFlow(transfer);
      return;
    }
    const startNs = Math.max(this.#kernel.now, this.#freeAtNs[medium]!);
    const sentNs = startNs + Math.ceil((bytes[transfer]! * 8e9) / rateBps);
    this.#freeAtNs[medium] = sentNs;
    this.#schedule(transfer, sentNs + this.#conditions.firstHopNs(), arc);
  }

  #schedule(transfer: number, time: number, arc: number): void {
    // what would arrive beyond the end of time does not
    this.#transfers.handle[transfer] =
      time > MAX_TIME_NS ? NO_EVENT : this.#kernel.at(time as Nanoseconds, this.#hop, transfer, arc);
  }

  #endHop(transfer: number, arc: number): void {
    const { from, to, bytes } = this.#transfers;
    const destination = to[transfer]!;
    if (arc !== NO_ARC && this.#paths.stands(arc, destination)) {
      this.#flows.addCarried(arc, bytes[transfer]!);
      from[transfer] = this.#paths.endOf(arc, destination);
    }
    if (from[transfer] === destination) this.#options.finish(transfer, DELIVERED);
    else if (!this.#paths.find(from[transfer]!, destination)) this.#options.finish(transfer, LOST);
    else this.#enqueue(transfer);
  }
}
