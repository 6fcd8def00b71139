import type { ArrivalProcess, ArrivalsSetting } from './process.ts';

/** The requests of a group one after the other, in the order of time. */
export interface RequestLine {
  /** Goes on to the next one; false if there is none. */
  next(): boolean;
  /** Of the one that it is at: when it comes, ns. */
  readonly timeNs: number;
  /** Whose it is, by number in the group. */
  readonly user: number;
  /** CPU time that it takes where it enters, ns. */
  readonly cpuNs: number;
  /** Gives back what it holds of the machine. */
  close?(): void;
}

/**
 * The requests of a group in one line: when one comes, the next is looked for, whosever it is. So a recording need be read no
 * further ahead than that.
 */
export function inLine(line: RequestLine, { firstUser }: ArrivalsSetting, sayCpu: boolean): ArrivalProcess {
  const gap = (nowNs: number): number => (line.next() ? line.timeNs - nowNs : Infinity);
  return {
    first: (user) => (user === firstUser ? gap(0) : Infinity),
    next: (_, __, nowNs) => gap(nowNs),
    whose: () => firstUser + line.user,
    close: () => line.close?.(),
    ...(sayCpu ? { entryWorkNs: () => line.cpuNs } : {}),
  };
}
