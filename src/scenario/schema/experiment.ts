import { Type, type Static } from '@sinclair/typebox';
import {
  designs,
  dnsName,
  either,
  listOf,
  mapOf,
  object,
  oneOf,
  optional,
  quantity,
  text,
  whole,
} from '../../model/index.ts';
import { anything } from './anything.ts';
import { expectations } from './expectations.ts';

const name = (description: string) =>
  text({
    description,
    pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
    expects: "a name of letters, digits and '_', as conditions can use it",
  });

const alias = optional(name('Name of the parameter in conditions and tables; by default the last field of the path.'));

/** The end of a range: a number, or a text with a unit. */
const end = (description: string) =>
  Type.Unsafe<string | number>({
    type: ['string', 'number'],
    description,
    expects: 'a number, or a text with a unit such as 10ms',
  });

const values = listOf(anything('A value, as it would stand in the scenario.'), {
  description: 'The values, one after the other.',
  minItems: 1,
});

const range = object(
  {
    from: end('The lowest value.'),
    to: end('The highest value, in the same unit.'),
    step: optional(end('Distance between two values; the last one may fall short of `to`.')),
    count: optional(
      whole({
        description: 'Number of values, both ends among them; in place of `step`.',
        minimum: 2,
        maximum: 100_000,
      }),
    ),
    scale: oneOf(['linear', 'log'], {
      description: 'Whether neighbours have the same difference or the same ratio.',
      default: 'linear',
    }),
    as: alias,
  },
  {
    description: 'A range of values. Those that are no sum of steps are rounded to six digits (own design).',
    expects: '{ from, to, step }, { from, to, count } or, in a design that draws points, { from, to }',
  },
);

const axis = either(
  [
    values,
    range,
    object({ values, as: alias }, { description: 'A list of values, with a name.', expects: '{ values, as }' }),
    object(
      {
        variants: mapOf(
          mapOf(anything('The value of the field.'), {
            description: 'What this variant puts into the scenario: values by path.',
          }),
          { description: 'By name: what each variant sets.' },
        ),
      },
      {
        description: 'Named variants, each of which sets several fields.',
        expects: '{ variants: { name: { path: value } } }',
      },
    ),
  ],
  {
    description: 'What a parameter is set to.',
    expects: 'a list of values, { from, to, step }, { from, to, count, scale }, { values, as } or { variants }',
  },
);

const condition = text({
  description: "A condition over the parameters' names, such as \"scheduler == 'spread' || count < 100\".",
});

const until = object(
  {
    metric: text({ description: 'A measure such as requests.latency.p95, or a quotient of two.' }),
    halfWidth: quantity('share', {
      description: 'How wide half of the confidence interval of the mean may be, as a share of the mean.',
      positive: true,
    }),
    confidence: quantity('share', { description: 'Confidence of the interval.', positive: true, default: '95%' }),
  },
  { description: 'A measure, and how well it must be known.', expects: '{ metric, halfWidth }' },
);

const replications = either(
  [
    whole({ description: 'The same number for every cell.', minimum: 1, maximum: 10_000 }),
    object(
      {
        min: whole({
          description: 'At least so many, before any interval is looked at.',
          minimum: 3,
          maximum: 10_000,
          default: 5,
        }),
        max: whole({ description: 'At most so many.', minimum: 3, maximum: 10_000 }),
        until: either([until, listOf(until, { description: 'All of these.', minItems: 1 })], {
          description: 'A cell gets more replications until these measures are known well enough.',
        }),
      },
      { description: 'As many as it takes.', expects: '{ min, max, until: { metric, halfWidth } }' },
    ),
  ],
  {
    description:
      'Runs of each cell, with different seeds. The seeds are the same in every cell (common random numbers), so that ' +
      'cells can be compared pair by pair.',
    expects: 'a whole number, or { min, max, until: { metric, halfWidth } }',
    default: 1,
  },
);

const spec = object(
  {
    scenario: text({
      description:
        'Scenario file, relative to this one, that the cells are variants of; FILE#NAME chooses one of several.',
    }),
    set: mapOf(anything('The value of the field.'), {
      description: 'Values by path that every cell has in place of those of the scenario.',
      default: {},
    }),
    vary: mapOf(axis, {
      description:
        'What is varied: values by path in the scenario (`spec.` may be left out), or named variants. The last field ' +
        'of the path is the name of the parameter.',
    }),
    design: object(
      {
        kind: oneOf(designs, { description: 'Which combinations are run.', default: 'grid' }),
        points: optional(
          whole({ description: 'Number of points; for every design but the grid.', minimum: 1, maximum: 100_000 }),
        ),
        seed: whole({ description: 'Seed of the points that are drawn.', minimum: 0, default: 1 }),
      },
      { description: 'Which combinations of the values are run.', default: {} },
    ),
    where: either([condition, listOf(condition, { description: 'All of these.' })], {
      description: 'Only cells that meet this are run.',
      expects: 'a condition such as "count < 100 && scheduler != \'random\'", or a list of them',
      default: [],
    }),
    exclude: listOf(
      mapOf(anything('Value of the parameter.'), { description: 'Values by the name of the parameter.' }),
      {
        description: 'Cells with all the values of any of these are not run.',
        default: [],
      },
    ),
    include: listOf(
      mapOf(anything('Value of the parameter.'), { description: 'Values by the name of the parameter.' }),
      {
        description:
          'Cells that are run besides; a parameter that is left out is as in the scenario. Conditions do not hold for them.',
        default: [],
      },
    ),
    derive: mapOf(text({ description: 'An expression over the names of the parameters, such as "2 * count".' }), {
      description: 'Further fields, by path, whose values follow from the parameters.',
      default: {},
    }),
    seed: optional(
      whole({
        description: "Seed of the first replication, in place of the scenario's; the others count on from it.",
        minimum: 0,
      }),
    ),
    replications,
    baseline: optional(
      mapOf(anything('Value of the parameter.'), {
        description: 'What cells are compared with: values by the name of the parameter or its path.',
      }),
    ),
    expect: expectations,
    tables: listOf(text({ description: 'Name of a table.' }), {
      description: 'Tables that each run keeps, besides `runs`.',
      default: [],
    }),
  },
  { description: 'What is varied, and how often each cell is run.' },
);

/** The format of experiments: plain JSON Schema. */
export const experimentSchema = object(
  {
    apiVersion: Type.Unsafe<'codeco-sim/v1'>({
      type: 'string',
      const: 'codeco-sim/v1',
      description: 'Version of the format.',
    }),
    kind: Type.Unsafe<'Experiment'>({ type: 'string', const: 'Experiment', description: 'Kind of the document.' }),
    metadata: object(
      {
        name: dnsName({ description: 'Name of the experiment.' }),
        description: optional(text({ description: 'What it asks, for people.' })),
      },
      { description: 'What the experiment is called.' },
    ),
    spec,
  },
  { description: 'An experiment: a scenario, what is varied in it, and how often each variant is run.' },
);

/** An experiment that has been checked, defaults filled in. */
export type Experiment = Static<typeof experimentSchema>;
