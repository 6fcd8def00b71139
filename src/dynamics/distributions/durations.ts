import { exp, pow, type RandomStream } from '../../kernel/index.ts';
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
  // by inversion; without an upper bound the logarithm of a Pareto is an exponential
  pareto({ minNs, shape, maxNs }) {
    if (maxNs === undefined) return (stream) => minNs * exp(stream.exponential() / shape);
    const below = 1 - pow(minNs / maxNs, shape);
    return (stream) => Math.min(minNs * pow(1 - stream.uniform() * below, -1 / shape), maxNs);
  },
  // balanced means, each phase with half of the time (Whitt, Operations Research 30(1), 1982)
  hyperexponential({ meanNs, cv }) {
    const square = cv * cv;
    const shortShare = (1 + Math.sqrt((square - 1) / (square + 1))) / 2;
    const shortNs = meanNs / (2 * shortShare);
    const longNs = meanNs / (2 * (1 - shortShare));
    return (stream) => (stream.uniform() < shortShare ? shortNs : longNs) * stream.exponential();
  },
  empirical({ valuesNs, cumulativeWeights }) {
    if (cumulativeWeights === undefined) return (stream) => valuesNs[stream.integer(valuesNs.length)]!;
    const total = cumulativeWeights.at(-1)!;
    return (stream) => valuesNs[firstAbove(cumulativeWeights, stream.uniform() * total)]!;
  },
};

/** The first index whose value is above `x`; the last one where rounding has brought `x` to the end. */
function firstAbove(ascending: readonly number[], x: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function durationSampler(duration: Duration): DurationSampler {
  return (samplers[duration.distribution] as (duration: Duration) => DurationSampler)(duration);
}
