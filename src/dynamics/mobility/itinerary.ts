import type { RandomStream } from '../../kernel/index.ts';
import type { Mobility, Range } from '../../model/index.ts';
import type { Leg, Legs } from './leg.ts';

/** The motion of one mover: a chain of legs without end, made one by one. */
export interface Itinerary {
  /** The leg that the mover is on at time 0. */
  readonly first: Leg;
  /** Turns a leg of the chain, at first `first` itself, into the one after it. Not asked after a leg without end. */
  readonly next: (leg: Leg) => void;
}

/** What a mover is given besides its model. */
export interface MoverContext {
  /** Its number in its group. */
  readonly index: number;
  /** Its own random stream. Asked for only by models that draw. */
  readonly stream: () => RandomStream;
  /** A random stream of its group, by what it is for. */
  readonly groupStream: (purpose: string) => RandomStream;
  /** Where the legs of the run's movers lie: its own comes from there. */
  readonly legs: Legs;
  /** What the movers of its group have in common in a run: made for the first that asks. */
  readonly shared: <Shared extends object>(make: () => Shared) => Shared;
}

/** Makes the itinerary of one mover under a model. */
export type MobilityModel<M extends Mobility = Mobility> = (mobility: M, mover: MoverContext) => Itinerary;

/** A uniform value of a range; nothing is drawn where it holds only one. */
export function drawFrom({ min, max }: Range, stream: RandomStream): number {
  return min === max ? min : min + (max - min) * stream.uniform();
}
