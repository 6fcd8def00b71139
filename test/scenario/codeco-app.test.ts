import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { World } from '../../src/model/index.ts';
import { scenarioFromObject, type LoadedScenario } from '../../src/scenario/index.ts';

const service = (name: string, channels: readonly object[] = []) => ({
  serviceName: name,
  podspec: { containers: [{ name }] },
  serviceChannels: channels,
});

const appOf = (name: string, services: readonly object[], spec: object = {}) => ({
  apiVersion: 'codeco.he-codeco.eu/v1alpha1',
  kind: 'CodecoApp',
  metadata: { name },
  spec: { 'codecoapp-msspec': services, ...spec },
});

function load(codecoApps: readonly { metadata: { name: string } }[], apps?: readonly object[]): LoadedScenario {
  const spec = {
    duration: '1m',
    infrastructure: { clusters: [{ name: 'a' }] },
    apps: apps ?? codecoApps.map(({ metadata }) => ({ codecoApp: metadata.name })),
  };
  const scenario = { apiVersion: 'codeco-sim/v1', kind: 'Scenario', metadata: { name: 'x' }, spec };
  return scenarioFromObject(scenario, { codecoApps });
}

const channel = (to: object, settings?: object) => ({
  channelName: 'c',
  otherService: to,
  ...(settings === undefined ? {} : { advancedChannelSettings: settings }),
});

test('every published field is accepted and kept', () => {
  const app = appOf(
    'full',
    [
      {
        ...service('front-end', [
          {
            channelName: 'frontend-backend',
            otherService: { serviceName: 'back-end', appName: 'acm-swm-app', port: 5000 },
            serviceClass: 'ASSURED',
            // the two-service sample of CODECO's ACM repository
            advancedChannelSettings: { minBandwidth: '5', frameSize: '100', maxDelay: '1', sendInterval: '10' },
          },
        ]),
        podspec: {
          schedulerName: 'qos-scheduler',
          containers: [
            {
              name: 'f',
              image: 'i',
              resources: { requests: { cpu: '2', memory: '4Gi' } },
              env: [{ name: 'A', value: 'b' }],
            },
          ],
          dnsPolicy: 'ClusterFirst',
        },
        nwbandwidth: '1.2',
        nwlatency: '3',
      },
      service('back-end'),
    ],
    {
      appName: 'acm-swm-app',
      qosClass: 'Gold',
      securityClass: 'Good',
      complianceClass: 'High',
      appEnergyLimit: '20',
      appFailureTolerance: '',
      performanceProfile: 'Greenness',
    },
  );
  const withStatus = {
    ...app,
    status: {
      status: 'OK',
      errorMsg: '',
      nodeMetrics: [{ nodeName: 'n', avgNodeCpu: '0.3', avgNodeMemory: '1', avgNodeFailure: 0, avgNodeEnergy: '12' }],
      appMetrics: {
        numPods: 2,
        avgAppCpu: '0.1',
        avgAppMemory: '2',
        serviceMetrics: [
          {
            serviceName: 'front-end',
            nodeName: 'n',
            podName: 'p',
            clusterName: 'c',
            avgServiceCpu: '0.1',
            avgServiceMemory: '1',
          },
        ],
      },
    },
  };
  const { world, warnings } = load([withStatus]);
  expect(world.apps[0]!.source).toEqual(withStatus);
  expect(world.apps[0]!.name).toBe('acm-swm-app');
  expect(world.services[0]!.podSpec).toEqual(app.spec['codecoapp-msspec'][0]!['podspec' as never]);
  expect(world.services[0]!.channels).toEqual([
    {
      name: 'frontend-backend',
      to: 1,
      serviceClass: 'ASSURED',
      minBandwidthBps: 5,
      frameSizeBytes: 100,
      maxDelayNs: 1e9,
      sendIntervalNs: 10e6,
    },
  ]);
  expect(warnings).toEqual([]);
});

describe('channels', () => {
  const settingsOf = (settings: object): object => {
    const {
      to: _to,
      name: _name,
      ...rest
    } = load([appOf('a', [service('aa', [channel({ serviceName: 'bb' }, settings)]), service('bb')])]).world
      .services[0]!.channels[0]!;
    return rest;
  };
  test.each([
    [{}, {}],
    // comments on the fields in CODECO's types: 500 byte where a bandwidth alone is given, at most 10 ms between frames
    [{ minBandwidth: '5M' }, { minBandwidthBps: 5e6, frameSizeBytes: 500 }],
    [{ bandwidth: '5M' }, { minBandwidthBps: 5e6, frameSizeBytes: 500 }],
    [
      { minBandwidth: '5M', frameSize: '1k' },
      { minBandwidthBps: 5e6, frameSizeBytes: 1000 },
    ],
    [
      { sendInterval: '5e-3', frameSize: '1k' },
      { frameSizeBytes: 1000, sendIntervalNs: 5e6 },
    ],
    [{ sendInterval: '1' }, { sendIntervalNs: 10e6 }],
    [{ maxDelay: '10e-3' }, { maxDelayNs: 10e6 }],
    [{ maxDelay: '10s' }, { maxDelayNs: 10e9 }],
    [{ maxDelay: '1ns' }, { maxDelayNs: 1 }],
  ])('%j needs %j', (settings, needs) => {
    expect(settingsOf(settings)).toEqual({ serviceClass: 'BESTEFFORT', ...needs });
  });
  test('both spellings of the bandwidth must agree', () => {
    expect(settingsOf({ minBandwidth: '5M', bandwidth: '5000k' })).toMatchObject({ minBandwidthBps: 5e6 });
    expect(() => settingsOf({ minBandwidth: '5M', bandwidth: '6M' })).toThrow(/not the same as minBandwidth/);
  });
  test('reach services of other applications, by the name in the scenario or by appName', () => {
    const front = appOf('front', [
      service('web', [
        channel({ serviceName: 'db', appName: 'store' }),
        channel({ serviceName: 'db', appName: 'swm' }),
      ]),
    ]);
    const back = appOf('back', [service('api'), service('db')], { appName: 'swm' });
    const { world } = load([front, back], [{ codecoApp: 'front' }, { name: 'store', codecoApp: 'back' }]);
    expect(world.services[0]!.channels.map(({ to }) => to)).toEqual([2, 2]);
  });
  test('stay inside an application that is there twice', () => {
    const app = appOf('pair', [service('aa', [channel({ serviceName: 'bb', appName: 'swm' })]), service('bb')], {
      appName: 'swm',
    });
    const { world } = load(
      [app],
      [
        { name: 'one', codecoApp: 'pair' },
        { name: 'two', codecoApp: 'pair' },
      ],
    );
    expect(world.services.map(({ app: of, channels }) => [of, channels.map(({ to }) => to)])).toEqual([
      [0, [1]],
      [0, []],
      [1, [3]],
      [1, []],
    ]);
  });
  test('may form a circle', () => {
    const app = appOf('ring', [
      service('aa', [channel({ serviceName: 'bb' })]),
      service('bb', [channel({ serviceName: 'aa' })]),
    ]);
    expect(load([app]).world.services.map(({ channels }) => channels[0]!.to)).toEqual([1, 0]);
  });
});

test('a field that CODECO may have added is a warning, a mistyped one is an error', () => {
  const { warnings } = load([appOf('a', [service('aa')], { carbonBudget: '20' })]);
  expect(warnings.map(({ path, found }) => [path, found])).toEqual([
    ['spec.carbonBudget', 'unknown field "carbonBudget"'],
  ]);
  expect(() => load([appOf('a', [service('aa')], { qosClas: 'Gold' })])).toThrow(/did you mean qosClass\?/);
});

test('without an appName, an application has the name of its resource', () => {
  expect(load([appOf('plain', [service('aa')])]).world.apps[0]).toMatchObject({ name: 'plain', namespace: 'default' });
  expect(load([appOf('plain', [service('aa')], { appName: '' })]).world.apps[0]!.name).toBe('plain');
});

const published = join('..', 'shared/data/codeco/codecoapp-bookinfo.yaml');
test.skipIf(!existsSync(published))('the published bookinfo (../shared/data/codeco) is read unchanged', () => {
  const documents = parseAllDocuments(readFileSync(published, 'utf8')).map(
    (document) => document.toJS() as { kind: string },
  );
  const app = documents.find(({ kind }) => kind === 'CodecoApp') as unknown as ReturnType<typeof appOf>;
  const { world, warnings } = load([app]);
  expect(warnings).toEqual([]);
  expect(world.apps[0]).toMatchObject({ name: 'acm-swm-app', namespace: 'he-codeco-acm', source: app });
  expect(graphOf(world)).toEqual([
    'details -> productpage',
    'reviews-v1 -> ratings',
    'reviews-v2 -> ratings',
    'reviews-v3 -> ratings',
    'productpage -> reviews-v1',
    'productpage -> details',
  ]);
  expect(world.services[0]!.channels[0]).toMatchObject({ serviceClass: 'ASSURED', maxDelayNs: 10e9 });
});

function graphOf({ services }: World): string[] {
  return services.flatMap(({ name, channels }) => channels.map(({ to }) => `${name} -> ${services[to]!.name}`));
}

test('a service of one letter is warned of: no channel can name it', () => {
  const { warnings } = load([appOf('a', [service('x'), service('yy')])]);
  expect(warnings.map(({ path, found }) => [path, found])).toEqual([
    ['spec.codecoapp-msspec[0].serviceName', 'no channel can name this service'],
  ]);
  const calling = appOf('a', [service('yy', [channel({ serviceName: 'x' })]), service('x')]);
  expect(() => load([calling])).toThrow(/expected a name of at least two lower-case letters/);
});
