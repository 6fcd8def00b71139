import { NO_EVENT, type EventId, type HandlerId, type Kernel, type Nanoseconds } from '../../kernel/index.ts';
import type { AccessPointId, Point, VertexId, World } from '../../model/index.ts';
import { positionOn, type Itinerary, type Leg } from '../mobility/index.ts';
import type { AttachedEndpointId, Network } from '../network/index.ts';
import { CellSearch, NO_CELL } from './cell-search.ts';
import { velocityOf } from './interval.ts';
import { motionsOf, type Motions } from './motions.ts';
import { moversOf, type Mover, type MoverId } from './movers.ts';
import type { AssociationSink, MovementCause, MovementEvent } from './movement.ts';
import { nearestAccessPoint } from './nearest.ts';
import { rateAt } from './rate-steps.ts';

/**
 * A handover straight back after less than this time is a ping-pong: the minimum time of stay that 3GPP TR 36.839, 5.2.1.4
 * recommends.
 */
const PING_PONG_NS = 1e9;

type RadioWorld = Pick<World, 'users' | 'userGroups' | 'nodes' | 'accessPoints' | 'durationNs'>;

/**
 * Which access point each mover is attached to: users, and the nodes that hang on the network by radio. Nothing is polled: on each leg of a motion the time at
 * which the association changes next is solved for, and is an event of that time, rounded up to the next whole ns.
 *
 * **Rules** (own design, after 3GPP's event A3 with distance in the place of signal).
 * - A mover without an access point attaches to the first one whose range it comes into, at once.
 * - An attached mover changes over, by a handover, to an access point in whose range it is as soon as that is nearer than
 *   its own by its own's hysteresis; or, when it leaves its own's range, to the nearest one in range. Where there is
 *   none it is detached, and what its flows had under way is lost (a coverage hole).
 * - In a handover the mover belongs to the new access point at once, but for the new one's handover time nothing is carried:
 *   flows pause with what they have left, and what is sent waits; nothing is lost. Messages that are in the air go on.
 *   The association is looked at again when the handover is over.
 * - The highest rate of a mover's flows is that of the rate step that its distance is in, from the instant it is in it.
 * - An access point or step that is touched for less than a nanosecond does not count.
 * - An access point that goes out of order is as one that is out of reach, at once (a radio link failure that is noticed
 *   without delay): what its movers have under way is lost, then they look for the nearest other one in range, by a
 *   handover, and are detached where there is none. When it is back, the rules above hold for it as for any other.
 *
 * Who stands still is attached once, to the nearest access point in range, and makes no events but by outages.
 */
export class Association {
  /** Changes of access point, those of them that went straight back, and those away from an outage; coverage lost. */
  readonly counts = { handovers: 0, pingPongs: 0, outageHandovers: 0, coverageLosses: 0 };
  /** By mover: what it hangs on the network by. */
  readonly endpoints: readonly AttachedEndpointId[];
  /** By mover: the access point at the start, if any. */
  readonly initial: readonly (AccessPointId | undefined)[];
  readonly #kernel: Kernel;
  readonly #world: RadioWorld;
  readonly #movers: readonly Mover[];
  readonly #network: Network;
  readonly #sink: AssociationSink;
  readonly #search: CellSearch;
  readonly #itineraries: readonly Itinerary[];
  readonly #motions: Motions;
  /** By mover: its access point, the one before that, and since when it is at its own. */
  readonly #serving: Int32Array;
  readonly #previous: Int32Array;
  readonly #sinceNs: Float64Array;
  /** By mover: the highest rate that it has at its access point, bit/s; 0 in a handover. */
  readonly #rateBps: Float64Array;
  /** By mover: its pending event, if any; whether it is switched off; how long it has been out of coverage, ns. */
  readonly #event: Float64Array;
  readonly #isOff: Uint8Array;
  readonly #uncoveredNs: Float64Array;
  readonly #uncoveredSinceNs: Float64Array;
  /** By access point: whether it is out of order. */
  readonly #isDead: Uint8Array;
  readonly #turn: HandlerId;
  readonly #rateStep: HandlerId;
  readonly #change: HandlerId;
  readonly #handoverEnd: HandlerId;

  constructor(kernel: Kernel, world: RadioWorld, network: Network, sink: AssociationSink) {
    const { accessPoints } = world;
    this.#movers = moversOf(world);
    this.#kernel = kernel;
    this.#world = world;
    this.#network = network;
    this.#sink = sink;
    this.#motions = motionsOf(this.#movers, kernel.streams);
    this.#itineraries = this.#motions.itineraries;
    this.initial = this.#itineraries.map(({ first }) =>
      first.present ? nearestAccessPoint(accessPoints, positionOn(first, 0)) : undefined,
    );
    this.#serving = Int32Array.from(this.initial, (accessPoint) => accessPoint ?? NO_CELL);
    this.#previous = new Int32Array(this.#movers.length).fill(NO_CELL);
    this.#sinceNs = new Float64Array(this.#movers.length);
    this.#rateBps = new Float64Array(this.#movers.length);
    this.#event = new Float64Array(this.#movers.length).fill(NO_EVENT);
    this.#isOff = new Uint8Array(this.#movers.length);
    this.#uncoveredNs = new Float64Array(this.#movers.length);
    this.#uncoveredSinceNs = new Float64Array(this.#movers.length).fill(NaN);
    this.#isDead = new Uint8Array(accessPoints.length);
    this.#search = new CellSearch(accessPoints, this.#isDead);
    this.endpoints = this.#movers.map(() => network.addEndpoint());
    this.#turn = kernel.on('mobility.turn', (mover) => this.#proceed(mover as MoverId));
    this.#rateStep = kernel.on('radio.rate-step', (mover) => this.#proceed(mover as MoverId));
    this.#change = kernel.on('radio.change', (mover, cell) => {
      // the access point that it was to change over to may have gone out of order meanwhile
      if (cell !== NO_CELL && this.#isDead[cell] === 1) this.#proceed(mover as MoverId);
      else this.#apply(mover as MoverId, cell);
    });
    this.#handoverEnd = kernel.on('radio.handover-end', (mover) => this.#endHandover(mover as MoverId));
  }

  /** Attaches all users where they are at the start, and sets them in motion. */
  start(): void {
    const { accessPoints } = this.#world;
    for (const [index, { first }] of this.#itineraries.entries()) {
      const mover = index as MoverId;
      const accessPoint = this.initial[mover];
      if (accessPoint !== undefined)
        this.#connect(mover, rateAt(first, velocityOf(first), accessPoints[accessPoint]!, 0).rateBps);
      const event = accessPoint === undefined ? 'out-of-range' : 'attached';
      const cause = accessPoint !== undefined ? undefined : first.present ? 'left-range' : 'absent';
      this.#tell(mover, event, accessPoint, first, cause);
      if (this.#movers[mover]!.mobility !== undefined && accessPoints.length > 0) this.#proceed(mover);
    }
  }

  /** Gives back what movements hold of the machine: files that they are read from. */
  end(): void {
    this.#motions.end();
  }

  /** An access point may have gone out of order, or be back: it works while it and its vertex do, as the network says. */
  accessPointChanged(accessPoint: AccessPointId): void {
    const up =
      this.#network.isAccessPointUp(accessPoint) &&
      this.#network.isVertexUp(this.#world.accessPoints[accessPoint]!.vertex);
    const dead = up ? 0 : 1;
    if (this.#isDead[accessPoint] === dead) return;
    this.#isDead[accessPoint] = dead;
    for (let index = 0; index < this.#movers.length; index++) {
      const mover = index as MoverId;
      // one in a handover looks for a better access point when that is over
      if (up ? this.#isInHandover(mover) || this.#isOff[mover] === 1 : this.#serving[mover] !== accessPoint) continue;
      if (up && this.#search.passesBy(this.#legOf(mover), accessPoint, this.#kernel.now)) continue;
      this.#kernel.cancel(this.#event[mover]! as EventId);
      if (up) this.#proceed(mover);
      else this.#apply(mover, NO_CELL);
    }
  }

  /** A vertex went down, with the access points at it, or is back. The network must know already. */
  vertexChanged(vertex: VertexId): void {
    for (const [index, accessPoint] of this.#world.accessPoints.entries()) {
      if (accessPoint.vertex === vertex) this.accessPointChanged(index as AccessPointId);
    }
  }

  /** Switches a mover off, which takes it off the network, or on again. */
  setOn(mover: MoverId, on: boolean): void {
    if (this.#isOff[mover] === (on ? 0 : 1)) return;
    this.#isOff[mover] = on ? 0 : 1;
    this.#kernel.cancel(this.#event[mover]! as EventId);
    const leg = this.#legOf(mover);
    if (!on) {
      if (this.#serving[mover] === NO_CELL) this.#uncover(mover, false);
      else this.#detach(mover, leg, 'absent');
    } else {
      this.#uncover(mover, leg.present && this.#serving[mover] === NO_CELL);
      if (this.#world.accessPoints.length > 0) this.#proceed(mover);
    }
  }

  /** How long a mover has been there, but out of range of every access point, up to now, ns. */
  uncoveredNs(mover: MoverId): number {
    const since = this.#uncoveredSinceNs[mover]!;
    return this.#uncoveredNs[mover]! + (Number.isNaN(since) ? 0 : this.#kernel.now - since);
  }

  /** The access point of a mover, if any. */
  accessPointOf(mover: MoverId): AccessPointId | undefined {
    const serving = this.#serving[mover]!;
    return serving === NO_CELL ? undefined : (serving as AccessPointId);
  }

  #isInHandover(mover: MoverId): boolean {
    return this.#serving[mover] !== NO_CELL && this.#rateBps[mover] === 0;
  }

  /** Counts the time out of coverage from now on, or no more. */
  #uncover(mover: MoverId, uncovered: boolean): void {
    this.#uncoveredNs[mover] = this.uncoveredNs(mover);
    this.#uncoveredSinceNs[mover] = uncovered ? this.#kernel.now : NaN;
  }

  #tell(
    mover: MoverId,
    event: MovementEvent,
    accessPoint: AccessPointId | undefined,
    leg: Leg,
    cause: MovementCause | undefined,
  ): void {
    const isThere = leg.present && this.#isOff[mover] === 0;
    this.#uncover(mover, accessPoint === undefined && isThere);
    this.#sink.moved(mover, event, accessPoint, positionOn(leg, this.#kernel.now), isThere, cause);
  }

  /** Where a mover is; now alone, for its motion is made as time goes on. */
  position(mover: MoverId): Point {
    return positionOn(this.#legOf(mover), this.#kernel.now);
  }

  /** The leg that a mover is on. */
  #legOf(mover: MoverId): Leg {
    const itinerary = this.#itineraries[mover]!;
    while (itinerary.first.endNs <= this.#kernel.now) itinerary.next(itinerary.first);
    return itinerary.first;
  }

  /** Puts the next thing that happens to a mover on the calendar. @param notBeforeNs changes before it have been made */
  #proceed(mover: MoverId, notBeforeNs: number = this.#kernel.now): void {
    const { now } = this.#kernel;
    const leg = this.#legOf(mover);
    if (!leg.present) {
      if (this.#serving[mover] !== NO_CELL) this.#detach(mover, leg, 'absent');
      else this.#uncover(mover, false);
      this.#schedule(leg.endNs, this.#turn, mover);
      return;
    }
    if (this.#serving[mover] === NO_CELL && Number.isNaN(this.#uncoveredSinceNs[mover]!)) this.#uncover(mover, true);
    const search = this.#search;
    search.findNext(leg, this.#serving[mover]!, notBeforeNs);
    const { timeNs, cell } = search;
    const nextRateNs = timeNs > now ? this.#stepRate(mover, leg) : Infinity;
    if (nextRateNs < Math.min(timeNs, leg.endNs)) this.#schedule(nextRateNs, this.#rateStep, mover);
    else if (timeNs >= leg.endNs) this.#schedule(leg.endNs, this.#turn, mover);
    else if (timeNs > now) this.#schedule(timeNs, this.#change, mover, cell);
    else this.#apply(mover, cell);
  }

  /** Gives a mover the rate of its distance. @returns when it changes next, or Infinity */
  #stepRate(mover: MoverId, leg: Leg): number {
    const serving = this.#world.accessPoints[this.#serving[mover]!];
    if (serving?.rateSteps === undefined) return Infinity;
    const { rateBps, untilNs } = rateAt(leg, velocityOf(leg), serving, this.#kernel.now - leg.startNs);
    if (rateBps !== this.#rateBps[mover]) this.#connect(mover, rateBps);
    return leg.startNs + untilNs;
  }

  /** Attaches a mover to its access point in the network. */
  #connect(mover: MoverId, rateBps: number): void {
    this.#rateBps[mover] = rateBps;
    this.#network.attach(this.endpoints[mover]!, this.#serving[mover]! as AccessPointId, rateBps);
  }

  /** Attaches a mover to its access point with the rate of its distance. */
  #connectAtDistance(mover: MoverId): void {
    const leg = this.#legOf(mover);
    const serving = this.#world.accessPoints[this.#serving[mover]!]!;
    this.#connect(mover, rateAt(leg, velocityOf(leg), serving, this.#kernel.now - leg.startNs).rateBps);
  }

  #schedule(timeNs: number, handler: HandlerId, mover: MoverId, cell = 0): void {
    this.#event[mover] =
      timeNs <= this.#world.durationNs ? this.#kernel.at(timeNs as Nanoseconds, handler, mover, cell) : NO_EVENT;
  }

  #apply(mover: MoverId, cell: number): void {
    const leg = this.#legOf(mover);
    const isDead = this.#serving[mover] !== NO_CELL && this.#isDead[this.#serving[mover]!] === 1;
    const cause = isDead ? 'outage' : cell === NO_CELL ? 'left-range' : 'nearer';
    const target = cell === NO_CELL ? this.#search.nearestInRange(leg, this.#serving[mover]!, this.#kernel.now) : cell;
    if (target === NO_CELL) this.#detach(mover, leg, cause);
    else if (this.#serving[mover] === NO_CELL) this.#attach(mover, target as AccessPointId, leg);
    else if (this.#handOver(mover, target as AccessPointId, leg, cause)) return;
    this.#proceed(mover, this.#kernel.now + 1);
  }

  #attach(mover: MoverId, accessPoint: AccessPointId, leg: Leg): void {
    this.#serving[mover] = accessPoint;
    this.#previous[mover] = NO_CELL;
    this.#connectAtDistance(mover);
    this.#tell(mover, 'attached', accessPoint, leg, undefined);
  }

  #detach(mover: MoverId, leg: Leg, cause: MovementCause): void {
    this.#serving[mover] = NO_CELL;
    this.#previous[mover] = NO_CELL;
    this.counts.coverageLosses++;
    this.#network.detach(this.endpoints[mover]!);
    this.#tell(mover, 'out-of-range', undefined, leg, cause);
  }

  /** @returns whether it takes time, and the mover goes on when it is over */
  #handOver(mover: MoverId, accessPoint: AccessPointId, leg: Leg, cause: MovementCause): boolean {
    const { now } = this.#kernel;
    const { handoverNs: durationNs = 0, pingPongNs = PING_PONG_NS } = this.#world.accessPoints[accessPoint]!;
    this.counts.handovers++;
    if (cause === 'outage') this.counts.outageHandovers++;
    if (this.#previous[mover] === accessPoint && now - this.#sinceNs[mover]! < pingPongNs) this.counts.pingPongs++;
    this.#previous[mover] = this.#serving[mover]!;
    this.#serving[mover] = accessPoint;
    this.#sinceNs[mover] = now;
    if (durationNs > 0) this.#connect(mover, 0);
    else this.#connectAtDistance(mover);
    this.#tell(mover, 'handover', accessPoint, leg, cause);
    if (durationNs === 0) return false;
    this.#event[mover] = this.#kernel.after(durationNs as Nanoseconds, this.#handoverEnd, mover);
    return true;
  }

  #endHandover(mover: MoverId): void {
    this.#connectAtDistance(mover);
    this.#proceed(mover);
  }
}
