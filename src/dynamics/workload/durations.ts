import type { RandomStream } from '../../kernel/index.ts';
import type { Duration } from '../../model/index.ts';

/** Draws durations of one distribution: real numbers of ns. */
export type DurationSampler = (stream: RandomStream) => number;

/** How each distribution of `Duration` is drawn. */
const samplers: {
  [D in Duration['distribution']]: (duration: Extract<Duration, { distribution: D }>) => DurationSampler;
} = {
  constant:
    ({ valueNs }) =>
    () =>
      valueNs,
  exponential:
    ({ meanNs }) =>
    (stream) =>
      meanNs * stream.exponential(),
  uniform:
    ({ minNs, maxNs }) =>
    (stream) =>
      minNs + (maxNs - minNs) * stream.uniform(),
  lognormal:
    ({ meanNs, cv }) =>
    (stream) =>
      stream.lognormal({ mean: meanNs, cv }),
};

export function durationSampler(duration: Duration): DurationSampler {
  return (samplers[duration.distribution] as (duration: Duration) => DurationSampler)(duration);
}
