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

/** When the requests of so many users of a group come before `endNs`, in the order of time. */
export function groupTimes(arrivals: Arrivals, endNs: number, { users = 1, seed = 1 } = {}): number[] {
  const streams = new RandomStreams(seed);
  const streamOf = (who: number, purpose: string) => streams.get(`user/u-${who}/${purpose}`);
  const process = arrivalsOf(arrivals, { streamOf, endNs: endNs as Nanoseconds, firstUser: 0 });
  const nexts = Array.from({ length: users }, (_, user) => process.first(user, streamOf(user, 'arrivals')));
  const times: number[] = [];
  for (;;) {
    const nowNs = Math.ceil(Math.min(...nexts));
    if (nowNs >= endNs) return times;
    const user = nexts.findIndex((time) => Math.ceil(time) === nowNs);
    times.push(nowNs);
    nexts[user] = nowNs + process.next(user, streamOf(user, 'arrivals'), nowNs as Nanoseconds);
  }
}
