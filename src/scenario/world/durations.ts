import { log, pow } from '../../kernel/index.ts';
import type { Static } from '@sinclair/typebox';
import { parseDuration, UnitError, type Duration } from '../../model/index.ts';
import type { durationOrDistribution } from '../schema/index.ts';
import type { Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';
import { numberField, readTable, RowError } from './table.ts';

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
    case 'hyperexponential':
      return { distribution: 'hyperexponential', meanNs: parseDuration(written.mean), cv: written.cv };
    case 'uniform': {
      const [minNs, maxNs] = [parseDuration(written.min), parseDuration(written.max)];
      if (maxNs < minNs) reportUpsideDown(build, [...path, 'max'], written.min);
      return { distribution: 'uniform', minNs, maxNs };
    }
    case 'pareto': {
      const { min, shape, max } = written;
      const minNs = parseDuration(min);
      if (max === undefined) return { distribution: 'pareto', minNs, shape };
      const maxNs = parseDuration(max);
      if (maxNs < minNs) reportUpsideDown(build, [...path, 'max'], min);
      return { distribution: 'pareto', minNs, shape, maxNs };
    }
    case 'empirical':
      return readEmpirical(build, written, path);
  }
}

/** Mean of a duration, ns; Infinity for a Pareto without a largest value whose shape is 1 or less. */
export function meanDurationNs(duration: Duration): number {
  switch (duration.distribution) {
    case 'constant':
      return duration.valueNs;
    case 'uniform':
      return (duration.minNs + duration.maxNs) / 2;
    case 'pareto':
      return paretoMeanNs(duration.minNs, duration.shape, duration.maxNs);
    case 'empirical': {
      const { valuesNs, cumulativeWeights } = duration;
      const weight = (index: number): number =>
        cumulativeWeights === undefined ? 1 : cumulativeWeights[index]! - (cumulativeWeights[index - 1] ?? 0);
      const sum = valuesNs.reduce((total, value, index) => total + value * weight(index), 0);
      return sum / (cumulativeWeights?.at(-1) ?? valuesNs.length);
    }
    case 'exponential':
    case 'lognormal':
    case 'weibull':
    case 'gamma':
    case 'hyperexponential':
      return duration.meanNs;
  }
}

/** Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, chapter 20. */
function paretoMeanNs(minNs: number, shape: number, maxNs: number | undefined): number {
  if (maxNs === undefined) return shape > 1 ? (shape * minNs) / (shape - 1) : Infinity;
  const ratio = minNs / maxNs;
  if (ratio === 1) return minNs;
  if (shape === 1) return (-minNs * log(ratio)) / (1 - ratio);
  return (minNs * shape * (1 - pow(ratio, shape - 1))) / ((shape - 1) * (1 - pow(ratio, shape)));
}

function reportUpsideDown(build: Build, path: Path, min: string): void {
  build.problem(path, 'a largest value below the smallest', { expected: `at least ${min}` });
}

/** What is wrong is reported, and then the values are none: no run comes of them. */
function readEmpirical(
  build: Build,
  { values, file }: { readonly values?: readonly string[]; readonly file?: string },
  path: Path,
): Duration {
  if ((values === undefined) === (file === undefined)) {
    const found = values === undefined ? 'neither "values" nor "file"' : 'both "values" and "file"';
    build.entryProblem(path, found, { expected: 'exactly one of them' });
    return { distribution: 'empirical', valuesNs: [] };
  }
  if (file === undefined) return { distribution: 'empirical', valuesNs: values!.map(parseDuration) };
  const valuesNs: number[] = [];
  const cumulativeWeights: number[] = [];
  let total = 0;
  const filePath = [...path, 'file'];
  const columns = { value: ['value'], weight: { optional: ['weight'] } };
  const isRead = readTable(build, file, filePath, columns, (field) => {
    try {
      valuesNs.push(parseDuration(field('value')!.trim()));
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      throw new RowError(`value: ${error.message}`, 'a duration such as 5ms', 'value');
    }
    const written = field('weight');
    if (written === undefined) return;
    const weight = numberField(written, 'weight', 'a number, not negative');
    if (weight < 0) throw new RowError(`weight is ${quote(written.trim())}`, 'a number, not negative', 'weight');
    cumulativeWeights.push((total += weight));
  });
  if (!isRead || cumulativeWeights.length === 0) return { distribution: 'empirical', valuesNs };
  if (total === 0) build.problem(filePath, 'weights that are all 0', { expected: 'one above 0' });
  return { distribution: 'empirical', valuesNs, cumulativeWeights };
}
