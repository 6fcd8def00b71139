import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTable } from '../src/results/index.ts';
import { formatProblem, loadScenario } from '../src/scenario/index.ts';
import { simulate } from '../src/simulate.ts';
import { codecoApp } from './worlds.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-moving-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const app = codecoApp('echo', { server: { resources: { requests: { cpu: '3' } } } });

/** Two edge nodes 400 m apart with a cell each and room for one of two pods each, and a user group. */
function street(users: readonly object[], spec: object = {}, access: object = {}): object {
  return {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'street' },
    spec: {
      seed: 11,
      duration: '300s',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi' } },
        clusters: [
          { name: 'left', nodes: [{ class: 'box', name: 'west', at: { x: '0m', y: '0m' } }] },
          { name: 'right', nodes: [{ class: 'box', name: 'east', at: { x: '400m', y: '0m' } }] },
        ],
        links: [{ name: 'cable', from: 'left', to: 'right', bandwidth: '1Gbit/s', latency: '10ms' }],
        access: { technology: 'nr', range: '300m', hysteresis: '0m', handover: '100ms', ...access },
      },
      users,
      apps: [{ codecoApp: 'echo', behaviour: { server: { cpu: '1ms', replicas: 2 } } }],
      ...spec,
    },
  };
}

const requests = { app: 'echo', to: 'server', rate: '2/s', arrivals: 'periodic' };
const walker = {
  name: 'walker',
  mobility: {
    model: 'route',
    waypoints: [
      { x: '0m', y: '0m' },
      { x: '400m', y: '0m' },
    ],
    speed: '2m/s',
  },
  requests,
};

async function rows(name: string): Promise<Record<string, number | string | null>[]> {
  const table = await readTable(folder, name);
  return table.toArray().map((row) => row.toJSON());
}

describe('a user who walks from one cell to the other', () => {
  test('is handed over half-way, 100 s on, and is served by the pod that is near from then on', async () => {
    const { movements } = simulate(street([walker]), { codecoApps: [app], out: folder });
    const movement = await rows('movement');
    expect(movement.map(({ event, access_point }) => [event, access_point])).toEqual([
      ['attached', 'nr-west'],
      ['handover', 'nr-east'],
    ]);
    expect(movement[1]!['time_ns']).toBeCloseTo(100e9, -1);
    expect(movement[1]!['x_m']).toBeCloseTo(200, 6);
    expect(movements).toEqual({ handovers: 1, pingPongs: 0, coverageLosses: 0 });
    const answered = (await rows('requests')).filter(({ outcome }) => outcome === 'ok') as Record<string, number>[];
    const nodes = (from: number, to: number): unknown[] => [
      ...new Set(
        answered.filter(({ issued_ns }) => issued_ns! > from * 1e9 && issued_ns! < to * 1e9).map(({ node }) => node),
      ),
    ];
    expect(nodes(30, 99)).toEqual(['west']);
    expect(nodes(101, 299)).toEqual(['east']);
    // nothing is lost, and a request of the handover's time waits for its end: at most its 100 ms
    const later = answered.filter(({ issued_ns }) => issued_ns! > 30e9);
    expect(later.length).toBe((await rows('requests')).filter(({ issued_ns }) => (issued_ns as number) > 30e9).length);
    const slowest = Math.max(...later.map(({ latency_ns }) => latency_ns!));
    expect(slowest).toBeLessThan(140e6);
  });

  test('finds nobody in a hole between the cells', async () => {
    simulate(street([walker], {}, { range: '150m' }), { codecoApps: [app], out: folder });
    const movement = await rows('movement');
    expect(movement.map(({ event, access_point }) => [event, access_point])).toEqual([
      ['attached', 'nr-west'],
      ['out-of-range', null],
      ['attached', 'nr-east'],
    ]);
    for (const request of await rows('requests')) {
      const issuedS = (request['issued_ns'] as number) / 1e9;
      if (issuedS > 76 && issuedS < 124) expect(request['outcome']).toBe('not-covered');
      if ((issuedS > 30 && issuedS < 74) || issuedS > 126) expect(request['outcome']).toBe('ok');
    }
  });
});

describe('random movement', () => {
  const area = { around: { x: '200m', y: '0m' }, width: '1km', height: '500m' };
  const groups = ['random-waypoint', 'manhattan', 'gauss-markov'].map((model) => ({
    name: model,
    count: 15,
    mobility: { model, speed: '20m/s', area },
    requests,
  }));
  const run = async (users: readonly object[], spec: object = {}): Promise<[string, unknown[]]> => {
    rmSync(folder, { recursive: true, force: true });
    const { digest } = simulate(street(users, spec), { codecoApps: [app], out: folder });
    const moves = (await rows('movement')).filter(({ user }) => (user as string).startsWith('random-waypoint'));
    return [digest, moves];
  };

  test('is the same twice, another with another seed, and the same beside other groups and schedulers', async () => {
    const [digest, moves] = await run(groups);
    expect(moves.length).toBeGreaterThan(50);
    expect(await run(groups)).toEqual([digest, moves]);
    expect((await run(groups.slice(0, 1)))[1]).toEqual(moves);
    expect((await run(groups, { orchestration: { scheduler: 'lowest-latency' } }))[1]).toEqual(moves);
    expect((await run(groups, { seed: 12 }))[1]).not.toEqual(moves);
  });
});

test('a group whose model is static is one that stands still: no draw, no event, the same run', () => {
  const still = { at: { uniform: { around: { x: '0m', y: '0m' }, radius: '90m' } }, count: 5, requests };
  const digestOf = (user: object): string => simulate(street([user]), { codecoApps: [app] }).digest;
  expect(digestOf({ ...still, mobility: { model: 'static' } })).toBe(digestOf(still));
});

describe('recorded users', () => {
  const trace = (text: string): string => {
    writeFileSync(join(folder, 'trace.csv'), text);
    writeFileSync(join(folder, 'app.json'), JSON.stringify(app));
    const scenario = street([{ name: 'car', mobility: { model: 'trace', file: 'trace.csv' }, requests }]) as {
      spec: { apps: { codecoApp: string }[] };
    };
    scenario.spec.apps[0]!.codecoApp = 'app.json';
    const file = join(folder, 'scenario.json');
    writeFileSync(file, JSON.stringify(scenario));
    return file;
  };

  test('send while they are there, and are handed over where they were', async () => {
    const file = trace('time,id,x,y\n50,a,0,0\n60,b,400,0\n150,a,400,0\n200,b,0,0\n');
    const out = join(folder, 'out');
    simulate(file, { out });
    const table = async (name: string) =>
      (await readTable(out, name)).toArray().map((row) => row.toJSON() as Record<string, number | string | null>);
    const movement = await table('movement');
    expect(
      movement.map(({ time_ns, user, event }) => [Math.floor((time_ns as number) / 10) / 1e8, user, event]),
    ).toEqual([
      [0, 'car-1', 'out-of-range'],
      [0, 'car-2', 'out-of-range'],
      [50, 'car-1', 'attached'],
      [60, 'car-2', 'attached'],
      [100, 'car-1', 'handover'],
      [130, 'car-2', 'handover'],
      [150, 'car-1', 'out-of-range'],
      [200, 'car-2', 'out-of-range'],
    ]);
    const issued = (await table('requests')).filter(({ user }) => user === 'car-1');
    const times = issued.map(({ issued_ns }) => (issued_ns as number) / 1e9);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...times)).toBeLessThanOrEqual(150);
    expect(times.length).toBe(200);
    expect(issued.every(({ outcome }) => outcome === 'ok')).toBe(true);
  });

  test('that jump or have one row alone are warned of', () => {
    const { warnings } = loadScenario(trace('time,id,x,y\n0,a,0,0\n1,a,400,0\n2,b,0,0\n'));
    const text = warnings.map((warning) => formatProblem(warning)).join('\n');
    expect(text).toContain('1 id has only one sample and so is never there: "b"; first at line 4');
    expect(text).toContain('1 id moves faster than 100 m/s, once in all: "a"; first at line 3');
  });
});
