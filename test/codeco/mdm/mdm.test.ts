import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTable } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { app, governed, twoClusters } from '../governance/governed.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-mdm-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/**
 * `left` and `right` are 10 ms from the hub. `left` has the primary of the news, a new version every 10 s; `right` has a copy
 * that is brought up to date every 200 s.
 */
async function run(spec: object, mdm: object | null = {}, at = '100s') {
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'catalogue' },
    spec: {
      duration: '5m',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi' } },
        clusters: [
          { name: 'hub', role: 'hub' },
          { name: 'left', network: { latency: '0s' }, nodes: [{ class: 'box', name: 'left-1' }] },
          { name: 'right', network: { latency: '0s' }, nodes: [{ class: 'box', name: 'right-1' }] },
        ],
        links: [
          { name: 'to-left', from: 'hub', to: 'left', bandwidth: '1Gbit/s', latency: '10ms' },
          { name: 'to-right', from: 'hub', to: 'right', bandwidth: '1Gbit/s', latency: '10ms' },
        ],
      },
      apps: [{ codecoApp: 'reader', at, behaviour: { front: { reads: [{ dataset: 'news' }] } } }],
      datasets: [
        { name: 'news', at: 'left', size: '1kB', updatePeriod: '10s', replicas: ['right'], replicateEvery: '200s' },
      ],
      orchestration: {
        scheduler: 'swm',
        swm: { profile: mdm === null ? 'balanced' : { freshness: 1 } },
        ...(mdm === null ? {} : { mdm }),
      },
      ...spec,
    },
  };
  simulate(scenario, { out: folder, force: true, codecoApps: [app('reader', ['front'])] });
  const rows = async (table: 'catalogue' | 'pods' | 'decisions') =>
    (await readTable(folder, table)).toArray().map((row) => row.toJSON() as Record<string, number | string>);
  const pods = await rows('pods');
  return { catalogue: await rows('catalogue'), node: pods[0]!['node'], decisions: await rows('decisions') };
}

describe('metadata travel', () => {
  test('they arrive with the delay of the network and of MDM, as old as that, and every interval', async () => {
    const { catalogue } = await run({}, { interval: '60s', delay: '2s' });
    const ofLeft = catalogue.filter(({ node }) => node === 'left-1');
    expect(ofLeft.map(({ collected_ns }) => collected_ns)).toEqual([0, 60e9, 120e9, 180e9, 240e9]);
    // one copy and one node: 100 + 2 · 64 bytes at 1 Gbit/s over 10 ms to the hub, where costs are worked out
    const onTheWayNs = 10e6 + (228 * 8e9) / 1e9;
    for (const { time_ns, collected_ns } of ofLeft)
      expect(Number(time_ns) - Number(collected_ns)).toBeCloseTo(onTheWayNs + 2e9, -1);
    expect(new Set(ofLeft.map(({ cluster }) => cluster))).toEqual(new Set(['hub']));
  });

  test('what is known is older than what is true, and never newer', async () => {
    const { catalogue } = await run({}, { interval: '5s', delay: '3s' });
    expect(catalogue.every((row) => Number(row['freshness']) <= Number(row['true_freshness']) + 1e-12)).toBe(true);
    expect(catalogue.some((row) => Number(row['freshness']) < Number(row['true_freshness']) - 0.01)).toBe(true);
  });

  test('nothing is catalogued without MDM', async () => {
    expect((await run({}, null)).catalogue).toEqual([]);
  });

  test('behind a cut nothing arrives, and what was known stays and ages', async () => {
    const faults = [{ at: '50s', for: '100s', cut: 'to-left' }];
    const { catalogue } = await run({ faults }, { interval: '30s' });
    const times = catalogue
      .filter(({ node }) => node === 'left-1')
      .map(({ collected_ns }) => Number(collected_ns) / 1e9);
    expect(times).toEqual([0, 30, 150, 180, 210, 240, 270]);
  });

  test('a node that is down is not read', async () => {
    const faults = [{ at: '50s', for: '100s', crash: 'left-1' }];
    const { catalogue } = await run({ faults }, { interval: '30s' });
    const times = catalogue
      .filter(({ node }) => node === 'left-1')
      .map(({ collected_ns }) => Number(collected_ns) / 1e9);
    expect(times).toEqual([0, 30, 150, 180, 210, 240, 270]);
  });
});

describe('SWM goes by freshness as MDM has it', () => {
  test('an application is placed where its data are fresh', async () => {
    const { node, decisions } = await run({});
    expect(node).toBe('left-1');
    expect(decisions).toHaveLength(1);
  });

  test('and where they seem to be: of a cluster behind a cut the last word counts, and it ages', async () => {
    // connectors look at 0 s, 115 s and 230 s; the copy at `right` is brought up to date at 200 s, and is 50 s old at most
    const whole = await run({}, { interval: '115s' }, '240s');
    expect(whole.node).toBe('left-1');
    // of `left`, where the data truly are 10 s old at most, 115 s was the last word: it seems to be 125 s old at least
    const faults = [{ at: '201s', for: '90s', cut: 'to-left' }];
    const cut = await run({ faults }, { interval: '115s' }, '240s');
    expect(cut.node).toBe('right-1');
    const [decision] = cut.decisions;
    expect(Number(decision!['view_age_ns'])).toBeGreaterThanOrEqual(125e9);
  });
});

test('in a federation each cluster hears of all, by its own way, and keeps what it knew when it is cut off', async () => {
  const faults = [{ at: '50s', for: '100s', cut: 'to-right' }];
  const { catalogue } = await run({ faults, orchestration: { federation: {}, mdm: { interval: '30s' } } });
  const heard = (cluster: string, node: string) =>
    catalogue
      .filter((row) => row['cluster'] === cluster && row['node'] === node)
      .map(({ collected_ns }) => Number(collected_ns) / 1e9);
  const all = [0, 30, 60, 90, 120, 150, 180, 210, 240, 270];
  const uncut = [0, 30, 150, 180, 210, 240, 270];
  expect(heard('hub', 'left-1')).toEqual(all);
  expect(heard('left', 'left-1')).toEqual(all);
  expect(heard('left', 'right-1')).toEqual(uncut);
  expect(heard('right', 'left-1')).toEqual(uncut);
  // its own metadata go by way of MDM in the hub as well
  expect(heard('right', 'right-1')).toEqual(uncut);
});

describe('complianceClass', () => {
  const spec = {
    complianceClasses: { local: { clusters: ['west'] } },
    datasets: [{ name: 'people', at: 'west', size: '1MB', complianceClass: 'local' }],
  };
  const shop = (complianceClass: string, replicas: number, classes: string) => {
    const behaviour = { front: { replicas, reads: [{ dataset: 'people' }] } };
    // of a node of the hub half is kept to: its security is Medium, and the data may not be there
    const codecoApp = app('shop', ['front'], { complianceClass, securityClass: 'Medium' });
    return governed(
      twoClusters({ ...spec, apps: [{ codecoApp: 'shop', behaviour }], orchestration: { classes } }, [codecoApp]),
    );
  };
  const clustersOf = (placed: Record<string, string | undefined>) =>
    new Set(Object.values(placed).map((node) => node?.split('-', 1)[0]));

  test.each([
    ['High', ['west']],
    ['Medium', ['hub', 'west']],
    ['Low', ['hub', 'west']],
  ])('%s, enforced: pods are in %j', (name, clusters) => {
    expect(clustersOf(shop(name, 10, 'enforce').placed)).toEqual(new Set(clusters));
  });

  test('audited it is found, with the share, and ignored it has no effect', () => {
    const { rows, placed } = shop('High', 10, 'audit');
    expect(clustersOf(placed)).toEqual(new Set(['hub', 'west']));
    const found = rows.filter(({ event }) => event === 'violation-began');
    expect(new Set(found.map(({ policy, detail }) => [policy, detail].join(': ')))).toEqual(
      new Set(['shop/complianceClass: compliance 50 % is below 100 %']),
    );
    expect(shop('High', 10, 'ignore').rows).toEqual([]);
  });
});
