import { dnsKeys, mapOf, object, optional, quantity, whole } from '../../model/index.ts';
import { durationOrDistribution } from './distribution.ts';

const oneDuration = (description: string, example: string) =>
  durationOrDistribution({ description, constant: 'The same time each time.', example });

/** What the containers of a service do in the course of their life, which no published object says. */
export const containerLife = {
  initContainers: optional(
    mapOf(oneDuration('How long it runs: a duration or a distribution.', '5s'), {
      description: 'How long init containers of the pod run, by name; no time where absent.',
      keys: dnsKeys,
    }),
  ),
  warmUp: optional(
    oneDuration(
      'From the start of the first container until it answers requests and probes: a duration or a distribution; no time ' +
        'where absent. Requests before that fail.',
      '8s',
    ),
  ),
  exits: optional(
    object(
      {
        after: oneDuration('From each start of the container: a duration or a distribution.', '10m'),
        code: whole({
          description: 'Exit status; 0 means that its work is done.',
          minimum: 0,
          maximum: 255,
          default: 1,
        }),
      },
      {
        description: 'The first container exits, again and again; the restartPolicy of the pod says what comes of it.',
        expects: '{ after, code }',
      },
    ),
  ),
  memory: optional(
    object(
      {
        base: quantity('memory', { description: 'What a pod uses with nothing in hand.' }),
        perRequest: optional(
          quantity('memory', {
            description: 'What each request that it works on, or that waits, adds; nothing where absent.',
          }),
        ),
      },
      {
        description:
          'Memory that a pod uses. Above the limits of its containers it is killed (OOMKilled); a node that runs out of it ' +
          'evicts pods. Not counted where absent.',
        expects: '{ base, perRequest }',
      },
    ),
  ),
};
