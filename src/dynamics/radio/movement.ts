import type { AccessPointId, Point } from '../../model/index.ts';
import type { MoverId } from './movers.ts';

/** What happens to a mover's association: one of these rows in the table of movements. */
export type MovementEvent = 'attached' | 'handover' | 'out-of-range';

/** Why it happens; an attachment needs no reason. */
export type MovementCause =
  /** Another access point is nearer by the hysteresis. */
  | 'nearer'
  /** Its own access point is out of reach. */
  | 'left-range'
  /** Its own access point is out of order. */
  | 'outage'
  /** It is not there: a recorded mover before or after its track, a node that is switched off. */
  | 'absent';

/** Who is told of every change. */
export interface AssociationSink {
  /**
   * @param accessPoint where the mover is from now on; undefined where it is out of range of all
   * @param present false when it is not there (any more, or yet)
   */
  moved(
    mover: MoverId,
    event: MovementEvent,
    accessPoint: AccessPointId | undefined,
    position: Point,
    present: boolean,
    cause: MovementCause | undefined,
  ): void;
}
