import type { TraceMobility } from '../../model/index.ts';
import type { MobilityModel } from './itinerary.ts';
import { goOn, stay, type Leg } from './leg.ts';

/** A recorded motion: through the points of its track at their times, straight between them; absent before, after, and in gaps. */
export const trace: MobilityModel<TraceMobility> = ({ tracks, gapNs = Infinity }, { index, legs }) => {
  const track = tracks[index];
  if (track === undefined) throw new RangeError(`a mover ${index} of a trace of ${tracks.length}`);
  const { timesNs, points } = track;
  const first = legs.add(0, points[0]!);
  let at = 0;

  function next(leg: Leg): void {
    at++;
    if (at < points.length) {
      const takesNs = timesNs[at]! - timesNs[at - 1]!;
      // who comes back does so elsewhere
      leg.toX = points[at - 1]!.x;
      leg.toY = points[at - 1]!.y;
      leg.present = takesNs <= gapNs;
      if (leg.present) goOn(leg, points[at]!.x, points[at]!.y, takesNs);
      else stay(leg, takesNs);
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
