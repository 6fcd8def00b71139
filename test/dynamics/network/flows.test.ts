import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { replayFlows, type RecordedCase } from '../../../scripts/parity/replay-flows.ts';
import { Flows } from '../../../src/dynamics/network/index.ts';
import { Kernel } from '../../../src/kernel/index.ts';

test('flows that end together end in the order of their start, whatever slowed them down before', () => {
  const kernel = new Kernel({ seed: 1 });
  const ended: [number, number][] = [];
  const flows = new Flows(kernel, [8e9, 8e9], Int32Array.of(0, 1), (tag) => ended.push([tag, kernel.now]));
  for (const tag of [0, 1, 2, 3]) flows.start([tag % 2], 1, 1_000_000, tag);
  kernel.run();
  expect(ended).toEqual([0, 1, 2, 3].map((tag) => [tag, 2_000_000]));
});

test('weights divide, limits cap, and the rest is worked out anew as each flow ends', () => {
  const kernel = new Kernel({ seed: 1 });
  const ended: [number, number][] = [];
  const flows = new Flows(kernel, [12e6], Int32Array.of(0), (tag) => ended.push([tag, kernel.now / 1e9]));
  // 1 and 8 Mbit/s by the weights, 3 by the limit of the third: then 9 shared 1 : 8
  flows.start([0], 1, 250_000, 1, Infinity, 1);
  flows.start([0], 1, 1_000_000, 2, Infinity, 8);
  flows.start([0], 1, 1_125_000, 3, 3e6, 10);
  kernel.run();
  // 2 ends after 1 s; 1 then has 1 Mbit left at 9 Mbit/s, and 3 goes on at its limit
  expect(ended.map(([tag]) => tag)).toEqual([2, 1, 3]);
  expect(ended[0]![1]).toBeCloseTo(1, 9);
  expect(ended[1]![1]).toBeCloseTo(1 + 1 / 9, 8);
  expect(ended[2]![1]).toBeCloseTo(3, 9);
});

const recorded = '../shared/data/simgrid/flows.jsonl';

test.skipIf(!existsSync(recorded))(`ends every flow of ${recorded} within 1e-5 of when SimGrid does`, () => {
  const lines = readFileSync(recorded, 'utf8').split('\n').filter(Boolean);
  let count = 0;
  for (const line of lines) {
    const parsed = JSON.parse(line) as RecordedCase;
    const ends = replayFlows(parsed);
    for (const [flow, [, , , expected]] of parsed.flows.entries()) {
      expect(Math.abs(ends[flow]! - expected) / expected, `case ${line.slice(0, 8)}, flow ${flow}`).toBeLessThan(1e-5);
      count++;
    }
  }
  expect(count).toBeGreaterThan(0);
});
