import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { arrivalProcesses } from '../src/dynamics/workload/arrivals/index.ts';
import type { World } from '../src/model/index.ts';
import { readTable } from '../src/results/index.ts';
import { scenarioFromObject } from '../src/scenario/index.ts';
import { simulate } from '../src/simulate.ts';
import { verifyResults } from '../src/verification.ts';
import { codecoApp, oneNode, run } from './worlds.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const shop = codecoApp('shop', {
  front: { calls: ['cart', 'stock'], resources: { requests: { cpu: '500m' } } },
  cart: { calls: ['stock'] },
  stock: {},
});

/** Two clusters of two nodes each, a cable between them, and users at the first. */
function twoClusters(spec: object = {}, behaviour: object = {}): object {
  return {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'two-clusters' },
    spec: {
      seed: 3,
      duration: '60s',
      infrastructure: {
        nodeClasses: { server: { cpu: 4, memory: '8Gi', power: { idle: '20W', peak: '60W' } } },
        clusters: [
          {
            name: 'near',
            nodes: [
              {
                class: 'server',
                count: 2,
                name: 'near-{i}',
                at: [
                  { x: '0m', y: '0m' },
                  { x: '400m', y: '0m' },
                ],
              },
            ],
          },
          { name: 'far', nodes: [{ class: 'server', count: 2, name: 'far-{i}' }] },
        ],
        links: [{ name: 'cable', from: 'near', to: 'far', bandwidth: '1Gbit/s', latency: '10ms' }],
        access: { clusters: ['near'], range: '1km' },
      },
      users: [
        {
          count: 20,
          at: { uniform: { around: { x: '200m', y: '0m' }, radius: '150m' } },
          requests: { app: 'shop', to: 'front', rate: '2/s' },
        },
      ],
      apps: [
        {
          codecoApp: 'shop',
          behaviour: { '*': { cpu: { distribution: 'exponential', mean: '4ms' } }, ...behaviour },
        },
      ],
      ...spec,
    },
  };
}

const worldOf = (scenario: object): World => scenarioFromObject(scenario, { codecoApps: [shop] }).world;

async function rows(name: string): Promise<Record<string, number | string | boolean | null>[]> {
  const table = await readTable(folder, name);
  return table.toArray().map((row) => row.toJSON());
}

describe('a request', () => {
  test.each(['sequential', 'parallel'])(
    'with %s calls takes exactly its time in network, queue and CPU',
    async (calls) => {
      const behaviour = { front: { cpu: '2ms', calls, concurrency: 2 } };
      simulate(twoClusters({}, behaviour), { codecoApps: [shop], out: folder });
      const requests = await rows('requests');
      const answered = requests.filter(({ outcome }) => outcome === 'ok') as Record<string, number>[];
      expect(answered.length).toBeGreaterThan(1000);
      expect(answered.some(({ queue_ns }) => queue_ns! > 0)).toBe(true);
      for (const { latency_ns, network_ns, queue_ns, cpu_ns } of answered) {
        expect(network_ns! + queue_ns! + cpu_ns!).toBe(latency_ns);
      }
    },
  );

  test('alone takes what its parts take, to the nanosecond', async () => {
    // two messages of 1,000 bit over 1000 Gbit/s, 1 ns each, and 3 ms of CPU at half the speed
    const world = oneNode({
      cpu: 1,
      speed: 0.5,
      duration: '30s',
      rate: '1/s',
      arrivals: 'periodic',
      behaviour: { cpu: '3ms', request: '125B', response: '125B' },
    });
    const { measures } = run(world);
    expect(measures.requests_succeeded).toBe(20);
    expect([measures.latency_p50_ns, measures.latency_max_ns]).toEqual([6_000_002, 6_000_002]);
  });

  test('of parallel calls waits for the slowest, of sequential ones for their sum', () => {
    const latency = (calls: string): number => {
      const behaviour = { '*': { cpu: '10ms' }, front: { cpu: '0ms', calls }, cart: { cpu: '10ms' } };
      const fan = codecoApp('shop', { front: { calls: ['cart', 'stock'] }, cart: {}, stock: {} });
      const spec = {
        users: [
          { at: { x: '10m', y: '0m' }, requests: { app: 'shop', to: 'front', rate: '0.5/s', arrivals: 'periodic' } },
        ],
      };
      const { world } = scenarioFromObject(twoClusters(spec, behaviour), { codecoApps: [fan] });
      return run(world).measures.latency_p50_ns!;
    };
    expect(latency('sequential') - latency('parallel')).toBeGreaterThanOrEqual(10e6);
  });

  test('out of range of every access point fails as not-covered', () => {
    const users = [{ at: { x: '9km', y: '0m' }, requests: { app: 'shop', to: 'front', rate: '1/s' } }];
    const { outcomes } = run(worldOf(twoClusters({ users })));
    expect(outcomes['ok']).toBe(0);
    expect(outcomes['not-covered']).toBeGreaterThan(40);
  });

  test('before any pod is ready fails as no-endpoint', () => {
    const { outcomes } = run(worldOf(twoClusters({ duration: '2s', orchestration: { podStartup: '10s' } })));
    expect(outcomes['ok']).toBe(0);
    expect(outcomes['no-endpoint']).toBeGreaterThan(40);
  });
});

describe('a crash', () => {
  const onlyNear = { codecoApp: 'shop', clusters: ['near'], behaviour: { '*': { cpu: '1ms' } } };
  const orchestration = { nodeMonitorGracePeriod: '10s', evictionToleration: '20s', podStartup: '1s' };
  const crash = (extra: object) => ({
    duration: '120s',
    apps: [onlyNear],
    orchestration,
    faults: [{ at: '30s', crash: 'near-1', ...extra }],
    users: [{ at: { x: '400m', y: '0m' }, count: 10, requests: { app: 'shop', to: 'front', rate: '2/s' } }],
  });

  test('that lasts moves the pods after grace period and toleration, and requests are answered again', async () => {
    simulate(twoClusters(crash({})), { codecoApps: [shop], out: folder });
    const pods = await rows('pods');
    const gone = pods.filter(({ node, gone_ns }) => node === 'near-1' && gone_ns !== null);
    expect(gone.length).toBeGreaterThan(0);
    // its last lease was seen 5 s before the crash at most, so that it is NotReady at 35 s or 40 s
    const goneNs = gone[0]!['gone_ns'] as number;
    expect([55e9, 60e9]).toContain(goneNs);
    for (const pod of gone) expect([pod['gone_ns'], pod['reason']]).toEqual([goneNs, 'node-unreachable']);
    const replacements = pods.filter(({ created_ns }) => created_ns === goneNs);
    expect(replacements.length).toBe(gone.length);
    for (const pod of replacements) expect([pod['node'], pod['ready_ns']]).toEqual(['near-2', goneNs + 1e9]);
    const requests = await rows('requests');
    const during = requests.filter(({ issued_ns }) => (issued_ns as number) > 31e9 && (issued_ns as number) < 60e9);
    const after = requests.filter(({ issued_ns }) => (issued_ns as number) > 62e9 && (issued_ns as number) < 119e9);
    expect(during.every(({ outcome }) => outcome !== 'ok')).toBe(true);
    expect(after.every(({ outcome }) => outcome === 'ok')).toBe(true);
  });

  test('that is short restarts the pods where they are', async () => {
    simulate(twoClusters(crash({ for: '5s' })), { codecoApps: [shop], out: folder });
    const pods = await rows('pods');
    expect(pods.length).toBe(3);
    expect(pods.every(({ gone_ns }) => gone_ns === null)).toBe(true);
    const requests = await rows('requests');
    const after = requests.filter(({ issued_ns }) => (issued_ns as number) > 37e9 && (issued_ns as number) < 119e9);
    expect(after.every(({ outcome }) => outcome === 'ok')).toBe(true);
  });

  test('costs no energy while the node is down', async () => {
    simulate(twoClusters({ ...crash({ for: '30s' }), users: [] }), { codecoApps: [shop], out: folder });
    const nodes = await rows('nodes');
    const energy = (name: string): number =>
      nodes.filter(({ node }) => node === name).reduce((sum, { energy_j }) => sum + (energy_j as number), 0);
    expect([energy('near-1'), energy('near-2')]).toEqual([90 * 20, 120 * 20]);
  });
});

describe('a node whose cable to its gateway is cut at 30 s', () => {
  const cut = (extra: object, evictionToleration = '20s') => ({
    duration: '120s',
    apps: [{ codecoApp: 'shop', clusters: ['near'], behaviour: { '*': { cpu: '1ms' } } }],
    orchestration: { nodeMonitorGracePeriod: '10s', evictionToleration, podStartup: '1s' },
    faults: [{ at: '30s', cut: 'near-1', ...extra }],
    results: { sampleInterval: '5s' },
  });

  test('is NotReady after the grace period, and its pods are replaced after the toleration and stop when it is back', async () => {
    simulate(twoClusters(cut({ for: '60s' })), { codecoApps: [shop], out: folder });
    const pods = await rows('pods');
    const old = pods.filter(({ node, created_ns }) => node === 'near-1' && created_ns === 0);
    expect(old.length).toBeGreaterThan(0);
    // deleted at 55 s or 60 s, and gone when the kubelet learns of it at 90 s
    for (const pod of old) expect([pod['gone_ns'], pod['reason']]).toEqual([90e9, 'node-unreachable']);
    const replacements = pods.filter(({ created_ns: at }) => (at as number) > 0);
    for (const { created_ns: at } of replacements) expect([55e9, 60e9]).toContain(at);
    expect(replacements.map(({ node }) => node)).toEqual(old.map(() => 'near-2'));
    const states = (await rows('nodes')).filter(({ node }) => node === 'near-1');
    const stateAt = (s: number) => states.find(({ time_ns }) => time_ns === s * 1e9)!['state'];
    // its taint goes when the controller looks at its next lease, within 15 s
    expect([25, 30, 45, 85, 110].map(stateAt)).toEqual(['up', 'unreachable', 'not-ready', 'not-ready', 'up']);
    // it runs on while nobody hears it: it draws power all the time
    expect(states.reduce((sum, { energy_j }) => sum + (energy_j as number), 0)).toBeGreaterThanOrEqual(120 * 20);
  });

  test('keeps its pods where the cut is over before the toleration, and they serve on without a restart', async () => {
    simulate(twoClusters(cut({ for: '25s' }, '60s')), { codecoApps: [shop], out: folder });
    const pods = await rows('pods');
    expect(pods.length).toBe(3);
    expect(pods.every(({ gone_ns, started_ns }) => gone_ns === null && (started_ns as number) < 30e9)).toBe(true);
    const after = (await rows('requests')).filter(
      ({ issued_ns: at }) => (at as number) > 56e9 && (at as number) < 119e9,
    );
    expect(after.length).toBeGreaterThan(0);
    expect(after.every(({ outcome }) => outcome === 'ok')).toBe(true);
  });
});

test('a cut cable makes what is behind it unreachable until it is mended', async () => {
  const spec = {
    apps: [{ codecoApp: 'shop', clusters: ['far'], behaviour: { '*': { cpu: '1ms' } } }],
    faults: [{ at: '20s', for: '20s', cut: 'cable' }],
  };
  simulate(twoClusters(spec), { codecoApps: [shop], out: folder });
  const requests = await rows('requests');
  const outcomes = (fromS: number, toS: number): Set<unknown> =>
    new Set(
      requests
        .filter(({ issued_ns: at }) => (at as number) > fromS * 1e9 && (at as number) < toS * 1e9)
        .map(({ outcome }) => outcome),
    );
  expect([...outcomes(5, 19)]).toEqual(['ok']);
  expect([...outcomes(20, 40)]).toEqual(['unreachable']);
  expect([...outcomes(41, 59)]).toEqual(['ok']);
});

test('variants see the same arrivals: another scheduler changes no request time', async () => {
  const issued = async (scheduler: string): Promise<unknown[]> => {
    simulate(twoClusters({ orchestration: { scheduler } }), { codecoApps: [shop], out: folder });
    const requests = await rows('requests');
    return requests.map(({ user, issued_ns }) => `${user} ${issued_ns}`).toSorted((a, b) => (a < b ? -1 : 1));
  };
  expect(await issued('lowest-latency')).toEqual(await issued('kube-scheduler'));
});

test('lowest-latency places nearer to the users than kube-scheduler does', () => {
  const mean = (scheduler: string): number =>
    run(worldOf(twoClusters({ orchestration: { scheduler } }))).measures.latency_mean_ns!;
  expect(mean('lowest-latency')).toBeLessThan(mean('kube-scheduler') - 5e6);
});

test('a pod that fits nowhere stays pending, with the reason in its decision', async () => {
  const big = codecoApp('shop', { front: { resources: { requests: { cpu: '5' } } }, cart: {}, stock: {} });
  const { measures } = simulate(twoClusters(), { codecoApps: [big], out: folder });
  expect(measures.pods_unschedulable).toBe(1);
  const [decision] = await rows('decisions');
  expect(decision!['message']).toContain('0/4 nodes are available: 4 Insufficient cpu');
});

describe('repetition', () => {
  test('gives the same digest, and the same bytes in every file but the manifest', () => {
    const [a, b] = ['a', 'b'].map((name) => simulate(twoClusters(), { codecoApps: [shop], out: join(folder, name) }));
    expect(a!.digest).toBe(b!.digest);
    for (const { file } of Object.values(a!.manifest!.tables)) {
      expect(readFileSync(join(folder, 'a', file)).equals(readFileSync(join(folder, 'b', file)))).toBe(true);
    }
  });

  test('with another seed gives another digest', () => {
    expect(run(worldOf(twoClusters({ seed: 4 }))).digest).not.toBe(run(worldOf(twoClusters())).digest);
  });

  test('is verified from the results folder alone', () => {
    const { digest } = simulate(twoClusters(), { codecoApps: [shop], out: folder });
    expect(verifyResults(folder)).toMatchObject({ same: true, digest });
  });

  test('is held against the tables on the disk and the facts of the manifest, not the digest alone', () => {
    simulate(twoClusters(), { codecoApps: [shop], out: folder });
    const path = join(folder, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...manifest, seed: 10 }));
    expect(verifyResults(folder)).toMatchObject({ same: false, facts: ['seed'], tables: [] });
    // a table that somebody changed, and the hash in the manifest with it
    const table = readFileSync(join(folder, 'nodes.arrow'));
    const at = table.length >> 1;
    table[at] = table[at]! ^ 1;
    writeFileSync(join(folder, 'nodes.arrow'), table);
    const nodes = { ...manifest.tables.nodes, sha256: createHash('sha256').update(table).digest('hex') };
    writeFileSync(path, JSON.stringify({ ...manifest, tables: { ...manifest.tables, nodes } }));
    expect(verifyResults(folder)).toMatchObject({ same: false, facts: [], tables: ['nodes'] });
  });

  test('that is not deterministic is told with the first event that differs', () => {
    simulate(twoClusters(), { codecoApps: [shop], out: folder });
    const honest = arrivalProcesses.poisson;
    let calls = 0;
    // a clock or an unseeded generator would do the same: from some draw on, no two runs agree
    arrivalProcesses.poisson = (...made) => {
      const process = honest(...made);
      return { ...process, next: (...now) => process.next(...now) + (calls++ > 500 ? calls : 0) };
    };
    try {
      const verification = verifyResults(folder);
      if (verification.same) throw new Error('the planted nondeterminism was not seen');
      expect(verification.nondeterminism?.left?.handler).toBe('user.request');
      expect(verification.nondeterminism?.left?.time).not.toBe(verification.nondeterminism?.right?.time);
    } finally {
      arrivalProcesses.poisson = honest;
    }
  });

  test('by a changed model is told with the first event that differs', () => {
    simulate(twoClusters(), { codecoApps: [shop], out: folder });
    const honest = arrivalProcesses.poisson;
    arrivalProcesses.poisson = (...made) => {
      const process = honest(...made);
      return { ...process, first: (...start) => process.first(...start) + 1 };
    };
    try {
      const verification = verifyResults(folder);
      if (verification.same) throw new Error('the planted change was not seen');
      expect(verification.nondeterminism).toBeUndefined();
      expect(verification.events?.map(({ handler }) => handler)).toEqual(['user.request']);
      expect(verification.tables).toContain('requests');
    } finally {
      arrivalProcesses.poisson = honest;
    }
  });
});
