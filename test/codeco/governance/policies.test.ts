import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mostOnOneNode, namesOf, schedulers, spareReplicas } from '../../../src/model/index.ts';
import { app, governed, twoClusters } from './governed.ts';

const shop = app('shop', ['front'], { securityClass: 'Good' });
const entry = (replicas: number, more: object = {}) => ({
  codecoApp: 'shop',
  behaviour: { front: { replicas } },
  ...more,
});
const clusterOf = (node: string | undefined): string | undefined => node?.split('-', 1)[0];
const clusters = (placed: Record<string, string | undefined>) => Object.values(placed).map(clusterOf);

describe('node rules', () => {
  test.each([
    ['providers', { providers: ['telco'] }, 'provider cloud'],
    ['security', { security: 'Good' }, 'security Medium is below Good'],
    ['price of a core and hour', { price: '0.1/h' }, undefined],
    ['price below that of any node', { price: '0.049/h' }, '0.05/h a core is above 0.049/h'],
    ['no rule at all', {}, undefined],
  ])('%s: pods against it are found by an audit, and stay', (_, rules, detail) => {
    const policies = [{ name: 'p', versions: [{ mode: 'audit', ...rules }] }];
    // of ten halves of a core some are on each of the nodes
    const { rows, placed } = governed(twoClusters({ apps: [entry(10)], policies }, [shop]));
    expect(new Set(clusters(placed))).toEqual(new Set(['hub', 'west']));
    const ofHub = rows.filter(({ event, cluster }) => event === 'violation-began' && cluster === 'hub');
    expect(ofHub.length).toBe(detail === undefined ? 0 : clusters(placed).filter((name) => name === 'hub').length);
    if (detail !== undefined) expect(new Set(ofHub.map((row) => row.detail))).toEqual(new Set([detail]));
  });

  test.each(namesOf(schedulers))('%s places nothing where an enforced policy forbids it', (scheduler) => {
    const policies = [{ name: 'p', versions: [{ providers: ['telco'] }] }];
    const world = twoClusters({ apps: [entry(4)], policies, orchestration: { scheduler } }, [shop]);
    const { rows, placed, measures } = governed(world);
    expect(clusters(placed)).toEqual(['west', 'west', 'west', 'west']);
    expect(measures.policy_violations).toBe(0);
    expect(rows.map(({ event }) => event)).toEqual(['policy-published']);
  });

  test('a pod that no node may take says which policies, in which version', () => {
    const policies = [
      { name: 'one', versions: [{ providers: ['telco'] }] },
      { name: 'other', versions: [{ providers: ['cloud'] }] },
    ];
    const { pods } = governed(twoClusters({ apps: [entry(1)], policies }, [shop]));
    expect(pods[0]!.phase).toBe('pending');
    expect(pods[0]!.message).toContain('2 node(s) kept out by policy one, version 1: provider cloud');
    expect(pods[0]!.message).toContain('2 node(s) kept out by policy other, version 1: provider telco');
  });

  test('residency: the services that use the data, and no others, run where it may be', () => {
    const two = app('shop', ['front', 'store']);
    const spec = {
      complianceClasses: { local: { clusters: ['west'] } },
      datasets: [{ name: 'people', at: 'west', size: '1MB', complianceClass: 'local', owner: 'city' }],
      apps: [
        {
          codecoApp: 'shop',
          behaviour: { front: { replicas: 8 }, store: { replicas: 3, reads: [{ dataset: 'people' }] } },
        },
      ],
      policies: [{ name: 'local', versions: [{ residency: { owner: 'city', clusters: ['west'] } }] }],
    };
    const { placed } = governed(twoClusters(spec, [two]));
    const of = (service: string) =>
      clusters(Object.fromEntries(Object.entries(placed).filter(([name]) => name.includes(service))));
    expect(new Set(of('store'))).toEqual(new Set(['west']));
    expect(new Set(of('front'))).toEqual(new Set(['hub', 'west']));
  });

  test('the carbon intensity of the hour moves pods from region to region, at the hours', () => {
    const hourly = (first: number, second: number) => ({
      carbonIntensity: { hourly: Array.from({ length: 24 }, (_, hour) => `${hour === 0 ? first : second}g/kWh`) },
    });
    const regions = { cloud: hourly(100, 400), telco: hourly(400, 100) };
    const policies = [{ name: 'green', versions: [{ carbonIntensity: '200g/kWh' }] }];
    const world = twoClusters({ duration: '90m', apps: [entry(1)], policies }, [shop], { regions });
    const { rows, pods } = governed(world);
    expect(pods.map(({ node, goneNs }) => [clusterOf(world.nodes[node!]!.name), goneNs])).toEqual([
      ['hub', 3600e9],
      ['west', undefined],
    ]);
    expect(rows.filter(({ event }) => event === 'evicted').map((row) => row.detail)).toEqual([
      '400 g/kWh is above 200 g/kWh',
    ]);
  });
});

describe('versions on their way', () => {
  const cut = { at: '1m', for: '185s', cut: 'backhaul' };

  test('a version counts in a cluster from its arrival: 10 s after the last attempt that found no way', () => {
    const policies = [{ name: 'p', versions: [{ at: '2m', mode: 'audit', providers: ['cloud'] }] }];
    const { rows } = governed(twoClusters({ apps: [entry(10)], policies, faults: [cut] }, [shop]));
    const arrived = rows.filter(({ event }) => event === 'policy-arrived');
    // tries at 120, 130, …, 240 s in vain; at 250 s: 10 ms of latency, then 4096 bytes at 1 Gbit/s
    expect(arrived.map(({ cluster, time_ns, duration_ns }) => [cluster, time_ns, duration_ns])).toEqual([
      ['hub', 120e9, 0],
      ['west', 250e9 + 10e6 + 32_768, 130e9 + 10e6 + 32_768],
    ]);
    const began = rows.filter(({ event }) => event === 'violation-began');
    expect(began.length).toBeGreaterThan(0);
    expect(new Set(began.map(({ time_ns }) => time_ns))).toEqual(new Set([250e9 + 10e6 + 32_768]));
  });

  test('a version that a newer one has overtaken is sent no more', () => {
    const versions = [
      { at: '2m', mode: 'audit', providers: ['cloud'] },
      { at: '3m', mode: 'audit', providers: ['telco'] },
    ];
    const policies = [{ name: 'p', versions }];
    const { rows } = governed(twoClusters({ apps: [entry(10)], policies, faults: [cut] }, [shop]));
    const arrived = rows.filter(({ event, cluster }) => event === 'policy-arrived' && cluster === 'west');
    expect(arrived.map(({ version }) => version)).toEqual([2]);
  });

  test('what runs against a version that arrives enforced is evicted there, and is made anew elsewhere', () => {
    const policies = [{ name: 'p', versions: [{ at: '2m', providers: ['telco'] }] }];
    const { rows, pods, placed, measures } = governed(twoClusters({ apps: [entry(4)], policies }, [shop]));
    expect(clusters(placed)).toEqual(['west', 'west', 'west', 'west']);
    const gone = pods.filter(({ phase }) => phase === 'gone');
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.every(({ goneNs, reason }) => goneNs === 120e9 && reason === 'policy-violated')).toBe(true);
    expect(rows.filter(({ event }) => event === 'evicted').length).toBe(gone.length);
    expect(measures.policy_violations).toBe(gone.length);
  });

  test('violations last until a version without the rule arrives, and add up', () => {
    const versions = [{ mode: 'audit', providers: ['cloud'] }, { at: '5m' }];
    const { measures, rows } = governed(
      twoClusters({ apps: [entry(1, { clusters: ['west'] })], policies: [{ name: 'p', versions }] }, [shop]),
    );
    expect(measures.policy_violations).toBe(1);
    expect(measures.policy_violation_ns).toBe(300e9 + 10e6 + 32_768);
    expect(rows.at(-1)).toMatchObject({ event: 'violation-ended', duration_ns: 300e9 + 10e6 + 32_768 });
  });

  test('a violation that has not ended counts to the end of the run', () => {
    const policies = [{ name: 'p', versions: [{ mode: 'audit', providers: ['cloud'] }] }];
    const { measures, rows } = governed(twoClusters({ apps: [entry(1, { clusters: ['west'] })], policies }, [shop]));
    expect(measures.policy_violation_ns).toBe(600e9);
    expect(rows.at(-1)).toMatchObject({ event: 'violation-open', duration_ns: 600e9 });
  });

  test('a policy is for the applications that it names, or whose CodecoApps have its labels', () => {
    const apps = [app('a', ['front'], {}, { labels: { tier: 'x' } }), app('b', ['front'])];
    const entries = ['a', 'b'].map((name) => ({ codecoApp: name, clusters: ['west'] }));
    for (const scope of [{ apps: ['a'] }, { labels: { tier: 'x' } }]) {
      const policies = [{ name: 'p', ...scope, versions: [{ mode: 'audit', providers: ['cloud'] }] }];
      const { rows } = governed(twoClusters({ apps: entries, policies }, apps));
      expect(rows.filter(({ event }) => event === 'violation-began').map((row) => row.app)).toEqual(['a']);
    }
  });
});

describe('tolerance to failures', () => {
  test('the loss of the node that carries most of a service leaves as many pods as it is to have', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (replicas, share) => {
          const pods = spareReplicas(replicas, share);
          expect(pods - mostOnOneNode(pods, share)).toBeGreaterThanOrEqual(replicas);
        },
      ),
    );
  });
  test.each([
    ['High', 4],
    ['Medium', 3],
    ['50%', 4],
    ['Low', 2],
  ])('%s: two replicas become %i, over so many nodes that none may be missed', (failureTolerance, pods) => {
    const policies = [{ name: 'p', versions: [{ failureTolerance }] }];
    const { placed, rows } = governed(twoClusters({ apps: [entry(2)], policies }, [shop]));
    expect(Object.keys(placed).length).toBe(pods);
    const counts = [...new Set(Object.values(placed))].map(
      (node) => Object.values(placed).filter((other) => other === node).length,
    );
    if (pods > 2) expect(pods - Math.max(...counts)).toBeGreaterThanOrEqual(2);
    expect(rows.filter(({ event }) => event === 'violation-open')).toEqual([]);
  });
  test('replicas to spare go again when the rule does', () => {
    const versions = [{ failureTolerance: 'High' }, { at: '5m' }];
    const { placed } = governed(twoClusters({ apps: [entry(2)], policies: [{ name: 'p', versions }] }, [shop]));
    expect(Object.keys(placed).length).toBe(2);
  });
});

describe('classes of a CodecoApp', () => {
  const classes = (mode: string | undefined, spec: object, apps: readonly object[] = [entry(4)]) =>
    twoClusters({ apps, ...(mode === undefined ? {} : { orchestration: { classes: mode } }) }, [
      app('shop', ['front'], spec),
    ]);

  test('securityClass keeps pods off nodes of less security where it is enforced', () => {
    const { placed } = governed(classes('enforce', { securityClass: 'Good' }));
    expect(new Set(clusters(placed))).toEqual(new Set(['west']));
  });
  test('securityClass is only watched where it is audited', () => {
    const { placed, rows } = governed(classes('audit', { securityClass: 'Good' }));
    const inHub = clusters(placed).filter((name) => name === 'hub').length;
    expect(inHub).toBeGreaterThan(0);
    expect(rows.filter(({ event }) => event === 'violation-began').length).toBe(inHub);
    expect(rows[0]!.policy).toBe('shop/securityClass');
  });
  test('classes that are ignored change nothing, nor does it to say so', () => {
    const spec = { securityClass: 'High', appFailureTolerance: 'High', qosClass: 'Gold' };
    const ignored = governed(classes('ignore', spec));
    expect(ignored.rows).toEqual([]);
    expect(ignored.digest).toBe(governed(classes(undefined, {})).digest);
  });
  test('appFailureTolerance gives replicas to spare', () => {
    expect(Object.keys(governed(classes('enforce', { appFailureTolerance: 'High' })).placed).length).toBe(8);
    expect(Object.keys(governed(classes('enforce', { appFailureTolerance: '20' })).placed).length).toBe(5);
    expect(Object.keys(governed(classes('audit', { appFailureTolerance: 'High' })).placed).length).toBe(4);
  });
  test('qosClass: priority, where the pods state none, and the class of the channels', () => {
    const world = (qosClass: string) =>
      twoClusters({ apps: [{ codecoApp: 'shop' }], orchestration: { classes: 'enforce' } }, [
        {
          ...app('shop', []),
          spec: {
            qosClass,
            'codecoapp-msspec': [
              {
                serviceName: 'front',
                podspec: { containers: [{ name: 'c', image: 'a' }] },
                nwbandwidth: '2',
                serviceChannels: [
                  { channelName: 'x', otherService: { serviceName: 'store', port: 80 } },
                  {
                    channelName: 'y',
                    otherService: { serviceName: 'store', port: 81 },
                    serviceClass: 'ASSURED',
                    advancedChannelSettings: { bandwidth: '5M' },
                  },
                ],
              },
              { serviceName: 'store', podspec: { priority: 7, containers: [{ name: 'c', image: 'a' }] } },
            ],
          },
        },
      ]);
    const seen = (qosClass: string) =>
      world(qosClass).services.map(({ podSpec, channels }) => [
        podSpec.priority,
        channels.map(({ serviceClass, minBandwidthBps }) => [serviceClass, minBandwidthBps]),
      ]);
    expect(seen('Gold')).toEqual([
      [
        1000,
        [
          ['ASSURED', 2e6],
          ['ASSURED', 5e6],
        ],
      ],
      [7, []],
    ]);
    expect(seen('Silver')).toEqual([
      [
        500,
        [
          ['BESTEFFORT', undefined],
          ['ASSURED', 5e6],
        ],
      ],
      [7, []],
    ]);
    expect(seen('BestEffort')).toEqual([
      [
        undefined,
        [
          ['BESTEFFORT', undefined],
          ['BESTEFFORT', 5e6],
        ],
      ],
      [7, []],
    ]);
  });
});

test('a governed run is the same twice', () => {
  const policies = [{ name: 'p', versions: [{ at: '2m', providers: ['telco'] }] }];
  const world = () => twoClusters({ apps: [entry(6)], policies }, [shop]);
  expect(governed(world()).digest).toBe(governed(world()).digest);
});
