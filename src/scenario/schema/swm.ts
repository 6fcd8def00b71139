import {
  criteria,
  either,
  mapOf,
  namesOf,
  number,
  object,
  oneOf,
  optional,
  performanceProfiles,
  swmSolvers,
  whole,
} from '../../model/index.ts';

/** What CODECO's scheduler goes by. */
export const swm = object(
  {
    profile: either(
      [
        oneOf(performanceProfiles, { description: 'A profile by its name.' }),
        mapOf(number({ description: 'How much the criterion counts, beside the others.', minimum: 0, maximum: 1000 }), {
          description: 'A profile of your own: criteria and how much each counts.',
          keys: {
            pattern: `^(${namesOf(criteria).join('|')})$`,
            expects: `a criterion: ${namesOf(criteria).join(', ')}`,
          },
        }),
      ],
      {
        description: 'The performance profile: what is good in a placement. The weights are own design.',
        expects: `a profile (${namesOf(performanceProfiles).join(', ')}) or criteria with weights, such as { greenness: 2, latency: 1 }`,
        default: 'balanced',
      },
    ),
    solver: oneOf(swmSolvers, { description: 'Who solves the placement.', default: 'scalable' }),
    budget: optional(
      whole({
        description:
          'What the solver may spend on an attempt, in work and not in time: iterations of the scalable one (default 2000), ' +
          'branch-and-bound nodes of the exact one (default 10000). Own design.',
        minimum: 1,
        maximum: 1_000_000,
      }),
    ),
    maxAttempts: whole({
      description:
        'Attempts to place an application before it counts as failed (placement-attempts-exhausted). Own design.',
      minimum: 1,
      maximum: 1000,
      default: 20,
    }),
  },
  { description: "CODECO's scheduler, where it is the scheduler." },
);
