import fc from 'fast-check';
import { expect, test } from 'vitest';
import { milliValue, parseQuantity, wholeValue } from '../../src/model/index.ts';

test.each([
  // k8s.io/apimachinery/pkg/api/resource/quantity_test.go: TestQuantityParse and its neighbours
  ['0', 0],
  ['0n', 0],
  ['100n', 1e-7],
  ['5u', 5e-6],
  ['12.5m', 0.0125],
  ['100m', 0.1],
  ['.5', 0.5],
  ['1.', 1],
  ['+7', 7],
  ['-3k', -3000],
  ['4k', 4e3],
  ['5M', 5e6],
  ['1.5G', 1.5e9],
  ['2T', 2e12],
  ['3P', 3e15],
  ['1E', 1e18],
  ['1Ki', 1024],
  ['1.5Ki', 1536],
  ['16Gi', 17_179_869_184],
  ['1e3', 1000],
  ['1E3', 1000],
  ['12e-3', 0.012],
  [4, 4],
  [0.1, 0.1],
])('%s is %s base units', (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

test.each([
  ['100m', 100, 1],
  ['1.5', 1500, 2],
  ['1n', 1, 1],
  ['0.0001', 1, 1],
  ['-0.5', -500, -1],
  ['2.5Ki', 2_560_000, 2560],
])(
  '%s is %i thousandths and %i whole units, rounded away from zero as MilliValue and Value do',
  (text, milli, whole) => {
    expect(milliValue(text)).toBe(milli);
    expect(wholeValue(text)).toBe(whole);
  },
);

test('what is finer than 10^-9 is rounded up to it', () => {
  expect(parseQuantity('0.0000000001')).toBe(1e-9);
  expect(parseQuantity('1e-400')).toBe(1e-9);
});

test('what is more than 2^63 - 1 is capped', () => {
  expect(parseQuantity('10Ei')).toBe(2 ** 63);
  expect(parseQuantity('1e999999999')).toBe(2 ** 63);
});

test.each(['', '.', '-', '1 G', '1GB', '1K', 'Mi', '1mi', '0x10', '1e', '1e1.5', '1..2', '--1', 'NaN', '1'.repeat(65)])(
  '%j is no quantity',
  (text) => expect(() => parseQuantity(text)).toThrow(RangeError),
);

test('decimals are exact where binary floating point is not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (milli) => {
      const text = `${Math.floor(milli / 1000)}.${String(milli % 1000).padStart(3, '0')}`;
      expect(milliValue(text)).toBe(milli);
      expect(milliValue(`${milli}m`)).toBe(milli);
      expect(milliValue(`${milli}e-3`)).toBe(milli);
    }),
  );
});
