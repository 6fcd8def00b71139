import type { RandomStreams } from '../../kernel/index.ts';
import { groupSharing, itineraryOf, Legs, type Itinerary, type Leg } from '../mobility/index.ts';
import type { Mover, MoverId } from './movers.ts';

/** The motions of all movers of a run. */
export interface Motions {
  /** By mover. */
  readonly itineraries: readonly Itinerary[];
  /** Gives back what they hold of the machine: files that they are read from. */
  readonly end: () => void;
}

/**
 * The motion of each mover, drawn from the streams of its name and its group's: the same whoever asks, and when.
 * @throws {TraceError} if the file of a recorded motion is not there, or another one
 */
export function motionsOf(movers: readonly Mover[], streams: RandomStreams): Motions {
  const groups = movers.reduce((count, { group }) => Math.max(count, group + 1), 0);
  const sharings = Array.from({ length: groups }, () => groupSharing());
  const legs = new Legs();
  const itineraries = movers.map(({ mobility, position, group, groupName, index, stream }) =>
    itineraryOf(mobility, position, {
      index,
      stream: () => streams.get(stream),
      groupStream: (purpose) => streams.get(`${groupName}/${purpose}`),
      legs,
      shared: sharings[group]!.shared,
    }),
  );
  return { itineraries, end: () => sharings.forEach((sharing) => sharing.end()) };
}

/**
 * Tells every leg of every mover up to a time, those of one mover in their order. Movers go on side by side, a step of time
 * at once, so that of a recorded motion no more is read ahead.
 * @param visit the leg is the same object again and again
 * @throws {TraceError} as `motionsOf`
 */
export function eachLeg(
  { itineraries }: Pick<Motions, 'itineraries'>,
  untilNs: number,
  visit: (mover: MoverId, leg: Readonly<Leg>) => void,
): void {
  const stepNs = Math.max(1, untilNs / STEPS);
  for (let step = 1; step <= STEPS; step++) {
    const stepEndNs = step === STEPS ? untilNs : step * stepNs;
    for (const [mover, { first: leg, next }] of itineraries.entries()) {
      if (step === 1) visit(mover as MoverId, leg);
      while (leg.endNs < stepEndNs) {
        next(leg);
        visit(mover as MoverId, leg);
      }
    }
  }
}

const STEPS = 256;
