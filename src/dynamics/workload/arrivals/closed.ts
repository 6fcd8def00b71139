import { durationSampler } from '../../distributions/index.ts';
import type { MakeArrivals } from './process.ts';

/**
 * A closed loop: a user sends, waits for the answer or the failure, thinks, and sends again (the terminals of Kleinrock,
 * Queueing Systems II, 1976, §4.11). Each begins with a think time, so that all do not start at once.
 */
export const closedArrivals: MakeArrivals<'closed'> = ({ thinkTime }) => {
  const sample = durationSampler(thinkTime);
  return {
    waitsForEnd: true,
    first: (_, stream) => sample(stream),
    // never nothing: a request that fails at once would be sent for ever at the same time
    next: (_, stream) => Math.max(1, sample(stream)),
  };
};
