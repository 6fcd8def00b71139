import { mapOf, measured, object } from '../../model/index.ts';
import { anything } from './anything.ts';

export const intervention = object(
  {
    at: measured('duration', { description: 'When it is made.', positive: true }),
    set: mapOf(anything('The value of the field from then on.'), {
      description:
        'Values by path, as with --set. What can change in the middle of a run: orchestration.scheduler (not from or to swm), ' +
        'schedulerConfig, nodeMonitorGracePeriod and evictionToleration, and the replicas of a service, as in ' +
        'apps[0].behaviour.api.replicas.',
    }),
  },
  {
    description:
      'A change of the orchestration in the middle of the run. Two scenarios that differ by it alone are the same, event by ' +
      'event, until then; `compare` shows where they part.',
    expects: '{ at, set }',
  },
);
