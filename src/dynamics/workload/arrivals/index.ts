import type { Arrivals } from '../../../model/index.ts';
import { closedArrivals } from './closed.ts';
import { mmppArrivals } from './mmpp.ts';
import { periodicArrivals } from './periodic.ts';
import { poissonArrivals } from './poisson.ts';
import type { ArrivalProcess, ArrivalsSetting, MakeArrivals } from './process.ts';
import { countedArrivals } from './recorded-counts.ts';
import { recordedArrivals } from './recorded.ts';
import { recordingArrivals } from './recording.ts';
import { varyingArrivals } from './varying.ts';

export type { ArrivalProcess };

/** How each process of `Arrivals` is run. */
export const arrivalProcesses: { [P in Arrivals['process']]: MakeArrivals<P> } = {
  poisson: poissonArrivals,
  periodic: periodicArrivals,
  mmpp: mmppArrivals,
  diurnal: varyingArrivals,
  'flash-crowd': varyingArrivals,
  recorded: recordedArrivals,
  recording: recordingArrivals,
  'recorded-counts': countedArrivals,
  closed: closedArrivals,
};

/** The process of a group of users. */
export function arrivalsOf(arrivals: Arrivals, setting: ArrivalsSetting): ArrivalProcess {
  const make = arrivalProcesses[arrivals.process] as MakeArrivals<Arrivals['process']>;
  return make(arrivals, setting);
}
