import { expect, test } from 'vitest';
import { type HandlerId, Kernel, MAX_TIME_NS, NO_EVENT, type Nanoseconds } from '../../src/kernel/index.ts';

const ns = (time: number): Nanoseconds => time as Nanoseconds;

/** A kernel that writes down every event of the handler 'note'. */
function noting(seed = 1): { kernel: Kernel; note: HandlerId; seen: [number, number, number][] } {
  const kernel = new Kernel({ seed });
  const seen: [number, number, number][] = [];
  const note = kernel.on('note', (a, b) => seen.push([kernel.now, a, b]));
  return { kernel, note, seen };
}

test('events run by time, equal times in the order of scheduling, also those scheduled by a handler for the same time', () => {
  const { kernel, note, seen } = noting();
  const again = kernel.on('again', (a) => {
    kernel.after(ns(0), note, a, 1);
    kernel.after(ns(1), note, a, 2);
  });
  kernel.at(ns(5), again, 10);
  kernel.at(ns(5), note, 11);
  kernel.at(ns(6), note, 12);
  kernel.at(ns(2), note);
  expect(kernel.run()).toBe('empty');
  expect(seen).toEqual([
    [2, 0, 0],
    [5, 11, 0],
    [5, 10, 1],
    [6, 12, 0],
    [6, 10, 2],
  ]);
  expect(kernel.eventCount).toBe(6);
  expect([...kernel.countsByHandler]).toEqual([
    ['note', 5],
    ['again', 1],
  ]);
});

test('a run until a time takes the events at that time and leaves the clock there', () => {
  const { kernel, note, seen } = noting();
  for (const time of [1, 10, 11]) kernel.at(ns(time), note);
  expect(kernel.run({ until: ns(10) })).toBe('until');
  expect([seen.length, kernel.now, kernel.pendingCount]).toEqual([2, 10, 1]);
  expect(kernel.run({ until: ns(10) })).toBe('until');
  expect(kernel.run({ until: ns(50) })).toBe('empty');
  expect([seen.length, kernel.now, kernel.pendingCount]).toEqual([3, 50, 0]);
});

test('stop and stopWhen end a run after the present event, and the next run goes on', () => {
  const { kernel, note, seen } = noting();
  const halt = kernel.on('halt', () => kernel.stop());
  kernel.at(ns(1), note);
  kernel.at(ns(2), halt);
  for (const time of [3, 4, 5]) kernel.at(ns(time), note);
  expect(kernel.run({ until: ns(100) })).toBe('stopped');
  expect(kernel.now).toBe(2);
  expect(kernel.run({ stopWhen: () => seen.length === 3 })).toBe('stopped');
  expect(kernel.now).toBe(4);
  expect(kernel.run()).toBe('empty');
  expect(seen.length).toBe(4);
});

test('a cancelled event does not run, not even when a handler cancels one of its own time', () => {
  const { kernel, note, seen } = noting();
  const later = kernel.at(ns(7), note, 1);
  const same = { id: NO_EVENT };
  const cancel = kernel.on('cancel', () => {
    expect(kernel.cancel(same.id)).toBe(true);
    expect(kernel.cancel(same.id)).toBe(false);
  });
  kernel.at(ns(3), cancel);
  same.id = kernel.at(ns(3), note, 2);
  const kept = kernel.at(ns(4), note, 3);
  expect(kernel.cancel(later)).toBe(true);
  kernel.run();
  expect(seen).toEqual([[4, 3, 0]]);
  expect(kernel.cancel(kept)).toBe(false);
  expect(kernel.cancel(NO_EVENT)).toBe(false);
});

test('a handler that cancels its own event finds it gone', () => {
  const kernel = new Kernel({ seed: 1 });
  let own = NO_EVENT;
  const found: boolean[] = [];
  const handler = kernel.on('own', () => found.push(kernel.cancel(own)));
  own = kernel.at(ns(1), handler);
  kernel.run();
  expect(found).toEqual([false]);
});

test.each([
  [2.5, "cannot schedule 'note' at 2.5 ns: a time is a whole number of nanoseconds (roundUpNs rounds a computed one)"],
  [-1, "cannot schedule 'note' at -1 ns: it is 0 ns already"],
  [NaN, "cannot schedule 'note' at NaN ns: a time is a whole number of nanoseconds (roundUpNs rounds a computed one)"],
  [2 ** 53, "cannot schedule 'note' at 9007199254740992 ns: the last possible time is 9007199254740991 ns, 104 days"],
  [Infinity, "cannot schedule 'note' at Infinity ns: the last possible time is 9007199254740991 ns, 104 days"],
])('the time %d is refused', (time, message) => {
  const { kernel, note } = noting();
  expect(() => kernel.at(ns(time), note)).toThrow(new RangeError(message));
  expect(kernel.pendingCount).toBe(0);
});

test('the last possible time is allowed', () => {
  const { kernel, note, seen } = noting();
  kernel.at(MAX_TIME_NS, note);
  kernel.run();
  expect(seen).toEqual([[MAX_TIME_NS, 0, 0]]);
});

test.each([1.5, 2 ** 31, NaN])('the argument %d is refused', (a) => {
  const { kernel, note } = noting();
  const expected = `cannot schedule 'note' with (${a}, 0): an argument is a whole number of 32 bits, signed`;
  expect(() => kernel.at(ns(1), note, a)).toThrow(new RangeError(expected));
});

test('an unknown handler, a taken name and a seed that is none are refused', () => {
  const { kernel } = noting();
  const unknown = new RangeError('found handler 7, expected one registered with this kernel');
  expect(() => kernel.at(ns(1), 7 as HandlerId)).toThrow(unknown);
  expect(() => kernel.on('note', () => {})).toThrow("a handler named 'note' is registered already");
  expect(() => new Kernel({ seed: 0.5 })).toThrow(new RangeError('seed: found 0.5, expected a whole number'));
  expect(() => new Kernel({ seed: 1, log: { from: 3, to: 2 } })).toThrow('log: found the range 3 to 2');
});

test('until must not lie before the present, and a handler cannot run the kernel', () => {
  const { kernel, note } = noting();
  kernel.at(ns(5), note);
  kernel.run();
  const message =
    'run: found until = 4, expected a whole number of nanoseconds from 5, the present, to 9007199254740991';
  expect(() => kernel.run({ until: ns(4) })).toThrow(new RangeError(message));
  const nested = kernel.on('nested', () => void kernel.run());
  kernel.at(ns(6), nested);
  expect(() => kernel.run()).toThrow(/event 1, 'nested' \(0, 0\) at 6 ns: run: the kernel is running already/);
});

test('an error of a handler names the event, keeps its cause, and the run can go on', () => {
  const { kernel, note, seen } = noting();
  const cause = new Error('no route');
  const fail = kernel.on('net.send', () => {
    kernel.after(ns(1), note, 1);
    throw cause;
  });
  kernel.at(ns(3), fail, 4, -5);
  kernel.at(ns(9), note, 2);
  let caught: unknown;
  try {
    kernel.run();
  } catch (error) {
    caught = error;
  }
  expect(caught).toEqual(new Error("event 0, 'net.send' (4, -5) at 3 ns: no route"));
  expect((caught as Error).cause).toBe(cause);
  kernel.run();
  expect(seen).toEqual([
    [4, 1, 0],
    [9, 2, 0],
  ]);
});

test('an error of stopWhen is not blamed on the event', () => {
  const { kernel, note, seen } = noting();
  kernel.at(ns(1), note);
  kernel.at(ns(2), note);
  const stopWhen = (): boolean => {
    throw new Error('mine');
  };
  expect(() => kernel.run({ stopWhen })).toThrow(new Error('mine'));
  kernel.run();
  expect(seen.length).toBe(2);
});

test('more handlers than the tables first hold are counted and told apart', () => {
  const kernel = new Kernel({ seed: 1 });
  const seen: number[] = [];
  const ids = Array.from({ length: 100 }, (_, i) => kernel.on(`h${i}`, () => seen.push(i)));
  for (const [i, id] of ids.entries()) kernel.at(ns(100 - i), id);
  kernel.run();
  expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => 99 - i));
  expect([...kernel.countsByHandler.values()].every((count) => count === 1)).toBe(true);
});
