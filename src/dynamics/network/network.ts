import {
  MAX_TIME_NS,
  NO_EVENT,
  type EventId,
  type HandlerId,
  type Kernel,
  type Nanoseconds,
} from '../../kernel/index.ts';
import type { AccessPointId, LinkId, MediumId, VertexId, World } from '../../model/index.ts';
import { Flows } from './flows.ts';
import { grown } from './growth.ts';
import { Paths, type AttachedEndpointId, type EndpointId } from './paths.ts';

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

/** What is left of a link, both directions alike. */
export interface LinkQuality {
  /** Share of its bandwidth that is left, 0 or more: with 0 its flows and messages wait. By default 1. */
  readonly bandwidthShare?: number;
  /** Added to its latency. By default 0. */
  readonly addedLatencyNs?: number;
}

export interface NetworkOptions {
  /** Transfers of at most this many bytes are messages. By default 1,500, the payload of one Ethernet frame. */
  readonly messageBytes?: number;
}

const ETHERNET_PAYLOAD_BYTES = 1500;

/** States of a transfer. */
const FREE = 0;
const DECIDED = 1; // its outcome is certain and waits for its event
const MESSAGE = 2;
const LATENCY = 3; // waits for the latency of its path
const FLOW = 4;

/**
 * The network in virtual time: transfers between endpoints over shortest routes, with bandwidth shared max-min fairly.
 *
 * **Arcs.** Link `l` is arc `2l` forward and `2l + 1` backward. With L links, access point `p` is arc `2L + 2p` up,
 * from what is attached to it to its vertex, and `2L + 2p + 1` down. An arc draws on its medium's capacity; arcs
 * that share a medium (half-duplex) share its capacity, and a path that crosses one twice takes from it twice.
 *
 * **Transfers** (SimGrid's convention). One waits for the latency of its path, then is a flow that shares bandwidth
 * until its last bit is through: alone on its path it takes latency + ceil(bits / bandwidth) ns. One of at most
 * `messageBytes` is a *message*: it takes nothing from others and arrives after latency + ceil(bits / bandwidth) ns,
 * with the lowest bandwidth on its path. From an endpoint to itself a transfer takes 0 ns.
 *
 * **Changes of topology** (own design).
 * - Without a route when it is sent, a transfer is UNREACHABLE, after 0 ns.
 * - A flow over a link that is cut, through a vertex that goes down, or from or to an endpoint that is attached anew,
 *   goes on over the new route with the bytes it has left, or is LOST at once where there is none. Its new route's
 *   latency is not waited for. A flow whose last bit is through in that very instant is delivered. A flow whose route still stands stays on it, even when a shorter one comes back.
 * - A message, and a transfer that waits for its latency, takes what comes at the end of its wait: the route of that
 *   time, or LOST where there is none. A cut that is mended by then is not noticed.
 * - A vertex that is down reaches nothing, not even itself. An access point that is down cuts off what is attached
 *   to it, as a cut of the radio leg would; its vertex goes on.
 * - Flows share the capacity of a degraded link from that instant on. Added latency counts for routes found later; a
 *   flow stays on its route, as it does when a shorter one comes back.
 *
 * **Carried bytes** of an arc are those of flows so far, and those of messages that have arrived over it. What a flow
 * carried before it was lost, rerouted or aborted is counted where it was carried.
 */
export class Network {
  /** How many arcs there are. */
  readonly arcCount: number;
  readonly #kernel: Kernel;
  readonly #paths: Paths;
  readonly #flows: Flows;
  readonly #messageBytes: number;
  readonly #accessPointsAt: readonly (readonly number[])[];
  readonly #mediumOfArc: Int32Array;
  /** By arc, as things stand, bit/s. */
  readonly #bandwidthOfArc: Float64Array;
  readonly #links: World['links'];
  readonly #media: World['media'];
  readonly #receivers: Deliver[] = [];
  readonly #arrive: HandlerId;

  /** By transfer. */
  #state = new Uint8Array(64);
  #receiver = new Int32Array(64);
  #tag = new Float64Array(64);
  #from = new Int32Array(64);
  #to = new Int32Array(64);
  #bytes = new Float64Array(64);
  /** Its event, or its flow in the state FLOW. */
  #handle = new Float64Array(64);
  #transferLimit = 0;
  readonly #freeTransfers: number[] = [];

  /**
   * @param world its vertices, media, links and access points
   * @throws {RangeError} if one refers to what is not there
   */
  constructor(
    kernel: Kernel,
    world: Pick<World, 'vertices' | 'media' | 'links' | 'accessPoints'>,
    options: NetworkOptions = {},
  ) {
    const { vertices, media, links, accessPoints } = world;
    this.#kernel = kernel;
    this.#links = links;
    this.#media = media;
    this.#messageBytes = options.messageBytes ?? ETHERNET_PAYLOAD_BYTES;
    this.#paths = new Paths(vertices.length, links, accessPoints);
    const mediumOfArc: MediumId[] = [];
    for (const link of links) mediumOfArc.push(link.forwardMedium, link.backwardMedium);
    for (const { uplinkMedium, downlinkMedium } of accessPoints) mediumOfArc.push(uplinkMedium, downlinkMedium);
    this.arcCount = mediumOfArc.length;
    this.#mediumOfArc = Int32Array.from(mediumOfArc);
    const capacityBps = media.map(({ bandwidthBps }) => bandwidthBps);
    this.#flows = new Flows(kernel, capacityBps, this.#mediumOfArc, (transfer) => this.#finish(transfer, DELIVERED));
    this.#bandwidthOfArc = Float64Array.from(mediumOfArc, (medium) => capacityBps[medium]!);
    const accessPointsAt = vertices.map((): number[] => []);
    for (const [index, { vertex }] of accessPoints.entries()) accessPointsAt[vertex]!.push(index);
    this.#accessPointsAt = accessPointsAt;
    this.#arrive = kernel.on('network.arrive', (transfer, outcome) =>
      this.#endWait(transfer, outcome as DeliveryOutcome),
    );
  }

  /** Registers what becomes of transfers that are sent to it. */
  receiver(deliver: Deliver): ReceiverId {
    return (this.#receivers.push(deliver) - 1) as ReceiverId;
  }

  /** A new endpoint that is attached nowhere. */
  addEndpoint(): AttachedEndpointId {
    return this.#paths.addEndpoint();
  }

  /**
   * Attaches an endpoint to an access point, in place of the one that it was attached to.
   * @param rateCapBps the highest rate of each of its flows and messages, as its radio link allows, bit/s; with 0 its flows
   *   pause, and what is sent from or to it waits, until it is attached anew
   */
  attach(endpoint: AttachedEndpointId, accessPoint: AccessPointId, rateCapBps = Infinity): void {
    const before = this.#paths.accessPointOf(endpoint);
    this.#paths.attach(endpoint, accessPoint, rateCapBps);
    this.#leave(endpoint, before);
  }

  /** Takes an endpoint off the network. */
  detach(endpoint: AttachedEndpointId): void {
    const before = this.#paths.accessPointOf(endpoint);
    this.#paths.detach(endpoint);
    this.#leave(endpoint, before);
  }

  /** The access point that an endpoint is attached to, if any. */
  accessPointOf(endpoint: AttachedEndpointId): AccessPointId | undefined {
    return this.#paths.accessPointOf(endpoint);
  }

  /**
   * Sends bytes; the receiver is called with the tag when they have arrived or cannot.
   * @param tag any number, handed back as it is
   * @returns the transfer, which can be aborted until the receiver is called
   */
  send(receiver: ReceiverId, tag: number, from: EndpointId, to: EndpointId, bytes: number): TransferId {
    if (!(bytes >= 0 && bytes < Infinity)) throw new RangeError(`${bytes} bytes: expected a finite number >= 0`);
    if (this.#receivers[receiver] === undefined) throw new RangeError(`no receiver ${receiver}`);
    const transfer = this.#freeTransfers.pop() ?? this.#transferLimit++;
    if (transfer >= this.#state.length) this.#growTo(transfer + 1);
    this.#receiver[transfer] = receiver;
    this.#tag[transfer] = tag;
    this.#from[transfer] = from;
    this.#to[transfer] = to;
    this.#bytes[transfer] = bytes;
    if (!this.#paths.find(from, to)) this.#decide(transfer, UNREACHABLE);
    else if (this.#paths.length === 0) this.#decide(transfer, DELIVERED);
    else if (bytes <= this.#messageBytes && (bytes === 0 || this.#pathBandwidthBps() > 0)) {
      const transmissionNs = bytes === 0 ? 0 : Math.ceil((bytes * 8e9) / this.#pathBandwidthBps());
      this.#state[transfer] = MESSAGE;
      this.#wait(transfer, this.#paths.latencyNs + transmissionNs);
    } else {
      // also a message on a path without bandwidth now: as a flow it waits until there is some
      this.#state[transfer] = LATENCY;
      this.#wait(transfer, this.#paths.latencyNs);
    }
    return transfer as TransferId;
  }

  /**
   * Gives up a transfer: its receiver is not called.
   * @throws {RangeError} if it is not under way
   */
  abort(transfer: TransferId): void {
    const state = this.#state[transfer];
    if (state === undefined || state === FREE) throw new RangeError(`transfer ${transfer} is not under way`);
    if (state === FLOW) this.#flows.stop(this.#handle[transfer]!);
    else this.#kernel.cancel(this.#handle[transfer]! as EventId);
    this.#free(transfer);
  }

  /** The latency of the route between two endpoints, ns; Infinity where there is none, 0 to itself. */
  latencyNs(from: EndpointId, to: EndpointId): number {
    return this.#paths.find(from, to) ? this.#paths.latencyNs : Infinity;
  }

  /** Cuts a link in both directions, or mends it. */
  setLinkUp(link: LinkId, up: boolean): void {
    if (!this.#paths.routes.setLinkUp(link, up) || up) return;
    const broken = this.#transfersOver([2 * link, 2 * link + 1]);
    for (const transfer of broken) this.#reroute(transfer);
  }

  /**
   * Degrades a link or heals it, in place of what was said of it before. Its media are taken to be its own.
   * @throws {RangeError} if there is no such link, or the quality makes no sense
   */
  setLinkQuality(link: LinkId, quality: LinkQuality): void {
    const { bandwidthShare = 1, addedLatencyNs = 0 } = quality;
    const stated = this.#links[link];
    if (stated === undefined) throw new RangeError(`no link ${link}: there are ${this.#links.length}`);
    if (!(bandwidthShare >= 0 && bandwidthShare < Infinity)) {
      throw new RangeError(`bandwidth share ${bandwidthShare}: expected a finite number >= 0`);
    }
    this.#paths.routes.setLinkLatency(link, stated.latencyNs + addedLatencyNs);
    for (const [direction, medium] of [stated.forwardMedium, stated.backwardMedium].entries()) {
      const capacityBps = this.#media[medium]!.bandwidthBps * bandwidthShare;
      this.#bandwidthOfArc[2 * link + direction] = capacityBps;
      this.#flows.setCapacity(medium, capacityBps);
    }
  }

  /** The present latency of a link, what was added to it included, ns. */
  linkLatencyNs(link: LinkId): Nanoseconds {
    return this.#paths.routes.linkLatencyNs(link);
  }

  /** Puts an access point out of service, or back into it: what is attached to it stays attached, and is cut off. */
  setAccessPointUp(accessPoint: AccessPointId, up: boolean): void {
    if (!this.#paths.setAccessPointUp(accessPoint, up) || up) return;
    const uplink = this.#paths.uplinkOf(accessPoint);
    for (const transfer of this.#transfersOver([uplink, uplink + 1])) this.#reroute(transfer);
  }

  isAccessPointUp(accessPoint: AccessPointId): boolean {
    return this.#paths.isAccessPointUp(accessPoint);
  }

  isLinkUp(link: LinkId): boolean {
    return this.#paths.routes.isLinkUp(link);
  }

  /** Takes a vertex down, with every route through it and every access point at it, or brings it back. */
  setVertexUp(vertex: VertexId, up: boolean): void {
    if (!this.#paths.routes.setVertexUp(vertex, up) || up) return;
    const arcs: number[] = [];
    for (const arc of this.#paths.routes.arcsFrom(vertex)) arcs.push(arc, arc ^ 1);
    for (const accessPoint of this.#accessPointsAt[vertex]!) {
      const uplink = this.#paths.uplinkOf(accessPoint);
      arcs.push(uplink, uplink + 1);
    }
    for (const transfer of this.#transfersOver(arcs)) this.#reroute(transfer);
  }

  isVertexUp(vertex: VertexId): boolean {
    return this.#paths.routes.isVertexUp(vertex);
  }

  /** The medium that an arc draws on. */
  mediumOf(arc: ArcId): MediumId {
    return this.#mediumOfArc[arc]! as MediumId;
  }

  /** Bytes that an arc has carried up to now. */
  carriedBytes(arc: ArcId): number {
    return this.#flows.carriedBytesOf(arc, this.#mediumOfArc[arc]!);
  }

  /** Bytes that each arc has carried up to now, written to `into`, of length `arcCount`: cheaper than one by one. */
  allCarriedBytes(into: Float64Array): void {
    this.#flows.carriedBytes(into);
  }

  /** The sum of the rates of the flows over an arc, bit/s; changes of this very instant may still be to come. */
  rateBps(arc: ArcId): number {
    return this.#flows.rateBpsOf(arc, this.#mediumOfArc[arc]!);
  }

  /** Transfers under way. */
  get transferCount(): number {
    return this.#transferLimit - this.#freeTransfers.length;
  }

  /** Takes along or gives up the flows of an endpoint that was attached to another access point, or otherwise, before. */
  #leave(endpoint: AttachedEndpointId, accessPoint: AccessPointId | undefined): void {
    if (accessPoint === undefined) return;
    const uplink = this.#paths.uplinkOf(accessPoint);
    for (const transfer of this.#transfersOver([uplink, uplink + 1])) {
      if (this.#from[transfer] === endpoint || this.#to[transfer] === endpoint) this.#reroute(transfer);
    }
  }

  /** The lowest bandwidth on the path last found, its endpoints' limits included, bit/s. */
  #pathBandwidthBps(): number {
    const { arcs, length, rateCapBps } = this.#paths;
    let lowest = rateCapBps;
    for (let i = 0; i < length; i++) {
      const bandwidth = this.#bandwidthOfArc[arcs[i]!]!;
      if (bandwidth < lowest) lowest = bandwidth;
    }
    return lowest;
  }

  #wait(transfer: number, delayNs: number): void {
    const time = this.#kernel.now + delayNs;
    // what would arrive beyond the end of time does not
    this.#handle[transfer] =
      time > MAX_TIME_NS ? NO_EVENT : this.#kernel.at(time as Nanoseconds, this.#arrive, transfer);
  }

  /** The outcome is certain: the receiver learns it in an event of this instant. */
  #decide(transfer: number, outcome: DeliveryOutcome): void {
    this.#state[transfer] = DECIDED;
    this.#handle[transfer] = this.#kernel.after(0 as Nanoseconds, this.#arrive, transfer, outcome);
  }

  #endWait(transfer: number, outcome: DeliveryOutcome): void {
    const state = this.#state[transfer]!;
    if (state === DECIDED) {
      this.#finish(transfer, outcome);
    } else if (!this.#paths.find(this.#from[transfer]!, this.#to[transfer]!)) {
      this.#finish(transfer, LOST);
    } else if (state === LATENCY) {
      this.#startFlow(transfer, this.#bytes[transfer]!);
    } else {
      const bytes = this.#bytes[transfer]!;
      for (let i = 0; i < this.#paths.length; i++) this.#flows.addCarried(this.#paths.arcs[i]!, bytes);
      this.#finish(transfer, DELIVERED);
    }
  }

  #startFlow(transfer: number, bytes: number): void {
    this.#state[transfer] = FLOW;
    this.#handle[transfer] = this.#flows.start(
      this.#paths.arcs,
      this.#paths.length,
      bytes,
      transfer,
      this.#paths.rateCapBps,
    );
  }

  /** The transfers that are flows over one of the arcs, each once, in the order in which their flows were started. */
  #transfersOver(arcs: readonly number[]): number[] {
    const flows = new Set<number>();
    for (const arc of arcs) {
      for (const flow of this.#flows.over(arc, this.#mediumOfArc[arc]!)) flows.add(flow);
    }
    return [...flows].sort((a, b) => this.#flows.order(a) - this.#flows.order(b)).map((flow) => this.#flows.tag(flow));
  }

  /** Takes a flow to the route that there is now, with what it has left, or gives it up. */
  #reroute(transfer: number): void {
    const bytesLeft = this.#flows.stop(this.#handle[transfer]!);
    if (!this.#paths.find(this.#from[transfer]!, this.#to[transfer]!)) this.#decide(transfer, LOST);
    else if (this.#paths.length === 0 || bytesLeft === 0) this.#decide(transfer, DELIVERED);
    else this.#startFlow(transfer, bytesLeft);
  }

  #finish(transfer: number, outcome: DeliveryOutcome): void {
    const receiver = this.#receivers[this.#receiver[transfer]!]!;
    const tag = this.#tag[transfer]!;
    this.#free(transfer);
    receiver(tag, outcome);
  }

  #free(transfer: number): void {
    this.#state[transfer] = FREE;
    this.#handle[transfer] = NO_EVENT;
    this.#freeTransfers.push(transfer);
  }

  #growTo(count: number): void {
    this.#state = grown(this.#state, count);
    this.#receiver = grown(this.#receiver, count);
    this.#tag = grown(this.#tag, count);
    this.#from = grown(this.#from, count);
    this.#to = grown(this.#to, count);
    this.#bytes = grown(this.#bytes, count);
    this.#handle = grown(this.#handle, count);
  }
}
