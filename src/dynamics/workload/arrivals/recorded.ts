import type { MakeArrivals } from './process.ts';

/** The requests of a recording, each at its time. */
export const recordedArrivals: MakeArrivals<'recorded'> = ({ starts, timesNs, cpuNs }, { firstUser }) => {
  /** By user: the request after the one that comes next. */
  const cursor = Uint32Array.from(starts);
  const take = (user: number, nowNs: number): number => {
    const own = user - firstUser;
    const at = cursor[own]!++;
    return at < starts[own + 1]! ? timesNs[at]! - nowNs : Infinity;
  };
  return {
    first: (user) => take(user, 0),
    next: (user, _, nowNs) => take(user, nowNs),
    ...(cpuNs === undefined ? {} : { entryWorkNs: (user: number) => cpuNs[cursor[user - firstUser]! - 1]! }),
  };
};
