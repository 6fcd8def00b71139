import type { MakeArrivals } from './process.ts';

/** One request each interval, from a random phase, so that users are not in step. */
export const periodicArrivals: MakeArrivals<'periodic'> = ({ meanIntervalNs }) => ({
  first: (_, stream) => meanIntervalNs * stream.uniform(),
  next: () => meanIntervalNs,
});
