import { arrivalsOf } from '../../../src/dynamics/workload/arrivals/index.ts';
import { RandomStreams, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { Arrivals } from '../../../src/model/index.ts';

/** When one user's requests come before `endNs`, as a run schedules them. */
export function arrivalTimes(arrivals: Arrivals, endNs: number, { user = 0, seed = 1 } = {}): number[] {
  const streams = new RandomStreams(seed);
  const streamOf = (who: number, purpose: string) => streams.get(`user/u-${who}/${purpose}`);
  const process = arrivalsOf(arrivals, { streamOf, endNs: endNs as Nanoseconds, firstUser: 0 });
  const stream = streamOf(user, 'arrivals');
  const times: number[] = [];
  for (
    let timeNs = Math.ceil(process.first(user, stream));
    timeNs < endNs;
    timeNs += Math.ceil(process.next(user, stream, timeNs as Nanoseconds))
  ) {
    times.push(timeNs);
  }
  return times;
}
