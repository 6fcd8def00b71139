import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTable } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { codecoApp } from '../../worlds.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-netma-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const resources = { requests: { cpu: '1', memory: '100Mi' } };

/** Users enter at the hub; `near` is 10 ms away, `far` 11 ms: with an error of 50 % either may seem to be the nearer one. */
async function placement(scheduler: string, seed: number, netma: object, spec: object = {}) {
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'measured' },
    spec: {
      seed,
      duration: '2m',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi' } },
        clusters: [
          { name: 'hub', role: 'hub' },
          { name: 'near-site', network: { latency: '0s' }, nodes: [{ class: 'box', name: 'near' }] },
          { name: 'far-site', network: { latency: '0s' }, nodes: [{ class: 'box', name: 'far' }] },
        ],
        links: [
          { name: 'short', from: 'hub', to: 'near-site', bandwidth: '1Gbit/s', latency: '10ms' },
          { name: 'long', from: 'hub', to: 'far-site', bandwidth: '1Gbit/s', latency: '11ms' },
        ],
        access: { at: [{ x: '0m', y: '0m' }], uplink: { to: 'hub', bandwidth: '1Gbit/s', latency: '1ms' } },
      },
      users: [{ at: { x: '1m', y: '0m' }, requests: { app: 'shop', to: 'front', rate: '1/s', arrivals: 'periodic' } }],
      apps: [{ codecoApp: 'shop', at: '80s' }],
      orchestration: {
        scheduler,
        podStartup: '1s',
        netma,
        ...(scheduler === 'swm' ? { swm: { profile: 'latency' } } : {}),
      },
      ...spec,
    },
  };
  const out = join(folder, `${scheduler}-${seed}-${Object.keys(spec).length}`);
  simulate(scenario, { out, force: true, codecoApps: [codecoApp('shop', { front: { resources } })] });
  const rows = async (table: 'probes' | 'pods') =>
    (await readTable(out, table)).toArray().map((row) => row.toJSON() as Record<string, unknown>);
  const probes = (await rows('probes')).filter(({ time_ns }) => Number(time_ns) < 80e9);
  const believed = (link: string): number => {
    const ends = ['forward', 'backward'].map((direction) =>
      probes.findLast((row) => row['link'] === link && row['direction'] === direction)!,
    );
    return ends.reduce((sum, row) => sum + Number(row['estimate_round_trip_ns']), 0) / 2;
  };
  return { node: (await rows('pods'))[0]!['node'], seemsNear: believed('short') < believed('long') };
}

test.each(['swm', 'lowest-latency'])('%s goes by what probes measured, and not by what is true', async (scheduler) => {
  const placements = [];
  for (let seed = 1; seed <= 12; seed++) {
    placements.push(await placement(scheduler, seed, { error: { cv: '50%' }, gain: 1 }));
  }
  for (const { node, seemsNear } of placements) expect(node).toBe(seemsNear ? 'near' : 'far');
  // both happen, though `near` truly is the nearer one in all of them
  expect(new Set(placements.map(({ node }) => node)).size).toBe(2);
});

test('a line that has become slow is taken for what it was until it is probed', async () => {
  const faults = [{ at: '50s', for: '60s', degrade: 'short', latency: '100ms' }];
  const exact = { error: { cv: 0 }, gain: 1 };
  expect((await placement('swm', 1, { ...exact, interval: '15s' }, { faults })).node).toBe('far');
  expect((await placement('swm', 2, { ...exact, interval: '45s' }, { faults })).node).toBe('near');
});

describe('in a federation', () => {
  /** Bids of one neighbour: the cluster that seems nearest to the users is asked alone. */
  const orchestration = (netma: object, scheduler = 'kube-scheduler') => ({
    scheduler,
    podStartup: '1s',
    netma,
    federation: { governance: 'decentralized', neighbourhood: 1 },
  });
  const exact = { error: { cv: 0 }, gain: 1 };

  test('an application goes to the cluster that seems near, while it truly is the far one', async () => {
    // at 50 s the way to the near site becomes ten times as long; the application comes at 80 s
    const faults = [{ at: '50s', for: '60s', degrade: 'short', latency: '100ms' }];
    const often = { ...exact, interval: '15s' };
    const seldom = { ...exact, interval: '45s' };
    expect((await placement('kube-scheduler', 1, often, { orchestration: orchestration(often) })).node).toBe('near');
    const seen = await placement('kube-scheduler', 2, often, { faults, orchestration: orchestration(often) });
    expect(seen.node).toBe('far');
    const missed = await placement('kube-scheduler', 3, seldom, { faults, orchestration: orchestration(seldom) });
    expect(missed.node).toBe('near');
  });
});

test('of two ways between nodes SWM takes the second for an assured channel that the first has no room for', async () => {
  const node = (name: string) => ({ class: 'box', name });
  const pinned = (where: string) => ({ nodeSelector: { 'kubernetes.io/hostname': where } });
  const channel = (from: string, to: string) => ({
    channelName: `${from}-${to}`,
    otherService: { appName: 'pair', serviceName: to, port: 80 },
    serviceClass: 'ASSURED',
    advancedChannelSettings: { minBandwidth: '60M' },
  });
  const service = (serviceName: string, where: string, to?: string) => ({
    serviceName,
    podspec: {
      containers: [{ name: serviceName, image: 'a', resources: { requests: { cpu: '100m' } } }],
      ...pinned(where),
    },
    serviceChannels: to === undefined ? [] : [channel(serviceName, to)],
  });
  const pair = {
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'CodecoApp',
    metadata: { name: 'pair' },
    spec: {
      appName: 'pair',
      'codecoapp-msspec': [
        service('first', 'left', 'second'),
        service('second', 'right'),
        service('third', 'left', 'fourth'),
        service('fourth', 'right'),
      ],
    },
  };
  const placed = async (paths: number) => {
    const link = (name: string, from: string, to: string, latency: string) => ({
      name,
      from,
      to,
      bandwidth: '100Mbit/s',
      latency,
    });
    const scenario = {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'ways' },
      spec: {
        duration: '2m',
        infrastructure: {
          nodeClasses: { box: { cpu: 4, memory: '8Gi' } },
          clusters: [
            { name: 'hub', role: 'hub' },
            { name: 'a', network: { bandwidth: '1Gbit/s' }, nodes: [node('left')] },
            { name: 'b', network: { bandwidth: '1Gbit/s' }, nodes: [node('right')] },
          ],
          // each carries one of the channels of 60 Mbit/s, and not both
          links: [
            link('short', 'a', 'b', '5ms'),
            link('long-1', 'a', 'hub', '10ms'),
            link('long-2', 'hub', 'b', '10ms'),
          ],
        },
        apps: [{ codecoApp: 'pair', at: '40s' }],
        orchestration: {
          scheduler: 'swm',
          swm: { profile: 'latency', solver: 'exact' },
          podStartup: '1s',
          netma: { paths },
        },
      },
    };
    const out = join(folder, `ways-${paths}`);
    simulate(scenario, { out, force: true, codecoApps: [pair] });
    return (await readTable(out, 'pods')).toArray().map((row) => row.toJSON()['node'] as string | null);
  };
  expect(await placed(1)).toEqual([null, null, null, null]);
  expect(await placed(2)).toEqual(['left', 'right', 'left', 'right']);
});
