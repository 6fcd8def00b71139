import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { networkTopology } from '../../src/results/index.ts';
import { simulate } from '../../src/simulate.ts';
import { fileOf, imported } from '../scenario/importers/written.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-topology-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Two sites about a hub, probed without error; what is written of it. */
function written(netma: object | undefined, faults: readonly object[] = []): Promise<string> {
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'observed' },
    spec: {
      duration: '2m',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi' } },
        clusters: [
          { name: 'hub', role: 'hub' },
          { name: 'one', network: { latency: '1ms', bandwidth: '10Gbit/s' }, nodes: [{ class: 'box', name: 'n1' }] },
          { name: 'two', network: { latency: '1ms', bandwidth: '10Gbit/s' }, nodes: [{ class: 'box', name: 'n2' }] },
        ],
        links: [
          { name: 'l1', from: 'hub', to: 'one', bandwidth: '1Gbit/s', latency: '7ms' },
          { name: 'l2', from: 'hub', to: 'two', bandwidth: '100Mbit/s', latency: '20ms' },
        ],
      },
      faults,
      orchestration: netma === undefined ? {} : { netma },
    },
  };
  simulate(scenario, { out: folder, force: true });
  return networkTopology(folder);
}

test('what was observed comes back through the importer: machines, links, latencies and bandwidths', async () => {
  const text = await written({ error: { cv: 0 }, gain: 1 });
  const { world } = imported('network-topology', [fileOf('observed.yaml', text)]);
  expect(world.nodes.map(({ name }) => name).toSorted()).toEqual(['n1', 'n2']);
  const nameOf = (vertex: number) => world.vertices[vertex]!.name;
  const links = new Map(
    world.links.map((link) => [
      [nameOf(link.from), nameOf(link.to)].toSorted().join('-'),
      { ms: link.latencyNs / 1e6, mbps: world.media[link.forwardMedium]!.bandwidthBps / 1e6 },
    ]),
  );
  const [first, second] = [links.get('hub-one')!, links.get('hub-two')!];
  // packets of 64 bytes take under 0.1 ms on the wire, and probes use next to nothing of it
  expect(first.ms).toBeCloseTo(7, 1);
  expect(second.ms).toBeCloseTo(20, 1);
  expect(Math.abs(first.mbps / 1000 - 1)).toBeLessThan(0.001);
  expect(Math.abs(second.mbps / 100 - 1)).toBeLessThan(0.001);
});

test('a link of which the last probe did not come back is left out', async () => {
  const text = await written({ error: { cv: 0 } }, [{ at: '60s', cut: 'l2' }]);
  expect(text).toContain('hub-one');
  expect(text).not.toContain('hub-two');
});

test('without probes there is nothing to write, and what is missing is told', async () => {
  await expect(written(undefined)).rejects.toThrow('expected a scenario with spec.orchestration.netma');
});
