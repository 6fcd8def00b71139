import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { V1MicroTime } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { assessFidelity } from '../../src/experiment/index.ts';
import { fitRecordedTimes, observeReplay, observeRights, readRecordedTimes } from '../../src/kind/index.ts';
import { connectCluster, type Cluster } from '../../src/kubernetes-client/index.ts';
import type { NodeId } from '../../src/model/index.ts';
import { loadScenario } from '../../src/scenario/index.ts';
import { simulateLoaded } from '../../src/simulate.ts';
import { startControlPlane, whyNoControlPlane, type ControlPlane } from '../kubernetes/real-control-plane.ts';
import { rowsOf } from './recorded-run.ts';

const why = whyNoControlPlane(['kube-scheduler', 'kube-controller-manager']);
const LEASES = 'kube-node-lease';
const RENEWAL_MS = 10_000;

describe.skipIf(why !== undefined)(`a node that falls silent under real controllers (${why ?? 'run'})`, () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let folder: string;
  const speaking = new Set<string>();
  let speaker: Promise<void>;
  let isOver = false;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'codeco-sim-real-eviction-'));
    plane = await startControlPlane({ scheduler: true, controllerManager: true, nodeGraceSeconds: 20 });
    cluster = await connectCluster({ kubeconfig: plane.kubeconfig, needs: observeRights });
  }, 150_000);
  afterAll(async () => {
    isOver = true;
    await speaker;
    await plane?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A node whose lease is renewed as a kubelet does. */
  async function addNode(name: string): Promise<void> {
    const core = cluster.api(cluster.library.CoreV1Api);
    await core.createNode({ body: { metadata: { name, labels: { 'kubernetes.io/hostname': name } }, spec: {} } });
    const amounts = { cpu: '4', memory: '8Gi', pods: '110' };
    const body = {
      status: { allocatable: amounts, capacity: amounts, conditions: [{ type: 'Ready', status: 'True' }] },
    };
    await core.patchNodeStatus(
      { name, body },
      cluster.library.setHeaderOptions('Content-Type', cluster.library.PatchStrategy.MergePatch),
    );
    const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: new V1MicroTime() };
    await cluster
      .api(cluster.library.CoordinationV1Api)
      .createNamespacedLease({ namespace: LEASES, body: { metadata: { name }, spec } });
    speaking.add(name);
  }

  async function speak(): Promise<void> {
    const coordination = cluster.api(cluster.library.CoordinationV1Api);
    const merge = cluster.library.setHeaderOptions('Content-Type', cluster.library.PatchStrategy.MergePatch);
    for (let saidMs = performance.now(); !isOver; await sleep(100)) {
      if (performance.now() - saidMs < RENEWAL_MS) continue;
      saidMs = performance.now();
      for (const name of speaking)
        await coordination.patchNamespacedLease(
          { namespace: LEASES, name, body: { spec: { renewTime: new V1MicroTime() } } },
          merge,
        );
    }
  }

  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'silence' },
    spec: {
      duration: '1m',
      infrastructure: {
        nodeClasses: { server: { cpu: 4, memory: '8Gi' } },
        clusters: [{ name: 'edge', nodes: [{ class: 'server', count: 3, name: 'n{i}' }] }],
      },
      apps: [{ codecoApp: 'shop', behaviour: { front: { replicas: 6 } } }],
      orchestration: { evictionToleration: '5s', nodeMonitorGracePeriod: '20s' },
      faults: [{ at: '20s', crash: 'n1' }],
    },
  };
  const podspec = {
    containers: [{ name: 'front', image: 'example.org/front', resources: { requests: { cpu: '100m' } } }],
  };
  const codecoApp = {
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'CodecoApp',
    metadata: { name: 'shop' },
    spec: { appName: 'shop', 'codecoapp-msspec': [{ serviceName: 'front', podspec }] },
  };

  test('its pods are given up and replaced when the simulation has it, and the grace period is found again', async () => {
    const file = join(folder, 'silence.yaml');
    writeFileSync(file, `${stringify(scenario)}---\n${stringify(codecoApp)}`);
    const { world, resolved } = loadScenario(file);
    const core = cluster.api(cluster.library.CoreV1Api);
    const workers = ['worker1', 'worker2', 'worker3'];
    for (const name of workers) await addNode(name);
    speaker = speak();
    while ((await core.listNode()).items.some(({ spec }) => (spec?.taints ?? []).length > 0)) await sleep(200);

    const [beganMs, beganWallMs] = [performance.now(), Date.now()];
    const clock = {
      speedUp: 1,
      nowNs: () => Math.round((performance.now() - beganMs) * 1e6),
      atNs: (wallMs: number) => (wallMs - beganWallMs) * 1e6,
    };
    const real = join(folder, 'real');
    const observer = observeReplay({
      world,
      scenario: resolved,
      header: { name: world.name, scenario: { file, hash: '' }, seed: 1, version: '0' },
      clusters: [
        { name: 'one', connection: cluster, nodes: new Map(workers.map((name, id) => [name, [id as NodeId]])) },
      ],
      clock,
      folder: real,
      force: false,
    });
    await observer.start();
    const labels = { app: 'front', 'codeco-sim.io/service': 'shop.front' };
    const tolerations = ['not-ready', 'unreachable'].map((key) => ({
      key: `node.kubernetes.io/${key}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 5,
    }));
    const template = { metadata: { labels }, spec: { ...podspec, tolerations } };
    await cluster.api(cluster.library.AppsV1Api).createNamespacedDeployment({
      namespace: 'default',
      body: {
        metadata: { name: 'front' },
        spec: { replicas: 6, selector: { matchLabels: { app: 'front' } }, template },
      },
    });
    const pods = async () => (await core.listNamespacedPod({ namespace: 'default' })).items;
    while ((await pods()).filter(({ spec }) => spec?.nodeName !== undefined).length < 6) await sleep(200);
    speaking.delete('worker1');
    const silentNs = clock.nowNs();
    observer.note({
      does: 'stop',
      what: '',
      cluster: 'one',
      node: 'worker1',
      plannedNs: silentNs,
      begunNs: silentNs,
      endedNs: silentNs,
    });
    const isReplaced = async (): Promise<boolean> =>
      (await pods()).filter(
        ({ spec, metadata }) => spec?.nodeName !== undefined && metadata?.deletionTimestamp === undefined,
      ).length === 6 && (await pods()).some(({ metadata }) => metadata?.deletionTimestamp !== undefined);
    while (!(await isReplaced())) await sleep(500);
    await sleep(500);
    await observer.end();
    await observer.write(undefined, []);

    const lost = (await rowsOf(real, 'pods')).filter(({ reason }) => reason === 'node-unreachable');
    expect(lost.map(({ node }) => node)).toEqual(lost.map(() => 'n1'));
    expect(lost.length).toBeGreaterThan(0);
    const simulated = [1, 2, 3].map((seed) => {
      const out = join(folder, `simulated-${seed}`);
      simulateLoaded(loadScenario(file, { seed }), file, { out });
      return out;
    });
    const { times } = await assessFidelity([...simulated, real]);
    for (const name of ['evicted', 'replaced'] as const) {
      const [simulatedNs, realNs] = times.find(({ time }) => time === name)!.means;
      // 20 s of grace from a last lease of up to 10 s of age, found by looks every 5 s, and 5 s of toleration
      for (const ns of [simulatedNs, realNs]) expect(Math.abs(ns / 1e9 - 22.5)).toBeLessThan(9);
    }
    const { nodeMonitorGracePeriodNs } = fitRecordedTimes([await readRecordedTimes(real)]);
    expect(Math.abs(nodeMonitorGracePeriodNs! / 1e9 - 20)).toBeLessThan(9);
  }, 240_000);
});
