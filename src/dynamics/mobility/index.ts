import type { Mobility, Point } from '../../model/index.ts';
import { gaussMarkov } from './gauss-markov.ts';
import { groupWith } from './group.ts';
import type { Itinerary, MobilityModel, MoverContext } from './itinerary.ts';
import { stay } from './leg.ts';
import { manhattan } from './manhattan.ts';
import { recording } from './recording.ts';
import { randomWaypoint } from './random-waypoint.ts';
import { route } from './route.ts';
import { trace } from './trace.ts';

export type { Itinerary } from './itinerary.ts';
export { groupSharing, type GroupSharing } from './sharing.ts';
export { Legs, positionOn, type Leg } from './leg.ts';

/** A new model is one file, one line here, one shape of `Mobility` and one of the scenario's format. */
const models: { readonly [M in Mobility['model']]: MobilityModel<Extract<Mobility, { model: M }>> } = {
  'random-waypoint': randomWaypoint,
  manhattan,
  'gauss-markov': gaussMarkov,
  route,
  trace,
  recording,
  group: groupWith((mobility, mover) => modelOf(mobility)(mobility, mover)),
};

function modelOf({ model }: Mobility): MobilityModel {
  return models[model] as MobilityModel;
}

/** The motion of one mover. @param position where it stands if it does not move */
export function itineraryOf(mobility: Mobility | undefined, position: Point, mover: MoverContext): Itinerary {
  if (mobility === undefined) {
    const first = mover.legs.add(0, position);
    stay(first, Infinity);
    return { first, next() {} };
  }
  return modelOf(mobility)(mobility, mover);
}
