import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { group } from 'd3-array';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addImportCommand } from '../../src/cli/commands/import.ts';
import { loadScenario } from '../../src/scenario/index.ts';
import { simulateLoaded } from '../../src/simulate.ts';
import { controller, node, owner, paths, pod, SECRET } from './played-objects.ts';
import { PlayedApiServer } from './played-api-server.ts';
import { runCommand } from './in-process.ts';

let folder: string;
let api: PlayedApiServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-import-'));
  api = await PlayedApiServer.start(folder);
});
afterEach(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

const importTo = (name: string, ...more: string[]) =>
  runCommand(addImportCommand, 'import', 'cluster', '--kubeconfig', api.kubeconfig, '-o', join(folder, name), ...more);

/** The pods of a run by their service and node, sorted: names of pods are the simulator's own. */
const placesOf = (placement: readonly { readonly pod: string; readonly node?: string }[]): string[] =>
  placement.map(({ pod: name, node: at }) => `${name.replace(/-\d+$/, '')} on ${at}`).toSorted();

test('what 200 pods of 20 nodes have for a place they have in the simulation too', async () => {
  for (let n = 1; n <= 20; n++) api.put(paths.nodes, node(`n${n}`, { zone: `z${n % 3}` }));
  // deliberately uneven, as no scheduler would place them
  const expected: string[] = [];
  for (let d = 0; d < 10; d++) {
    api.put(paths.deployments, controller('Deployment', `d${d}`, 18));
    const of = { ...owner('Deployment', `d${d}`), name: `d${d}-1`, namespace: 'shop', uid: `rs-${d}` };
    api.put(paths.replicaSets, controller('ReplicaSet', `d${d}-1`, 18, { metadata: of }));
    for (let p = 0; p < 18; p++) {
      const at = `n${1 + ((d * d + p * p) % 20)}`;
      const metadata = {
        ...owner('ReplicaSet', `d${d}-1`),
        ownerReferences: [{ kind: 'ReplicaSet', uid: `rs-${d}`, controller: true }],
      };
      api.put(paths.pods, pod(`d${d}-1-${p}`, { metadata, spec: { nodeName: at } }));
      expected.push(`shop-d${d} on ${at}`);
    }
  }
  for (let n = 1; n <= 20; n++) {
    const metadata = { ...owner('DaemonSet', 'agent') };
    api.put(paths.pods, pod(`agent${n}x`, { metadata, spec: { nodeName: `n${n}` } }));
    expected.push(`agent${n}x on n${n}`);
  }
  const { stderr } = await importTo('twin.yaml');
  expect(stderr).toContain('read 20 nodes and 200 pods of 1 namespaces, 200 of them on a node');
  expect(stderr).toContain('20 pods of DaemonSets stay on their nodes');
  const loaded = loadScenario(join(folder, 'twin.yaml'));
  expect(loaded.warnings).toEqual([]);
  const run = simulateLoaded(loaded, 'twin.yaml');
  expect(placesOf(run.placement)).toEqual(expected.toSorted());
});

test('nothing secret is asked for or written, and nothing but reads is sent', async () => {
  api.put(paths.nodes, node('n1'));
  api.put(paths.deployments, controller('Deployment', 'web', 1));
  api.put(paths.statefulSets, controller('StatefulSet', 'db', 1));
  api.put(paths.pods, pod('alone', { spec: { nodeName: 'n1' } }));
  await importTo('twin.yaml');
  const written = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  expect(written.toSorted()).toEqual(['twin.shop.yaml', 'twin.yaml']);
  for (const name of written) expect(readFileSync(join(folder, name), 'utf8')).not.toContain(SECRET);
  expect(api.asked.filter((each) => !each.startsWith('GET '))).toEqual([]);
  expect(api.asked.join(' ')).not.toMatch(/secret|configmap/i);
});

test('constraints, budgets, autoscalers and priorities come along; a pod that waits is scheduled by them', async () => {
  api.put(paths.nodes, node('n1', { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } }));
  api.put(paths.nodes, node('n2'));
  api.put(
    paths.nodes,
    node('n3', {
      spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] },
    }),
  );
  api.put(paths.nodes, node('n4', { ready: false }));
  api.put(paths.priorityClasses, { metadata: { name: 'urgent' }, value: 1000 });
  const tolerations = [{ key: 'gpu', operator: 'Exists' }];
  const requirement = { key: 'kubernetes.io/hostname', operator: 'NotIn', values: ['n2'] };
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [requirement] }] },
    },
  };
  api.put(
    paths.deployments,
    controller('Deployment', 'web', 2, { spec: { tolerations, affinity, priorityClassName: 'urgent' } }),
  );
  api.put(paths.budgets, {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
  });
  api.put(paths.autoscalers, {
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 5,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
      ],
    },
  });
  await importTo('twin.yaml', '--duration', '1m');
  const loaded = loadScenario(join(folder, 'twin.yaml'));
  const { objects } = loaded.world;
  expect(objects?.priorityClasses).toMatchObject([{ name: 'urgent', value: 1000 }]);
  expect(objects?.disruptionBudgets).toMatchObject([{ name: 'web', minAvailable: 1 }]);
  expect(objects?.autoscalers).toMatchObject([{ name: 'web', maxReplicas: 5, target: 0 }]);
  const { placement } = simulateLoaded(loaded, 'twin.yaml');
  // n2 is excluded by affinity, n3 is cordoned, n4 is down from the start but not known to be: only n1, and n4 at first
  expect([...group(placement, ({ node: at }) => at).keys()].filter((at) => at !== 'n1' && at !== 'n4')).toEqual([]);
});

test('zones become switches between nodes and the rest', async () => {
  for (const [name, zone] of [
    ['n1', 'a'],
    ['n2', 'a'],
    ['n3', 'b'],
  ] as const)
    api.put(paths.nodes, node(name, { zone }));
  api.put(paths.pods, pod('alone', { spec: { nodeName: 'n3' } }));
  await importTo('twin.yaml', '--default-latency', '1ms');
  const { world } = loadScenario(join(folder, 'twin.yaml'));
  expect(world.links.map(({ name, latencyNs }) => `${name} ${latencyNs}`)).toEqual([
    'n1 1000000',
    'n2 1000000',
    'n3 1000000',
    'zone-a 500000',
    'zone-b 500000',
  ]);
});

test('what kubeadm and clouds make is taken as it is: static pods, DaemonSets, system priorities, names with dots', async () => {
  const [first, second] = ['ip-10-0-0-1.eu-1.compute.internal', 'ip-10-0-0-2.eu-1.compute.internal'];
  for (const name of [first, second]) api.put(paths.nodes, node(name));
  const system = (name: string, kind: string, spec: object): void =>
    api.put(
      paths.pods,
      pod(name, { metadata: { namespace: 'kube-system', ...owner(kind, name.replace(/-[^-]+$/, '')) }, spec }),
    );
  const critical = { priorityClassName: 'system-node-critical', priority: 2_000_001_000, hostNetwork: true };
  const ports = [{ containerPort: 6443, hostPort: 6443, name: 'https', protocol: 'TCP' }];
  system('kube-apiserver-a', 'Node', {
    ...critical,
    nodeName: first,
    containers: [{ name: 'apiserver', ports, resources: {} }],
  });
  const ofNode = (name: string): object => {
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: [name] }];
    return {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } },
    };
  };
  for (const [i, name] of [first, second].entries())
    system(`kindnet-${i}`, 'DaemonSet', {
      ...critical,
      nodeName: name,
      affinity: ofNode(name),
      tolerations: [{ operator: 'Exists' }],
    });
  api.put(paths.statefulSets, controller('StatefulSet', 'pg', 1, { spec: { terminationGracePeriodSeconds: 30 } }));
  api.put(paths.pods, pod('pg-0', { metadata: owner('StatefulSet', 'pg'), spec: { nodeName: second } }));
  api.put(paths.pods, pod('done', { spec: { nodeName: second }, status: { phase: 'Succeeded' } }));
  const { stderr } = await importTo('twin.yaml');
  expect(stderr).toContain('left out: 1 pods that have ended or are being deleted');
  const loaded = loadScenario(join(folder, 'twin.yaml'));
  expect(loaded.warnings).toEqual([]);
  expect(placesOf(simulateLoaded(loaded, 'twin.yaml').placement)).toEqual([
    `kindnet on ${first}`,
    `kindnet on ${second}`,
    `kube-apiserver-a on ${first}`,
    `shop-pg on ${second}`,
  ]);
});
