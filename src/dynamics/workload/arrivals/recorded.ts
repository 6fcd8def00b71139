import type { MakeArrivals } from './process.ts';
import { inLine, type RequestLine } from './request-line.ts';

/** The requests of a recording that is held, each at its time. */
export const recordedArrivals: MakeArrivals<'recorded'> = ({ timesNs, owners, cpuNs, users }, setting) => {
  let at = -1;
  const line: RequestLine = {
    next: () => ++at < timesNs.length,
    get timeNs() {
      return timesNs[at]!;
    },
    get user() {
      return (owners?.[at] ?? at) % users;
    },
    get cpuNs() {
      return cpuNs![at]!;
    },
  };
  return inLine(line, setting, cpuNs !== undefined);
};
