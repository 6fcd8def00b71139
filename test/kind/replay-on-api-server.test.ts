import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { addKindCommand } from '../../src/cli/commands/kind.ts';
import { connectCluster, type Cluster } from '../../src/kubernetes-client/index.ts';
import { readManifest } from '../../src/results/index.ts';
import { PlayedKubelet } from '../kubernetes/played-kubelet.ts';
import { startControlPlane, whyNoControlPlane, type ControlPlane } from '../kubernetes/real-control-plane.ts';
import { runCommand } from './in-process.ts';

const why = whyNoControlPlane(['kube-controller-manager']);
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
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

  /** A manifest of a Deployment of two pods, its Service, and what the simulation knows nothing of; none has a namespace. */
  function writeScenario(): string {
    const labels = { app: 'gate' };
    const resources = { requests: { cpu: '100m', memory: '64Mi' } };
    const spec = { containers: [{ name: 'gate', image: 'example.org/gate:1', resources }] };
    const objects = [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'gate' },
        spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'gate' },
        spec: { selector: labels, ports: [{ port: 80 }] },
      },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'gate-words' }, data: { word: 'open' } },
      { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'gate-first' }, value: 7 },
    ];
    writeFileSync(join(folder, 'gate.yaml'), objects.map((object) => stringify(object)).join('---\n'));
    const file = join(folder, 'pier.yaml');
    const infrastructure = {
      nodeClasses: { box: { cpu: 2, memory: '4Gi' } },
      clusters: [{ name: 'quay', nodes: [{ class: 'box', count: 2, name: 'b{i}' }] }],
    };
    const scenario = { duration: '4s', infrastructure, apps: [{ manifest: 'gate.yaml' }] };
    writeFileSync(
      file,
      stringify({ apiVersion: 'codeco-sim/v1', kind: 'Scenario', metadata: { name: 'pier' }, spec: scenario }),
    );
    return file;
  }
  const replayed = (kubeconfig: string, ...more: string[]) =>
    runCommand(addKindCommand, 'kind', 'replay', writeScenario(), '--kubeconfig', kubeconfig, ...more);
  /** The administrator's kubeconfig with something else in it. */
  function changed(change: (config: Kubeconfig) => void): string {
    const config = parse(readFileSync(plane.kubeconfig, 'utf8')) as Kubeconfig;
    change(config);
    const file = join(folder, 'changed.yaml');
    writeFileSync(file, stringify(config));
    return file;
  }
  async function isFree(): Promise<boolean> {
    const core = cluster.api(cluster.library.CoreV1Api);
    const lists = [await core.listPodForAllNamespaces(), await core.listServiceForAllNamespaces()];
    const names = lists.flatMap(({ items }) => items.map(({ metadata }) => metadata!.name!));
    return names.every((name) => name === 'kubernetes');
  }

  test("what has no namespace is of `default`, whatever the context's is, and is bound there", async () => {
    const elsewhere = changed(({ contexts }) => (contexts[0]!.context['namespace'] = 'kube-public'));
    const out = join(folder, 'seen');
    const { stdout } = await replayed(elsewhere, '--placement', 'simulated', '--out', out, '-o', 'json');
    const { steps } = JSON.parse(stdout) as { steps: { does: string; failure?: string; pod?: string }[] };
    const bound = steps.filter(({ does }) => does === 'bind');
    expect(bound.map(({ pod, failure }) => [pod!.split('/')[0], failure])).toEqual(
      Array.from({ length: 2 }, () => ['default', undefined]),
    );
    expect(readManifest(out)).toMatchObject({
      source: 'cluster',
      replay: { outcome: 'done', leftOver: [] },
      tables: { pods: { rows: 2 } },
    });
    expect(await isFree()).toBe(true);
  }, 60_000);

  test('whoever lacks rights is told so, and makes nothing', async () => {
    await expect(replayed(plane.kubeconfig, '--context', 'stranger')).rejects.toThrow(
      /cannot list the nodes \(context stranger[^]*a ClusterRole[^]*resources: \["nodes"\], verbs: \[get, list, watch\] }[^]*--print-rbac/,
    );
  });

  test('the rights that --print-rbac prints are enough, and one that is taken away is named', async () => {
    const rights = cluster.api(cluster.library.RbacAuthorizationV1Api);
    const { stdout } = await replayed(plane.kubeconfig, '--print-rbac', '--placement', 'simulated');
    const role = parse(stdout) as { metadata: { name: string }; rules: { resources: string[]; verbs: string[] }[] };
    await rights.createClusterRole({ body: role });
    const { name } = role.metadata;
    await rights.createClusterRoleBinding({
      body: {
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'stranger' }],
      },
    });
    const asStranger = () => replayed(plane.kubeconfig, '--context', 'stranger', '--placement', 'simulated');
    expect((await asStranger()).stdout).toContain('all that was made is taken away');
    const rules = role.rules.filter(({ resources }) => !resources.includes('services'));
    await rights.replaceClusterRole({ name, body: { ...role, rules } });
    await expect(asStranger()).rejects.toThrow(/lacks rights[^]*create services[^]*nothing was made/);
  }, 60_000);

  test('a name that is taken, a quota and a node that is never Ready: nothing of the replay is left', async () => {
    const core = cluster.api(cluster.library.CoreV1Api);
    const namespace = 'default';
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'gate-words' }, data: {} } });
    await expect(replayed(plane.kubeconfig)).rejects.toThrow('ConfigMap default/gate-words is there already');
    await core.deleteNamespacedConfigMap({ namespace, name: 'gate-words' });

    await core.createNamespacedResourceQuota({
      namespace,
      body: { metadata: { name: 'few' }, spec: { hard: { pods: '1' } } },
    });
    const isCounted = async () =>
      (await core.readNamespacedResourceQuota({ namespace, name: 'few' })).status?.used?.['pods'] !== undefined;
    while (!(await isCounted())) await sleep(100);
    const out = join(folder, 'few');
    await expect(replayed(plane.kubeconfig, '--out', out)).rejects.toThrow(/cannot be made: [^]*exceeded quota: few/);
    await core.deleteNamespacedResourceQuota({ namespace, name: 'few' });
    expect(readManifest(out)).toMatchObject({
      replay: { outcome: 'failed', leftOver: [] },
      tables: { pods: { rows: 1 } },
    });

    await core.createNode({ body: { metadata: { name: 'mute', labels: { 'codeco-sim.io/node': 'b1' } } } });
    await expect(replayed(plane.kubeconfig, '--ready-within', '1')).rejects.toThrow(
      /not all nodes are Ready[^]*mute: Ready is never said so[^]*nothing was made/,
    );
    await core.deleteNode({ name: 'mute' });
    expect(await isFree()).toBe(true);
  }, 60_000);

  test('an image that cannot be pulled ends the replay, and what was seen is kept', async () => {
    const core = cluster.api(cluster.library.CoreV1Api);
    const out = join(folder, 'unpulled');
    const replaying = replayed(plane.kubeconfig, '--workload', 'published', '--placement', 'simulated', '--out', out);
    const failing = expect(replaying).rejects.toThrow(
      /image example\.org\/gate:1 of pod default\/gate-\S+ \(container gate\) cannot be pulled on [ab]: ImagePullBackOff, no such host/,
    );
    const bound = async () =>
      (await core.listNamespacedPod({ namespace: 'default' })).items.find(({ spec }) => spec?.nodeName !== undefined);
    let pod;
    while ((pod = await bound()) === undefined) await sleep(50);
    const { name, namespace } = pod.metadata as { name: string; namespace: string };
    // as a kubelet tells it
    const state = { waiting: { reason: 'ImagePullBackOff', message: 'no such host' } };
    const status = { name: 'gate', image: 'example.org/gate:1', imageID: '', ready: false, restartCount: 0, state };
    await core.patchNamespacedPodStatus(
      { name, namespace, body: { status: { containerStatuses: [status] } } },
      cluster.library.setHeaderOptions('Content-Type', cluster.library.PatchStrategy.MergePatch),
    );
    await failing;
    expect(readManifest(out)).toMatchObject({
      replay: { outcome: 'failed', leftOver: [] },
      tables: { pods: { rows: 2 } },
    });
    expect(await isFree()).toBe(true);
  }, 60_000);

  test.skipIf(!hasOpenssl)(
    'a certificate that has expired: whose it is, is told',
    async () => {
      const { certificate, key } = expiredCertificate(folder);
      const base64 = (text: string): string => Buffer.from(text).toString('base64');
      const asExpired = changed(({ users }) => {
        users[0]!.user = { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) };
      });
      await expect(replayed(asExpired)).rejects.toThrow(/the client certificate of the kubeconfig has expired \(20/);
      const old = createServer({ cert: certificate, key }, (_, response) => response.end('{}'));
      await new Promise<void>((listening) => old.listen(0, '127.0.0.1', listening));
      const { port } = old.address() as AddressInfo;
      const toExpired = changed(({ clusters }) => {
        clusters[0]!.cluster = {
          server: `https://127.0.0.1:${port}`,
          'certificate-authority-data': base64(certificate),
        };
      });
      await expect(replayed(toExpired)).rejects.toThrow("certificate has expired: the API server's own");
      old.close();
    },
    30_000,
  );
});

interface Kubeconfig {
  readonly clusters: { cluster: object }[];
  readonly users: { user: object }[];
  readonly contexts: { readonly context: Record<string, string> }[];
}

/** Of 127.0.0.1, signed by itself, and over since yesterday. */
function expiredCertificate(folder: string): { readonly certificate: string; readonly key: string } {
  const [key, request, extensions] = ['key.pem', 'request.pem', 'extensions'].map((name) => join(folder, name));
  writeFileSync(extensions!, 'subjectAltName=IP:127.0.0.1\n');
  const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', key!, '-out', request!, '-subj', '/CN=127.0.0.1');
  const certificate = openssl(
    'x509',
    '-req',
    '-in',
    request!,
    '-signkey',
    key!,
    '-days',
    '-1',
    '-extfile',
    extensions!,
  );
  return { certificate, key: readFileSync(key!, 'utf8') };
}
