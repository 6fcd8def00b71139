import { Type } from '@sinclair/typebox';
import { distributions, either, measured, number, object, type DistributionName } from '../../model/index.ts';

/** The distributions and their fields, as the documentation of a field lists them. */
export const distributionFields =
  'constant (value), exponential (mean), uniform (min, max), lognormal (mean, cv), weibull (mean, shape) or gamma (mean, shape)';

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
    ],
    {
      description,
      expects: `a duration such as ${example}, or a distribution such as { distribution: exponential, mean: ${example} }`,
      ...(options.default === undefined ? {} : { default: options.default }),
    },
  );
}
