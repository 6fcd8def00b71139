import type { GroupMobility, Mobility } from '../../model/index.ts';
import type { Itinerary, MobilityModel, MoverContext } from './itinerary.ts';
import { copyOf, goOn, positionOn, stay, type Leg } from './leg.ts';
import { randomWaypoint } from './random-waypoint.ts';
import { groupSharing } from './sharing.ts';

/** A leg of a leader's, and the one after it once anybody has come so far. What all have left behind is forgotten. */
interface Link {
  readonly leg: Readonly<Leg>;
  after: Link | undefined;
}

/** The motion of a leader, which each of its members follows at its own pace. */
class Leader {
  readonly first: Link;
  readonly #itinerary: Itinerary;

  constructor(itinerary: Itinerary) {
    this.#itinerary = itinerary;
    this.first = { leg: copyOf(itinerary.first), after: undefined };
  }

  after(link: Link): Link {
    if (link.after === undefined) {
      // this link is the last one: the itinerary's leg is the same
      this.#itinerary.next(this.#itinerary.first);
      link.after = { leg: copyOf(this.#itinerary.first), after: undefined };
    }
    return link.after;
  }
}

/** The leaders of a group, made as their first members ask. */
class Leaders {
  readonly #leaders = new Map<number, Leader>();
  readonly #common = groupSharing();

  /** What the leaders have in common among themselves: the file that they are read from. */
  get shared(): MoverContext['shared'] {
    return this.#common.shared;
  }

  get(index: number, make: () => Leader): Leader {
    let leader = this.#leaders.get(index);
    if (leader === undefined) this.#leaders.set(index, (leader = make()));
    return leader;
  }

  close(): void {
    this.#common.end();
  }
}

/**
 * Reference point group mobility (Hong, Gerla, Pei & Chiang, MSWiM 1999): members about a leader, which moves by a model of its
 * own and is nobody itself. As in Camp, Boleng & Davies (Wireless Communications and Mobile Computing 2(5), 2002) the
 * deviation of each member from its leader is a random waypoint motion; here in a disc about it, so that a member is always
 * within the radius. The sum of two piecewise linear motions is one too: nothing is sampled. Both start in their steady
 * states, independent of each other, and so does the sum.
 */
export function groupWith(
  itineraryOf: (mobility: Mobility, mover: MoverContext) => Itinerary,
): MobilityModel<GroupMobility> {
  return ({ leader: leaderMobility, size, radiusM, speedMps, pauseNs }, mover) => {
    const leaders = mover.shared(() => new Leaders());
    const leaderIndex = Math.floor(mover.index / size);
    const leader = leaders.get(leaderIndex, () => {
      const stream = () => mover.groupStream(`leader/${leaderIndex + 1}/mobility`);
      const { shared } = leaders;
      return new Leader(itineraryOf(leaderMobility, { ...mover, index: leaderIndex, stream, shared }));
    });
    const area = { shape: 'disc', centre: { x: 0, y: 0 }, radiusM } as const;
    const deviation = randomWaypoint({ model: 'random-waypoint', area, speedMps, pauseNs }, mover);
    let link = leader.first;

    /** Goes on from where it is to where the leader's or the own leg ends. */
    function go(leg: Leg): void {
      const now = leg.endNs;
      const own = deviation.first;
      const endNs = Math.min(link.leg.endNs, own.endNs);
      const [from, ownFrom] = [positionOn(link.leg, now), positionOn(own, now)];
      // a recorded leader comes back elsewhere
      leg.toX = from.x + ownFrom.x;
      leg.toY = from.y + ownFrom.y;
      leg.present = link.leg.present;
      if (endNs === Infinity) {
        stay(leg, Infinity);
        return;
      }
      const [to, ownTo] = [positionOn(link.leg, endNs), positionOn(own, endNs)];
      goOn(leg, to.x + ownTo.x, to.y + ownTo.y, endNs - now);
    }

    const first = mover.legs.add(0, { x: 0, y: 0 });
    go(first);
    return {
      first,
      next(leg) {
        while (link.leg.endNs <= leg.endNs) link = leader.after(link);
        while (deviation.first.endNs <= leg.endNs) deviation.next(deviation.first);
        go(leg);
      },
    };
  };
}
