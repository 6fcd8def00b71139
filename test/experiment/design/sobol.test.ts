import { describe, expect, test } from 'vitest';
import { shiftedSobol, sobolNet } from '../../../src/experiment/design/sobol.ts';

const TWO_TO_32 = 2 ** 32;

describe("Sobol's net", () => {
  test("is that of Joe & Kuo's direction numbers (scipy 1.17, qmc.Sobol(d=21, scramble=False), points 1, 2, 5, 17, 42 and 63)", () => {
    const published: Record<number, number[]> = {
      1: Array<number>(21).fill(0.5),
      2: [
        0.75, 0.25, 0.25, 0.25, 0.75, 0.75, 0.25, 0.75, 0.75, 0.75, 0.75, 0.75, 0.25, 0.25, 0.75, 0.25, 0.75, 0.25,
        0.75, 0.25, 0.25,
      ],
      5: [
        0.875, 0.875, 0.125, 0.375, 0.875, 0.625, 0.875, 0.375, 0.375, 0.125, 0.375, 0.875, 0.875, 0.125, 0.875, 0.375,
        0.875, 0.375, 0.375, 0.625, 0.625,
      ],
      17: [
        0.59375, 0.96875, 0.96875, 0.15625, 0.78125, 0.46875, 0.03125, 0.34375, 0.96875, 0.65625, 0.59375, 0.90625,
        0.15625, 0.15625, 0.84375, 0.53125, 0.28125, 0.09375, 0.28125, 0.53125, 0.21875,
      ],
      42: [
        0.984375, 0.328125, 0.015625, 0.734375, 0.453125, 0.484375, 0.984375, 0.609375, 0.796875, 0.609375, 0.078125,
        0.140625, 0.765625, 0.296875, 0.921875, 0.671875, 0.234375, 0.609375, 0.359375, 0.578125, 0.140625,
      ],
      63: [
        0.015625, 0.796875, 0.359375, 0.453125, 0.859375, 0.140625, 0.578125, 0.140625, 0.828125, 0.578125, 0.421875,
        0.671875, 0.546875, 0.765625, 0.328125, 0.765625, 0.078125, 0.390625, 0.953125, 0.234375, 0.234375,
      ],
    };
    const net = sobolNet(21, 64);
    for (const [point, expected] of Object.entries(published)) {
      expect(net.map((column) => column[Number(point)]! / TWO_TO_32)).toEqual(expected);
    }
  });

  test('has one of its first 2^k points in each of 2^k equal parts of every dimension, shifted or not', () => {
    const names = Array.from({ length: 21 }, (_, index) => `x${index}`);
    const plain = sobolNet(21, 256).map((column) => Float64Array.from(column, (value) => value / TWO_TO_32));
    for (const columns of [plain, shiftedSobol(names, 256, 3)]) {
      for (const column of columns) {
        for (const size of [1, 2, 16, 256]) {
          const parts = Array.from(column.subarray(0, size), (value) => Math.floor(value * size));
          expect(new Set(parts).size).toBe(size);
        }
      }
    }
  });

  test('is evener in two dimensions than independent points: 16 points in 16 boxes of each shape (a (0, 4, 2)-net)', () => {
    const [x, y] = shiftedSobol(['x', 'y'], 16, 8) as [Float64Array, Float64Array];
    for (const columns of [1, 2, 4, 8, 16]) {
      const boxes = Array.from(
        x,
        (value, point) => Math.floor(value * columns) * 16 + Math.floor((y[point]! * 16) / columns),
      );
      expect(new Set(boxes).size).toBe(16);
    }
  });

  test('has a shift for each name and seed', () => {
    const [a] = shiftedSobol(['a'], 8, 1);
    expect(shiftedSobol(['a', 'b'], 8, 1)[0]).toEqual(a);
    expect(shiftedSobol(['a'], 8, 2)[0]).not.toEqual(a);
    expect(() => sobolNet(22, 4)).toThrow('at most 21');
  });
});
