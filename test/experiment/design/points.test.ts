import { expect, test } from 'vitest';
import { pointSets } from '../../../src/experiment/design/points.ts';

const names = ['rate', 'latency', 'count'];

test('a Latin hypercube has one point in each part of each dimension (McKay, Beckman & Conover 1979)', () => {
  const columns = pointSets['latin-hypercube'](names, 100, 5);
  for (const column of columns) {
    const parts = Array.from(column, (value) => Math.floor(value * 100)).toSorted((a, b) => a - b);
    expect(parts).toEqual(Array.from({ length: 100 }, (_, part) => part));
  }
  expect(columns[0]).not.toEqual(columns[1]);
});

test('the mean of a linear function is known better from a Latin hypercube than from random points (Stein 1987)', () => {
  const spread = (kind: 'random' | 'latin-hypercube') => {
    const means = Array.from({ length: 200 }, (_, seed) => {
      const columns = pointSets[kind](names, 20, seed);
      return columns.reduce((sum, column) => sum + column.reduce((a, b) => a + b, 0) / 20, 0);
    });
    const mean = means.reduce((a, b) => a + b, 0) / means.length;
    return means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (means.length - 1);
  };
  // of a sum of three uniforms over n points: 3 / (12 n), against 3 / (12 n^3) where each has one point a part
  expect(spread('random')).toBeGreaterThan(0.5 * (3 / (12 * 20)));
  expect(spread('random')).toBeLessThan(2 * (3 / (12 * 20)));
  expect(spread('latin-hypercube')).toBeLessThan(2 * (3 / (12 * 20 ** 3)));
});

test('another parameter changes no column of those before it', () => {
  for (const draw of Object.values(pointSets)) {
    expect(draw(['rate', 'new', 'count'], 10, 1)[2]).toEqual(draw(names, 10, 1)[2]);
    expect(draw(names, 10, 1)).toEqual(draw(names, 10, 1));
  }
});
