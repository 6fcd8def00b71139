import type { MoverContext } from './itinerary.ts';

/** What a group of movers has in common in a run. */
export interface GroupSharing {
  readonly shared: MoverContext['shared'];
  /** Gives back what it holds of the machine. */
  readonly end: () => void;
}

/** A place for what the movers of one group have in common: one thing, for they move by one model. */
export function groupSharing(): GroupSharing {
  let common: object | undefined;
  return {
    shared: <Shared extends object>(make: () => Shared) => (common ??= make()) as Shared,
    end: () => {
      if (common !== undefined && 'close' in common && typeof common.close === 'function') common.close();
    },
  };
}
