import { expect, test } from 'vitest';
import { nearestAccessPoint } from '../../../src/dynamics/radio/index.ts';
import type { AccessPoint } from '../../../src/model/index.ts';

const cell = (x: number, rangeM: number) => ({ position: { x, y: 0 }, rangeM }) as AccessPoint;

test.each([
  { x: 10, expected: 0, what: 'the nearest in range' },
  { x: 60, expected: 1, what: 'the nearest in range' },
  { x: 50, expected: 0, what: 'the first of two equally near' },
  { x: -100, expected: 0, what: 'one whose range ends there' },
  { x: -101, expected: undefined, what: 'none beyond' },
  { x: 145, expected: 0, what: 'a farther one that reaches, where the nearest does not' },
])('at $x m: $what', ({ x, expected }) => {
  const cells = x === 145 ? [cell(0, 200), cell(100, 40)] : [cell(0, 100), cell(100, 100)];
  expect(nearestAccessPoint(cells, { x, y: 0 })).toBe(expected);
});
