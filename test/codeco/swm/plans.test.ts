import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTable } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-plans-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MBPS = 1e6;

/** A camera on the west node that has an assured channel of so many Mbit/s, within 20 ms, to a viewer on the east one. */
function videoApp(name: string, bandwidth: string): object {
  const service = (serviceName: string, node: string, serviceChannels: object[]): object => ({
    serviceName,
    podspec: {
      containers: [{ name: serviceName, image: 'registry.example/video:1', resources: { requests: { cpu: '1' } } }],
      nodeSelector: { 'kubernetes.io/hostname': node },
    },
    serviceChannels,
  });
  const channel = {
    channelName: 'video',
    otherService: { appName: name, serviceName: 'viewer', port: 80 },
    serviceClass: 'ASSURED',
    advancedChannelSettings: { minBandwidth: bandwidth, maxDelay: '20e-3' },
  };
  return {
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'CodecoApp',
    metadata: { name },
    spec: {
      appName: name,
      'codecoapp-msspec': [service('camera', 'west', [channel]), service('viewer', 'east', [])],
    },
  };
}

/** Two nodes joined by a cable of 10 Mbit/s and 5 ms, and round by the hub in 12 ms. */
function twoWays(apps: readonly object[], more: object = {}): object {
  const site = (name: string, node: string): object => ({ name, nodes: [{ class: 'box', name: node }] });
  return {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'two-ways' },
    spec: {
      duration: '3m',
      infrastructure: {
        nodeClasses: { box: { cpu: 8, memory: '8Gi' } },
        clusters: [{ name: 'hub', role: 'hub' }, site('left', 'west'), site('right', 'east')],
        links: [
          { name: 'cable', from: 'left', to: 'right', bandwidth: '10Mbit/s', latency: '5ms' },
          { name: 'left-hub', from: 'left', to: 'hub', bandwidth: '10Mbit/s', latency: '6ms' },
          { name: 'hub-right', from: 'hub', to: 'right', bandwidth: '10Mbit/s', latency: '6ms' },
        ],
        access: { at: [{ x: '0m', y: '0m' }], uplink: { to: 'hub', bandwidth: '1Gbit/s', latency: '1ms' } },
      },
      apps,
      orchestration: { scheduler: 'swm', podStartup: '1s' },
      ...more,
    },
  };
}

async function rows(name: string): Promise<Record<string, number | string | null>[]> {
  return (await readTable(folder, name)).toArray().map((row) => row.toJSON());
}

const run = (scenario: object, codecoApps: readonly object[]) =>
  simulate(scenario, { codecoApps: [...codecoApps], out: folder, force: true });

test('a plan creates endpoints, channels and pods; a channel that is assured holds its bandwidth until its application goes', async () => {
  const changes = [{ at: '60s', delete: true }];
  run(twoWays([{ codecoApp: 'one', changes }]), [videoApp('one', '6M')]);
  const channel = 'video/one-camera-0/one-viewer-0';
  const [camera, viewer] = ['one-camera-0', 'one-viewer-0'];
  expect(
    (await rows('plans')).map(({ plan, phase, action, pod, channel: of, node, decided_ns, done_ns, error }) => [
      [plan, phase, error],
      [action, pod ?? of, node],
      [decided_ns, done_ns],
    ]),
  ).toEqual(
    [
      ['CreateEndpoint', camera, 'west', 0],
      ['CreateEndpoint', viewer, 'east', 0],
      ['CreateChannel', channel, null, 0],
      ['CreatePod', camera, 'west', 1e9],
      ['CreatePod', viewer, 'east', 1e9],
    ].map(([action, what, node, doneNs]) => [
      [0, 'Scheduling', null],
      [action, what, node],
      [0, doneNs],
    ]),
  );
  const channels = await rows('channels');
  expect(channels.map(({ time_ns, state, held_bps }) => [time_ns, state, held_bps])).toEqual([
    [0, 'REQUESTED', 0],
    [0, 'REVIEWED', 6 * MBPS],
    [0, 'IMPLEMENTING', 6 * MBPS],
    [0, 'IMPLEMENTED', 6 * MBPS],
    [0, 'ACK', 6 * MBPS],
    [1e9, 'RUNNING', 6 * MBPS],
    [60e9, 'DELETED', 0],
  ]);
  expect(channels[0]!['path']).toBe('west > gateway left > gateway right > east');
});

test('what one application holds another cannot have: it fails on the bandwidth, and is placed when the first is gone', async () => {
  const slow = { scheduler: 'swm', podStartup: '1s', swm: { maxAttempts: 2 } };
  const apps = [
    { codecoApp: 'one', changes: [{ at: '90s', delete: true }] },
    { codecoApp: 'two', at: '10s' },
  ];
  run(twoWays(apps, { orchestration: slow }), [videoApp('one', '6M'), videoApp('two', '6M')]);
  const plans = (await rows('plans')).filter(({ app }) => app === 'two');
  const refused = plans.filter(({ action }) => action === 'None');
  expect(refused.map(({ phase, attempt }) => [phase, attempt]).slice(0, 2)).toEqual([
    ['Placing', 1],
    ['Failed', 2],
  ]);
  expect(refused[0]!['error']).toContain('bandwidth');
  const created = plans.find(({ action }) => action === 'CreateChannel')!;
  expect(created['decided_ns']).toBe(90e9);
});

test('a channel whose way gets too slow is OOQOS until it has another way, and keeps to that', async () => {
  const faults = [{ at: '20s', for: '60s', degrade: 'cable', latency: '100ms' }];
  run(twoWays([{ codecoApp: 'one' }], { faults }), [videoApp('one', '6M')]);
  const late = (await rows('channels')).filter(({ time_ns }) => Number(time_ns) > 2e9);
  expect(late.map(({ time_ns, state, held_bps, cause }) => [time_ns, state, held_bps, cause])).toEqual([
    [30e9, 'OOQOS', 6 * MBPS, 'its way is too slow'],
    [30e9, 'RUNNING', 6 * MBPS, 'on another way'],
  ]);
  expect(late[1]!['path']).toContain('hub');
  expect(late[1]!['latency_ns']).toBeLessThan(20e6);
});

test('a channel that is cut off is OOQOS until its way serves again', async () => {
  const faults = ['cable', 'hub-right'].map((cut) => ({ at: '20s', for: '60s', cut }));
  run(twoWays([{ codecoApp: 'one' }], { faults }), [videoApp('one', '6M')]);
  const late = (await rows('channels')).filter(({ time_ns }) => Number(time_ns) > 2e9);
  expect(late.map(({ time_ns, state, latency_ns, cause }) => [time_ns, state, latency_ns === null, cause])).toEqual([
    [30e9, 'OOQOS', true, 'its way is cut'],
    [90e9, 'RUNNING', false, 'its way serves again'],
  ]);
});

test('a channel over a way that has less than was known is rejected, and asked for again until it is there', async () => {
  // the cable has half of its bandwidth from 5 s to 40 s; the planner goes by what it is stated to have
  const faults = [{ at: '5s', for: '35s', degrade: 'cable', bandwidth: '50%' }];
  run(twoWays([{ codecoApp: 'one', at: '10s' }], { faults }), [videoApp('one', '6M')]);
  const states = (await rows('channels')).map(({ time_ns, state, held_bps }) => [time_ns, state, held_bps]);
  expect(states.slice(0, 3)).toEqual([
    [10e9, 'REQUESTED', 0],
    [10e9, 'REJECTED', 0],
    [45e9, 'REQUESTED', 6 * MBPS],
  ]);
  expect(states.at(-1)).toEqual([45e9, 'RUNNING', 6 * MBPS]);
  const created = (await rows('plans')).find(({ action }) => action === 'CreateChannel')!;
  expect(created).toMatchObject({ done_ns: null, error: 'the way is cut, or others hold too much of it' });
});

test('a pod that moves has a new channel: the plan says what set it off, and nothing is held for the old one', async () => {
  const app = videoApp('one', '6M') as { spec: { 'codecoapp-msspec': { podspec: { nodeSelector: object } }[] } };
  app.spec['codecoapp-msspec'][1]!.podspec.nodeSelector = { site: 'right' };
  const scenario = twoWays([{ codecoApp: 'one' }], {
    faults: [{ at: '20s', crash: 'east' }],
    orchestration: { scheduler: 'swm', podStartup: '1s', swm: { migration: { triggers: ['node-unhealthy'] } } },
  }) as { spec: { infrastructure: { clusters: { nodes?: object[] }[] } } };
  const labels = { site: 'right' };
  scenario.spec.infrastructure.clusters[2]!.nodes = ['east', 'spare'].map((name) => ({ class: 'box', name, labels }));
  run(scenario, [app]);
  const moving = (await rows('plans')).filter(({ trigger }) => trigger !== null);
  expect(new Set(moving.map(({ plan, trigger }) => `${plan} ${trigger}`))).toEqual(new Set(['1 node-unhealthy']));
  const [before, now] = ['video/one-camera-0/one-viewer-0', 'video/one-camera-0/one-viewer-1'];
  expect(moving.map(({ action, pod, channel, node }) => [action, pod ?? channel, node])).toEqual([
    ['DeleteChannel', before, null],
    ['ReconfigureEndpoint', 'one-camera-0', 'west'],
    ['CreateEndpoint', 'one-viewer-1', 'spare'],
    ['CreateChannel', now, null],
    ['CreatePod', 'one-viewer-1', 'spare'],
    ['DeleteEndpoint', 'one-viewer-0', 'east'],
    ['DeletePod', 'one-viewer-0', 'east'],
  ]);
  const late = (await rows('channels')).filter(({ time_ns }) => Number(time_ns) > 15e9);
  expect(
    late.filter(({ channel }) => channel === before).map(({ state, held_bps }) => [state, held_bps]),
  ).toContainEqual(['DELETED', 0]);
  expect(late.at(-1)).toMatchObject({ channel: now, state: 'RUNNING', held_bps: 6 * MBPS });
});
