import { Type } from '@sinclair/typebox';
import {
  either,
  listOf,
  measured,
  mobilityModels,
  number,
  object,
  oneOf,
  optional,
  text,
  whole,
  type MobilityName,
} from '../../model/index.ts';
import { centre, positionList } from './position.ts';

const model = <Name extends MobilityName>(name: Name, choices: object = mobilityModels) =>
  Type.Unsafe<Name>({ type: 'string', const: name, choices, description: 'Name of the model.' });

const rangeOf = (unit: 'speed' | 'duration', options: { description: string; expects: string; positive?: true }) => {
  const { positive } = options;
  const value = (description: string) =>
    measured(unit, positive === undefined ? { description } : { description, positive });
  return [
    value('The same each time.'),
    object({ min: value('Smallest value.'), max: value('Largest value.') }, options),
  ] as const;
};

const speed = either(
  rangeOf('speed', { description: 'Drawn uniformly each time.', expects: 'a range { min, max }', positive: true }),
  {
    description: 'Speed: one value, or { min, max } to draw each way (or block) uniformly from.',
    expects: 'a speed such as 1.4m/s, or { min: 0.8m/s, max: 2m/s }',
  },
);

const pause = either(
  rangeOf('duration', { description: 'Drawn uniformly each time.', expects: 'a range { min, max }' }),
  {
    description: 'Rest at each waypoint: one value, or { min, max } to draw each uniformly from.',
    expects: 'a duration such as 30s, or { min: 0s, max: 2m }',
    default: '0s',
  },
);

const disc = object(
  {
    around: centre,
    radius: measured('distance', { description: 'Radius.', positive: true }),
  },
  { description: 'A disc.', expects: 'a disc { around, radius }' },
);

const rectangle = object(
  {
    around: centre,
    width: measured('distance', { description: 'From west to east.', positive: true }),
    height: measured('distance', { description: 'From south to north.', positive: true }),
  },
  { description: 'A rectangle.', expects: 'a rectangle { around, width, height }' },
);

const DEFAULT_AREA = 'The smallest rectangle that holds all access points where absent.';

const rectangularArea = optional({
  ...rectangle,
  description: `Where they are: a rectangle. ${DEFAULT_AREA}`,
});

const { static: _, group: __, ...leaderModels } = mobilityModels;

/** The models by which somebody moves on its own. @param choices what to choose from where one of them is asked for */
const alone = (choices: object) =>
  [
    object(
      {
        model: model('random-waypoint', choices),
        area: optional(
          either([disc, rectangle], {
            description: `Where they are: a disc or a rectangle. ${DEFAULT_AREA}`,
            expects: 'a disc { around, radius } or a rectangle { around, width, height }',
          }),
        ),
        speed,
        pause,
      },
      { description: 'Straight to random places.', expects: '{ model: random-waypoint, speed, pause, area }' },
    ),
    object(
      {
        model: model('manhattan', choices),
        area: rectangularArea,
        block: measured('distance', { description: 'From one street to the next.', positive: true, default: '100m' }),
        speed,
        turn: number({
          description: 'Probability of turning at a crossing of four streets, left and right alike.',
          minimum: 0,
          maximum: 1,
          default: 0.5,
        }),
      },
      { description: 'Along the streets of a grid.', expects: '{ model: manhattan, speed, block, turn, area }' },
    ),
    object(
      {
        model: model('gauss-markov', choices),
        area: rectangularArea,
        speed: measured('speed', { description: 'Mean of the speed.', positive: true }),
        memory: number({
          description: 'Correlation of the velocities of two steps: 0 is Brownian, 1 straight on. Own default.',
          minimum: 0,
          maximum: 1,
          default: 0.75,
        }),
        step: measured('duration', {
          description: 'Between two changes of the velocity, at least 1ms. Own default.',
          positive: true,
          default: '1s',
        }),
      },
      { description: 'Wanders gradually.', expects: '{ model: gauss-markov, speed, memory, step, area }' },
    ),
    object(
      {
        model: model('route', choices),
        waypoints: positionList,
        speed: optional(measured('speed', { description: 'Between waypoints; this or a timetable.', positive: true })),
        pause: measured('duration', { description: 'Rest at each waypoint, with a speed.', default: '0s' }),
        timetable: optional(
          listOf(
            either(
              [
                measured('duration', { description: 'When it is there, and goes on at once.' }),
                object(
                  {
                    arrive: measured('duration', { description: 'When it comes.' }),
                    depart: measured('duration', { description: 'When it goes on.' }),
                  },
                  { description: 'A stop.', expects: 'a stop { arrive, depart }' },
                ),
              ],
              {
                description: 'When it is there: one time, or from its arrival to its departure.',
                expects: 'a time such as 90s, or { arrive: 90s, depart: 2m }',
              },
            ),
            {
              description: 'When the first user is at each waypoint; in place of speed and pause.',
              expects: 'a list of times such as [0s, 90s, { arrive: 4m, depart: 5m }]',
            },
          ),
        ),
        every: optional(
          measured('duration', {
            description:
              'The timetable begins anew so long after its beginning, with the way from the last waypoint to the ' +
              'first; once where absent.',
            positive: true,
          }),
        ),
        end: oneOf(
          {
            stop: 'Stays at the last waypoint.',
            loop: 'Goes on to the first waypoint, and around again.',
            return: 'Goes back the same way, to and fro.',
          },
          { description: 'What comes at the last waypoint.', default: 'stop' },
        ),
        headway: measured('duration', {
          description: 'How much later than the one before each user starts.',
          default: '0s',
        }),
      },
      { description: 'From waypoint to waypoint.', expects: '{ model: route, waypoints, speed or timetable, end }' },
    ),
    object(
      {
        model: model('trace', choices),
        file: text({
          description:
            'Relative to this file: floating car data of SUMO, as XML or as a table with semicolons; or CSV with a ' +
            'heading line: time (seconds from the start), id, and x, y (metres) or lat, lon (degrees). Each plain or ' +
            'packed by gzip. The rows of each id in the order of time; beyond a million rows, all of them: such a file ' +
            'is read in step with the run and may have any size. Ids are users in the order of their first rows. ' +
            'Before its first row and after its last a user is not there, and sends nothing.',
        }),
        limit: optional(whole({ description: 'Read only so many ids.', minimum: 1 })),
        coordinates: optional(
          oneOf(
            { planar: 'Metres.', geographic: 'Degrees: x is the longitude, y the latitude.' },
            {
              description:
                'What x and y of SUMO are; where absent, what the settings say that SUMO writes at the top of its XML ' +
                '(fcd-output.geo), or else planar.',
            },
          ),
        ),
        movers: optional(
          oneOf(
            { vehicle: 'Vehicles.', person: 'Persons.', container: 'Containers.' },
            {
              description:
                "Of SUMO's movers only these; where absent all of them, with a warning if they are of several kinds.",
            },
          ),
        ),
        gap: measured('duration', {
          description: 'Who is not seen for longer than this is not there in between. Own default.',
          positive: true,
          default: '5m',
        }),
        maxSpeed: measured('speed', {
          description: 'A faster move between two rows is probably a mistake, and is warned of. Own default.',
          positive: true,
          default: '100m/s',
        }),
      },
      { description: 'As recorded.', expects: '{ model: trace, file, limit, coordinates, movers, gap, maxSpeed }' },
    ),
  ] as const;

const group = object(
  {
    model: model('group'),
    leader: either(alone(leaderModels), {
      description: 'How the leaders move; a leader is a point, and no user itself.',
      expects: 'a model of movement { model: random-waypoint | manhattan | gauss-markov | route | trace, ... }',
    }),
    radius: measured('distance', { description: 'How far from its leader a member is at most.', positive: true }),
    size: optional(
      whole({ description: 'How many members follow each leader; all of them the same where absent.', minimum: 1 }),
    ),
    speed,
    pause,
  },
  {
    description: 'About a leader: to random places within the radius, at a speed relative to it.',
    expects: '{ model: group, leader, radius, size, speed, pause }',
  },
);

export const mobility = either(
  [
    object({ model: model('static') }, { description: 'Stands still.', expects: '{ model: static }' }),
    ...alone(mobilityModels),
    group,
  ],
  {
    description:
      'How they move; they stand still where absent. A model says where they are from the start, in place of `at`.',
    expects: `a model of movement { model: ${Object.keys(mobilityModels).join(' | ')}, ... }`,
  },
);
