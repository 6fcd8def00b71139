import type { Static } from '@sinclair/typebox';
import { parseDuration, type Duration } from '../../model/index.ts';
import type { durationOrDistribution } from '../schema/index.ts';
import type { Path } from '../source.ts';
import type { Build } from './build.ts';

/** A duration as a scenario writes it: one value, or a distribution. */
export type WrittenDuration = Static<ReturnType<typeof durationOrDistribution>>;

/** What a written duration or distribution means; a range that is upside down is reported. */
export function readDuration(build: Build, written: WrittenDuration, path: Path): Duration {
  if (typeof written === 'string') return { distribution: 'constant', valueNs: parseDuration(written) };
  switch (written.distribution) {
    case 'constant':
      return { distribution: 'constant', valueNs: parseDuration(written.value) };
    case 'exponential':
      return { distribution: 'exponential', meanNs: parseDuration(written.mean) };
    case 'lognormal':
      return { distribution: 'lognormal', meanNs: parseDuration(written.mean), cv: written.cv };
    case 'weibull':
    case 'gamma':
      return { distribution: written.distribution, meanNs: parseDuration(written.mean), shape: written.shape };
    case 'uniform': {
      const [minNs, maxNs] = [parseDuration(written.min), parseDuration(written.max)];
      if (maxNs < minNs) {
        build.problem([...path, 'max'], 'a largest value below the smallest', { expected: `at least ${written.min}` });
      }
      return { distribution: 'uniform', minNs, maxNs };
    }
  }
}
