import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ReplayHands } from '../../src/kind/replay/replay-hands.ts';
import { connectCluster } from '../../src/kubernetes-client/index.ts';
import { FakeApiServer } from './fake-api-server.ts';
import { FakePrograms } from './fake-programs.ts';

let server: FakeApiServer;
let there: FakePrograms;
const path = process.env['PATH'];
beforeEach(async () => {
  server = await FakeApiServer.start();
  server.addNode('near', '2', '4Gi');
  server.addNode('far', '2', '4Gi');
  there = new FakePrograms({ docker: ['exec*) cat >>"$(dirname "$0")/tc" ;;', 'inspect*) echo 10.0.0.9 ;;'] });
  process.env['PATH'] = there.env['PATH'];
});
afterEach(() => {
  process.env['PATH'] = path;
  server.stop();
  there.remove();
});

// seen on kind: of two nodes that were down together, the one that came back first got the other's address
test('a container that comes back at another address is shaped by that one', async () => {
  const connection = await connectCluster({ kubeconfig: server.writeKubeconfig(there.folder), needs: [] });
  const options = { runtime: 'docker', kubeconfig: 'none', failures: 'container', workload: 'pause', placement: 'cluster', shaper: 'tc-rate', shrink: 1, speedUp: 1 } as const; // prettier-ignore
  const plan = { scenario: 'quay', durationNs: 1e9, speedUp: 1, steps: [], network: [], label: 'quay', notes: [] };
  const hands = new ReplayHands({ plan, options, clusters: [{ name: 'quay', connection, nodes: new Map() }] });
  const { signal } = new AbortController();
  const filter = (address: string): string => `filter add dev eth0 parent 1: u32 match ip dst ${address} flowid 1:10`;
  const step = { atNs: 0, cluster: 'quay' };
  const lines = ['qdisc add dev eth0 root handle 1: htb', filter('{address:far}')];
  await hands.carry({ ...step, does: 'shape', container: 'near', isNew: true, lines }, signal);
  await hands.carry({ ...step, does: 'stop', worker: 'far', after: [] }, signal);
  await hands.carry({ ...step, does: 'start', worker: 'far', after: [] }, signal);
  expect(readFileSync(join(there.folder, 'bin/tc'), 'utf8').split('\n')).toEqual([
    'qdisc add dev eth0 root handle 1: htb',
    filter('10.0.0.1'),
    'filter del dev eth0 parent 1: protocol ip prio 1',
    filter('10.0.0.9'),
    '',
  ]);
});
