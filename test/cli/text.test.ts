import pc from 'picocolors';
import { expect, test } from 'vitest';
import { formatBytes, formatDuration, formatEnergy } from '../../src/format.ts';
import type { Io } from '../../src/cli/io.ts';
import { Progress } from '../../src/cli/progress.ts';
import { formatTable } from '../../src/cli/table.ts';

test('durations, sizes and energies take the unit that fits', () => {
  expect([0, 850, 1.5e3, 2.34e6, 1e9, 90e9, 7200e9, 172_800e9].map(formatDuration)).toEqual([
    '0 ns',
    '850 ns',
    '1.5 µs',
    '2.34 ms',
    '1 s',
    '1.5 min',
    '2 h',
    '2 d',
  ]);
  expect([12, 1500, 11.7e6].map(formatBytes)).toEqual(['12 B', '1.5 kB', '11.7 MB']);
  expect([12, 5200, 7.2e6].map(formatEnergy)).toEqual(['12 J', '5.2 kJ', '2 kWh']);
});

test('a table has upper-case heads, and numbers set right', () => {
  expect(
    formatTable(
      ['node', 'pods'],
      [
        ['a', 5],
        ['bcdef', 12],
      ],
    ),
  ).toBe('NODE   PODS\na         5\nbcdef    12\n');
});

function fakeIo(errIsTerminal: boolean) {
  let said = '';
  let nowMs = 0;
  const io: Io = {
    out: () => undefined,
    err: (text) => void (said += text),
    errIsTerminal,
    colors: pc.createColors(false),
    now: () => (nowMs += 100),
  };
  return { io, said: () => said };
}

test('progress into a pipe is a plain line each tenth, and nothing when quiet', () => {
  const { io, said } = fakeIo(false);
  const progress = new Progress(io, 'work', false);
  for (let step = 1; step <= 100; step++) progress.update(step / 100);
  progress.done();
  expect(said().split('\n').length).toBe(11);
  expect(said()).not.toContain('\r');
  const quiet = fakeIo(true);
  new Progress(quiet.io, 'work', true).update(1);
  expect(quiet.said()).toBe('');
});

test('progress on a terminal writes over its own line and takes it away', () => {
  const { io, said } = fakeIo(true);
  const progress = new Progress(io, 'work', false);
  for (let step = 1; step <= 100; step++) progress.update(step / 100);
  progress.done();
  expect(said()).not.toContain('\n');
  expect(said().endsWith('\r\u001b[K')).toBe(true);
});
