import type { TraceMobility } from '../../model/index.ts';
import type { MobilityModel } from './itinerary.ts';
import { goOn, legAt, stay } from './leg.ts';

/** A recorded motion: through the points of its track at their times, straight between them; absent before and after. */
export const trace: MobilityModel<TraceMobility> = ({ tracks }, { index }) => {
  const track = tracks[index];
  if (track === undefined) throw new RangeError(`a mover ${index} of a trace of ${tracks.length}`);
  const { timesNs, points } = track;
  const first = legAt(0, points[0]!);
  let at = 0;

  function next(leg: typeof first): void {
    at++;
    if (at < points.length) {
      leg.present = true;
      goOn(leg, points[at]!.x, points[at]!.y, timesNs[at]! - timesNs[at - 1]!);
    } else {
      leg.present = false;
      stay(leg, Infinity);
    }
  }

  if (timesNs[0]! > 0) {
    first.present = false;
    stay(first, timesNs[0]!);
  } else next(first);
  return { first, next };
};
