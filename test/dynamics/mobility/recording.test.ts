import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RandomStream, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { Mobility, RecordedMover, Track } from '../../../src/model/index.ts';
import { loadScenario } from '../../../src/scenario/index.ts';
import { TraceReader } from '../../../src/traces/index.ts';
import { legAfter, movers, positionAfter } from './movers.ts';

const GAP_NS = 20e9 as Nanoseconds;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-recording-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A recorded movement twice: all samples held, and read from its file. */
function recorded(count: number): { held: Mobility; read: Mobility } {
  const stream = new RandomStream(3, 'recorded');
  const rows: [timeNs: number, mover: number, x: number, y: number][] = [];
  const tracks: { timesNs: Nanoseconds[]; points: { x: number; y: number }[] }[] = [];
  for (let mover = 0; mover < count; mover++) {
    const track = { timesNs: [] as Nanoseconds[], points: [] as { x: number; y: number }[] };
    let timeNs = stream.integer(4) * 1e9;
    for (let i = 0; i < 60; i++) {
      const x = stream.integer(1_000) / 8;
      const y = stream.integer(1_000) / 8;
      track.timesNs.push(timeNs as Nanoseconds);
      track.points.push({ x, y });
      rows.push([timeNs, mover, x, y]);
      // some gaps are longer than the one stated, some are just as long, and some samples stand alone
      timeNs += (stream.bernoulli(0.1) ? 15 + stream.integer(12) : 1 + stream.integer(3)) * 1e9;
    }
    tracks.push(track);
  }
  rows.sort((a, b) => a[0] - b[0]);
  const file = join(folder, 'recorded.csv.gz');
  const lines = rows.map(([timeNs, mover, x, y]) => `${timeNs / 1e9},m${mover},${x},${y}\n`);
  writeFileSync(file, gzipSync(`time,id,x,y\n${lines.join('')}`));
  const sizeBytes = statSync(file).size;
  return {
    held: { model: 'trace', tracks, gapNs: GAP_NS },
    read: { model: 'recording', file, sizeBytes, coordinates: 'planar', movers: tracks.map(moverOf) },
  };
}

function moverOf({ timesNs, points }: Track, index: number): RecordedMover {
  const staysNs: Nanoseconds[] = [];
  for (let i = 0; i < timesNs.length; i++) {
    if (i > 0 && timesNs[i]! - timesNs[i - 1]! <= GAP_NS) staysNs[staysNs.length - 1] = timesNs[i]!;
    else staysNs.push(timesNs[i]!, timesNs[i]!);
  }
  const isStay = (_: number, i: number) => staysNs[i - (i % 2)] !== staysNs[i - (i % 2) + 1];
  return { id: `m${index}`, first: points[0]!, staysNs: staysNs.filter(isStay) };
}

test('a movement read in step with the run is the same as one that is held', () => {
  const { held, read } = recorded(40);
  const inMemory = movers(held, 40);
  const fromFile = movers(read, 40);
  let present = 0;
  let absent = 0;
  for (let seconds = 0; seconds < 600; seconds += 0.5) {
    for (const [index, mover] of inMemory.entries()) {
      const isPresent = legAfter(mover, seconds).present;
      expect(legAfter(fromFile[index]!, seconds).present).toBe(isPresent);
      if (isPresent) expect(positionAfter(fromFile[index]!, seconds)).toEqual(positionAfter(mover, seconds));
      if (isPresent) present++;
      else absent++;
    }
  }
  expect(Math.min(present, absent)).toBeGreaterThan(1_000);
});

test('a file that has changed since is refused', () => {
  const { read } = recorded(2);
  expect(() => movers({ ...read, sizeBytes: 7 } as Mobility, 2)).toThrow(
    'another file than when the scenario was read',
  );
});

const city = '../shared/data/sumo/eixample-grid.fcd.xml.gz';

test.skipIf(!existsSync(city))('moves each vehicle of a SUMO trace within 1 cm of it at each step', () => {
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'city' },
    spec: {
      duration: '10m',
      infrastructure: {
        nodeClasses: { edge: { cpu: 4, memory: '8Gi' } },
        clusters: [{ name: 'edge', at: { x: '0m', y: '0m' }, nodes: [{ class: 'edge', count: 1 }] }],
      },
      users: [{ name: 'car', mobility: { model: 'trace', file: join(process.cwd(), city) } }],
    },
  };
  const file = join(folder, 'city.json');
  writeFileSync(file, JSON.stringify(scenario));
  const { world } = loadScenario(file, { allow: ['../shared/data'] });
  const all = movers(world.userGroups[0]!.mobility!, world.users.length);
  const indexOf = new Map<string, number>();
  const reader = new TraceReader(city);
  let steps = 0;
  for (let sample = reader.next(); sample !== undefined; sample = reader.next()) {
    const { id, timeNs, east, north } = sample;
    if (!indexOf.has(id)) indexOf.set(id, indexOf.size);
    const { x, y } = positionAfter(all[indexOf.get(id)!]!, timeNs / 1e9);
    expect(Math.hypot(x - east, y - north)).toBeLessThan(0.01);
    steps++;
  }
  expect(indexOf.size).toBe(world.users.length);
  expect(steps).toBe(26_793);
});
