import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PreCopy } from '../../../src/codeco/swm/pre-copy.ts';
import { shareMoved } from '../../../src/codeco/swm/migration-reviews.ts';
import { readTable } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { codecoApp } from '../../worlds.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-migration-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const app = codecoApp('echo', { server: { resources: { requests: { cpu: '1', memory: '100Mi' } } } });
const STATE_BYTES = 10e6;
const CABLE_BPS = 80e6;
/** Of the cable, and of the local networks at its ends, 200 us each by default. */
const LATENCY_NS = 10.4e6;

interface Street {
  readonly migration?: object;
  readonly state?: object;
  readonly more?: object;
  readonly user?: object;
  readonly profile?: string | object;
  readonly behaviour?: object;
  readonly box?: object;
  readonly providers?: readonly string[];
}

/** Nothing of it is on the cable while the state is. */
const quiet = { requests: { app: 'echo', to: 'server', rate: '0.02/s', arrivals: 'periodic' } };

const walker = {
  model: 'route',
  waypoints: [
    { x: '0m', y: '0m' },
    { x: '400m', y: '0m' },
  ],
  speed: '2m/s',
};

/** Two nodes 400 m and a cable of 80 Mbit/s apart, with a cell each, and a user who walks from one to the other in 200 s. */
function street({
  migration,
  state,
  more,
  user,
  profile = 'latency',
  behaviour,
  box,
  providers = ['p', 'p'],
}: Street): object {
  return {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'street' },
    spec: {
      duration: '300s',
      warmup: '10s',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi', ...box } },
        clusters: [
          {
            name: 'left',
            role: 'hub',
            provider: providers[0],
            nodes: [{ class: 'box', name: 'west', at: { x: '0m', y: '0m' } }],
          },
          {
            name: 'right',
            provider: providers[1],
            nodes: [{ class: 'box', name: 'east', at: { x: '400m', y: '0m' } }],
          },
        ],
        links: [{ name: 'cable', from: 'left', to: 'right', bandwidth: '80Mbit/s', latency: '10ms' }],
        access: { technology: 'nr', range: '300m', hysteresis: '0m', handover: '100ms' },
      },
      users: [
        {
          name: 'walker',
          mobility: walker,
          requests: { app: 'echo', to: 'server', rate: '2/s', arrivals: 'periodic' },
          ...user,
        },
      ],
      apps: [
        {
          codecoApp: 'echo',
          behaviour: { server: { cpu: '1ms', ...behaviour, ...(state === undefined ? {} : { state }) } },
        },
      ],
      orchestration: {
        scheduler: 'swm',
        podStartup: '1s',
        swm: { profile, ...(migration === undefined ? {} : { migration }) },
      },
      ...more,
    },
  };
}

async function rows(name: string): Promise<Record<string, number | string | null>[]> {
  return (await readTable(folder, name)).toArray().map((row) => row.toJSON());
}

async function migrationsOf(scenario: object) {
  const result = simulate(scenario, { codecoApps: [app], out: folder, force: true });
  return { result, migrations: await rows('migrations') };
}

describe('a service follows its user', () => {
  const state = { size: '10MB', dirtyRate: '8Mbit/s' };

  test('live: rounds of S·(d/b)^i over the network, and a downtime of the last round alone', async () => {
    const { migrations } = await migrationsOf(street({ migration: { triggers: ['user-moved'] }, state, user: quiet }));
    expect(migrations).toHaveLength(1);
    const [move] = migrations;
    // the user is nearer to the east from 100 s on; probe and review are at 105 s; the new pod is ready a second later
    const decidedNs = 105e9;
    const firstNs = LATENCY_NS + (STATE_BYTES * 8e9) / CABLE_BPS;
    // 8 Mbit/s for the time of the first round; it would take 101 ms at that round's bandwidth, less than 300 ms
    const lastBytes = Math.ceil((8e6 * firstNs) / 8e9);
    const lastNs = LATENCY_NS + Math.ceil((lastBytes * 8e9) / CABLE_BPS);
    expect(move).toMatchObject({
      decided_ns: decidedNs,
      started_ns: decidedNs + 1e9,
      app: 'echo',
      service: 'server',
      pod: 'echo-server-0',
      new_pod: 'echo-server-1',
      from_node: 'west',
      to_node: 'east',
      trigger: 'user-moved',
      strategy: 'live',
      outcome: 'moved',
      rounds: 2,
      state_bytes: STATE_BYTES,
      transferred_bytes: STATE_BYTES + lastBytes,
    });
    expect(move).toMatchObject({ downtime_ns: lastNs, ended_ns: decidedNs + 1e9 + firstNs + lastNs });
  });

  test('stop-and-copy: down for the copy and the start of the new pod', async () => {
    const migration = { triggers: ['user-moved'], strategy: 'stop-and-copy' };
    const { migrations, result } = await migrationsOf(street({ migration, state }));
    expect(migrations).toHaveLength(1);
    expect(migrations[0]).toMatchObject({ transferred_bytes: STATE_BYTES, rounds: 1, outcome: 'moved' });
    const downNs = LATENCY_NS + (STATE_BYTES * 8e9) / CABLE_BPS + 1e9;
    expect(Number(migrations[0]!['downtime_ns']) / downNs).toBeCloseTo(1, 2);
    // two requests a second find no pod for 2 s
    expect(result.measures.requests_failed).toBe(4);
    expect(result.measures.migration_downtime_ns).toBe(migrations[0]!['downtime_ns']);
  });

  test('recreate: no downtime, and the state is lost; a pod without state loses none', async () => {
    const migration = { triggers: ['user-moved'], strategy: 'recreate' };
    const { migrations, result } = await migrationsOf(street({ migration, state }));
    expect(migrations).toMatchObject([{ transferred_bytes: 0, rounds: 0, downtime_ns: 0, outcome: 'state-lost' }]);
    expect(result.measures.requests_failed).toBe(0);
    const without = await migrationsOf(street({ migration: { triggers: ['user-moved'] } }));
    expect(without.migrations).toMatchObject([
      { strategy: 'recreate', state_bytes: 0, outcome: 'moved', started_ns: null },
    ]);
  });

  test('nothing moves without migration, nor for a trigger that is not asked for', async () => {
    expect((await migrationsOf(street({ state }))).migrations).toEqual([]);
    expect((await migrationsOf(street({ state, migration: { triggers: ['node-unhealthy'] } }))).migrations).toEqual([]);
  });

  test('the decision on the new pod says what set it off', async () => {
    await migrationsOf(street({ migration: { triggers: ['user-moved'] }, state }));
    const decisions = await rows('decisions');
    expect(decisions.map(({ pod, node, trigger }) => [pod, node, trigger])).toEqual([
      ['echo-server-0', 'west', null],
      ['echo-server-1', 'east', 'user-moved'],
    ]);
  });
});

/** A neighbour on a node, whose pods compute for so long of every second. */
const neighbour = (name: string, node: string, cpu: string, arrivals = 'periodic') => ({
  app: codecoApp(name, {
    work: { resources: { requests: { cpu: '1' } }, podspec: { nodeSelector: { 'kubernetes.io/hostname': node } } },
  }),
  entry: { codecoApp: name, behaviour: { work: { cpu } } },
  user: {
    name: `user-of-${name}`,
    at: { x: node === 'west' ? '1m' : '399m', y: '0m' },
    requests: { app: name, to: 'work', rate: '1/s', arrivals },
  },
});

/** The street with neighbours, and a user of the application that stands still. */
async function withNeighbours(neighbours: readonly ReturnType<typeof neighbour>[], made: Street) {
  const scenario = street(made) as { spec: Record<string, unknown[]> };
  const user = { name: 'walker', at: { x: '1m', y: '0m' }, requests: quiet.requests };
  scenario.spec['users'] = [user, ...neighbours.map((each) => each.user)];
  scenario.spec['apps']!.push(...neighbours.map(({ entry }) => entry));
  simulate(scenario, { codecoApps: [app, ...neighbours.map((each) => each.app)], out: folder, force: true });
  return (await rows('migrations')).filter((row) => row['app'] === 'echo');
}

describe('better-cost', () => {
  const migration = { triggers: ['better-cost'], confirmations: 2 };

  test('leaves a node that has become busy after two scrapes in a row', async () => {
    const moves = await withNeighbours([neighbour('busy', 'west', '900ms')], { migration, profile: { load: 1 } });
    // scrapes at 30 s and 60 s; the review of 60 s comes after the scrape
    expect(moves.map(({ decided_ns, trigger, to_node }) => [decided_ns, trigger, to_node])).toEqual([
      [60e9, 'better-cost', 'east'],
    ]);
  });

  test('an application does not flee from its own load', async () => {
    const scenario = street({
      migration,
      profile: { load: 1 },
      behaviour: { cpu: '300ms' },
      more: { duration: '1200s' },
      user: { mobility: { model: 'static' }, at: { x: '1m', y: '0m' } },
    });
    expect((await migrationsOf(scenario)).migrations).toEqual([]);
  });

  test('noise below the margin moves nothing', async () => {
    const both = [neighbour('one', 'west', '400ms'), neighbour('other', 'east', '420ms')];
    const made = { migration, profile: { load: 1 }, more: { duration: '1200s' } };
    expect(await withNeighbours(both, made)).toEqual([]);
  });
});

test('costs that alternate move an application no more often than its cool-down allows', async () => {
  // the user runs to and fro, and is nearer to the other node every 20 s
  const runner = { mobility: { ...walker, speed: '20m/s', end: 'return' }, requests: quiet.requests };
  const decided = async (podCooldown: string): Promise<number[]> => {
    const migration = { triggers: ['user-moved', 'better-cost'], podCooldown, groupCooldown: '0s', confirmations: 1 };
    const { migrations } = await migrationsOf(street({ migration, user: runner, more: { duration: '600s' } }));
    return migrations.map((row) => Number(row['decided_ns']));
  };
  const restless = await decided('0s');
  const calm = await decided('90s');
  const gapsNs = calm.slice(1).map((at, before) => at - calm[before]!);
  expect(Math.min(...gapsNs)).toBeGreaterThanOrEqual(90e9);
  expect(calm.length).toBeGreaterThan(2);
  expect(calm.length).toBeLessThanOrEqual(600 / 90);
  expect(restless.length).toBeGreaterThan(2 * calm.length);
});

describe('qos-violated', () => {
  const pair = {
    ...app,
    spec: {
      appName: 'echo',
      'codecoapp-msspec': ['server', 'store'].map((serviceName) => ({
        serviceName,
        podspec: {
          containers: [{ name: serviceName, image: 'registry.example/service:1' }],
          // the data stays in the east
          ...(serviceName === 'store' ? { nodeSelector: { 'kubernetes.io/hostname': 'east' } } : {}),
        },
        serviceChannels:
          serviceName === 'store'
            ? []
            : [
                {
                  channelName: 'query',
                  otherService: { appName: 'echo', serviceName: 'store', port: 80 },
                  advancedChannelSettings: { minBandwidth: '1M', maxDelay: '15e-3' },
                },
              ],
      })),
    },
  };
  const resident = { at: { x: '0m', y: '0m' }, mobility: undefined };
  // 10 ms of the cable and 15 ms more are over the 15 ms that the channel may take
  const slow = { faults: [{ at: '50s', degrade: ['cable'], latency: '15ms' }] };
  const run = async (triggers: string[]) => {
    const scenario = street({ migration: { triggers }, user: resident, more: slow, behaviour: {} });
    simulate(scenario, { codecoApps: [pair], out: folder, force: true });
    return rows('migrations');
  };

  test('a pod whose channel may take 15 ms and takes 25 ms moves to where it gets through, at the first probe that tells', async () => {
    expect(await run(['qos-violated'])).toMatchObject([
      { pod: 'echo-server-0', trigger: 'qos-violated', from_node: 'west', to_node: 'east', decided_ns: 60e9 },
    ]);
  });

  test('without that trigger it stays', async () => {
    expect(await run(['node-unhealthy'])).toEqual([]);
  });
});

describe('policy-changed', () => {
  const policies = [{ name: 'owned', versions: [{ at: '50s', providers: ['provider-b'] }] }];
  const resident = { at: { x: '0m', y: '0m' }, mobility: undefined };
  const run = async (triggers: string[]) => {
    const scenario = street({
      migration: { triggers },
      state: { size: '10MB', dirtyRate: '8Mbit/s' },
      user: resident,
      more: { policies },
      providers: ['provider-a', 'provider-b'],
    });
    simulate(scenario, { codecoApps: [app], out: folder, force: true });
    const pods = (await rows('pods')).map(({ pod, node, reason }) => [pod, node, reason]);
    return { migrations: await rows('migrations'), pods };
  };

  test('a pod that may not stay takes its state along to where it may be, and is not evicted', async () => {
    const { migrations, pods } = await run(['policy-changed']);
    expect(migrations).toMatchObject([
      { pod: 'echo-server-0', trigger: 'policy-changed', from_node: 'west', to_node: 'east', outcome: 'moved' },
    ]);
    // the hub is where the policy is published and the pod runs: nothing travels
    expect(migrations[0]!['decided_ns']).toBe(50e9);
    expect(pods).toEqual([
      ['echo-server-0', 'west', 'migrated'],
      ['echo-server-1', 'east', null],
    ]);
  });

  test('without that trigger it is evicted, and its state is lost', async () => {
    const { migrations, pods } = await run(['node-unhealthy']);
    expect(migrations).toEqual([]);
    expect(pods).toEqual([
      ['echo-server-0', 'west', 'policy-violated'],
      ['echo-server-1', 'east', null],
    ]);
  });
});

describe('node-unhealthy', () => {
  const migration = { triggers: ['node-unhealthy'] };
  const state = { size: '10MB' };
  const crash = { faults: [{ at: '50s', crash: 'west' }] };

  test('pods leave a node that is NotReady minutes before they would be evicted; its state is lost', async () => {
    const { migrations } = await migrationsOf(street({ migration, state, more: crash }));
    expect(migrations).toMatchObject([{ trigger: 'node-unhealthy', strategy: 'recreate', outcome: 'state-lost' }]);
    // NotReady by the node monitor grace period of 50 s after the last lease, and moved at the next review
    const decidedNs = Number(migrations[0]!['decided_ns']);
    expect(decidedNs).toBeGreaterThanOrEqual(90e9);
    expect(decidedNs).toBeLessThanOrEqual(120e9);
    expect(migrations[0]!['downtime_ns']).toBe(1e9);
    const pods = await rows('pods');
    expect(pods.map(({ pod, node, reason }) => [pod, node, reason])).toEqual([
      ['echo-server-0', 'west', 'migrated'],
      ['echo-server-1', 'east', null],
    ]);
  });

  test('the way to the new node breaks while the state is copied: live, the pod goes on where it is', async () => {
    const cut = { faults: [{ at: '106.5s', for: '20s', cut: 'cable' }] };
    const { migrations } = await migrationsOf(
      street({ migration: { triggers: ['user-moved'] }, state: { size: '50MB' }, more: cut }),
    );
    expect(migrations[0]).toMatchObject({ outcome: 'cancelled', downtime_ns: 0, transferred_bytes: 0 });
    // it is tried again, and gets through
    expect(migrations.slice(1)).toMatchObject([{ outcome: 'moved', pod: 'echo-server-0' }]);
  });

  test('the same with stop-and-copy: the new pod goes on without the state', async () => {
    const cut = { faults: [{ at: '106.5s', for: '20s', cut: 'cable' }] };
    const stop = { triggers: ['user-moved'], strategy: 'stop-and-copy' };
    const { migrations } = await migrationsOf(street({ migration: stop, state: { size: '50MB' }, more: cut }));
    expect(migrations).toMatchObject([{ outcome: 'state-lost', transferred_bytes: 0, rounds: 1 }]);
  });
});

describe('pre-copy', () => {
  const NS_PER_S = 1e9;
  /** Rounds over a path of `b` bit/s without latency. */
  function rounds(
    state: { bytes: number; dirtyBps: number },
    bps: number,
    limits: { maxDowntimeNs: number; maxRounds: number },
  ) {
    const copy = new PreCopy(
      state as ConstructorParameters<typeof PreCopy>[0],
      limits as ConstructorParameters<typeof PreCopy>[1],
    );
    const sent: number[] = [];
    let now = 5 * NS_PER_S;
    for (let isLast = false; ;) {
      const bytes = copy.begin(now);
      sent.push(bytes);
      if (isLast) return sent;
      now += (bytes * 8 * NS_PER_S) / bps;
      isLast = copy.end(now);
    }
  }

  test('copies S·r^i in round i until the rest fits into the downtime (Clark et al., NSDI 2005)', () => {
    // r = 1/2: 800 Mbit at 100 Mbit/s; after round i the rest takes 8 s · r^(i+1); 0.25 s is the first that fits into 0.3 s
    const sent = rounds({ bytes: 100e6, dirtyBps: 50e6 }, 100e6, { maxDowntimeNs: 0.3e9, maxRounds: 30 });
    expect(sent).toEqual([100e6, 50e6, 25e6, 12.5e6, 6.25e6, 3.125e6]);
  });

  test('what changes faster than it is copied is stopped when the rounds are used up', () => {
    const sent = rounds({ bytes: 1e6, dirtyBps: 200e6 }, 100e6, { maxDowntimeNs: 0, maxRounds: 4 });
    expect(sent).toEqual([1e6, 1e6, 1e6, 1e6, 1e6]);
  });
});

test('the share of requests that enters elsewhere is the total variation distance', () => {
  const entry = (shares: Record<number, number>) =>
    Object.entries(shares).map(([vertex, share]) => ({ vertex: Number(vertex) as never, share }));
  expect(shareMoved(entry({ 1: 1 }), entry({ 2: 1 }))).toBe(1);
  expect(shareMoved(entry({ 1: 0.5, 2: 0.5 }), entry({ 1: 0.25, 2: 0.5, 3: 0.25 }))).toBe(0.25);
  expect(shareMoved(entry({ 1: 1 }), entry({ 1: 1 }))).toBe(0);
});
