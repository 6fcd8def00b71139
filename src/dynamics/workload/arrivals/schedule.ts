import {
  MAX_TIME_NS,
  type HandlerId,
  type Kernel,
  type Nanoseconds,
  type StreamFamily,
} from '../../../kernel/index.ts';
import type { UserId, World } from '../../../model/index.ts';
import { arrivalsOf } from './index.ts';
import type { ArrivalProcess } from './process.ts';

/** Calls for each user's next request when its time has come. */
export class ArrivalSchedule {
  readonly #kernel: Kernel;
  readonly #issue: HandlerId;
  /** By user group: undefined where its users send nothing. */
  readonly #processes: readonly (ArrivalProcess | undefined)[];
  readonly #streams: StreamFamily<'arrivals' | 'work'>;
  /** Group by user, apart from the users themselves: it is asked for at every request. */
  readonly #groupOf: Int32Array;

  /**
   * @param issue is run with the user whose request comes
   * @param streams of the users, begun before they start
   */
  constructor(kernel: Kernel, world: World, issue: HandlerId, streams: StreamFamily<'arrivals' | 'work'>) {
    this.#kernel = kernel;
    this.#issue = issue;
    this.#streams = streams;
    const firstUsers = world.userGroups.map(() => -1);
    for (const [user, { group }] of world.users.entries()) if (firstUsers[group] === -1) firstUsers[group] = user;
    const streamOf = (user: number, purpose: string) =>
      kernel.streams.get(`user/${world.users[user]!.name}/${purpose}`);
    this.#processes = world.userGroups.map(
      ({ requests }, group) =>
        requests && arrivalsOf(requests.arrivals, { streamOf, endNs: world.durationNs, firstUser: firstUsers[group]! }),
    );
    this.#groupOf = Int32Array.from(world.users, ({ group }) => group);
  }

  /** Calls for the first request of a user who sends; users in their order. */
  start(user: UserId): void {
    const process = this.#processOf(user);
    this.#after(process, process.first(user, this.#streams.of(user, 'arrivals')), user);
  }

  /** Calls for the request after the one that has come, be it another user's where all of a group are in one line; or, where the user waits for its end, has ended. */
  next(user: UserId): void {
    const process = this.#processOf(user);
    this.#after(process, process.next(user, this.#streams.of(user, 'arrivals'), this.#kernel.now), user);
  }

  /** Whether the user sends its next request only after this one has ended. */
  waitsForEnd(user: UserId): boolean {
    return this.#processOf(user).waitsForEnd === true;
  }

  /** CPU time of the request that has come, where it enters, ns; undefined where the service says it. To be asked before `next`. */
  entryWorkNs(user: UserId): number | undefined {
    return this.#processOf(user).entryWorkNs?.(user);
  }

  #processOf(user: UserId): ArrivalProcess {
    return this.#processes[this.#groupOf[user]!]!;
  }

  /** The run is over. */
  close(): void {
    for (const process of this.#processes) process?.close?.();
  }

  /** @param gapNs not rounded; Infinity if the user sends no more */
  #after(process: ArrivalProcess, gapNs: number, user: number): void {
    const wholeNs = Math.ceil(gapNs);
    // beyond the last time that there is, no run comes to it
    if (wholeNs <= MAX_TIME_NS - this.#kernel.now) {
      this.#kernel.after(wholeNs as Nanoseconds, this.#issue, process.whose?.() ?? user);
    }
  }
}
