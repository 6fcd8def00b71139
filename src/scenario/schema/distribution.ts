import { Type } from '@sinclair/typebox';
import {
  distributions,
  either,
  listOf,
  measured,
  number,
  object,
  optional,
  text,
  type DistributionName,
} from '../../model/index.ts';

/** The distributions and their fields, as the documentation of a field lists them. */
export const distributionFields =
  'constant (value), exponential (mean), uniform (min, max), lognormal (mean, cv), weibull (mean, shape), gamma (mean, shape), pareto (min, shape, max), hyperexponential (mean, cv) or empirical (values or file)';

const named = <Name extends DistributionName>(name: Name) =>
  Type.Unsafe<Name>({ type: 'string', const: name, choices: distributions, description: 'Name of the distribution.' });

/**
 * A field that is a duration, or a distribution of them.
 * @param options.constant what a plain duration stands for
 * @param options.example a duration that errors name as an example
 */
export function durationOrDistribution(options: {
  readonly description: string;
  readonly constant: string;
  readonly example: string;
  readonly default?: string;
}) {
  const { description, example } = options;
  const mean = measured('duration', { description: 'Mean.' });
  const shape = number({ description: 'Shape; 1 is the exponential distribution.', minimum: 0.05, maximum: 1000 });
  return either(
    [
      measured('duration', { description: options.constant }),
      object(
        { distribution: named('constant'), value: measured('duration', { description: 'The value.' }) },
        { description: 'Always the same.', expects: '{ distribution: constant, value }' },
      ),
      object(
        { distribution: named('exponential'), mean },
        { description: 'Exponential.', expects: '{ distribution: exponential, mean }' },
      ),
      object(
        {
          distribution: named('uniform'),
          min: measured('duration', { description: 'Smallest value.' }),
          max: measured('duration', { description: 'Largest value.' }),
        },
        { description: 'Uniform.', expects: '{ distribution: uniform, min, max }' },
      ),
      object(
        {
          distribution: named('lognormal'),
          mean,
          cv: number({ description: 'Coefficient of variation.', minimum: 0 }),
        },
        { description: 'Lognormal.', expects: '{ distribution: lognormal, mean, cv }' },
      ),
      object(
        { distribution: named('weibull'), mean, shape },
        { description: 'Weibull.', expects: '{ distribution: weibull, mean, shape }' },
      ),
      object(
        { distribution: named('gamma'), mean, shape },
        { description: 'Gamma.', expects: '{ distribution: gamma, mean, shape }' },
      ),
      object(
        {
          distribution: named('pareto'),
          min: measured('duration', { description: 'Smallest value.', positive: true }),
          shape: number({ description: 'Shape: the mean is infinite at 1 or less.', minimum: 0.1, maximum: 1000 }),
          max: optional(measured('duration', { description: 'Largest value; none where absent.', positive: true })),
        },
        { description: 'Pareto.', expects: '{ distribution: pareto, min, shape, max }' },
      ),
      object(
        {
          distribution: named('hyperexponential'),
          mean,
          cv: number({ description: 'Coefficient of variation, above 1.', exclusiveMinimum: 1, maximum: 1000 }),
        },
        { description: 'Hyperexponential.', expects: '{ distribution: hyperexponential, mean, cv }' },
      ),
      object(
        {
          distribution: named('empirical'),
          values: optional(
            listOf(measured('duration', { description: 'A value.' }), {
              description: 'The values, each equally likely.',
              minItems: 1,
            }),
          ),
          file: optional(
            text({
              description:
                'A table (CSV) with a column value, of durations such as 5ms, and, if wanted, a column weight, of numbers.',
            }),
          ),
        },
        { description: 'Values of a list or a table.', expects: '{ distribution: empirical, values } or { …, file }' },
      ),
    ],
    {
      description,
      expects: `a duration such as ${example}, or a distribution such as { distribution: exponential, mean: ${example} }`,
      ...(options.default === undefined ? {} : { default: options.default }),
    },
  );
}
