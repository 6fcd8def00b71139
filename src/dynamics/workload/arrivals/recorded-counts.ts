import { expm1, type RandomStream } from '../../../kernel/index.ts';
import type { MakeArrivals } from './process.ts';

/**
 * Requests of which only the number in each interval is recorded: each comes at a time that is uniform in its interval. They
 * are given the users in turn, through all intervals, so that their sum is the recorded number; each user draws its own
 * from a stream of its own, in the order of time: of n that are left the next one comes after the smallest of n uniform
 * shares of the time that is left, 1 - U^(1/n) (Devroye, Non-Uniform Random Variate Generation, 1986, §V.2.2).
 */
export const countedArrivals: MakeArrivals<'recorded-counts'> = ({ counts, lengthNs, users }, { firstUser }) => {
  /** Requests before each interval. */
  const before = [0];
  for (const count of counts) before.push(before.at(-1)! + count);
  const interval = new Int32Array(users).fill(-1);
  const left = new Float64Array(users);
  /** Of the first `total` requests, how many are this user's. */
  const share = (total: number, own: number): number => Math.max(0, Math.ceil((total - own) / users));

  const take = (user: number, stream: RandomStream, nowNs: number): number => {
    const own = user - firstUser;
    while (left[own] === 0) {
      const at = ++interval[own]!;
      if (at >= counts.length) {
        interval[own] = counts.length - 1;
        return Infinity;
      }
      left[own] = share(before[at + 1]!, own) - share(before[at]!, own);
    }
    const endNs = (interval[own]! + 1) * lengthNs;
    const fromNs = Math.max(nowNs, endNs - lengthNs);
    // an exponential is -ln U
    const part = -expm1(-stream.exponential() / left[own]!);
    left[own]!--;
    return fromNs + (endNs - fromNs) * part - nowNs;
  };
  return { first: (user, stream) => take(user, stream, 0), next: take };
};
