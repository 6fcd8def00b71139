import type { TSchema } from '@sinclair/typebox';
import {
  either,
  flag,
  listOf,
  mapOf,
  measured,
  object,
  oneOf,
  optional,
  powerCurves,
  quantity,
  text,
} from '../../model/index.ts';

const nodeSleep = object(
  {
    after: measured('duration', {
      description: 'Without CPU in use, and without a pod that starts, for so long it goes to sleep.',
      positive: true,
    }),
    power: measured('power', { description: 'Drawn asleep.', default: '0W' }),
    wakeTime: measured('duration', {
      description: 'From the first task or pod that comes to the time at which the node goes on with it.',
      default: '0s',
    }),
    wakeEnergy: measured('energy', {
      description: 'Energy of waking, drawn evenly over the wake time, beside the idle power.',
      default: '0J',
    }),
  },
  {
    description: 'Sleep of a node without work: own design. Kubernetes sees it as ready all the time.',
    expects: '{ after, power, wakeTime, wakeEnergy }',
  },
);

export const nodePower = object(
  {
    curve: oneOf(powerCurves, { description: 'How power goes from idle to peak.', default: 'linear' }),
    idle: measured('power', { description: 'Power drawn without load.', default: '0W' }),
    peak: measured('power', { description: 'Power drawn with all cores busy.', default: '0W' }),
    points: optional(
      listOf(
        object(
          {
            utilization: quantity('share', { description: 'Share of the CPU in use: 0.1 or 10%.' }),
            power: measured('power', { description: 'Power drawn there.' }),
          },
          { description: 'A measured point.', expects: '{ utilization, power }' },
        ),
        {
          description: 'Of the curve measured, in place of idle and peak: from utilisation 0 to 1, ascending.',
          minItems: 2,
        },
      ),
    ),
    sleep: optional(nodeSleep),
  },
  { description: 'Power drawn, by the share of CPU that is used.', default: {} },
);

/** A day in 24 values, or a table. The clock of a run starts at midnight. */
function hourlyOrTable<Value extends TSchema>(value: Value, what: string, column: string) {
  return [
    object(
      { hourly: listOf(value, { description: `${what} in each hour of the day, from midnight, when a run starts.` }) },
      { description: 'A day that repeats.', expects: '{ hourly: [24 values] }' },
    ),
    object(
      {
        file: text({
          description: `CSV table, relative to this file, with the columns time (seconds from the start, ascending from 0) and ${column}; each value holds until the next.`,
        }),
      },
      { description: 'A table.', expects: '{ file: TABLE.csv }' },
    ),
  ] as const;
}

/** The mean of sin(π (t − 6 h) / 12 h) over each hour of daylight. */
const daylight = [0.13, 0.38, 0.6, 0.79, 0.92, 0.99, 0.99, 0.92, 0.79, 0.6, 0.38, 0.13];
const night = [0, 0, 0, 0, 0, 0];
const sunnyDay = [...night, ...daylight, ...night];

export const supply = object(
  {
    mains: flag({
      description: 'Whether the mains give what sun and battery do not. Without them an empty battery is a crash.',
      default: true,
    }),
    battery: optional(
      object(
        {
          capacity: measured('energy', { description: 'Energy when full, at least 1Wh.', positive: true }),
          initial: quantity('share', { description: 'Charge at the start, of the capacity.', default: '100%' }),
          maxCharge: optional(
            measured('power', { description: 'Most power it takes in; no limit where absent.', positive: true }),
          ),
          efficiency: quantity('share', {
            description: 'Share of what it takes in that it gives back. The default is own design.',
            default: '95%',
          }),
          returnAt: quantity('share', {
            description: 'Charge at which a node that it let down comes back, at least 1%. The default is own design.',
            default: '10%',
          }),
        },
        {
          description: 'Battery, charged by the sun and a charger. It gives what they do not, before the mains do.',
          expects: '{ capacity }',
        },
      ),
    ),
    charger: optional(
      object(
        {
          power: measured('power', { description: 'Most power it takes from the mains.', positive: true }),
          profile: either(
            [
              quantity('share', { description: 'Always the same.' }),
              ...hourlyOrTable(quantity('share', { description: 'In this hour.' }), 'Share of the power', 'share'),
            ],
            {
              description: 'Share of its power over the day: 0 where it is not plugged in.',
              expects: '100%, { hourly: [24 shares] } or { file: TABLE.csv }',
              default: '100%',
            },
          ),
        },
        {
          description:
            'Charger of the battery: it serves the node before the battery does, then charges the battery beside the sun. ' +
            'It takes from the mains, also where the node has none otherwise.',
          expects: '{ power, profile }',
        },
      ),
    ),
    solar: optional(
      object(
        {
          peak: measured('power', { description: 'Power of the panel in full sun.', positive: true }),
          profile: either(
            hourlyOrTable(quantity('share', { description: 'In this hour.' }), 'Share of the peak', 'share'),
            {
              description:
                'Share of the peak over the day. The default is own design: a clear day from 6 to 18, the mean of a half sine over each hour.',
              expects: '{ hourly: [24 shares] } or { file: TABLE.csv }',
              default: { hourly: sunnyDay },
            },
          ),
        },
        { description: 'Solar panel: it serves the node first, then charges the battery.', expects: '{ peak }' },
      ),
    ),
  },
  { description: 'Where the energy comes from, where it is not the mains alone.' },
);

export const linkPower = object(
  {
    idle: measured('power', { description: 'Drawn while it is up, both ends together.', default: '0W' }),
    perBit: measured('energyPerBit', { description: 'Energy of carrying a bit, on top.', default: '0nJ/bit' }),
  },
  { description: 'Power drawn by each.', expects: '{ idle, perBit }' },
);

export const regions = mapOf(
  object(
    {
      carbonIntensity: either(
        [
          measured('carbonIntensity', { description: 'Always the same.' }),
          ...hourlyOrTable(measured('carbonIntensity', { description: 'In this hour.' }), 'Intensity', 'g_per_kwh'),
        ],
        {
          description: 'CO2 equivalent of energy from the mains. Energy from the sun, and from batteries, counts 0.',
          expects: '350g/kWh, { hourly: [24 intensities] } or { file: TABLE.csv }',
          default: '0g/kWh',
        },
      ),
      energyPrice: either(
        [
          measured('pricePerKwh', { description: 'Always the same.' }),
          ...hourlyOrTable(measured('pricePerKwh', { description: 'In this hour.' }), 'Price', 'price_per_kwh'),
        ],
        {
          description: "Price of energy from the mains, in any one currency; a node's hours have a price of their own.",
          expects: '0.31/kWh, { hourly: [24 prices] } or { file: TABLE.csv }',
          default: '0/kWh',
        },
      ),
    },
    { description: 'A region.', expects: '{ carbonIntensity, energyPrice }' },
  ),
  { description: 'What energy comes to, by the provider of the clusters.', default: {} },
);
