import type { Nanoseconds, RandomStream } from '../../../kernel/index.ts';
import type { Arrivals } from '../../../model/index.ts';

/** When the requests of one group's users come. Times are real numbers of ns; who schedules an event rounds them up. */
export interface ArrivalProcess {
  /**
   * Time from the start to the first request of a user; Infinity if none comes.
   * @param stream the user's own, for its arrivals
   */
  first(user: number, stream: RandomStream): number;
  /** Time from the request that comes now to the user's next; Infinity if none comes any more. */
  next(user: number, stream: RandomStream, nowNs: Nanoseconds): number;
  /** Whether `next` counts from the end of a request, not from its beginning. */
  readonly waitsForEnd?: true;
  /** Whose request `first` and `next` have told the time of last, where all of the group are in one line; the asking user's where absent. */
  whose?(): number;
  /** Gives back what it holds of the machine. */
  close?(): void;
  /** CPU time of the user's request that comes now, where it enters; to be asked for before `next`. */
  entryWorkNs?(user: number): number;
}

/** What a process is made in. */
export interface ArrivalsSetting {
  /** Another stream of a user, by what for. */
  readonly streamOf: (user: number, purpose: string) => RandomStream;
  /** When the run ends: what comes later need not be found. */
  readonly endNs: Nanoseconds;
  /** The first user of the group; the others follow it. */
  readonly firstUser: number;
}

/** Makes the process of a group. */
export type MakeArrivals<Process extends Arrivals['process']> = (
  arrivals: Arrivals & { readonly process: Process },
  setting: ArrivalsSetting,
) => ArrivalProcess;
