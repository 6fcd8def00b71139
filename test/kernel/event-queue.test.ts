import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventQueue, NO_EVENT, type EventId } from '../../src/kernel/index.ts';

interface Pending {
  readonly time: number;
  readonly label: number;
  readonly id: EventId;
}

/** The queue beside a list that is searched for the first of the earliest: slow and obviously right. */
class Pair {
  readonly queue: EventQueue;
  readonly model: Pending[] = [];
  readonly ids: EventId[] = [];
  now = 0;
  #label = 0;

  constructor(queue = new EventQueue()) {
    this.queue = queue;
  }

  add(delay: number): void {
    const label = this.#label++;
    const time = this.now + delay;
    const id = this.queue.idOf(this.queue.add(time, label % 7, label, ~label));
    this.model.push({ time, label, id });
    this.ids.push(id);
  }

  /** Cancels the k-th event ever made: it may be gone. */
  cancel(k: number): void {
    if (this.ids.length === 0) return;
    const id = this.ids[k % this.ids.length]!;
    const at = this.model.findIndex((event) => event.id === id);
    expect(this.queue.cancel(id)).toBe(at >= 0);
    if (at >= 0) this.model.splice(at, 1);
  }

  take(limit = Infinity): void {
    let first: Pending | undefined;
    for (const event of this.model) if (first === undefined || event.time < first.time) first = event;
    if (first === undefined || first.time > limit) {
      expect(this.queue.take(limit)).toBe(false);
      return;
    }
    expect(this.queue.take(limit)).toBe(true);
    const { time, handler, a, b } = this.queue;
    expect([time, handler, a, b]).toEqual([first.time, first.label % 7, first.label, ~first.label]);
    this.model.splice(this.model.indexOf(first), 1);
    this.now = time;
  }

  takeAll(): void {
    while (this.model.length > 0) this.take();
    this.take();
  }
}

const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('add' as const), value: fc.nat(4) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const), value: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), value: fc.nat(1000) }) },
);

function obey(pair: Pair, commands: readonly { do: 'add' | 'take' | 'cancel'; value: number }[]): void {
  for (const { do: verb, value } of commands) {
    if (verb === 'add') pair.add(value);
    else if (verb === 'take') pair.take(pair.now + value);
    else pair.cancel(value);
    expect(pair.queue.size).toBe(pair.model.length);
  }
  pair.takeAll();
}

test('events come by time and, at equal times, first scheduled first, whatever is cancelled in between', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 400, size: 'max' }), (commands) => obey(new Pair(), commands)),
    { numRuns: 300 },
  );
});

test('the order holds with heap and pile at any size, and dead entries cleared away early', () => {
  const delays = fc.oneof(fc.nat(4), fc.nat(1e6));
  const commands = fc.array(fc.oneof(command, fc.record({ do: fc.constant('add' as const), value: delays })), {
    maxLength: 500,
    size: 'max',
  });
  fc.assert(
    fc.property(commands, fc.constantFrom(2, 8, 40), fc.constantFrom(0, 5), (list, maxWholeHeap, minDead) =>
      obey(new Pair(new EventQueue({ maxWholeHeap, minDead })), list),
    ),
    { numRuns: 500 },
  );
});

test('the order survives the end of the 32-bit sequence numbers', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 150, size: 'max' }), fc.integer({ min: 1, max: 60 }), (commands, left) =>
      obey(new Pair(new EventQueue({ firstSequence: 0x7fff_ffff - left, maxWholeHeap: 16 })), commands),
    ),
    { numRuns: 200 },
  );
});

test.each([
  ['few distinct times', 3],
  ['some ties', 1000],
  ['hardly a tie', 1e9],
])('a queue too large for one heap keeps the order: %s', (_, spread) => {
  let state = 9;
  const random = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 0) / 0x1_0000_0000) * n);
  };
  const queue = new EventQueue();
  const expected: { time: number; label: number }[] = [];
  const cancelled = new Set<number>();
  const ids: EventId[] = [];
  const taken: number[] = [];
  let now = 0;
  const add = (): void => {
    const time = now + random(spread) * (random(10) === 0 ? 50 : 1);
    const label = ids.length;
    expected.push({ time, label });
    ids.push(queue.idOf(queue.add(time, 0, label, 0)));
  };
  const take = (): void => {
    if (!queue.take(Infinity)) return;
    expect(queue.time).toBeGreaterThanOrEqual(now);
    now = queue.time;
    taken.push(queue.a);
  };
  for (let k = 0; k < 60_000; k++) add();
  for (let k = 0; k < 60_000; k++) {
    take();
    add();
    if (random(3) === 0) {
      const label = random(ids.length);
      if (queue.cancel(ids[label]!)) cancelled.add(label);
    }
  }
  expect(queue.size).toBe(ids.length - cancelled.size - taken.length);
  while (queue.size > 0) take();
  const left = expected.filter(({ label }) => !cancelled.has(label));
  left.sort((p, q) => p.time - q.time || p.label - q.label);
  expect(taken).toEqual(left.map(({ label }) => label));
});

test('a limit leaves later events where they are', () => {
  const pair = new Pair();
  for (const delay of [5, 3, 3, 9]) pair.add(delay);
  pair.take(2);
  pair.take(3);
  pair.take(3);
  pair.take(4);
  expect(pair.queue.size).toBe(2);
  pair.takeAll();
});

test('the id of an event that is gone cancels nothing, not even after its slot was used again', () => {
  const queue = new EventQueue();
  const first = queue.idOf(queue.add(1, 0, 0, 0));
  expect(queue.take(Infinity)).toBe(true);
  const second = queue.idOf(queue.add(2, 0, 0, 0));
  expect(second).not.toBe(first);
  expect(queue.cancel(first)).toBe(false);
  expect(queue.cancel(second)).toBe(true);
  expect(queue.cancel(second)).toBe(false);
  expect(queue.cancel(NO_EVENT)).toBe(false);
  expect(queue.cancel(12345 as EventId)).toBe(false);
  expect(queue.take(Infinity)).toBe(false);
});

test('three million events through one slot give as many ids', () => {
  const queue = new EventQueue();
  let previous = NO_EVENT;
  const early = queue.idOf(queue.add(0, 0, 0, 0));
  queue.take(Infinity);
  for (let k = 0; k < 3_000_000; k++) {
    const id = queue.idOf(queue.add(k, 0, 0, 0));
    if (id === early || id === previous) expect.fail(`id ${id} came back`);
    if (queue.cancel(previous) || queue.cancel(early)) expect.fail('an old id cancelled a new event');
    if (!queue.take(Infinity)) expect.fail('the event is missing');
    previous = id;
  }
  expect(queue.capacity).toBe(256);
});

test('a timer re-armed a million times takes no more memory', () => {
  const queue = new EventQueue();
  for (let k = 0; k < 50; k++) queue.add(1e9 + k, 0, k, 0);
  let timer = NO_EVENT;
  for (let k = 0; k < 1_000_000; k++) {
    queue.cancel(timer);
    timer = queue.idOf(queue.add(1e6 + k, 1, 0, 0));
  }
  expect(queue.capacity).toBe(256);
  expect(queue.size).toBe(51);
  expect(queue.take(Infinity)).toBe(true);
  expect(queue.handler).toBe(1);
});
