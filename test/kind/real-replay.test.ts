import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { addKindCommand } from '../../src/cli/commands/kind.ts';
import { addReportCommand } from '../../src/cli/commands/report.ts';
import { addRunCommand } from '../../src/cli/commands/run.ts';
import { assessFidelity } from '../../src/experiment/index.ts';
import { connectCluster, type Cluster } from '../../src/kubernetes-client/index.ts';
import { readManifest } from '../../src/results/index.ts';
import { KwokKubelets, whyNoKwok } from '../kubernetes/kwok.ts';
import { startControlPlane, whyNoControlPlane, type ControlPlane } from '../kubernetes/real-control-plane.ts';
import { runCommand } from './in-process.ts';
import { rowsOf } from './recorded-run.ts';

const why = whyNoControlPlane(['kube-scheduler', 'kube-controller-manager']) ?? whyNoKwok();

/** Steps of a replay as `-o json` prints them. */
interface Printed {
  readonly outcome: string;
  readonly leftOver: readonly string[];
  readonly steps: readonly { readonly does: string; readonly failure?: string; readonly node?: string }[];
}

const codecoApp = (serviceName: string, podspec: object): object => ({
  apiVersion: 'codeco.he-codeco.eu/v1alpha1',
  kind: 'CodecoApp',
  metadata: { name: 'shop' },
  spec: { appName: 'shop', 'codecoapp-msspec': [{ serviceName, podspec }] },
});

describe.skipIf(why !== undefined)(`replays on a real control plane with kubelets of KWOK (${why ?? 'run'})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-real-replay-'));
  let plane: ControlPlane;
  let cluster: Cluster;
  let kubelets: KwokKubelets;
  beforeAll(async () => {
    plane = await startControlPlane({ scheduler: true, controllerManager: true, nodeGraceSeconds: 20 });
    cluster = await connectCluster({ kubeconfig: plane.kubeconfig, needs: [] });
    kubelets = await KwokKubelets.join(cluster, plane.kubeconfig, [
      { name: 'large', cpu: '8', memory: '32Gi' },
      { name: 'small', cpu: '2', memory: '4Gi' },
      { name: 'other', cpu: '2', memory: '4Gi' },
    ]);
  }, 180_000);
  afterAll(async () => {
    await kubelets?.stop();
    await plane?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function replayed(scenario: string, out: string, ...more: readonly string[]): Promise<Printed> {
    const args = ['--kubeconfig', plane.kubeconfig, '--out', join(folder, out), '-o', 'json', ...more];
    const { stdout } = await runCommand(addKindCommand, 'kind', 'replay', scenario, ...args);
    return JSON.parse(stdout) as Printed;
  }
  async function leftPods(): Promise<number> {
    const core = cluster.api(cluster.library.CoreV1Api);
    return (await core.listNamespacedPod({ namespace: 'default' })).items.length;
  }

  const shipped = 'scenarios/first-steps.yaml';
  const short = ['--set', 'duration=8s', '--set', 'warmup=0s', '--set', 'faults=[]'];
  test.each(['cluster', 'simulated'] as const)(
    'a shipped scenario, placed by %s: its pods become ready, and compare and report read what was seen',
    async (placement) => {
      const out = `shipped-${placement}`;
      const { outcome, leftOver, steps } = await replayed(shipped, out, '--placement', placement, ...short);
      expect({ outcome, leftOver, failures: steps.filter(({ failure }) => failure !== undefined) }).toEqual({
        outcome: 'done',
        leftOver: [],
        failures: [],
      });
      const pods = await rowsOf(join(folder, out), 'pods');
      expect(pods.map(({ service }) => service).toSorted()).toEqual(['store', 'web']);
      // a sandbox after 0.3 s and readiness 0.7 s later, as the kubelets are told
      for (const { scheduled_ns: scheduled, sandbox_ns: sandbox, ready_ns: ready } of pods) {
        expect((sandbox! - scheduled!) / 1e9).toBeGreaterThan(0.25);
        expect((ready! - scheduled!) / 1e9).toBeGreaterThan(0.9);
        expect((ready! - scheduled!) / 1e9).toBeLessThan(4);
      }
      const schedulers = (await rowsOf(join(folder, out), 'decisions')).map(({ scheduler }) => scheduler);
      const expected = placement === 'cluster' ? 'default-scheduler' : 'codeco-sim';
      expect(schedulers).toEqual([expected, expected]);
      const simulated = join(folder, `simulated-${placement}`);
      await runCommand(addRunCommand, 'run', shipped, '--out', simulated, '--quiet', ...short);
      const { placement: found, times } = await assessFidelity([simulated, join(folder, out)]);
      expect({ pods: found!.pods, value: found!.value }).toEqual({ pods: 2, value: 1 });
      expect(times.map(({ time }) => time)).toEqual(['scheduled', 'started', 'ready']);
      await runCommand(addReportCommand, 'report', join(folder, out), '--out', join(folder, `${out}.html`));
      expect(await leftPods()).toBe(0);
    },
    60_000,
  );

  test('pods that are superfluous, preempted or of a deleted application go on the cluster as in the simulation', async () => {
    const container = (name: string, cpu: string) => ({
      containers: [{ name, image: 'example.org/own:1', resources: { requests: { cpu } } }],
    });
    const labels = { app: 'alarm' };
    const spec = { priorityClassName: 'urgent', ...container('alarm', '1500m') };
    const manifest = [
      { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'urgent' }, value: 1000 },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'alarm' },
        spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      },
    ];
    writeFileSync(join(folder, 'high.yaml'), manifest.map((object) => stringify(object)).join('---\n'));
    const scenario = {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'squeeze' },
      spec: {
        duration: '12s',
        infrastructure: {
          nodeClasses: { box: { cpu: 2, memory: '4Gi' } },
          clusters: [{ name: 'quay', nodes: [{ class: 'box', name: 'small' }] }],
        },
        apps: [
          { manifest: 'high.yaml', at: '6s' },
          {
            codecoApp: 'shop',
            behaviour: { web: { replicas: 3 } },
            changes: [
              { at: '3s', replicas: { web: 2 } },
              { at: '9s', delete: true },
            ],
          },
        ],
      },
    };
    const file = join(folder, 'squeeze.yaml');
    writeFileSync(file, `${stringify(scenario)}---\n${stringify(codecoApp('web', container('web', '400m')))}`);
    const { outcome, leftOver, steps } = await replayed(file, 'squeeze', '--placement', 'simulated');
    expect({ outcome, leftOver }).toEqual({ outcome: 'done', leftOver: [] });
    expect(steps.filter(({ failure }) => failure !== undefined)).toEqual([]);
    const pods = await rowsOf(join(folder, 'squeeze'), 'pods');
    // three of 400m, of which one goes at 3 s, one to make room for 1500m at 6 s, and the last with its application at 9 s, as does the
    // one that was made in place of the second and found no room
    const gone = pods.map(({ service, created_ns: from, gone_ns: to }) =>
      [service, Math.floor(from / 1e9), to === null ? null : Math.floor(to / 1e9)].join(' '),
    );
    expect(gone.toSorted()).toEqual(['alarm 6 ', 'web 0 3', 'web 0 6', 'web 0 9', 'web 6 9']);
  }, 60_000);

  test('a kubelet that falls silent: its pods are given up and made anew elsewhere, and it is started again', async () => {
    const scenario = {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'silence' },
      spec: {
        duration: '45s',
        infrastructure: {
          nodeClasses: { box: { cpu: 2, memory: '4Gi' } },
          clusters: [{ name: 'edge', nodes: [{ class: 'box', count: 2, name: 'box-{i}' }] }],
        },
        apps: [{ codecoApp: 'shop', behaviour: { front: { replicas: 4 } } }],
        orchestration: { evictionToleration: '2s', nodeMonitorGracePeriod: '20s' },
        faults: [{ at: '6s', crash: 'box-1' }],
      },
    };
    const resources = { requests: { cpu: '300m' } };
    const podspec = { containers: [{ name: 'front', image: 'example.org/front', resources }] };
    const file = join(folder, 'silence.yaml');
    writeFileSync(file, `${stringify(scenario)}---\n${stringify(codecoApp('front', podspec))}`);
    const names = join(folder, 'nodes.yaml');
    writeFileSync(names, stringify({ 'box-1': 'small', 'box-2': 'other' }));
    const core = cluster.api(cluster.library.CoreV1Api);
    await core.patchNode(
      { name: 'large', body: { spec: { unschedulable: true } } },
      cluster.library.setHeaderOptions('Content-Type', cluster.library.PatchStrategy.MergePatch),
    );
    const signal = (what: string): string => `test {node} = small && kill -${what} ${kubelets.pid('small')}`;
    const silent = ['--stop-node', signal('STOP'), '--start-node', signal('CONT')];
    const { outcome, leftOver, steps } = await replayed(file, 'silence', '--nodes', names, ...silent);
    expect({ outcome, leftOver }).toEqual({ outcome: 'done', leftOver: [] });
    expect(steps.filter(({ does }) => does === 'stop')).toEqual([expect.objectContaining({ node: 'small' })]);
    expect(readManifest(join(folder, 'silence')).replay?.failure).toBeUndefined();
    const pods = await rowsOf(join(folder, 'silence'), 'pods');
    const lost = pods.filter(({ reason }) => reason === 'node-unreachable');
    expect(lost.length).toBeGreaterThan(0);
    expect(new Set(lost.map(({ node }) => node))).toEqual(new Set(['box-1']));
    const late = pods.filter(({ created_ns: createdNs }) => createdNs > 6e9);
    expect(late.map(({ node, ready_ns: readyNs }) => [node, readyNs! > 6e9])).toEqual(lost.map(() => ['box-2', true]));
    const simulated = join(folder, 'simulated-silence');
    await runCommand(addRunCommand, 'run', file, '--out', simulated, '--quiet');
    const { times } = await assessFidelity([simulated, join(folder, 'silence')]);
    for (const name of ['evicted', 'replaced'] as const) {
      // 20 s from a last lease of up to 10 s of age, found by looks every 5 s, and 2 s of toleration
      for (const ns of times.find(({ time }) => time === name)!.means) {
        expect(ns / 1e9).toBeGreaterThan(11.5);
        expect(ns / 1e9).toBeLessThan(30);
      }
    }
    await core.patchNode(
      { name: 'large', body: { spec: { unschedulable: null } } },
      cluster.library.setHeaderOptions('Content-Type', cluster.library.PatchStrategy.MergePatch),
    );
  }, 120_000);
});
