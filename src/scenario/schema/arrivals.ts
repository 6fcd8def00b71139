import { Type } from '@sinclair/typebox';
import {
  arrivals as choices,
  either,
  flag,
  listOf,
  measured,
  number,
  object,
  oneOf,
  optional,
  text,
  type ArrivalsName,
} from '../../model/index.ts';
import { distributionFields, durationOrDistribution } from './distribution.ts';

/** The largest factor that makes sense: above it a rate is written in another unit. Own design. */
export const MOST_FACTOR = 1e6;

const named = <Name extends ArrivalsName>(name: Name) =>
  Type.Unsafe<Name>({ type: 'string', const: name, choices, description: 'Name of the process.' });

const factor = (description: string) => number({ description, minimum: 0, maximum: MOST_FACTOR });

const crowdFields = {
  at: measured('duration', { description: 'When the rate begins to rise.' }),
  rise: measured('duration', {
    description: 'How long it rises, in a straight line; 0s for a jump. Own default.',
    default: '0s',
  }),
  factor: factor('What the rate is multiplied by at the peak.'),
  hold: measured('duration', { description: 'How long it stays there. Own default.', default: '0s' }),
  decay: measured('duration', {
    description: 'How long it takes back to where it was, in a straight line; 0s for a jump. Own default.',
    default: '0s',
  }),
};

const { poisson, periodic } = choices;

/** The field that says how requests are spread in time. */
export const arrivals = either(
  [
    oneOf(
      { poisson, periodic },
      {
        description: 'A process without parameters.',
        expects: 'poisson, periodic, or a process with its parameters such as { process: mmpp, states }',
      },
    ),
    object(
      {
        process: named('mmpp'),
        states: listOf(
          object(
            {
              factor: factor('What the rate is multiplied by while the state lasts; 0 for silence.'),
              meanStay: measured('duration', {
                description: 'Mean of its length, which is exponential.',
                positive: true,
              }),
            },
            { description: 'A state.', expects: '{ factor, meanStay }' },
          ),
          {
            description:
              'The states. They are passed through from one to any of the others with the same probability, in the ' +
              'steady state from the start. Own design.',
            minItems: 2,
          },
        ),
        statesOf: oneOf(
          {
            user: 'Each user passes through the states on its own: the more users, the smoother they are together.',
            group: 'All users of the group pass through the same states at the same times: they are busy together.',
          },
          { description: 'Whose the states are. Own design.', default: 'user' },
        ),
      },
      { description: 'A bursty process.', expects: '{ process: mmpp, states, statesOf }' },
    ),
    object(
      {
        process: named('diurnal'),
        hourly: optional(
          listOf(factor('In this hour.'), {
            description: 'What the rate is multiplied by in each hour of the day, from midnight, when a run starts.',
          }),
        ),
        file: optional(
          text({
            description:
              'In its place a CSV table, relative to this file, with the columns time (seconds from the start, ascending ' +
              'from 0) and factor; each holds until the next.',
          }),
        ),
        crowd: optional(
          object(crowdFields, {
            description: 'A flash crowd on top: its factor multiplies those of the day.',
            expects: '{ at, rise, factor, hold, decay }',
          }),
        ),
      },
      { description: 'The hours of the day.', expects: '{ process: diurnal, hourly } or { …, file }' },
    ),
    object(
      { process: named('flash-crowd'), ...crowdFields },
      {
        description: 'A crowd that comes all of a sudden.',
        expects: '{ process: flash-crowd, at, rise, factor, hold, decay }',
      },
    ),
    object(
      {
        process: named('recorded'),
        file: text({
          description:
            'CSV table, relative to this file, or packed by gzip, whose heading tells what it is. time (seconds), and if ' +
            'wanted user, service, duration (seconds): each row is a request; of the services, the one that the group sends ' +
            "to counts. Or Azure's invocations of 2021: app, func, end_timestamp, duration; a request arrives at end less " +
            'duration. Or its counts of 2019: HashOwner, HashApp, HashFunction, Trigger, 1 to 1440; a request comes at a ' +
            "time uniform in its minute. The recording's users are the group's in turn, in the order in which they first " +
            'come; without a column of users its requests are given them in turn. A recording of more than 200,000 requests ' +
            'within the run is read in step with it, in constant memory, from where it lies.',
        }),
        start: measured('duration', {
          description: 'The time in the recording at which the run starts.',
          default: '0s',
        }),
        timeScale: number({
          description: 'What the recorded times are multiplied by: 0.1 plays them ten times as fast.',
          exclusiveMinimum: 0,
          maximum: 1e6,
          default: 1,
        }),
        ofApp: optional(text({ description: 'Only what is of this application of the recording.' })),
        ofFunction: optional(text({ description: 'Only what is of this function of the recording.' })),
        useDuration: flag({
          description:
            'Whether the recorded duration of a request is the CPU time that it takes of a reference core at the service it ' +
            'enters at, in place of what the service says.',
          default: false,
        }),
      },
      { description: 'A recording.', expects: '{ process: recorded, file }' },
    ),
    object(
      {
        process: named('closed'),
        thinkTime: durationOrDistribution({
          description: `Time from the end of a request to the user's next: a duration, or a distribution: ${distributionFields}.`,
          constant: 'The same each time.',
          example: '2s',
        }),
      },
      { description: 'A closed loop.', expects: '{ process: closed, thinkTime }' },
    ),
  ],
  {
    description: 'How requests are spread in time.',
    expects: 'poisson, periodic, or a process with its parameters such as { process: mmpp, states }',
    default: 'poisson',
  },
);
