import type { RandomStream } from '../../../kernel/index.ts';
import type { ArrivalState } from '../../../model/index.ts';
import type { MakeArrivals } from './process.ts';

/** A Markov chain in continuous time, as far as it has been drawn; what is over is let go. */
class Chain {
  readonly #states: readonly ArrivalState[];
  readonly #stream: RandomStream;
  /** By visit: which state, and when it ends. */
  readonly #visited: number[] = [];
  readonly #untilNs: number[] = [];
  /** The first visit that is not over. */
  #head = 0;

  /** In its steady state: a state is met as often as it lasts, and what is left of it is exponential as the whole. */
  constructor(states: readonly ArrivalState[], stream: RandomStream) {
    this.#states = states;
    this.#stream = stream;
    let left = stream.uniform() * states.reduce((sum, { meanStayNs }) => sum + meanStayNs, 0);
    let state = 0;
    while (state < states.length - 1 && left >= states[state]!.meanStayNs) left -= states[state++]!.meanStayNs;
    this.#visit(state, 0);
  }

  /**
   * How long from `nowNs` until the integral of the factor has grown by `area` ns, or Infinity if that is after `endNs`.
   * @param nowNs not before that of the last call
   */
  timeToArea(nowNs: number, area: number, endNs: number): number {
    this.#forget(nowNs);
    let fromNs = nowNs;
    let left = area;
    for (let visit = this.#head; fromNs <= endNs; visit++) {
      if (visit === this.#visited.length) this.#draw();
      const { factor } = this.#states[this.#visited[visit]!]!;
      const untilNs = this.#untilNs[visit]!;
      const used = Math.max(0, untilNs - fromNs) * factor;
      if (left < used) return fromNs - nowNs + left / factor;
      left -= used;
      fromNs = Math.max(fromNs, untilNs);
    }
    return Infinity;
  }

  /** Goes on to any of the other states. */
  #draw(): void {
    const count = this.#states.length;
    const step = count === 2 ? 1 : 1 + this.#stream.integer(count - 1);
    this.#visit((this.#visited.at(-1)! + step) % count, this.#untilNs.at(-1)!);
  }

  /** Whole nanoseconds, so that their sum is exact. */
  #visit(state: number, fromNs: number): void {
    this.#visited.push(state);
    this.#untilNs.push(fromNs + Math.ceil(this.#states[state]!.meanStayNs * this.#stream.exponential()));
  }

  #forget(nowNs: number): void {
    // the last one stays: the next is drawn from it
    while (this.#head < this.#visited.length - 1 && this.#untilNs[this.#head]! <= nowNs) this.#head++;
    if (2 * this.#head < this.#visited.length) return;
    this.#visited.splice(0, this.#head);
    this.#untilNs.splice(0, this.#head);
    this.#head = 0;
  }
}

/**
 * Markov-modulated Poisson process: a Poisson process whose rate is that of the state of a Markov chain in continuous time
 * (Fischer & Meier-Hellstern, The Markov-modulated Poisson process (MMPP) cookbook, Performance Evaluation 18(2), 1993).
 * Each user has a chain of its own, or the users of the group have one in common: all are busy at the same time, and their
 * requests together are the MMPP of so many times the rate. A chain draws from a stream of its own: other factors, or
 * another rate, leave the states where they are. The next request is found by inversion: an exponential of mean 1 is used
 * up at the rate of each state in turn.
 */
export const mmppArrivals: MakeArrivals<'mmpp'> = (arrivals, { streamOf, endNs, firstUser }) => {
  const { meanIntervalNs, states, chainOf } = arrivals;
  const common = chainOf === 'group' ? new Chain(states, streamOf(firstUser, 'group-arrival-states')) : undefined;
  const own: (Chain | undefined)[] = [];
  const chain = (user: number): Chain =>
    common ?? (own[user - firstUser] ??= new Chain(states, streamOf(user, 'arrival-states')));
  return {
    first: (user, stream) => chain(user).timeToArea(0, stream.exponential() * meanIntervalNs, endNs),
    next: (user, stream, nowNs) => chain(user).timeToArea(nowNs, stream.exponential() * meanIntervalNs, endNs),
  };
};
