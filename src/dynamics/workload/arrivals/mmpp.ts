import type { RandomStream } from '../../../kernel/index.ts';
import type { MakeArrivals } from './process.ts';

/** Where one user's chain is. */
interface Phase {
  readonly stream: RandomStream;
  state: number;
  /** When the state ends. */
  untilNs: number;
}

/**
 * Markov-modulated Poisson process: a Poisson process whose rate is that of the state of a Markov chain in continuous time
 * (Fischer & Meier-Hellstern, The Markov-modulated Poisson process (MMPP) cookbook, Performance Evaluation 18(2), 1993).
 * Each user has a chain of its own, which draws from a stream of its own: other factors, or another rate, leave the
 * states where they are. The next request is found by inversion: an exponential of mean 1 is used up at the rate of each
 * state in turn.
 */
export const mmppArrivals: MakeArrivals<'mmpp'> = ({ meanIntervalNs, states }, { streamOf, endNs }) => {
  const phases: (Phase | undefined)[] = [];
  const cycleNs = states.reduce((sum, { meanStayNs }) => sum + meanStayNs, 0);

  /** Whole nanoseconds, so that their sum is exact. */
  const stay = (state: number, stream: RandomStream): number =>
    Math.ceil(states[state]!.meanStayNs * stream.exponential());

  /** In the steady state: a state is met as often as it lasts, and what is left of it is exponential as the whole. */
  const begin = (user: number): Phase => {
    const stream = streamOf(user, 'arrival-states');
    let left = stream.uniform() * cycleNs;
    let state = 0;
    while (state < states.length - 1 && left >= states[state]!.meanStayNs) left -= states[state++]!.meanStayNs;
    return { stream, state, untilNs: stay(state, stream) };
  };

  const gap = (phase: Phase, exponential: number, nowNs: number): number => {
    let fromNs = nowNs;
    let left = exponential * meanIntervalNs;
    for (;;) {
      const { factor } = states[phase.state]!;
      const used = Math.max(0, phase.untilNs - fromNs) * factor;
      if (left < used) return fromNs - nowNs + left / factor;
      left -= used;
      fromNs = Math.max(fromNs, phase.untilNs);
      if (fromNs > endNs) return Infinity;
      // any of the others
      const step = states.length === 2 ? 1 : 1 + phase.stream.integer(states.length - 1);
      phase.state = (phase.state + step) % states.length;
      phase.untilNs += stay(phase.state, phase.stream);
    }
  };

  return {
    first: (user, stream) => gap((phases[user] = begin(user)), stream.exponential(), 0),
    next: (user, stream, nowNs) => gap(phases[user]!, stream.exponential(), nowNs),
  };
};
