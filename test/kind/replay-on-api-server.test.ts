import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectCluster, type Cluster } from '../../src/kubernetes-client/index.ts';
import { readManifest } from '../../src/results/index.ts';
import { PlayedKubelet } from '../kubernetes/played-kubelet.ts';
import { startControlPlane, whyNoControlPlane, type ControlPlane } from '../kubernetes/real-control-plane.ts';

const why = whyNoControlPlane(['kube-controller-manager']);
describe.skipIf(why !== undefined)(`a replay on a real API server (${why ?? 'run'})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-replay-'));
  let plane: ControlPlane;
  let cluster: Cluster;
  const kubelets: PlayedKubelet[] = [];
  beforeAll(async () => {
    plane = await startControlPlane({ controllerManager: true });
    cluster = await connectCluster({ kubeconfig: plane.kubeconfig, needs: [] });
    // pods are bound, and never begun: there is no image to begin
    for (const node of ['a', 'b'])
      kubelets.push(await PlayedKubelet.join(cluster, { node, folder, volumes: folder, fate: () => 'waiting' }));
  }, 180_000);
  afterAll(async () => {
    for (const kubelet of kubelets) await kubelet.stop();
    await plane.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a shipped scenario: its decisions are bound at their times, and nothing is left', async () => {
    const out = join(folder, 'seen');
    const args = ['kind', 'replay', 'scenarios/first-steps.yaml', '--kubeconfig', plane.kubeconfig];
    const more = ['--placement', 'simulated', '--speed-up', '10', '--out', out, '-o', 'json'];
    const child = spawn(process.execPath, ['dist/cli/main.js', ...args, ...more]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    expect(await new Promise((end) => child.on('close', end)), stderr).toBe(0);
    const { steps } = JSON.parse(stdout) as { steps: { does: string; failure?: string; pod?: string }[] };
    // told as they end: a Service is still applied while the first pods are bound
    expect(steps.map(({ does }) => does).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['apply', 'bind', 'bind']);
    expect(steps.filter(({ failure }) => failure !== undefined)).toEqual([]);
    const { replay, source, tables } = readManifest(out);
    expect({ source, outcome: replay?.outcome, leftOver: replay?.leftOver }).toEqual({
      source: 'cluster',
      outcome: 'done',
      leftOver: [],
    });
    expect(tables['pods']?.rows).toBe(2);
    const core = cluster.api(cluster.library.CoreV1Api);
    expect((await core.listNamespacedPod({ namespace: 'default' })).items).toEqual([]);
  }, 120_000);

  test('whoever lacks rights is told so, and makes nothing', async () => {
    const args = [
      'kind',
      'replay',
      'scenarios/first-steps.yaml',
      '--kubeconfig',
      plane.kubeconfig,
      '--context',
      'stranger',
    ];
    const child = spawn(process.execPath, ['dist/cli/main.js', ...args]);
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    expect(await new Promise((end) => child.on('close', end))).toBe(3);
    expect(stderr).toContain('cannot list the nodes (context stranger');
    expect(stderr).toContain('{ apiGroups: [""], resources: ["nodes"], verbs: [get, list, watch] }');
  }, 60_000);
});
