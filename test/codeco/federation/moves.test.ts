import { expect, test } from 'vitest';
import { scenarioFromObject } from '../../../src/scenario/index.ts';
import { codecoApp } from '../../worlds.ts';
import { governed, type GovernanceRow } from '../governance/governed.ts';

interface Parts {
  readonly governance?: string;
  readonly near?: object;
  readonly apps?: readonly object[];
  readonly faults?: readonly object[];
  readonly policies?: readonly object[];
}

/**
 * A hub, and clusters `a`, `b` and `c` of a provider each, of boxes of one core; all users are near `b` and next to `a`. A shop of
 * two pods of 0.8 cores needs two boxes.
 */
function run({ governance = 'hybrid', apps = [], faults = [], policies = [] }: Parts) {
  const cluster = (name: string, count: number) => ({ name, provider: `of-${name}`, nodes: [{ class: 'box', count }] });
  const wire = (from: string, to: string, latency: string) => ({
    name: `${from}-${to}`,
    from,
    to,
    bandwidth: '1Gbit/s',
    latency,
  });
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'moves' },
    spec: {
      seed: 3,
      duration: '20m',
      infrastructure: {
        nodeClasses: { box: { cpu: 1, memory: '8Gi' } },
        clusters: [
          { name: 'hub', role: 'hub', nodes: [{ class: 'box' }] },
          cluster('a', 2),
          cluster('b', 2),
          cluster('c', 2),
        ],
        links: [wire('a', 'hub', '10ms'), wire('b', 'hub', '10ms'), wire('c', 'hub', '30ms')],
        access: [
          { name: 'ap', technology: 'wifi', at: { x: '0m', y: '0m' }, uplink: { to: 'b', bandwidth: '1Gbit/s' } },
        ],
      },
      users: [{ count: 2, at: { x: '0m', y: '10m' }, requests: { app: 'shop', to: 'web', rate: '0.1/s' } }],
      apps: [{ codecoApp: 'shop', clusters: ['a', 'b', 'c'], behaviour: { web: { replicas: 2 } } }, ...apps],
      policies,
      orchestration: { evictionToleration: '30s', federation: { governance } },
      faults,
    },
  };
  const services = { web: { resources: { requests: { cpu: '800m' } } } };
  return governed(
    scenarioFromObject(scenario, { codecoApps: [codecoApp('shop', services), codecoApp('filler', services)] }).world,
  );
}
const of = (rows: readonly GovernanceRow[], ...events: string[]) => rows.filter(({ event }) => events.includes(event));
const second = ({ time_ns }: GovernanceRow): number => time_ns / 1e9;

test('a cluster without room bids, and says so; the application goes to one that has room, though it costs more', () => {
  const filler = { codecoApp: 'filler', clusters: ['b'], behaviour: { web: { replicas: 2 } } };
  const { rows, placed } = run({ apps: [filler], faults: [{ at: '1m', for: '19m', cut: 'a-hub' }] });
  // b: 1.6 of 2 cores in use, and next to the users; c: 1.6 of 2 cores would be, and 40 ms away: at 10 ms for a whole cluster's load
  const bids = of(rows, 'bid').map(({ detail }) => detail);
  expect(bids).toContainEqual(expect.stringMatching(/^cost 0\.[89]\d*, no room for 2 of 2 pods$/));
  expect(bids).toContainEqual(expect.stringMatching(/^cost 4\.[89]\d*$/));
  expect(of(rows, 'cluster-chosen').map(({ app, detail }) => `${app} ${detail}`)).toEqual([
    'shop placement',
    'filler placement',
    'shop bids',
  ]);
  expect(Object.keys(placed).filter((name) => name.includes('-c-'))).toHaveLength(2);
});

test('of two copies after a cut the one with more of its pods ready stays, though the other is nearer the users', () => {
  const faults = [
    { at: '1m', for: '10m', cut: 'a-hub' },
    { at: '2m', crash: ['a-box-1'] },
  ];
  const filler = { codecoApp: 'filler', clusters: ['b'], behaviour: { web: { replicas: 2 } } };
  const { rows, placed } = run({ apps: [filler], faults });
  expect(of(rows, 'duplicate-resolved')).toHaveLength(1);
  expect(of(rows, 'work-removed').map(({ cluster }) => cluster)).toEqual(['a']);
  const shop = Object.entries(placed).filter(([name]) => name.startsWith('shop-'));
  expect(new Set(shop.map(([, node]) => node))).toEqual(new Set(['c-box-1', 'c-box-2']));
});

test('pods without room for two leases have their application moved by bids, and the old copy stays until the new one is ready', () => {
  const faults = [{ at: '2m', crash: ['a-box-1'] }];
  for (const governance of ['hybrid', 'decentralized']) {
    const { rows, placed } = run({ governance, faults });
    const start = of(rows, 'cluster-chosen')[0]!;
    if (governance === 'decentralized') {
      // bids go by the users at once: it never was in a
      expect(new Set(Object.values(placed))).toEqual(new Set(['b-box-1', 'b-box-2']));
      expect(second(start)).toBeLessThan(1);
      continue;
    }
    const [sought] = of(rows, 'move-sought');
    expect(sought).toMatchObject({ detail: 'no room for 1 pods' });
    // noticed 40 s after the crash, evicted 30 s later, and told by the two leases after that
    expect(second(sought!)).toBeGreaterThan(190 + 60);
    expect(second(sought!)).toBeLessThan(190 + 2 * 60 + 1);
    const removed = of(rows, 'work-removed');
    expect(removed.map(({ cluster }) => cluster)).toEqual(['a']);
    // by leases, the next one of each at the earliest
    expect(second(removed[0]!) - second(sought!)).toBeLessThan(2 * 60 + 1);
    expect(new Set(Object.values(placed))).toEqual(new Set(['b-box-1', 'b-box-2']));
  }
  // the hub of a Placement looks at scores alone
  expect(of(run({ governance: 'centralized', faults }).rows, 'move-sought')).toEqual([]);
});

test('a version that forbids the cluster of an application has it moved, in every mode', () => {
  for (const governance of ['centralized', 'decentralized', 'hybrid']) {
    // decentralized it is in b from the start, the others' Balance takes the first name
    const home = governance === 'decentralized' ? 'b' : 'a';
    const versions = [
      { at: '5m', providers: ['a', 'b', 'c'].filter((name) => name !== home).map((name) => `of-${name}`) },
    ];
    const { rows, placed } = run({ governance, policies: [{ name: 'elsewhere', versions }] });
    expect(Object.values(placed), governance).toHaveLength(2);
    expect(Object.values(placed).every((node) => node!.startsWith(governance === 'decentralized' ? 'a-' : 'b-'))).toBe(
      true,
    );
    const [sought] = of(rows, 'move-sought');
    expect(sought!.detail).toMatch(/kept out by policy elsewhere, version 1: provider of-/);
    expect(second(sought!) > 300 && second(sought!) < 361, governance).toBe(true);
    // the pods there were found in violation and evicted, and were pending until then
    expect(of(rows, 'violation-ended')).toHaveLength(2);
  }
});

test('where every cluster is forbidden the reasons are named, once, and the run goes on', () => {
  for (const governance of ['centralized', 'decentralized', 'hybrid']) {
    const policies = [
      { name: 'safe', versions: [{ providers: ['of-a'] }] },
      { name: 'local', versions: [{ providers: ['of-b', 'of-c'] }] },
    ];
    const { rows, placed } = run({ governance, policies });
    expect(placed).toEqual({});
    const named = of(rows, 'no-cluster');
    expect(named).toHaveLength(1);
    expect(named[0]!.detail).toMatch(/^a: .*policy local.*provider of-a; b: .*policy safe.*provider of-b; c: /);
  }
});
