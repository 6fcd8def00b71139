import { describe, expect, test } from 'vitest';
import {
  expectedUnit,
  parseBandwidth,
  parseBytes,
  parseCoordinate,
  parseCpu,
  parseDelay,
  parseDistance,
  parseDuration,
  parseMeanIntervalNs,
  parseMemory,
  parsePower,
  parseShare,
  parseSpeed,
  UnitError,
  unitValue,
} from '../../src/model/index.ts';

test.each([
  [parseDuration, '0s', 0],
  [parseDuration, '1ns', 1],
  [parseDuration, '2us', 2_000],
  [parseDuration, '2\u00b5s', 2_000],
  [parseDuration, '2\u03bcs', 2_000],
  [parseDuration, '0.1ms', 100_000],
  [parseDuration, '1.000000001s', 1_000_000_001],
  [parseDuration, '5m', 300e9],
  [parseDuration, '1.5h', 5_400e9],
  [parseDuration, '104d', 8_985_600e9],
  [parseDuration, '5 ms', 5e6],
  [parseBandwidth, '500kbit/s', 500e3],
  [parseBandwidth, '0.1Gbit/s', 100e6],
  [parseBytes, '40kB', 40_000],
  [parseBytes, '1.5KiB', 1536],
  [parsePower, '750mW', 0.75],
  [parsePower, '1.2kW', 1200],
  [parseDistance, '1.001km', 1001],
  [parseCoordinate, '-0.5km', -500],
  [parseSpeed, '36km/h', 10],
  [parseSpeed, '1.4m/s', 1.4],
  [parseMeanIntervalNs, '0.5/s', 2e9],
  [parseMeanIntervalNs, '3/s', 1e9 / 3],
  [parseMeanIntervalNs, '1/min', 60e9],
  [parseMeanIntervalNs, '7/h', 3_600e9 / 7],
  [parseShare, '10%', 0.1],
  [parseShare, 0.25, 0.25],
  [parseCpu, 4, 4000],
  [parseCpu, '250m', 250],
  [parseMemory, '16Gi', 2 ** 34],
  // a CodecoApp's delays, as published samples write them
  [parseDelay, '10e-3', 10e6],
  [parseDelay, '1', 1e9],
  [parseDelay, '10s', 10e9],
  [parseDelay, '1ns', 1],
  [parseDelay, '10m', 10e6],
] as const)('%o reads %s as %s', (parse, text, value) => {
  expect((parse as (text: string | number) => number)(text)).toBe(value);
});

describe('what is no value of the unit is refused with what was found and what was meant', () => {
  test.each([
    ['duration', '5', 'a number without a unit', undefined],
    ['duration', 5, 'a number without a unit', undefined],
    ['duration', '', 'an empty text', undefined],
    ['duration', 'soon', '"soon" is not a duration', undefined],
    ['duration', '-5s', 'a negative duration', undefined],
    ['duration', '5sec', 'unknown unit "sec"', '5s'],
    ['duration', '5 minutes', 'unknown unit "minutes"', '5m'],
    ['duration', '0.5ns', 'not a whole nanosecond', undefined],
    ['duration', '105d', 'more than 104 days, the longest time that whole nanoseconds hold exactly', undefined],
    ['duration', '1m30s', 'unknown unit "m30s"', undefined],
    ['bandwidth', '100Mbps', 'unknown unit "Mbps"', '100Mbit/s'],
    ['bandwidth', '100mbit/s', 'unknown unit "mbit/s"', '100Mbit/s'],
    // eight times less or more: not to be guessed
    ['bandwidth', '100MB/s', 'unknown unit "MB/s"', undefined],
    ['bytes', '4KB', 'unknown unit "KB"', '4kB'],
    ['bytes', '0.5B', 'not a whole byte', undefined],
    ['rate', '2Hz', 'unknown unit "Hz"', '2/s'],
    ['cpu', '4 cores', 'unknown suffix "cores"', undefined],
    ['memory', '16gb', 'unknown suffix "gb"', '16G'],
    ['memory', '16gi', 'unknown suffix "gi"', '16Gi'],
    ['memory', '-1Gi', 'a negative quantity', undefined],
    ['share', '120%', 'not between 0 and 1', undefined],
    ['share', '0.1', '"0.1" is not a share', undefined],
    ['duration', `${'9'.repeat(65)}s`, `"${'9'.repeat(40)}\u2026" is not a duration`, undefined],
  ] as const)('%s %j', (unit, text, found, meant) => {
    expect(() => unitValue(unit, text)).toThrow(UnitError);
    try {
      unitValue(unit, text);
    } catch (error) {
      expect([(error as UnitError).message, (error as UnitError).nearest]).toEqual([found, meant]);
    }
  });
});

test('names of object prototypes are no units', () => {
  expect(() => parseDuration('5constructor')).toThrow('unknown unit "constructor"');
});

test('what is expected is told with examples', () => {
  expect(expectedUnit('bandwidth')).toBe('a bandwidth such as 1Gbit/s, 20Mbit/s or 500kbit/s');
});
