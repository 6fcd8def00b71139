import type { RandomStream } from '../../kernel/index.ts';
import type { RequestLoad } from '../../model/index.ts';

/** When one user's requests come. */
export interface ArrivalProcess {
  /** Time from the start to the first request, ns. */
  first(load: RequestLoad, stream: RandomStream): number;
  /** Time from one request to the next, ns. */
  next(load: RequestLoad, stream: RandomStream): number;
}

export const arrivalProcesses: Record<RequestLoad['arrivals'], ArrivalProcess> = {
  /** Independent exponential gaps. */
  poisson: {
    first: (load, stream) => load.meanIntervalNs * stream.exponential(),
    next: (load, stream) => load.meanIntervalNs * stream.exponential(),
  },
  /** One request each interval, from a random phase, so that users are not in step. */
  periodic: {
    first: (load, stream) => load.meanIntervalNs * stream.uniform(),
    next: (load) => load.meanIntervalNs,
  },
};
