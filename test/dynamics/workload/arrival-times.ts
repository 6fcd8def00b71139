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

/** When the requests of a group of so many users come before `endNs`, and whose each is, as a run schedules them. */
export function groupRequests(arrivals: Arrivals, endNs: number, { users = 1, seed = 1 } = {}): [number, number][] {
  const streams = new RandomStreams(seed);
  const streamOf = (who: number, purpose: string) => streams.get(`user/u-${who}/${purpose}`);
  const process = arrivalsOf(arrivals, { streamOf, endNs: endNs as Nanoseconds, firstUser: 0 });
  const nexts: [timeNs: number, user: number][] = [];
  const wait = (nowNs: number, gapNs: number, user: number): void => {
    nexts.push([nowNs + Math.ceil(gapNs), process.whose?.() ?? user]);
    nexts.sort(([a], [b]) => a - b);
  };
  for (let user = 0; user < users; user++) wait(0, process.first(user, streamOf(user, 'arrivals')), user);
  const requests: [number, number][] = [];
  for (;;) {
    const [nowNs, user] = nexts.shift()!;
    if (nowNs >= endNs) return requests;
    requests.push([nowNs, user]);
    wait(nowNs, process.next(user, streamOf(user, 'arrivals'), nowNs as Nanoseconds), user);
  }
}
