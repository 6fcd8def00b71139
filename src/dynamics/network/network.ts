import {
  MAX_TIME_NS,
  NO_EVENT,
  type EventId,
  type HandlerId,
  type Kernel,
  type Nanoseconds,
} from '../../kernel/index.ts';
import {
  SMALL_MESSAGE_BYTES,
  type AccessPointId,
  type LinkId,
  type MediumId,
  type VertexId,
  type World,
} from '../../model/index.ts';
import { Flows } from './flows.ts';
import { LinkConditions, type LinkQuality } from './link-conditions.ts';
import { NO_RESERVATION, Reservations, type Hold, type ReservationCounts, type ReservationId } from './reservations.ts';
import { Paths, type AttachedEndpointId, type EndpointId } from './paths.ts';
import { DECIDED, DELIVERED, FLOW, FREE, LATENCY, LOST, MESSAGE, UNREACHABLE } from './transfer.ts';
import { StoreAndForward } from './store-and-forward.ts';
import { Transfers } from './transfers.ts';
import type { ArcId, Deliver, DeliveryOutcome, NetworkOptions, ReceiverId, TransferId } from './transfer.ts';

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
 * with the lowest bandwidth on its path; where the world asks for it, it queues at every link instead: see
 * `StoreAndForward`. From an endpoint to itself a transfer takes 0 ns.
 *
 * **Corrections** towards TCP, where the world names a model of them (see `NetworkModel`): bandwidths and latencies have
 * their factors, a flow at most its window a round trip, and a weight by its latency. Routes, and `latencyNs`, are by the
 * latencies as stated. Messages fit in any window.
 *
 * **Jitter and loss**, where a link or an access point has some: see `Impairments`.
 *
 * **Reservations** (own design): a transfer of an assured channel that is a flow has the channel's bandwidth taken out of
 * its path first, as far as other reservations leave it there, and shares the rest with all others; see `Flows` and
 * `Reservations`. What is held (`hold`) is there for it. A rerouted flow claims anew. Where a degraded link has less than is reserved on it, its assured flows
 * go to the routes of that time, in the order of their start, and claim what is left there.
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
  readonly #reservations: Reservations;
  readonly #mediumOfArc: Int32Array;
  readonly #conditions: LinkConditions;
  readonly #receivers: Deliver[] = [];
  readonly #arrive: HandlerId;

  readonly #transfers = new Transfers();
  /** Undefined where messages wait for nothing. */
  readonly #queues: StoreAndForward | undefined;

  /**
   * @param world its vertices, media, links and access points
   * @throws {RangeError} if one refers to what is not there
   */
  constructor(
    kernel: Kernel,
    world: Pick<World, 'vertices' | 'media' | 'links' | 'accessPoints' | 'networkModel' | 'messages'>,
    options: NetworkOptions = {},
  ) {
    const { vertices, links, accessPoints, messages } = world;
    this.#kernel = kernel;
    this.#messageBytes = options.messageBytes ?? messages?.maxBytes ?? SMALL_MESSAGE_BYTES;
    this.#paths = new Paths(vertices.length, links, accessPoints);
    this.#conditions = new LinkConditions(kernel.streams, world, this.#paths);
    const { mediumOfArc, capacityOfMedium } = this.#conditions;
    this.arcCount = mediumOfArc.length;
    this.#mediumOfArc = mediumOfArc;
    this.#reservations = new Reservations(mediumOfArc, capacityOfMedium);
    this.#flows = new Flows(kernel, capacityOfMedium, mediumOfArc, (transfer) => this.#finish(transfer, DELIVERED));
    this.#arrive = kernel.on('network.arrive', (transfer, outcome) =>
      this.#endWait(transfer, outcome as DeliveryOutcome),
    );
    if (messages?.queueing !== 'fifo') return;
    this.#queues = new StoreAndForward(kernel, this.#transfers, this.#paths, this.#flows, this.#conditions, {
      finish: (transfer, outcome) => this.#finish(transfer, outcome),
      waitAsFlow: (transfer) => this.#waitForLatency(transfer),
    });
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
   * @param reservation the assured channel that it belongs to, if any
   * @returns the transfer, which can be aborted until the receiver is called
   */
  send(
    receiver: ReceiverId,
    tag: number,
    from: EndpointId,
    to: EndpointId,
    bytes: number,
    reservation: ReservationId | typeof NO_RESERVATION = NO_RESERVATION,
  ): TransferId {
    if (reservation !== NO_RESERVATION && !this.#reservations.has(reservation)) {
      throw new RangeError(`no reservation ${reservation}`);
    }
    if (!(bytes >= 0 && bytes < Infinity)) throw new RangeError(`${bytes} bytes: expected a finite number >= 0`);
    if (this.#receivers[receiver] === undefined) throw new RangeError(`no receiver ${receiver}`);
    const transfer = this.#transfers.add(receiver, tag, from, to, bytes, reservation);
    if (!this.#find(transfer)) this.#decide(transfer, UNREACHABLE);
    else if (this.#paths.length === 0) this.#decide(transfer, DELIVERED);
    else if (bytes <= this.#messageBytes && (bytes === 0 || this.#conditions.bandwidthBps > 0)) {
      this.#transfers.state[transfer] = MESSAGE;
      const { bandwidthBps } = this.#conditions;
      this.#sendMessage(transfer, bytes === 0 ? 0 : Math.ceil((bytes * 8e9) / bandwidthBps));
    } else {
      // also a message on a path without bandwidth now: as a flow it waits until there is some
      this.#waitForLatency(transfer);
    }
    return transfer as TransferId;
  }

  /**
   * Gives up a transfer: its receiver is not called.
   * @throws {RangeError} if it is not under way
   */
  abort(transfer: TransferId): void {
    const state = this.#transfers.state[transfer];
    if (state === undefined || state === FREE) throw new RangeError(`transfer ${transfer} is not under way`);
    if (state === FLOW) this.#flows.stop(this.#transfers.handle[transfer]!);
    else this.#kernel.cancel(this.#transfers.handle[transfer]! as EventId);
    this.#free(transfer);
  }

  /** The latency of the route between two endpoints, ns; Infinity where there is none, 0 to itself. */
  latencyNs(from: EndpointId, to: EndpointId): number {
    return this.#paths.find(from, to) ? this.#paths.latencyNs : Infinity;
  }

  /** Whether there is a route between two endpoints: cheaper than `latencyNs`, for many at a time. */
  areConnected(from: EndpointId, to: EndpointId): boolean {
    return this.#paths.areConnected(from, to);
  }

  /** Cuts a link in both directions, or mends it. */
  setLinkUp(link: LinkId, up: boolean): void {
    if (!this.#paths.routes.setLinkUp(link, up) || up) return;
    const broken = this.#transfersOver([2 * link, 2 * link + 1]);
    for (const transfer of broken) this.#reroute(transfer);
  }

  /**
   * Degrades a link or heals it, in place of what was said of it before. A medium that several links share has the
   * lowest share of its links, own design: what they share is one thing, and is as bad as the worst said of it.
   * @throws {RangeError} if there is no such link, or the quality makes no sense
   */
  setLinkQuality(link: LinkId, quality: LinkQuality): void {
    for (const medium of this.#conditions.set(link, quality)) this.#setCapacity(medium);
  }

  /** The present latency of a link, what was added to it included, ns. */
  linkLatencyNs(link: LinkId): Nanoseconds {
    return this.#paths.routes.linkLatencyNs(link);
  }

  /** What links lose and media carry at present, what was added or taken away included. */
  get conditions(): Pick<LinkConditions, 'between' | 'capacityOfMedium' | 'lossOf' | 'onChange'> {
    return this.#conditions;
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
    for (const transfer of this.#transfersOver(this.#paths.arcsAt(vertex))) this.#reroute(transfer);
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

  /** A channel's claim to bandwidth, for its flows: see `send`. */
  addReservation(bandwidthBps: number): ReservationId {
    return this.#reservations.add(bandwidthBps);
  }

  /**
   * Keeps a channel's bandwidth along a way of arcs from one endpoint to another, whether or not a flow uses it; its flows
   * between them go that way while it stands. @returns undefined where the way is cut, or others hold too much of it
   */
  hold(reservation: ReservationId, from: EndpointId, to: EndpointId, way: Int32Array): Hold | undefined {
    return this.#paths.follow(way, from, to) ? this.#reservations.hold(reservation, from, to, way) : undefined;
  }

  letGo(hold: Hold): void {
    this.#reservations.letGo(hold);
  }

  /** What came of the claims of flows so far. */
  get reservationCounts(): Readonly<ReservationCounts> {
    return this.#reservations.counts;
  }

  /** Transfers under way. */
  get transferCount(): number {
    return this.#transfers.count;
  }

  #setCapacity(medium: MediumId): void {
    const capacityBps = this.#conditions.capacityOfMedium[medium]!;
    if (this.#flows.reservedBpsOf(medium) <= capacityBps) {
      this.#flows.setCapacity(medium, capacityBps);
      return;
    }
    const arcs = [...this.#mediumOfArc.keys()].filter((arc) => this.#mediumOfArc[arc] === medium);
    const assured = this.#transfersOver(arcs).filter(
      (transfer) => this.#flows.reservedBps(this.#transfers.handle[transfer]!) > 0,
    );
    const bytesLeft = assured.map((transfer) => this.#flows.stop(this.#transfers.handle[transfer]!));
    this.#flows.setCapacity(medium, capacityBps);
    for (const [index, transfer] of assured.entries()) this.#resume(transfer, bytesLeft[index]!);
  }

  /** Takes along or gives up the flows of an endpoint that was attached to another access point, or otherwise, before. */
  #leave(endpoint: AttachedEndpointId, accessPoint: AccessPointId | undefined): void {
    if (accessPoint === undefined) return;
    const uplink = this.#paths.uplinkOf(accessPoint);
    for (const transfer of this.#transfersOver([uplink, uplink + 1])) {
      if (this.#transfers.from[transfer] === endpoint || this.#transfers.to[transfer] === endpoint)
        this.#reroute(transfer);
    }
  }

  #wait(transfer: number, delayNs: number, outcome: DeliveryOutcome = DELIVERED): void {
    const time = this.#kernel.now + delayNs;
    // what would arrive beyond the end of time does not
    this.#transfers.handle[transfer] =
      time > MAX_TIME_NS ? NO_EVENT : this.#kernel.at(time as Nanoseconds, this.#arrive, transfer, outcome);
  }

  #waitForLatency(transfer: number): void {
    this.#transfers.state[transfer] = LATENCY;
    this.#wait(transfer, this.#conditions.latencyNs + this.#conditions.jitterNs());
  }

  /** A message over the path last found: its outcome is known when it is sent, unless its route breaks meanwhile. */
  #sendMessage(transfer: number, transmissionNs: number): void {
    const conditions = this.#conditions;
    const retransmissionNs = conditions.retransmissionNs();
    if (retransmissionNs === Infinity) {
      this.#transfers.state[transfer] = DECIDED;
      this.#wait(transfer, conditions.givenUpAfterNs(), LOST);
    } else if (transmissionNs > 0 && this.#queues !== undefined) this.#queues.send(transfer, retransmissionNs);
    else this.#wait(transfer, retransmissionNs + conditions.latencyNs + transmissionNs + conditions.jitterNs());
  }

  /** The outcome is certain: the receiver learns it in an event of this instant. */
  #decide(transfer: number, outcome: DeliveryOutcome): void {
    this.#transfers.state[transfer] = DECIDED;
    this.#transfers.handle[transfer] = this.#kernel.after(0 as Nanoseconds, this.#arrive, transfer, outcome);
  }

  #endWait(transfer: number, outcome: DeliveryOutcome): void {
    const state = this.#transfers.state[transfer]!;
    if (state === DECIDED) {
      this.#finish(transfer, outcome);
    } else if (!this.#find(transfer)) {
      this.#finish(transfer, LOST);
    } else if (state === LATENCY) {
      this.#startFlow(transfer, this.#transfers.bytes[transfer]!);
    } else {
      const bytes = this.#transfers.bytes[transfer]!;
      for (let i = 0; i < this.#paths.length; i++) this.#flows.addCarried(this.#paths.arcs[i]!, bytes);
      this.#finish(transfer, DELIVERED);
    }
  }

  #startFlow(transfer: number, bytes: number): void {
    const { arcs, length, rateCapBps } = this.#paths;
    const conditions = this.#conditions;
    this.#transfers.state[transfer] = FLOW;
    if (!conditions.areCorrected && this.#transfers.reservation[transfer] === NO_RESERVATION) {
      this.#transfers.handle[transfer] = this.#flows.start(arcs, length, bytes, transfer, rateCapBps);
      return;
    }
    conditions.lookAtFlow();
    const { limitBps, weight, isAcknowledged } = conditions;
    const reservedBps = this.#reservations.reserve(this.#transfers, transfer, this.#flows, this.#paths, conditions);
    const { handle } = this.#transfers;
    handle[transfer] = this.#flows.start(arcs, length, bytes, transfer, limitBps, weight, isAcknowledged, reservedBps);
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
    this.#resume(transfer, this.#flows.stop(this.#transfers.handle[transfer]!));
  }

  #resume(transfer: number, bytesLeft: number): void {
    if (!this.#find(transfer)) this.#decide(transfer, LOST);
    else if (this.#paths.length === 0 || bytesLeft === 0) this.#decide(transfer, DELIVERED);
    else this.#startFlow(transfer, bytesLeft);
  }

  #finish(transfer: number, outcome: DeliveryOutcome): void {
    const receiver = this.#receivers[this.#transfers.receiver[transfer]!]!;
    const tag = this.#transfers.tag[transfer]!;
    this.#free(transfer);
    receiver(tag, outcome);
  }

  #free(transfer: number): void {
    this.#reservations.release(this.#transfers, transfer);
    this.#transfers.remove(transfer);
  }

  /** Finds the path of a transfer as things stand: the way that is held for it, or the shortest. */
  #find(transfer: number): boolean {
    const [from, to] = [this.#transfers.from[transfer]!, this.#transfers.to[transfer]!];
    const way = this.#reservations.wayOf(this.#transfers, transfer);
    return (way !== undefined && this.#paths.follow(way, from, to)) || this.#paths.find(from, to);
  }
}
