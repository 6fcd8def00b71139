import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import type { AccessPoint, AccessPointId, Point, UserId, World } from '../../model/index.ts';
import {
  groupSharing,
  itineraryOf,
  positionOn,
  type GroupSharing,
  type Itinerary,
  type Leg,
} from '../mobility/index.ts';
import type { AttachedEndpointId, Network } from '../network/index.ts';
import { CellGrid } from './cell-grid.ts';
import { nearerBy, velocityOf, withinRange } from './interval.ts';
import { nearestAccessPoint } from './nearest.ts';
import { rateAt } from './rate-steps.ts';

const NO_CELL = -1;

/** A handover back within this time is a ping-pong: the minimum time of stay of 3GPP TR 36.839, 5.1.2. */
const PING_PONG_NS = 1e9;

/** What happens to a user's association: one of these rows in the table of movements. */
export type MovementEvent = 'attached' | 'handover' | 'out-of-range';

interface AssociationSink {
  /**
   * @param accessPoint where the user is from now on; undefined where it is out of range of all
   * @param present false when the user, of a recorded trace, is not there any more or not yet
   */
  moved(
    user: UserId,
    event: MovementEvent,
    accessPoint: AccessPointId | undefined,
    position: Point,
    present: boolean,
  ): void;
}

/**
 * Which access point each user is attached to, while users move. Nothing is polled: on each leg of a motion the time at
 * which the association changes next is solved for, and is an event of that time, rounded up to the next whole ns.
 *
 * **Rules** (own design, after 3GPP's event A3 with distance in the place of signal).
 * - A user without an access point attaches to the first one whose range it comes into, at once.
 * - An attached user changes over, by a handover, to an access point in whose range it is as soon as that is nearer than
 *   its own by its own's hysteresis; or, when it leaves its own's range, to the nearest one in range. Where there is
 *   none it is detached, and what its flows had under way is lost (a coverage hole).
 * - In a handover the user belongs to the new access point at once, but for the new one's handover time nothing is carried:
 *   flows pause with what they have left, and what is sent waits; nothing is lost. Messages that are in the air go on.
 *   The association is looked at again when the handover is over.
 * - The highest rate of a user's flows is that of the rate step that its distance is in, from the instant it is in it.
 * - An access point or step that is touched for less than a nanosecond does not count.
 * - An access point whose vertex is down keeps its users, who reach nobody: the association knows distances alone.
 *
 * Users of groups without mobility are attached once, to the nearest access point in range, and make no events.
 */
export class Association {
  /** Changes of access point, and those of them that went back within a second; coverage lost. */
  readonly counts = { handovers: 0, pingPongs: 0, coverageLosses: 0 };
  /** By user: what it hangs on the network by. */
  readonly endpoints: readonly AttachedEndpointId[];
  /** By user: the access point at the start, if any. */
  readonly initial: readonly (AccessPointId | undefined)[];
  readonly #kernel: Kernel;
  readonly #world: Pick<World, 'users' | 'userGroups' | 'accessPoints' | 'durationNs'>;
  readonly #network: Network;
  readonly #sink: AssociationSink;
  readonly #grid: CellGrid;
  readonly #itineraries: readonly Itinerary[];
  /** By group. */
  readonly #sharings: readonly GroupSharing[];
  /** By user: its access point, the one before that, and since when it is at its own. */
  readonly #serving: Int32Array;
  readonly #previous: Int32Array;
  readonly #sinceNs: Float64Array;
  /** By user: the highest rate that it has at its access point, bit/s; 0 in a handover. */
  readonly #rateBps: Float64Array;
  readonly #turn: HandlerId;
  readonly #rateStep: HandlerId;
  readonly #change: HandlerId;
  readonly #handoverEnd: HandlerId;

  constructor(
    kernel: Kernel,
    world: Pick<World, 'users' | 'userGroups' | 'accessPoints' | 'durationNs'>,
    network: Network,
    sink: AssociationSink,
  ) {
    const { users, userGroups, accessPoints } = world;
    this.#kernel = kernel;
    this.#world = world;
    this.#network = network;
    this.#sink = sink;
    this.#grid = new CellGrid(accessPoints);
    this.#sharings = userGroups.map(() => groupSharing());
    const inGroup = userGroups.map(() => 0);
    this.#itineraries = users.map(({ name, group, position }) =>
      itineraryOf(userGroups[group]!.mobility, position, {
        index: inGroup[group]!++,
        stream: () => kernel.streams.get(`user/${name}/mobility`),
        groupStream: (purpose) => kernel.streams.get(`group/${userGroups[group]!.name}/${purpose}`),
        shared: this.#sharings[group]!.shared,
      }),
    );
    this.initial = this.#itineraries.map(({ first }) =>
      first.present ? nearestAccessPoint(accessPoints, positionOn(first, 0)) : undefined,
    );
    this.#serving = Int32Array.from(this.initial, (accessPoint) => accessPoint ?? NO_CELL);
    this.#previous = new Int32Array(users.length).fill(NO_CELL);
    this.#sinceNs = new Float64Array(users.length);
    this.#rateBps = new Float64Array(users.length);
    this.endpoints = users.map(() => network.addEndpoint());
    this.#turn = kernel.on('mobility.turn', (user) => this.#proceed(user as UserId));
    this.#rateStep = kernel.on('radio.rate-step', (user) => this.#proceed(user as UserId));
    this.#change = kernel.on('radio.change', (user, cell) => this.#apply(user as UserId, cell));
    this.#handoverEnd = kernel.on('radio.handover-end', (user) => this.#endHandover(user as UserId));
  }

  /** Attaches all users where they are at the start, and sets them in motion. */
  start(): void {
    const { users, userGroups, accessPoints } = this.#world;
    for (const [index, { first }] of this.#itineraries.entries()) {
      const user = index as UserId;
      const accessPoint = this.initial[user];
      if (accessPoint !== undefined)
        this.#connect(user, rateAt(first, velocityOf(first), accessPoints[accessPoint]!, 0).rateBps);
      const event = accessPoint === undefined ? 'out-of-range' : 'attached';
      this.#sink.moved(user, event, accessPoint, positionOn(first, 0), first.present);
      const isMobile = userGroups[users[user]!.group]!.mobility !== undefined;
      if (isMobile && accessPoints.length > 0) this.#proceed(user);
    }
  }

  /** Gives back what movements hold of the machine: files that they are read from. */
  end(): void {
    for (const sharing of this.#sharings) sharing.end();
  }

  /** Where a user is; now alone, for its motion is made as time goes on. */
  position(user: UserId): Point {
    return positionOn(this.#legOf(user), this.#kernel.now);
  }

  /** The leg that a user is on. */
  #legOf(user: UserId): Leg {
    const itinerary = this.#itineraries[user]!;
    while (itinerary.first.endNs <= this.#kernel.now) itinerary.next(itinerary.first);
    return itinerary.first;
  }

  /** Puts the next thing that happens to a user on the calendar. @param notBeforeNs changes before it have been made */
  #proceed(user: UserId, notBeforeNs: number = this.#kernel.now): void {
    const { now } = this.#kernel;
    const leg = this.#legOf(user);
    if (!leg.present) {
      if (this.#serving[user] !== NO_CELL) this.#detach(user, leg);
      this.#schedule(leg.endNs, this.#turn, user);
      return;
    }
    const { timeNs, cell } = this.#nextChange(user, leg, notBeforeNs);
    const nextRateNs = timeNs > now ? this.#stepRate(user, leg) : Infinity;
    if (nextRateNs < Math.min(timeNs, leg.endNs)) this.#schedule(nextRateNs, this.#rateStep, user);
    else if (timeNs >= leg.endNs) this.#schedule(leg.endNs, this.#turn, user);
    else if (timeNs > now) this.#schedule(timeNs, this.#change, user, cell);
    else this.#apply(user, cell);
  }

  /** Gives a user the rate of its distance. @returns when it changes next, or Infinity */
  #stepRate(user: UserId, leg: Leg): number {
    const serving = this.#world.accessPoints[this.#serving[user]!];
    if (serving?.rateSteps === undefined) return Infinity;
    const { rateBps, untilNs } = rateAt(leg, velocityOf(leg), serving, this.#kernel.now - leg.startNs);
    if (rateBps !== this.#rateBps[user]) this.#connect(user, rateBps);
    return leg.startNs + untilNs;
  }

  /** Attaches a user to its access point in the network. */
  #connect(user: UserId, rateBps: number): void {
    this.#rateBps[user] = rateBps;
    this.#network.attach(this.endpoints[user]!, this.#serving[user]! as AccessPointId, rateBps);
  }

  /** Attaches a user to its access point with the rate of its distance. */
  #connectAtDistance(user: UserId): void {
    const leg = this.#legOf(user);
    const serving = this.#world.accessPoints[this.#serving[user]!]!;
    this.#connect(user, rateAt(leg, velocityOf(leg), serving, this.#kernel.now - leg.startNs).rateBps);
  }

  #schedule(timeNs: number, handler: HandlerId, user: UserId, cell = 0): void {
    if (timeNs <= this.#world.durationNs) this.#kernel.at(timeNs as Nanoseconds, handler, user, cell);
  }

  /**
   * When the association changes next on a leg, and to which access point; NO_CELL if its own is out of reach then.
   * @returns the leg's end or later where it does not change on the leg
   */
  #nextChange(user: UserId, leg: Leg, notBeforeNs: number): { timeNs: number; cell: number } {
    const { accessPoints } = this.#world;
    const serving = accessPoints[this.#serving[user]!];
    const velocity = velocityOf(leg);
    const first = notBeforeNs - leg.startNs;
    const end = leg.endNs - leg.startNs;
    let best = end;
    let cell = NO_CELL;
    if (serving !== undefined) {
      const { from, to } = withinRange(leg, velocity, serving.position, serving.rangeM);
      best = from >= first + 1 ? first : Math.min(Math.max(Math.ceil(to), first), end);
    }
    let bestDistance2 = -1; // nothing takes the place of the loss of its own at the same time: that looks for the nearest
    this.#grid.along(leg, velocity, first, best, (cells, untilNs) => {
      for (const candidate of cells) {
        const accessPoint = accessPoints[candidate]!;
        if (accessPoint === serving) continue;
        const entered = this.#enters(leg, velocity, serving, accessPoint, first);
        if (entered > best || entered >= end) continue;
        const distance2 = distanceSquared(leg, velocity, entered, accessPoint.position);
        if (entered === best && !(distance2 < bestDistance2)) continue;
        best = entered;
        bestDistance2 = distance2;
        cell = candidate;
      }
      return best > untilNs;
    });
    return { timeNs: leg.startNs + best, cell };
  }

  /** When a user would change over to another access point, ns from the leg's start; Infinity where it would not. */
  #enters(leg: Leg, velocity: Point, serving: AccessPoint | undefined, other: AccessPoint, notBefore: number): number {
    const inRange = withinRange(leg, velocity, other.position, other.rangeM);
    let { from, to } = inRange;
    if (!(to >= notBefore)) return Infinity;
    if (serving !== undefined) {
      const nearer = nearerBy(leg, velocity, serving.position, other.position, serving.hysteresisM ?? 0);
      from = Math.max(from, nearer.from);
      to = Math.min(to, nearer.to);
    }
    const entered = Math.max(Math.ceil(from), notBefore);
    return entered + 1 <= to ? entered : Infinity;
  }

  #apply(user: UserId, cell: number): void {
    const leg = this.#legOf(user);
    const target = cell === NO_CELL ? this.#nearestInRange(user, leg) : cell;
    if (target === NO_CELL) this.#detach(user, leg);
    else if (this.#serving[user] === NO_CELL) this.#attach(user, target as AccessPointId, leg);
    else if (this.#handOver(user, target as AccessPointId, leg)) return;
    this.#proceed(user, this.#kernel.now + 1);
  }

  /** The nearest access point in whose range a user is and stays for a nanosecond, the first of several. */
  #nearestInRange(user: UserId, leg: Leg): number {
    const { accessPoints } = this.#world;
    const velocity = velocityOf(leg);
    const at = this.#kernel.now - leg.startNs;
    let nearest = NO_CELL;
    let nearest2 = Infinity;
    for (const candidate of this.#grid.at(positionOn(leg, this.#kernel.now))) {
      if (candidate === this.#serving[user]) continue;
      const accessPoint = accessPoints[candidate]!;
      const distance2 = distanceSquared(leg, velocity, at, accessPoint.position);
      if (distance2 < nearest2 && this.#enters(leg, velocity, undefined, accessPoint, at) === at) {
        nearest = candidate;
        nearest2 = distance2;
      }
    }
    return nearest;
  }

  #attach(user: UserId, accessPoint: AccessPointId, leg: Leg): void {
    this.#serving[user] = accessPoint;
    this.#previous[user] = NO_CELL;
    this.#connectAtDistance(user);
    this.#sink.moved(user, 'attached', accessPoint, positionOn(leg, this.#kernel.now), true);
  }

  #detach(user: UserId, leg: Leg): void {
    this.#serving[user] = NO_CELL;
    this.#previous[user] = NO_CELL;
    this.counts.coverageLosses++;
    this.#network.detach(this.endpoints[user]!);
    this.#sink.moved(user, 'out-of-range', undefined, positionOn(leg, this.#kernel.now), leg.present);
  }

  /** @returns whether it takes time, and the user goes on when it is over */
  #handOver(user: UserId, accessPoint: AccessPointId, leg: Leg): boolean {
    const { now } = this.#kernel;
    const durationNs = this.#world.accessPoints[accessPoint]!.handoverNs ?? 0;
    this.counts.handovers++;
    if (this.#previous[user] === accessPoint && now - this.#sinceNs[user]! <= PING_PONG_NS) this.counts.pingPongs++;
    this.#previous[user] = this.#serving[user]!;
    this.#serving[user] = accessPoint;
    this.#sinceNs[user] = now;
    if (durationNs > 0) this.#connect(user, 0);
    else this.#connectAtDistance(user);
    this.#sink.moved(user, 'handover', accessPoint, positionOn(leg, now), true);
    if (durationNs === 0) return false;
    this.#kernel.after(durationNs as Nanoseconds, this.#handoverEnd, user);
    return true;
  }

  #endHandover(user: UserId): void {
    this.#connectAtDistance(user);
    this.#proceed(user);
  }
}

function distanceSquared(leg: Leg, velocity: Point, atNs: number, { x, y }: Point): number {
  const dx = leg.fromX + velocity.x * atNs - x;
  const dy = leg.fromY + velocity.y * atNs - y;
  return dx * dx + dy * dy;
}
