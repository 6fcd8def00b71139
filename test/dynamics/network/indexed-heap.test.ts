import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IndexedHeap } from '../../../src/dynamics/network/indexed-heap.ts';

test('behaves as a sorted map from ids to keys, equal keys by id', () => {
  const operation = fc.record({
    verb: fc.constantFrom('set' as const, 'lower' as const, 'remove' as const, 'pop' as const, 'grow' as const),
    id: fc.nat(15),
    key: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constant(Infinity)),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const heap = new IndexedHeap(16);
      const model = new Map<number, number>();
      const first = () => [...model].sort(([a, x], [b, y]) => (x === y ? a - b : x - y))[0];
      for (const { verb, id, key } of operations) {
        if (verb === 'set') {
          heap.set(id, key);
          model.set(id, key);
        } else if (verb === 'lower') {
          heap.lower(id, key);
          model.set(id, Math.min(key, model.get(id) ?? Infinity));
        } else if (verb === 'remove') {
          heap.remove(id);
          model.delete(id);
        } else if (verb === 'grow') {
          heap.grow(16 + id);
        } else if (model.size > 0) {
          const [expected] = first()!;
          expect(heap.pop()).toBe(expected);
          model.delete(expected);
        }
        expect(heap.size).toBe(model.size);
        if (model.size > 0) expect([heap.first, heap.firstKey]).toEqual(first());
        expect(heap.has(id)).toBe(model.has(id));
      }
      heap.clear();
      expect([heap.size, heap.has(3)]).toEqual([0, false]);
    }),
    { numRuns: 2000 },
  );
});
