import {
  criteria,
  either,
  listOf,
  mapOf,
  measured,
  migrationStrategies,
  migrationTriggers,
  namesOf,
  number,
  object,
  oneOf,
  optional,
  performanceProfiles,
  quantity,
  swmSolvers,
  whole,
} from '../../model/index.ts';

/** When SWM moves pods that run, and how. */
const migration = object(
  {
    triggers: listOf(oneOf(migrationTriggers, { description: 'A trigger.' }), {
      description: 'What may set a migration off. Own default.',
      minItems: 1,
      default: namesOf(migrationTriggers),
    }),
    strategy: oneOf(migrationStrategies, {
      description: 'How a pod with state is moved; one without is always made anew. Own default.',
      default: 'live',
    }),
    interval: measured('duration', {
      description: 'Time between two reviews of the placement, by what is observed. Own default: that of the probes.',
      positive: true,
      default: '15s',
    }),
    margin: quantity('share', {
      description:
        'Share of what an application costs where it is, and at least of what separates the worst nodes from the best, that a ' +
        'new placement has to save; it does not count where a pod has to go. Own default.',
      default: '10%',
    }),
    moveCost: number({
      description: "What moving one pod costs, in the unit of the solver's objective. Own default.",
      minimum: 0,
      maximum: 1_000_000,
      default: 0,
    }),
    confirmations: whole({
      description: 'Observations in a row by which it has to cost less elsewhere, for better-cost alone. Own default.',
      minimum: 1,
      maximum: 1000,
      default: 2,
    }),
    podCooldown: measured('duration', {
      description: 'How long a pod that was moved stays, unless its node is not ready. Own default.',
      default: '60s',
    }),
    groupCooldown: measured('duration', {
      description:
        'How long the pods of an application stay after one of them has moved, unless a node is not ready. Own default.',
      default: '30s',
    }),
    maxDowntime: measured('duration', {
      description:
        'Of a live migration: the pod is stopped for the last round as soon as that takes no longer than this at the ' +
        "bandwidth of the round before. The default is QEMU's downtime-limit.",
      default: '300ms',
    }),
    maxRounds: whole({
      description: 'Of a live migration: rounds before the last one, at most. Own default.',
      minimum: 1,
      maximum: 1000,
      default: 30,
    }),
  },
  { description: 'When pods that run are moved, and how; they stay where they are where absent. Own design.' },
);

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
    migration: optional(migration),
  },
  { description: "CODECO's scheduler, where it is the scheduler." },
);
