import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addObserveCommand } from '../../src/cli/commands/kind-observe.ts';
import { addReportCommand } from '../../src/cli/commands/report.ts';
import { addWhyCommand } from '../../src/cli/commands/why.ts';
import { compareResults } from '../../src/experiment/index.ts';
import { observeReplay, observeRights } from '../../src/kind/index.ts';
import { PodLife } from '../../src/kind/observation/pod-life.ts';
import { connectCluster } from '../../src/kubernetes-client/index.ts';
import type { NodeId } from '../../src/model/index.ts';
import { loadScenario } from '../../src/scenario/index.ts';
import { readManifest } from '../../src/results/index.ts';
import { verifyResults } from '../../src/verification.ts';
import { runCommand } from './in-process.ts';
import { PlayedApiServer } from './played-api-server.ts';
import { controller, node, paths, pod } from './played-objects.ts';
import { rowsOf } from './recorded-run.ts';

let folder: string;
let api: PlayedApiServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-observation-'));
  api = await PlayedApiServer.start(folder);
});
afterEach(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

const condition = (type: string, more: object = {}): object => ({ type, status: 'True', ...more });
const running = { state: { running: { startedAt: '2026-01-01T00:00:03Z' } }, restartCount: 1, name: 'main' };

test('of what a watch tells the time is when it came, of what a list tells its time stamps, of what was before 0', () => {
  const T0 = Date.parse('2026-01-01T00:00:00Z');
  const time = (wallMs: number): number => (wallMs - T0) * 1e6;
  const made = (stamp: string, status: object = {}, spec: object = {}): V1Pod =>
    pod('p', { metadata: { creationTimestamp: stamp }, spec, status }) as V1Pod;
  const watched = new PodLife(made('2026-01-01T00:00:01Z'), { nowNs: 1.25e9, isListed: false }, time);
  const scheduled = { conditions: [condition('PodScheduled', { lastTransitionTime: '2026-01-01T00:00:02Z' })] };
  watched.update(made('2026-01-01T00:00:01Z', scheduled, { nodeName: 'n1' }), { nowNs: 2.1e9, isListed: false });
  expect([watched.createdNs, watched.scheduledNs]).toEqual([1.25e9, 2.1e9]);
  // the watch was lost meanwhile; stamps are whole seconds, so the middle of the second
  const ready = {
    containerStatuses: [running],
    conditions: [condition('Ready', { lastTransitionTime: '2026-01-01T00:00:04Z' })],
  };
  watched.update(made('2026-01-01T00:00:01Z', ready, { nodeName: 'n1' }), { nowNs: 60e9, isListed: true });
  expect([watched.startedNs, watched.readyNs, watched.restarts]).toEqual([3.5e9, 4.5e9, 1]);
  const old = new PodLife(made('2025-12-31T00:00:00Z', ready, { nodeName: 'n1' }), { nowNs: 0, isListed: true }, time);
  expect([old.createdNs, old.scheduledNs, old.startedNs]).toEqual([0, 0, 0]);
});

test('what a cluster does becomes tables that every command reads; broken watches lose nothing', async () => {
  api.put(paths.nodes, node('n1'));
  api.put(paths.nodes, node('n2'));
  api.put(paths.deployments, controller('Deployment', 'web', 1));
  api.put('/apis/metrics.k8s.io/v1beta1/nodes', { metadata: { name: 'n1' }, usage: { cpu: '1960000000n' } });
  const owned = {
    ownerReferences: [{ kind: 'ReplicaSet', name: 'web-7d9', uid: 'r', controller: true }],
    labels: { 'pod-template-hash': '7d9' },
  };
  const web = (name: string, status: object, spec: object = {}, metadata: object = {}): void =>
    api.put(paths.pods, pod(name, { metadata: { ...owned, ...metadata }, spec, status }));
  web('web-7d9-old', { phase: 'Running', conditions: [condition('Ready')] }, { nodeName: 'n1' });
  const out = join(folder, 'real');
  const observing = runCommand(
    addObserveCommand,
    'observe',
    '--kubeconfig',
    api.kubeconfig,
    '--for',
    '10s',
    '--out',
    out,
  );
  const begun = Date.now();
  while (!(api.isWatched(paths.pods) && api.isWatched(paths.events) && api.isWatched(paths.nodes))) {
    if (Date.now() - begun > 20_000) throw new Error('nothing is watched');
    await sleep(20);
  }
  web('web-7d9-new', { phase: 'Pending' });
  const about = { uid: 'pod-web-7d9-new', name: 'web-7d9-new' };
  api.put(paths.events, {
    metadata: { name: 'e', namespace: 'shop', uid: 'e1' },
    involvedObject: about,
    reason: 'FailedScheduling',
    message: '0/2 nodes are available: 2 Insufficient cpu.',
    type: 'Warning',
  });
  // the event must have come before the pod is scheduled, on a busy machine too
  await sleep(2000);
  api.hangUp('gone');
  web('web-7d9-new', { phase: 'Pending', conditions: [condition('PodScheduled')] }, { nodeName: 'n2' });
  while (!api.isWatched(paths.pods)) await sleep(20);
  web(
    'web-7d9-new',
    { phase: 'Running', conditions: [condition('Ready')], containerStatuses: [running] },
    { nodeName: 'n2' },
  );
  api.put(paths.nodes, node('n2', { spec: { unschedulable: true } }));
  api.hangUp('closed');
  const preempted = condition('DisruptionTarget', { reason: 'PreemptionByScheduler' });
  web(
    'web-7d9-old',
    { phase: 'Running', conditions: [preempted] },
    { nodeName: 'n1' },
    { deletionTimestamp: new Date().toISOString() },
  );
  api.remove(paths.pods, 'web-7d9-old', 'shop');
  await observing;

  expect(readManifest(out, { hashes: true })).toMatchObject({ source: 'cluster', name: 'played' });
  const [old, fresh] = (await rowsOf(out, 'pods')).toSorted((a, b) => a.created_ns - b.created_ns);
  expect(old).toMatchObject({
    pod: 'web-7d9-old',
    app: 'shop',
    service: 'web',
    node: 'n1',
    created_ns: 0,
    ready_ns: 0,
    reason: 'preempted',
  });
  expect(fresh).toMatchObject({ service: 'web', node: 'n2', cluster: 'played', restarts: 1, gone_ns: null });
  for (const at of [fresh!.created_ns, fresh!.scheduled_ns!, fresh!.ready_ns!, old!.gone_ns!]) {
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(11e9);
  }
  expect(fresh!.ready_ns!).toBeGreaterThanOrEqual(fresh!.scheduled_ns!);
  expect(await rowsOf(out, 'decisions')).toMatchObject([
    {
      decision: 0,
      attempt: 1,
      considered_nodes: 2,
      feasible_nodes: 0,
      node: null,
      message: '0/2 nodes are available: 2 Insufficient cpu.',
    },
    { decision: 1, attempt: 2, considered_nodes: null, node: 'n2', scheduler: 'default-scheduler' },
  ]);
  expect(await rowsOf(out, 'operations')).toMatchObject([{ node: 'n2', event: 'cordoned' }]);
  const samples = await rowsOf(out, 'nodes');
  // 1.96 of 3.92 cores
  expect(
    samples.find(({ node: name, cpu_utilization }) => name === 'n1' && cpu_utilization !== null)?.cpu_utilization,
  ).toBe(0.5);
  expect(samples.at(-1)).toMatchObject({ node: 'n2', pods: 1, cpu_requested_millicores: 100, energy_j: null });
  expect(api.asked.filter((each) => !each.startsWith('GET '))).toEqual([]);

  const why = await runCommand(addWhyCommand, 'why', out, '--pod', 'web-7d9-new');
  expect(why.stdout).toContain('a real scheduler does not tell');
  await runCommand(addReportCommand, 'report', out, '--out', join(folder, 'report.html'));
  expect((await compareResults(out, out)).cells).toHaveLength(1);
  expect(() => verifyResults(out)).toThrow('was recorded from a real cluster, which nothing repeats');
}, 60_000);

test('of a replay the tables have the names and the time of the scenario, and what the replay did to nodes', async () => {
  const { world, resolved } = loadScenario('scenarios/first-steps.yaml');
  const service = world.services[0]!;
  const app = world.apps[service.app]!;
  api.put(paths.nodes, node('worker'));
  const cluster = await connectCluster({ kubeconfig: api.kubeconfig, needs: observeRights });
  const begunMs = performance.now();
  const clock = { speedUp: 10, nowNs: () => Math.round((performance.now() - begunMs) * 1e7), atNs: () => 0 };
  const out = join(folder, 'replayed');
  const observer = observeReplay({
    world,
    scenario: resolved,
    header: { name: world.name, scenario: { file: 'first-steps.yaml', hash: '' }, seed: 1, version: '0' },
    clusters: [{ name: 'one', connection: cluster, nodes: new Map([['worker', [1 as NodeId]]]) }],
    clock,
    folder: out,
    force: false,
  });
  await observer.start();
  const afterNs = clock.nowNs();
  const labels = { 'codeco-sim.io/service': `${app.name}.${service.name}` };
  api.put(paths.pods, pod('made', { metadata: { labels }, spec: { nodeName: 'worker' } }));
  api.put(paths.pods, pod('stranger', { spec: { nodeName: 'worker' } }));
  observer.note({ does: 'stop', what: '', cluster: 'one', node: 'worker', plannedNs: 1, begunNs: 1, endedNs: 7 });
  await sleep(500);
  await observer.end();
  await observer.write(undefined, []);
  const place = { node: world.nodes[1]!.name, cluster: world.clusters[world.nodes[1]!.cluster]!.name };
  const [only, ...others] = await rowsOf(out, 'pods');
  expect(others).toEqual([]);
  expect(only).toMatchObject({ pod: 'made', app: app.name, service: service.name, ...place });
  expect(only!.created_ns).toBeGreaterThanOrEqual(afterNs);
  expect(await rowsOf(out, 'faults')).toEqual([{ time_ns: 7, kind: 'crash', target: place.node, event: 'begin' }]);
}, 30_000);
