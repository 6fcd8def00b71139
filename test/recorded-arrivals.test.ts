import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTable } from '../src/results/index.ts';
import { loadScenario } from '../src/scenario/index.ts';
import { simulateLoaded } from '../src/simulate.ts';
import { verifyResults } from '../src/verification.ts';
import { codecoApp } from './worlds.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-recorded-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Issued {
  readonly user: string;
  readonly issued_ns: number;
  readonly cpu_ns: number;
  readonly outcome: string;
}

/** Runs users whose requests are recorded in a table of this text. */
async function play(
  table: string | Buffer,
  arrivals: object = {},
  options: { count?: number; duration?: string } = {},
) {
  const { count = 3, duration = '600s' } = options;
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'recorded' },
    spec: {
      duration,
      infrastructure: {
        nodeClasses: { edge: { cpu: 64, memory: '8Gi' } },
        clusters: [{ name: 'a', nodes: [{ class: 'edge', at: { x: '0m', y: '0m' } }] }],
        access: { technology: 'wifi' },
      },
      users: [
        {
          count,
          at: { x: '0m', y: '1m' },
          requests: { app: 'shop', to: 'front', arrivals: { process: 'recorded', file: 'table.csv', ...arrivals } },
        },
      ],
      apps: [{ codecoApp: 'shop.json', behaviour: { front: { concurrency: 1000 } } }],
    },
  };
  const file = join(folder, 'scenario.json');
  writeFileSync(file, JSON.stringify(scenario));
  writeFileSync(join(folder, 'shop.json'), JSON.stringify(codecoApp('shop', { front: {}, cart: {} })));
  writeFileSync(join(folder, 'table.csv'), table);
  const loaded = loadScenario(file);
  const out = join(folder, 'out');
  const run = simulateLoaded(loaded, file, { out, force: true });
  const rows = (await readTable(out, 'requests')).toArray().map((row) => row.toJSON() as Issued);
  const requests = rows.toSorted((a, b) => a.issued_ns - b.issued_ns || (a.user < b.user ? -1 : 1));
  return {
    times: requests.map(({ user, issued_ns }) => [user.replace('users-', ''), issued_ns / 1e9]),
    requests,
    warnings: loaded.warnings.map(({ found }) => found),
    hash: run.manifest!.scenario.hash,
    out,
  };
}

describe('a table of times', () => {
  test('gives requests at exactly these times, the users in turn', async () => {
    const { times, warnings, out } = await play('time\n1.5\n1.500000001\n2\n30.25\n599.999999999\n600\n');
    expect(times).toEqual([
      ['1', 1.5],
      ['2', 1.500000001],
      ['3', 2],
      ['1', 30.25],
      ['2', 599.999999999],
    ]);
    expect(warnings).toEqual([]);
    expect(verifyResults(out).same).toBe(true);
  });

  test('with users: those of the recording are those of the group, in the order in which they first come', async () => {
    const { times } = await play('user,time\nzoe,3\namy,1\nzoe,2\nbob,4\nkim,5\n');
    expect(times).toEqual([
      ['2', 1],
      ['1', 2],
      ['1', 3],
      ['3', 4],
      ['1', 5],
    ]);
  });

  test('out of order is put in order, and said', async () => {
    const { times, warnings } = await play('time,colour\n9,red\n1,blue\n5,red\n2,red\n');
    expect(times.map(([, time]) => time)).toEqual([1, 2, 5, 9]);
    expect(warnings).toEqual([
      'columns that are left out: colour; 2 × a time before that of the row before, put in order',
    ]);
  });

  test('a row that repeats the one before is a request of its own, and said', async () => {
    const { times, warnings } = await play('time,user\n1,a\n1,a\n1,b\n');
    expect(times).toEqual([
      ['1', 1],
      ['1', 1],
      ['2', 1],
    ]);
    expect(warnings).toEqual(['1 × a row the same as the one before, each a request of its own']);
  });

  test('of several services gives the group those of the service that it sends to', async () => {
    const { times } = await play('time,service\n1,front\n2,cart\n3,front\n');
    expect(times.map(([, time]) => time)).toEqual([1, 3]);
  });

  test('is played from a start, at a scale', async () => {
    const { times } = await play('time\n50\n100\n101.5\n700\n6100\n', { start: '100s', timeScale: 0.1 });
    expect(times.map(([, time]) => time)).toEqual([0, 0.15, 60]);
  });

  test('packed by gzip is the same', async () => {
    const table = 'time,user\n1,a\n2,b\n';
    const [plain, packed] = [await play(table), await play(gzipSync(table))];
    expect(packed.times).toEqual(plain.times);
    expect(packed.hash).toBe(plain.hash);
    expect((await play('time,user\n1,a\n2.5,b\n')).hash).not.toBe(plain.hash);
  });

  test('none of which falls into the run is told', async () => {
    const { times, warnings } = await play('time\n700\n');
    expect(times).toEqual([]);
    expect(warnings).toEqual(['no arrivals within the run: its users send nothing']);
  });
});

describe("Azure's invocations of 2021", () => {
  // the form of the published sample: in no order, full precision
  const table = [
    'app,func,end_timestamp,duration',
    'a1,f1,51.142570018768,0.134',
    'a1,f2,52.280997037888,0.013',
    'a2,f1,94.567729949951,42.356',
    'a1,f1,60.5,0.25',
    'a2,f9,0.1,0.5',
    '',
  ].join('\n');

  test('arrive when they end less what they took', async () => {
    const { requests, warnings } = await play(table);
    expect(requests.map(({ issued_ns }) => issued_ns)).toEqual(
      [51142570019 - 134e6, 94567729950 - 42356e6, 52280997038 - 13e6, 60.25e9].toSorted((a, b) => a - b),
    );
    expect(warnings).toEqual(['1 × a request that began before the recording, passed over']);
  });

  test('take the recorded CPU time if asked, each its own', async () => {
    const { requests } = await play(table, { useDuration: true });
    expect(requests.filter(({ outcome }) => outcome === 'ok').map(({ cpu_ns }) => cpu_ns)).toEqual([
      134e6, 42356e6, 13e6, 250e6,
    ]);
  });

  test('of one application and function', async () => {
    const { requests } = await play(table, { ofApp: 'a1', ofFunction: 'f1' });
    expect(requests.map(({ issued_ns }) => issued_ns)).toEqual([51142570019 - 134e6, 60.25e9]);
  });
});

describe("Azure's counts of 2019", () => {
  const minutes = Array.from({ length: 1440 }, (_, minute) => minute + 1);
  const row = (app: string, func: string, counts: readonly number[]): string =>
    ['owner', app, func, 'http', ...minutes.map((minute) => counts[minute - 1] ?? 0)].join(',');
  const table = [
    ['HashOwner', 'HashApp', 'HashFunction', 'Trigger', ...minutes].join(','),
    row('a', 'f', [5, 0, 40, 1]),
    row('a', 'g', [0, 7, 60]),
    row('b', 'f', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1000]),
    '',
  ].join('\n');
  const perMinute = (requests: readonly Issued[], minuteNs = 60e9): number[] => {
    const counts: number[] = [];
    for (const { issued_ns } of requests) {
      const minute = Math.floor(issued_ns / minuteNs);
      counts[minute] = (counts[minute] ?? 0) + 1;
    }
    return Array.from({ length: counts.length }, (_, minute) => counts[minute] ?? 0);
  };

  test('give each minute of the run exactly its requests', async () => {
    expect(perMinute((await play(table)).requests)).toEqual([5, 7, 100, 1]);
    expect(perMinute((await play(table, { ofFunction: 'f' })).requests)).toEqual([5, 0, 40, 1]);
    expect(perMinute((await play(table, { ofApp: 'a', ofFunction: 'g' })).requests)).toEqual([0, 7, 60]);
  });

  test('of a function that has two rows are added, and said', async () => {
    const { requests, warnings } = await play(`${table}${row('a', 'f', [0, 3])}\n`, { ofApp: 'a', ofFunction: 'f' });
    expect(perMinute(requests)).toEqual([5, 3, 40, 1]);
    expect(warnings).toEqual(['1 × a row of a function that has one already, added to it']);
  });

  test('from a minute on, at a scale', async () => {
    const { requests } = await play(table, { start: '2m', timeScale: 0.5 });
    expect(perMinute(requests, 30e9)).toEqual([100, 1, 0, 0, 0, 0, 0, 0, 0, 1000]);
  });
});
