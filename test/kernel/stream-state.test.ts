import seedrandom from 'seedrandom';
import { expect, test } from 'vitest';
import { RandomStreams } from '../../src/kernel/index.ts';

test("draws are seedrandom's own, bit for bit, however many streams share the pool", () => {
  const streams = new RandomStreams(7);
  const names = Array.from({ length: 100 }, (_, user) => `user/${user}/arrivals`);
  const own = names.map((name) => seedrandom.alea(`7/${name}`));
  for (let draw = 0; draw < 1000; draw++) {
    for (const [index, name] of names.entries()) expect(streams.get(name).uniform()).toBe(own[index]!.double());
  }
});
