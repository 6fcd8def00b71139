import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WaitingRequests } from '../../../src/dynamics/workload/arrivals/waiting-requests.ts';
import { RandomStream, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { RecordingArrivals } from '../../../src/model/index.ts';
import { loadScenario } from '../../../src/scenario/index.ts';
import { TraceError } from '../../../src/traces/index.ts';
import { codecoApp } from '../../worlds.ts';
import { groupRequests } from './arrival-times.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-requests-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file of so many rows `time,user` (whole milliseconds, many at the same time), out of order by up to so many ms. */
function written(rows: number, lateMs: number): { file: string; expected: [number, number][] } {
  const stream = new RandomStream(5, 'rows');
  const requests = Array.from({ length: rows }, (_, index) => ({
    ms: Math.floor(index / 3) + stream.integer(lateMs + 1),
    user: stream.integer(50),
  }));
  const file = join(folder, `${rows}-${lateMs}.csv.gz`);
  writeFileSync(file, gzipSync(`time,user\n${requests.map(({ ms, user }) => `${ms / 1e3},u${user}\n`).join('')}`));
  const numbers = [...new Set(requests.map(({ user }) => user))];
  // in the order of the file where times are equal: sorting is stable
  const expected = requests
    .toSorted((a, b) => a.ms - b.ms)
    .map(({ ms, user }): [number, number] => [ms * 1e6, numbers.indexOf(user) % 7]);
  return { file, expected };
}

function reading(file: string, rows: number, lateMs: number): RecordingArrivals {
  return {
    process: 'recording',
    file,
    sizeBytes: statSync(file).size,
    played: { startNs: 0, scale: 1, durationNs: 1e15 as Nanoseconds },
    service: 'front',
    useDuration: false,
    count: rows,
    lateNs: lateMs * 1e6,
    users: 7,
  };
}

test.each([0, 1, 40, 2000])('requests up to %d ms out of order are the same as sorted ones', (lateMs) => {
  const { file, expected } = written(5_000, lateMs);
  expect(groupRequests(reading(file, 5_000, lateMs), 1e15, { users: 7 })).toEqual(expected);
});

test('a recording of more requests than are held is read in step with the run, each at its time and of its user', () => {
  const { file, expected } = written(200_003, 25);
  const arrivalsOfFile = { process: 'recorded', file: basename(file) };
  const spec = {
    duration: '1h',
    infrastructure: {
      nodeClasses: { edge: { cpu: 4, memory: '8Gi' } },
      clusters: [{ name: 'a', nodes: [{ class: 'edge', at: { x: '0m', y: '0m' } }] }],
      access: { technology: 'nr' },
    },
    users: [{ count: 7, at: { x: '0m', y: '1m' }, requests: { app: 'shop', to: 'front', arrivals: arrivalsOfFile } }],
    apps: [{ codecoApp: 'shop.json' }],
  };
  const scenario = { apiVersion: 'codeco-sim/v1', kind: 'Scenario', metadata: { name: 'long' }, spec };
  writeFileSync(join(folder, 'scenario.json'), JSON.stringify(scenario));
  writeFileSync(join(folder, 'shop.json'), JSON.stringify(codecoApp('shop', { front: {} })));
  const { world } = loadScenario(join(folder, 'scenario.json'));
  const { arrivals, meanRatePerNs } = world.userGroups[0]!.requests!;
  expect(arrivals).toMatchObject({ process: 'recording', count: 200_003, users: 7 });
  expect(meanRatePerNs * 3600e9 * 7).toBeCloseTo(200_003, 6);
  expect(groupRequests(arrivals, 3600e9, { users: 7 })).toEqual(expected);
});

test('another file than the one that was read is refused', () => {
  const { file } = written(100, 0);
  expect(() => groupRequests({ ...reading(file, 100, 0), sizeBytes: 1 }, 1e15)).toThrow(TraceError);
  expect(() => groupRequests(reading(file, 101, 0), 1e15)).toThrow(/another file/);
});

test('of what waits, the first by time comes first, at equal times the first that was added', () => {
  const stream = new RandomStream(8, 'waiting');
  const waiting = new WaitingRequests();
  const all: { timeNs: number; user: number }[] = [];
  const taken: { timeNs: number; user: number }[] = [];
  for (let user = 0; user < 2_000; user++) {
    const timeNs = stream.integer(60);
    all.push({ timeNs, user });
    waiting.add(timeNs, user, 0);
  }
  while (waiting.size > 0) {
    waiting.take();
    taken.push({ timeNs: waiting.timeNs, user: waiting.user });
  }
  expect(taken).toEqual(all.toSorted((a, b) => a.timeNs - b.timeNs));
});
