import { expect, test } from 'vitest';
import {
  type DigestTrail,
  divergence,
  type EventRange,
  firstDifference,
  firstDivergence,
  Kernel,
  type KernelRun,
  type Nanoseconds,
} from '../../src/kernel/index.ts';
import { TrailRecorder } from '../../src/kernel/digest-trail.ts';

/** A chain of events with random delays; `deviate` may change the argument of the event with an index. */
function chain(length: number, deviate: (index: number) => number = () => 0): KernelRun {
  return ({ log }: { readonly log?: EventRange }) => {
    const kernel = new Kernel({ seed: 5, ...(log && { log }) });
    const delays = kernel.streams.get('delays');
    let index = 0;
    const step = kernel.on('chain.step', () => {
      index++;
      if (index < length)
        kernel.after((1 + delays.integer(1000)) as Nanoseconds, index % 3 === 0 ? rest : step, index, deviate(index));
    });
    const rest = kernel.on('chain.rest', () => kernel.after(0 as Nanoseconds, step, -1));
    kernel.at(0 as Nanoseconds, step);
    kernel.run();
    return kernel;
  };
}

test('two runs of the same program do not differ', () => {
  expect(divergence(chain(5000), chain(5000))).toBeUndefined();
});

test('the first event that differs is named, with both sides and the last event in common', () => {
  const found = divergence(
    chain(20_000),
    chain(20_000, (index) => (index === 12_346 ? 1 : 0)),
  );
  expect(found?.left).toMatchObject({ handler: 'chain.step', a: 12_346, b: 0 });
  expect(found?.right).toMatchObject({ handler: 'chain.step', a: 12_346, b: 1 });
  expect(found?.left?.time).toBe(found?.right?.time);
  expect(found?.previous).toMatchObject({ index: found!.index - 1, handler: 'chain.step', a: -1 });
});

test('a run that ends earlier differs at its end', () => {
  const found = divergence(chain(1000), chain(1001));
  expect(found?.left).toBeUndefined();
  expect(found?.right).toMatchObject({ index: found!.index, handler: 'chain.step', a: 1000 });
});

test('a planted nondeterminism is found by running the same program twice', () => {
  let runs = 0; // outside of the program, as a cache or the clock would be
  const program: KernelRun = (options) => {
    runs++;
    const own = runs;
    return chain(30_000, (index) => (index === 20_001 ? own : 0))(options);
  };
  const found = divergence(program, program);
  expect(found?.left).toMatchObject({ handler: 'chain.rest', a: 20_001 });
  expect(found?.right?.a).toBe(20_001);
  expect(found?.left?.b).not.toBe(found?.right?.b);
});

test('a nondeterminism that moves from run to run is caught as well', () => {
  let runs = 0;
  const program: KernelRun = (options) => {
    const at = 3000 + ((runs++ * 700) % 1500);
    return chain(8000, (index) => (index === at ? 1 : 0))(options);
  };
  const found = divergence(program, program);
  expect(found?.left?.b).not.toBe(found?.right?.b);
  expect(found?.left?.a).toBe(found?.right?.a);
});

test('a difference that never comes again is reported as such', () => {
  let runs = 0;
  const program: KernelRun = (options) => chain(1000, (index) => (index === 500 && runs++ === 0 ? 1 : 0))(options);
  expect(() => divergence(program, program)).toThrow(
    /the runs parted at an event from \d+ to \d+, but not so again in 8/,
  );
});

test('an entry of the trail that agrees by chance does not hide the first difference', () => {
  const left = chain(20_000);
  const right = chain(20_000, (index) => (index === 5000 ? 1 : 0));
  const range = firstDifference(left({}).trail, right({}).trail)!;
  // as if the entries after the difference agreed once: the kernel shows another trail the first time
  const k = Math.floor(range.from / 64);
  let first = true;
  const liar: KernelRun = (options) => {
    const kernel = right(options);
    if (first) {
      first = false;
      const bytes = kernel.trail.bytes.slice();
      bytes.set(left({}).trail.bytes.subarray(2 * k, 2 * k + 2), 2 * k);
      const trail = { ...kernel.trail, bytes };
      Object.defineProperty(kernel, 'trail', { value: trail });
    }
    return kernel;
  };
  expect(divergence(left, liar)).toEqual(divergence(left, right));
});

test('a kernel without the log that was asked for is an error', () => {
  const deaf: KernelRun = () => chain(10)({});
  expect(() => divergence(chain(11), deaf)).toThrow('expected the option `log` to be passed on to the kernel');
});

test('the log holds the events of its range and no others', () => {
  const all = [...chain(500)({ log: { from: 0, to: Infinity } }).log!];
  expect(all.length).toBe(chain(500)({}).eventCount);
  expect(all[0]).toEqual({ index: 0, time: 0, handler: 'chain.step', a: 0, b: 0 });
  for (const [from, to] of [
    [0, 0],
    [0, 1],
    [100, 164],
    [127, 129],
    [600, 10_000],
    [5000, 6000],
  ] as const) {
    const log = chain(500)({ log: { from, to } }).log!;
    expect([...log]).toEqual(all.slice(from, to));
    expect(log.at(from - 1)).toBeUndefined();
  }
});

test('the log spans several chunks', () => {
  const log = chain(300_000)({ log: { from: 10, to: 300_000 } }).log!;
  expect(log.length).toBe(299_990);
  const indices = [10, 262_153, 262_154, 299_999];
  expect(indices.map((index) => log.at(index)?.index)).toEqual(indices);
  const times = [...log].map(({ time }) => time);
  expect(times.every((time, i) => i === 0 || time >= times[i - 1]!)).toBe(true);
});

test('logs of different ranges are not compared', () => {
  const at = (from: number) => chain(100)({ log: { from, to: 50 } }).log!;
  expect(firstDivergence(at(3), at(3))).toBeUndefined();
  expect(() => firstDivergence(at(3), at(4))).toThrow('one from event 3, the other from event 4');
});

/** The trail of a run whose lane after n events is f(n). */
function trailOf(eventCount: number, f: (n: number) => number, maxEntries = 16): DigestTrail {
  const recorder = new TrailRecorder(4, maxEntries);
  let mark = recorder.stride;
  for (let n = 1; n <= eventCount; n++) if (n === mark) mark = recorder.record(f(n), n);
  return recorder.trail(eventCount, `digest ${f(eventCount)}`);
}

test('a trail keeps its size: when it is full every second entry goes', () => {
  for (let n = 0; n <= 700; n++) {
    const trail = trailOf(n, (count) => count * 3);
    expect(trail.bytes.length).toBeLessThanOrEqual(32);
    expect(trail.bytes.length).toBe(2 * Math.floor(n / trail.stride));
    const entries = new Uint16Array(trail.bytes.buffer, 0, trail.bytes.length / 2);
    expect([...entries]).toEqual(Array.from(entries, (_, k) => ((k + 1) * trail.stride * 3) & 0xffff));
  }
  expect(trailOf(700, (n) => n).stride).toBe(64);
});

test('the range of the first difference encloses it, whatever the lengths and strides of the runs', () => {
  for (const leftCount of [0, 3, 64, 100, 333]) {
    for (const rightCount of [0, 3, 64, 100, 334]) {
      for (const parting of [0, 1, 4, 63, 64, 65, 99, 320, 500]) {
        const left = trailOf(leftCount, (n) => n * 7);
        const right = trailOf(rightCount, (n) => (n > parting ? n * 7 + 1 : n * 7));
        const range = firstDifference(left, right);
        const first = Math.min(parting, leftCount, rightCount);
        if (leftCount === rightCount && parting >= leftCount) expect(range).toBeUndefined();
        else {
          expect(range!.from).toBeLessThanOrEqual(first);
          expect(range!.to).toBeGreaterThan(first);
        }
      }
    }
  }
});

test('a trail of a kernel names the range of 64 events', () => {
  const left = chain(20_000)({}).trail;
  const right = chain(20_000, (index) => (index === 12_346 ? 1 : 0))({}).trail;
  const { from, to } = firstDifference(left, right)!;
  expect(to - from).toBe(64);
  expect(firstDifference(left, left)).toBeUndefined();
});

test('a stride of 1 names the very event, and one that is no power of two is refused', () => {
  const run = (deviant: number): DigestTrail => {
    const kernel = new Kernel({ seed: 1, trailStride: 1 });
    const step = kernel.on('step', () => {});
    for (let i = 0; i < 300; i++) kernel.at(i as Nanoseconds, step, i === deviant ? -1 : i);
    kernel.run();
    return kernel.trail;
  };
  expect(firstDifference(run(-1), run(123))).toEqual({ from: 123, to: 124 });
  const message = 'stride of a digest trail: found 0, expected a power of two';
  expect(() => new Kernel({ seed: 1, trailStride: 0 })).toThrow(new RangeError(message));
});

test('a damaged trail is refused', () => {
  const good = chain(1000)({}).trail;
  expect(() => firstDifference({ ...good, bytes: good.bytes.subarray(2) }, good)).toThrow(RangeError);
  expect(() => firstDifference(good, { ...good, stride: 3 })).toThrow('found 3, expected a power of two');
});
