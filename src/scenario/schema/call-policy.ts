import { measured, number, object, oneOf, optional, quantity, retryJitters, whole } from '../../model/index.ts';

const budget = optional(
  object(
    {
      ratio: number({
        description: "Retries for each call of the last ten seconds; Finagle's default.",
        minimum: 0,
        maximum: 1000,
        default: 0.2,
      }),
      minPerSecond: number({
        description:
          'Retries a second that are allowed beside these, however few calls there are; Finagle and Linkerd allow 10 to a client ' +
          'that sends for many. Own default.',
        minimum: 0,
        maximum: 1_000_000,
        default: 0,
      }),
    },
    {
      description:
        'Limits the retries of a caller (each user, and each pod for each service that it calls) by the calls that it makes, ' +
        'as a token bucket; no limit where absent.',
      expects: 'a budget { ratio, minPerSecond }',
    },
  ),
);

const retries = optional(
  object(
    {
      attempts: whole({
        description: 'Attempts in all, the first included. Own default.',
        minimum: 1,
        maximum: 100,
        default: 3,
      }),
      backoff: measured('duration', {
        description: 'The longest wait before the first retry; it doubles with each further one. Own default.',
        default: '100ms',
      }),
      maxBackoff: measured('duration', { description: 'It grows no longer than this. Own default.', default: '20s' }),
      jitter: oneOf(retryJitters, { description: 'How the wait is drawn from the back-off.', default: 'full' }),
      budget,
    },
    {
      description:
        'Tries again what failed, for whatever reason: a timeout, a full queue, a lost pod, no pod, no way, or an error that a ' +
        'service answers with. Nothing is tried again where absent.',
      expects: '{ attempts, backoff, maxBackoff, jitter, budget }',
    },
  ),
);

/** What a caller does about calls that are slow or fail; the same for users and services. */
export const callPolicyFields = {
  timeout: optional(
    measured('duration', {
      description:
        'An attempt that is not answered within this time has failed; what it has begun at the servers goes on all the same. ' +
        'No limit where absent.',
      positive: true,
    }),
  ),
  retries,
};

/** How a service makes its calls to one other service. */
export const callsTo = object(
  {
    fanOut: whole({
      description: 'Calls that a request makes along the channel, each made or not on its own.',
      minimum: 1,
      maximum: 1000,
      default: 1,
    }),
    probability: optional(
      quantity('share', {
        description:
          'Probability of each call; 1 where absent. A channel that leads back to a service among the callers is a call only ' +
          'where this or maxDepth is stated: otherwise it carries the response.',
      }),
    ),
    maxDepth: optional(
      whole({
        description:
          "Calls are made no deeper than this, the user's request being at depth 1: so that services may call each other in a " +
          'loop. No bound where absent.',
        minimum: 1,
        maximum: 1000,
      }),
    ),
    ...callPolicyFields,
  },
  { description: 'How the service makes its calls to one other.' },
);
