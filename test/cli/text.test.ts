import pc from 'picocolors';
import { expect, test } from 'vitest';
import { formatBytes, formatDuration, formatEnergy } from '../../src/format.ts';
import type { Io } from '../../src/cli/io.ts';
import { Progress } from '../../src/cli/progress.ts';
import { hasColors } from '../../src/cli/colors.ts';
import { formatOverTime } from '../../src/cli/over-time.ts';
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

test.each([
  ['auto', { isTTY: true }, {}, true],
  ['auto', {}, {}, false],
  ['auto', { isTTY: true }, { TERM: 'dumb' }, false],
  ['auto', { isTTY: true }, { NO_COLOR: '1' }, false],
  // no-color.org: an empty value does not count
  ['auto', { isTTY: true }, { NO_COLOR: '' }, true],
  ['auto', {}, { FORCE_COLOR: '1' }, true],
  ['auto', { isTTY: true }, { FORCE_COLOR: '0' }, false],
  ['auto', {}, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ['always', {}, { NO_COLOR: '1' }, true],
  ['never', { isTTY: true }, { FORCE_COLOR: '1' }, false],
] as const)('--color %s on %o with %o: %s', (choice, stream, env, expected) => {
  expect(hasColors(choice, stream, env)).toBe(expected);
});

test('requests over time are columns from 0 to the largest value, with a gap where none was answered', () => {
  const window = (i: number, answered: number, failed: number, p95Ns?: number) => ({
    fromNs: i * 2e9,
    toNs: (i + 1) * 2e9,
    sent: answered + failed,
    answered,
    failed,
    p50Ns: p95Ns,
    p95Ns,
    partsNs: { network: 0, queue: 0, cpu: 0, retry: 0 },
  });
  const windows = [window(0, 16, 0, 40e6), window(1, 0, 8), window(2, 8, 0, 10e6)];
  expect(formatOverTime({ windows, windowNs: 2e9 })).toEqual([
    'Over time, a column 2 s of issued requests',
    '  answered  █▁▄  at most 8/s',
    '  failed    ▁█▁  at most 4/s',
    '  p95       █ ▂  at most 40 ms',
  ]);
  expect(formatOverTime({ windows: [window(0, 0, 0)], windowNs: 2e9 })).toEqual([]);
});
