import type { MakeArrivals } from './process.ts';

/** Independent exponential gaps. */
export const poissonArrivals: MakeArrivals<'poisson'> = ({ meanIntervalNs }) => ({
  first: (_, stream) => meanIntervalNs * stream.exponential(),
  next: (_, stream) => meanIntervalNs * stream.exponential(),
});
