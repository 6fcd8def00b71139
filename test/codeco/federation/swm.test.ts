import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTable } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { codecoApp } from '../../worlds.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-swm-federation-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A hub and two clusters of SWM's, whose names say what their nodes cost; shops that come at once and after three minutes. */
const scenario = (orchestration: object, more: object = {}): object => ({
  apiVersion: 'codeco-sim/v1',
  kind: 'Scenario',
  metadata: { name: 'two-clusters' },
  spec: {
    seed: 2,
    duration: '10m',
    infrastructure: {
      nodeClasses: { cheap: { cpu: 4, memory: '8Gi', price: '0.1/h' }, dear: { cpu: 4, memory: '8Gi', price: '1/h' } },
      clusters: [
        { name: 'hub', role: 'hub', nodes: [{ class: 'cheap' }] },
        { name: 'a-dear', nodes: [{ class: 'dear', count: 2 }] },
        { name: 'b-cheap', nodes: [{ class: 'cheap', count: 2 }] },
      ],
      links: [
        { from: 'a-dear', to: 'hub', bandwidth: '1Gbit/s', latency: '10ms' },
        { from: 'b-cheap', to: 'hub', bandwidth: '1Gbit/s', latency: '10ms' },
      ],
    },
    apps: [{ codecoApp: 'early' }, { codecoApp: 'late', at: '3m' }],
    orchestration: { scheduler: 'swm', swm: { profile: { price: 1 } }, ...orchestration },
    ...more,
  },
});
const services = {
  web: { calls: ['store'], resources: { requests: { cpu: '500m' } } },
  store: { resources: { requests: { cpu: '500m' } } },
};

async function nodesOf(given: object): Promise<Record<string, string[]>> {
  const codecoApps = ['early', 'late'].map((name) => codecoApp(name, services));
  simulate(given, { codecoApps, out: folder, force: true });
  const nodes: Record<string, string[]> = {};
  for (const row of (await readTable(folder, 'pods')).toArray()) {
    const { pod, node } = row.toJSON() as { pod: string; node: string | null };
    (nodes[pod.split('-')[0]!] ??= []).push(node ?? 'nowhere');
  }
  return nodes;
}

test("the hub goes by PDLC's cost of clusters as soon as a lease has told it", async () => {
  const prioritizers = { Balance: 0, Steady: 0, 'AddOn/codeco/cluster-cost': 1 };
  const nodes = await nodesOf(scenario({ federation: { governance: 'centralized', prioritizers } }));
  // at first no cluster has a score, and the first name counts; the dear nodes cost 1, which is -100, the cheap ones 0: 100
  expect(nodes['early']!.every((node) => node.startsWith('a-dear-'))).toBe(true);
  expect(nodes['late']!.every((node) => node.startsWith('b-cheap-'))).toBe(true);
});

test('SWM of each cluster places the pods of an application side by side on the nodes of its own', async () => {
  for (const governance of ['hybrid', 'decentralized']) {
    const nodes = await nodesOf(scenario({ federation: { governance } }));
    for (const ofApp of Object.values(nodes)) {
      expect(ofApp).toHaveLength(2);
      // one cluster, and one node: within it a channel takes no time
      expect(new Set(ofApp).size, governance).toBe(1);
      expect(ofApp[0]).toMatch(/^(a-dear|b-cheap)-/);
    }
  }
});

test('the pods of a node that crashes go to another of the same cluster, which the lost node is no part of', async () => {
  const faults = [{ at: '4m', crash: ['a-dear-dear-1'] }];
  const nodes = await nodesOf(
    scenario({ evictionToleration: '30s', federation: { governance: 'hybrid' } }, { faults }),
  );
  const [before, after] = [nodes['early']!.slice(0, 2), nodes['early']!.slice(2)];
  expect(new Set(before)).toEqual(new Set(['a-dear-dear-1']));
  expect(after).toEqual(['a-dear-dear-2', 'a-dear-dear-2']);
});
