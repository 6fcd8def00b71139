import { pow, type RandomStream } from '../../kernel/index.ts';
import type { Duration } from '../../model/index.ts';
import { drawGamma, gammaFunction } from './gamma.ts';

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
  // F(t) = 1 - exp(-(t/scale)^shape), so t = scale E^(1/shape) with E exponential of mean 1; its mean is scale Γ(1 + 1/shape)
  weibull({ meanNs, shape }) {
    const scaleNs = meanNs / gammaFunction(1 + 1 / shape);
    const power = 1 / shape;
    return (stream) => scaleNs * pow(stream.exponential(), power);
  },
  gamma({ meanNs, shape }) {
    const scaleNs = meanNs / shape;
    return (stream) => scaleNs * drawGamma(stream, shape);
  },
};

export function durationSampler(duration: Duration): DurationSampler {
  return (samplers[duration.distribution] as (duration: Duration) => DurationSampler)(duration);
}
