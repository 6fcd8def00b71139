import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTable } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { codecoApp } from '../../worlds.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-membership-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A hub, two clusters of town and one of the port; a shop from the start, and one more after five minutes. */
async function run(federation: object) {
  const cluster = (name: string, provider: string) => ({ name, provider, nodes: [{ class: 'box' }] });
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'members' },
    spec: {
      seed: 4,
      duration: '20m',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi' } },
        clusters: [
          { name: 'hub', role: 'hub', nodes: [{ class: 'box' }] },
          cluster('a-town', 'town'),
          cluster('b-town', 'town'),
          cluster('c-port', 'port'),
        ],
        links: ['a-town', 'b-town', 'c-port'].map((from) => ({
          from,
          to: 'hub',
          bandwidth: '1Gbit/s',
          latency: '10ms',
        })),
      },
      apps: [{ codecoApp: 'first' }, { codecoApp: 'second', at: '5m' }],
      orchestration: { federation },
    },
  };
  const services = { web: { resources: { requests: { cpu: '500m' } } } };
  const codecoApps = ['first', 'second'].map((name) => codecoApp(name, services));
  simulate(scenario, { codecoApps, out: folder, force: true });
  const rows = async (name: string) => (await readTable(folder, name)).toArray().map((row) => row.toJSON());
  return {
    pods: (await rows('pods')).map(
      ({ pod, node }) => [(pod as string).split('-web-')[0]!, node as string | null] as const,
    ),
    notes: (await rows('governance')).map(({ time_ns, event, cluster, peer, app }) => ({
      atS: Number(time_ns) / 1e9,
      event,
      cluster,
      peer,
      app,
    })),
  };
}

test('a cluster that joins gets what comes after it is known, and nothing before', async () => {
  const members = [{ provider: 'town', joins: '2m' }];
  const { pods, notes } = await run({ governance: 'centralized', members });
  // at first the port is all there is; then Balance puts the second where nothing runs, of equals by name
  expect(pods).toEqual([
    ['first', 'c-port-box-1'],
    ['second', 'a-town-box-1'],
  ]);
  const joined = notes.filter(({ event }) => event === 'cluster-joined');
  expect(joined.map(({ peer }) => String(peer)).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['a-town', 'b-town']);
  // with the first lease, which comes within one lease of 60 s
  for (const { atS } of joined) expect(atS > 120 && atS < 181).toBe(true);
  expect(notes.filter(({ event }) => event === 'cluster-unknown')).toEqual([]);
});

test('a cluster that leaves gives back what it runs, and is no longer lost nor chosen', async () => {
  for (const governance of ['hybrid', 'decentralized']) {
    const members = [{ cluster: 'a-town', leaves: '3m' }];
    const { pods, notes } = await run({ governance, members });
    expect(pods[0], governance).toEqual(['first', 'a-town-box-1']);
    // the first goes on elsewhere, and the second never sees the cluster that has left
    const later = pods.slice(1);
    expect(later.map(([app]) => app).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['first', 'second']);
    expect(later.every(([, node]) => node === 'b-town-box-1' || node === 'c-port-box-1')).toBe(true);
    const left = notes.filter(({ event }) => event === 'cluster-left');
    expect(left[0]).toMatchObject({ peer: 'a-town' });
    // 10 ms to the hub, 20 ms to the neighbours, and the local networks at their ends
    expect(left[0]!.atS > 180.01 && left[0]!.atS < 180.03).toBe(true);
    expect(notes.filter(({ event }) => event === 'cluster-unknown')).toEqual([]);
    expect(notes.filter(({ event, app }) => event === 'work-removed' && app === 'first')).toHaveLength(1);
  }
});

test('where nobody is a member yet an application waits for the first', async () => {
  for (const governance of ['hybrid', 'decentralized']) {
    const members = [
      { provider: 'town', joins: '4m' },
      { provider: 'port', joins: '10m' },
    ];
    const { notes } = await run({ governance, members });
    const chosen = notes.find(({ event, app }) => event === 'cluster-chosen' && app === 'first')!;
    expect(chosen.peer, governance).toMatch(/-town$/);
    // known by 4 min and a lease, and asked for again every minute
    expect(chosen.atS >= 240 && chosen.atS <= 362, governance).toBe(true);
  }
});
