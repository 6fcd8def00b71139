import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTable } from '../../../src/results/index.ts';
import { scenarioFromObject } from '../../../src/scenario/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { codecoApp, run } from '../../worlds.ts';

const requests = (cpu: string): object => ({ resources: { requests: { cpu, memory: '100Mi' } } });

/**
 * A user beside its access point, which hangs on a hub; `near` is 1 ms away from the hub and `far` 5 ms, of 4 cores each.
 * `back` has to be within 20 ms of `front`.
 */
function twoSites(
  spec: object,
  services: Parameters<typeof codecoApp>[1] = { front: requests('1') },
  more: object = {},
) {
  const apps = [codecoApp('shop', services), codecoApp('busy', { server: requests('2') })];
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'two-sites' },
    spec: {
      duration: '2m',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi', power: { idle: '10W', peak: '50W' } } },
        clusters: [
          { name: 'hub', role: 'hub' },
          { name: 'near-site', nodes: [{ class: 'box', name: 'near' }] },
          { name: 'far-site', nodes: [{ class: 'box', name: 'far' }] },
        ],
        links: [
          { name: 'short', from: 'hub', to: 'near-site', bandwidth: '1Gbit/s', latency: '1ms' },
          { name: 'long', from: 'hub', to: 'far-site', bandwidth: '1Gbit/s', latency: '5ms' },
        ],
        access: { at: [{ x: '0m', y: '0m' }], uplink: { to: 'hub', bandwidth: '1Gbit/s', latency: '1ms' } },
      },
      users: [{ at: { x: '1m', y: '0m' }, requests: { app: 'shop', to: 'front', rate: '1/s', arrivals: 'periodic' } }],
      apps: [{ codecoApp: 'shop' }],
      orchestration: { scheduler: 'swm', podStartup: '1s', ...spec },
      ...more,
    },
  };
  return { scenario, codecoApps: apps };
}

type Case = ReturnType<typeof twoSites>;
const worldOf = ({ scenario, codecoApps }: Case) => scenarioFromObject(scenario, { codecoApps }).world;

/** Where the pods of an application that comes at a time are in the end. */
function placedAt(seconds: number, made: Case): (string | undefined)[] {
  const world = worldOf(made);
  const apps = world.apps.map((app) => (app.name === 'shop' ? { ...app, createdAtNs: (seconds * 1e9) as never } : app));
  const { pods } = run({ ...world, apps });
  return pods
    .filter(({ app }) => world.apps[app]!.name === 'shop')
    .map(({ node }) => (node === undefined ? undefined : world.nodes[node]!.name));
}

test('decides by the network as it was probed last, not as it is', () => {
  // the short line grows to 101 ms at 20 s; probes see that at 30 s
  const slow = twoSites({ swm: { profile: 'latency' } }, undefined, {
    faults: [{ at: '20s', for: '90s', degrade: 'short', latency: '100ms' }],
  });
  expect(placedAt(19, slow)).toEqual(['near']);
  expect(placedAt(29, slow)).toEqual(['near']);
  expect(placedAt(31, slow)).toEqual(['far']);
});

test('greenness goes where the active processes used least energy in the last window, and latency does not', () => {
  // the busy application is pinned to the near node, and computes all the time
  const busy = (profile: string): Case => {
    const made = twoSites({ swm: { profile } });
    const server = requests('2');
    made.codecoApps[1] = codecoApp('busy', {
      server: { ...server, podspec: { nodeSelector: { 'kubernetes.io/hostname': 'near' } } },
    });
    Object.assign(made.scenario.spec, {
      apps: [{ codecoApp: 'shop' }, { codecoApp: 'busy', behaviour: { server: { cpu: '500ms' } } }],
      users: [
        ...made.scenario.spec.users,
        {
          name: 'worker',
          at: { x: '1m', y: '0m' },
          requests: { app: 'busy', to: 'server', rate: '1/s', arrivals: 'periodic' },
        },
      ],
    });
    return made;
  };
  expect(placedAt(0, busy('greenness'))).toEqual(['near']);
  expect(placedAt(31, busy('greenness'))).toEqual(['far']);
  expect(placedAt(31, busy('latency'))).toEqual(['near']);
});

test('the pods of an application are placed together: where they do not fit on the near node, they go to the far one', () => {
  const pair = { front: { calls: ['back'], ...requests('2') }, back: requests('2500m') };
  // apart they would be 6 ms from each other, and the user is 4 ms nearer to the near node alone
  expect(placedAt(0, twoSites({ swm: { profile: 'latency', solver: 'exact' } }, pair))).toEqual(['near', 'far']);
  const pinned = {
    ...pair,
    back: { ...requests('2500m'), podspec: { nodeSelector: { 'kubernetes.io/hostname': 'far' } } },
    front: { calls: ['back'], ...requests('1') },
  };
  expect(placedAt(0, twoSites({ swm: { profile: 'latency', solver: 'exact' } }, pinned))).toEqual(['far', 'far']);
  expect(placedAt(0, twoSites({ scheduler: 'lowest-latency' }, pinned))).toEqual(['near', 'far']);
});

test("Kubernetes' rules between pods of the group hold: replicas that may not share a node do not", () => {
  const selector = { labelSelector: { matchLabels: { serviceName: 'front' } } };
  const rule = { topologyKey: 'kubernetes.io/hostname', ...selector };
  const podspec = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [rule] } } };
  const replicas = (podspecOfFront: object): Case =>
    twoSites(
      { swm: { profile: 'latency' } },
      { front: { ...requests('1'), podspec: podspecOfFront } },
      {
        apps: [{ codecoApp: 'shop', behaviour: { front: { replicas: 2 } } }],
      },
    );
  expect(placedAt(0, replicas({}))).toEqual(['near', 'near']);
  expect(new Set(placedAt(0, replicas(podspec)))).toEqual(new Set(['far', 'near']));
});

describe('a group that cannot be placed', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'codeco-sim-swm-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is tried again, says why, and fails when its attempts are exhausted; the others run', async () => {
    const made = twoSites({ swm: { maxAttempts: 3 } }, { front: requests('5') });
    Object.assign(made.scenario.spec, { apps: [{ codecoApp: 'shop' }, { codecoApp: 'busy' }] });
    const { placement } = simulate(made.scenario, { codecoApps: made.codecoApps, out: folder, force: true });
    expect(placement.map(({ pod, node }) => [pod, node])).toEqual([
      ['shop-front-0', undefined],
      ['busy-server-0', 'near'],
    ]);
    const decisions = (await readTable(folder, 'decisions')).toArray().map((row) => row.toJSON());
    const ofShop = decisions.filter(({ app }) => app === 'shop');
    expect(ofShop.map(({ time_ns, attempt, node }) => [time_ns, attempt, node])).toEqual([
      [0, 1, null],
      [1e9, 2, null],
      [3e9, 3, null],
    ]);
    expect(ofShop[0]!['message']).toMatch(
      /^not feasible, attempt 1 of 3; labels: no node may take shop\/shop-front-0.*2 Insufficient cpu/,
    );
    expect(ofShop[2]!['message']).toMatch(/^placement-attempts-exhausted; /);
  });
});

test('the same scenario gives the same digest, with either solver', () => {
  for (const solver of ['scalable', 'exact']) {
    const pair = { front: { calls: ['back'], ...requests('2') }, back: requests('2500m') };
    const once = (): string => run(worldOf(twoSites({ swm: { solver } }, pair))).digest;
    expect(once()).toBe(once());
  }
});
