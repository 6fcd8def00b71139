import {
  costInputs,
  exchanges,
  learners,
  measured,
  number,
  object,
  oneOf,
  optional,
  placementLearners,
  quantity,
  whole,
} from '../../model/index.ts';

/** What is learned of placements. */
const recommendations = object(
  {
    learner: oneOf(placementLearners, { description: 'Who learns.', default: 'linucb' }),
    exploration: optional(
      number({
        description:
          'How much is tried out: α of linucb (default 0.5), the share of placements at random of q-learning (default 0.1). Own ' +
          'defaults.',
        minimum: 0,
        maximum: 10,
      }),
    ),
    weight: number({
      description: "What a reward counts in SWM's objective, beside the weights of its profile. Own default.",
      exclusiveMinimum: 0,
      maximum: 1000,
      default: 1,
    }),
    target: measured('duration', {
      description:
        'Response time of a pod, waiting included, from which on the reward is 0; it is 1 at none. Own default.',
      positive: true,
      default: '100ms',
    }),
    window: measured('duration', {
      description: 'Time that a reward is of, rounded up to whole scrapes of 30 s. Own default.',
      positive: true,
      default: '60s',
    }),
    discount: quantity('share', {
      description: 'Of q-learning: what the reward of the next window counts now, below 1. Own default.',
      default: 0,
    }),
  },
  {
    description:
      'Recommendation of nodes to swm, by what came of pods on them: each cluster learns from how long requests take in its ' +
      'pods what to expect of a class of nodes. Exchanged as `exchange` has it. Own design.',
  },
);

/** What is learned of loads. */
export const learning = object(
  {
    learner: oneOf(learners, { description: 'Who foretells.', default: 'holt-winters' }),
    horizon: measured('duration', {
      description: 'How far ahead, rounded up to whole scrapes of 30 s. Own design.',
      positive: true,
      default: '30s',
    }),
    season: optional(
      measured('duration', {
        description:
          'Length of a season, of holt-winters, rounded up to whole scrapes of 30 s: two at least. Without it, none.',
        positive: true,
      }),
    ),
    lags: whole({
      description: 'Samples that autoregression sums up. Own design.',
      minimum: 1,
      maximum: 100,
      default: 6,
    }),
    exchange: object(
      {
        method: oneOf(exchanges, {
          description: 'How clusters tell each other what they have learned: models, and no samples.',
          default: 'none',
        }),
        interval: measured('duration', {
          description: 'Time between two exchanges. Own design.',
          positive: true,
          default: '5m',
        }),
        privacy: optional(
          object(
            {
              epsilon: number({
                description: 'ε of one message; those of all messages add up.',
                exclusiveMinimum: 0,
                maximum: 1,
              }),
              delta: number({
                description: 'δ of one message; those of all messages add up. Own design.',
                exclusiveMinimum: 0,
                maximum: 0.5,
                default: 0.000001,
              }),
            },
            {
              description:
                'Differential privacy: noise on what is sent (Gaussian mechanism), so that from a message nobody can tell ' +
                'one sample of a node. Without it, none.',
            },
          ),
        ),
      },
      { description: 'Exchange of models between clusters, of autoregression and of recommendations.', default: {} },
    ),
    costs: oneOf(costInputs, {
      description: 'What the costs of nodes for swm are worked out from.',
      default: 'observed',
    }),
    recommendations: optional(recommendations),
  },
  { description: 'Learning of the load of nodes and links from what is scraped of them every 30 s. Without it, none.' },
);
