import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Digest, Kernel, type Nanoseconds } from '../../src/kernel/index.ts';

function digestOf(words: readonly number[]): string {
  const digest = new Digest();
  digest.updateWords(Int32Array.from(words));
  return digest.hex;
}

test('the digest of given words never changes', () => {
  const digest = new Digest();
  expect(digest.hex).toBe('1388a0fbede1521e');
  digest.update(1);
  digest.updateWords(Int32Array.of(2, -3, 4));
  digest.updateText('a handler');
  expect(digest.hex).toBe('ab972b3dc5163f95');
});

test('signed and unsigned words are the same, and only the first count', () => {
  const digest = new Digest();
  digest.updateWords(Uint32Array.of(0xffff_ffff, 7, 8), 2);
  expect(digest.hex).toBe(digestOf([-1, 7]));
});

test('a changed, swapped, added or removed word changes the digest', () => {
  const word = fc.oneof(fc.constantFrom(0, 1, -1, 0x8000_0000 | 0), fc.integer());
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), fc.array(word, { maxLength: 20 }), (p, q) => {
      const same = p.length === q.length && p.every((x, i) => x === q[i]);
      expect(digestOf(p) === digestOf(q)).toBe(same);
    }),
    { numRuns: 2000 },
  );
  expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
  expect(digestOf([])).not.toBe(digestOf([0]));
  // two flips of the sign bit must not cancel each other
  expect(digestOf([1, 2, 3, 4])).not.toBe(digestOf([1 ^ -0x8000_0000, 2, 3 ^ -0x8000_0000, 4]));
});

test('no two of 200,000 short inputs have the same digest, and every bit is set about half of the time', () => {
  const seen = new Set<string>();
  const ones = new Float64Array(64);
  for (let a = 0; a < 400; a++) {
    for (let b = 0; b < 500; b++) {
      const digest = new Digest();
      digest.updatePair(a, b);
      seen.add(digest.hex);
      const bits = BigInt(`0x${digest.hex}`);
      if (a % 20 === 0) for (let k = 0; k < 64; k++) ones[k]! += Number((bits >> BigInt(k)) & 1n);
    }
  }
  expect(seen.size).toBe(200_000);
  for (const count of ones) expect(Math.abs(count / 10_000 - 0.5)).toBeLessThan(0.05);
});

/** A run of one event after another, and its digest. */
function run(events: readonly [time: number, handler: string, a: number, b: number][], names = ['x', 'y']): string {
  const kernel = new Kernel({ seed: 1 });
  const handlers = new Map(names.map((name) => [name, kernel.on(name, () => {})]));
  for (const [time, handler, a, b] of events) kernel.at(time as Nanoseconds, handlers.get(handler)!, a, b);
  kernel.run();
  return kernel.digest;
}

test('the digest of a run covers time, handler, arguments and order, and not the order of registration', () => {
  const base = run([[5, 'x', 1, 2]]);
  expect(base).toBe('c17a7366141fcc62');
  expect(run([[5, 'x', 1, 2]], ['y', 'x'])).toBe(base);
  const others = [
    run([]),
    run([[6, 'x', 1, 2]]),
    run([[5 + 2 ** 32, 'x', 1, 2]]),
    run([[5, 'y', 1, 2]]),
    run([[5, 'x', 2, 1]]),
    run([[5, 'x', 1, 3]]),
    run([
      [5, 'x', 1, 2],
      [5, 'x', 1, 2],
    ]),
  ];
  expect(new Set([base, ...others]).size).toBe(8);
  const there = run([
    [5, 'x', 1, 2],
    [5, 'x', 3, 4],
  ]);
  const back = run([
    [5, 'x', 3, 4],
    [5, 'x', 1, 2],
  ]);
  expect(there).not.toBe(back);
});
