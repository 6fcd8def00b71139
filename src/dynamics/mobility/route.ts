import type { RouteMobility } from '../../model/index.ts';
import type { MobilityModel } from './itinerary.ts';
import { goOn, goTo, stay, type Leg } from './leg.ts';

/**
 * A route: from waypoint to waypoint in straight lines, at a speed with a rest at each, or by a timetable that says when it
 * comes to each and goes on, once or again and again. Before its start a user rests at the first waypoint; user i of its group starts i headways later than the
 * first one. At the last waypoint it stays, goes on to the first, or goes back the same way. Nothing is drawn.
 */
export const route: MobilityModel<RouteMobility> = (mobility, { index, legs }) => {
  const { waypoints, timetableNs, headwayNs } = mobility;
  const first = legs.add(0, waypoints[0]!);
  const startNs = index * headwayNs + (timetableNs?.[0] ?? 0);
  if (waypoints.length === 1) {
    stay(first, Infinity);
    return { first, next() {} };
  }
  const next = isTimetabled(mobility) ? byTimetable(mobility) : atSpeed(mobility);
  if (startNs > 0) stay(first, startNs);
  else next(first);
  return { first, next };
};

type TimetabledRoute = RouteMobility & { readonly timetableNs: readonly number[] };

function isTimetabled(mobility: RouteMobility): mobility is TimetabledRoute {
  return mobility.timetableNs !== undefined;
}

function atSpeed({ waypoints, speedMps, pauseNs, end }: RouteMobility): (leg: Leg) => void {
  if (speedMps === undefined) throw new RangeError('a route without a timetable has a speed');
  const last = waypoints.length - 1;
  let at = 0;
  let forward = true;
  let isRested = true; // the wait for the start is rest enough
  return (leg) => {
    if (at === last && end === 'stop') {
      stay(leg, Infinity);
      return;
    }
    if (!isRested && pauseNs > 0) {
      stay(leg, pauseNs);
      isRested = true;
      return;
    }
    if (end === 'return' && (forward ? at === last : at === 0)) forward = !forward;
    at = (at + (forward ? 1 : -1)) % waypoints.length;
    isRested = false;
    goTo(leg, waypoints[at]!.x, waypoints[at]!.y, speedMps);
  };
}

function byTimetable({ waypoints, timetableNs, departuresNs, everyNs }: TimetabledRoute): (leg: Leg) => void {
  const leavesNs = departuresNs ?? timetableNs;
  let at = 0;
  let isRested = false;
  return (leg) => {
    const restNs = leavesNs[at]! - timetableNs[at]!;
    if (!isRested && restNs > 0) {
      stay(leg, restNs);
      isRested = true;
      return;
    }
    isRested = false;
    const from = at++;
    if (at < waypoints.length) goOn(leg, waypoints[at]!.x, waypoints[at]!.y, timetableNs[at]! - leavesNs[from]!);
    else if (everyNs === undefined) stay(leg, Infinity);
    else {
      at = 0;
      goOn(leg, waypoints[0]!.x, waypoints[0]!.y, timetableNs[0]! + everyNs - leavesNs[from]!);
    }
  };
}
