import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { addImportCommand } from '../../src/cli/commands/import.ts';
import { assessFidelity } from '../../src/experiment/index.ts';
import { observeCluster, observeRights } from '../../src/kind/index.ts';
import { connectCluster, type Cluster } from '../../src/kubernetes-client/index.ts';
import { loadScenario } from '../../src/scenario/index.ts';
import { simulateLoaded } from '../../src/simulate.ts';
import { startControlPlane, whyNoControlPlane, type ControlPlane } from '../kubernetes/real-control-plane.ts';
import { runCommand } from './in-process.ts';

const why = whyNoControlPlane(['kube-scheduler', 'kube-controller-manager']);
const NODES = 20;
const DEPLOYMENTS = 10;
const REPLICAS = 20;

describe.skipIf(why !== undefined)(`decisions of a real kube-scheduler (${why ?? 'run'})`, () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'codeco-sim-real-fidelity-'));
    plane = await startControlPlane({ scheduler: true, controllerManager: true });
    cluster = await connectCluster({ kubeconfig: plane.kubeconfig, needs: observeRights });
    for (let n = 0; n < NODES; n++) await addNode(n);
  }, 150_000);
  afterAll(async () => {
    await plane?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Nodes of three sizes in four zones, some of them tainted. */
  async function addNode(n: number): Promise<void> {
    const core = cluster.api(cluster.library.CoreV1Api);
    const name = `n${n}`;
    const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `z${n % 4}`, size: `s${n % 3}` };
    const taints = n % 5 === 0 ? [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] : [];
    await core.createNode({ body: { metadata: { name, labels }, spec: { taints } } });
    const amounts = { cpu: String(8 + 4 * (n % 3)), memory: `${16 + 8 * (n % 2)}Gi`, pods: '110' };
    const body = {
      status: { allocatable: amounts, capacity: amounts, conditions: [{ type: 'Ready', status: 'True' }] },
    };
    await core.patchNodeStatus(
      { name, body },
      cluster.library.setHeaderOptions('Content-Type', cluster.library.PatchStrategy.MergePatch),
    );
  }

  function deployment(d: number): object {
    const name = `d${d}`;
    const labels = { app: name };
    const spread = {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: labels },
    };
    const terms = [
      {
        weight: 50,
        podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } },
      },
    ];
    const spec = {
      containers: [
        {
          name: 'main',
          image: 'example.org/main',
          resources: { requests: { cpu: `${100 + 50 * d}m`, memory: `${64 + 16 * d}Mi` } },
        },
      ],
      ...(d % 3 === 0 ? { tolerations: [{ key: 'gpu', operator: 'Exists' }] } : {}),
      ...(d % 4 === 1 ? { topologySpreadConstraints: [spread] } : {}),
      ...(d % 5 === 2
        ? { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: terms } } }
        : {}),
      ...(d % 5 === 4 ? { nodeSelector: { size: 's1' } } : {}),
    };
    return {
      metadata: { name },
      spec: { replicas: REPLICAS, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    };
  }

  test('an import without rights tells the rules that it needs', async () => {
    const to = join(folder, 'refused.yaml');
    const refused = runCommand(
      addImportCommand,
      'import',
      'cluster',
      '--kubeconfig',
      plane.kubeconfig,
      '--context',
      'stranger',
      '--out',
      to,
    );
    await expect(refused).rejects.toThrow(
      /nodes is forbidden: User "stranger" cannot list resource[^]*resources: \["poddisruptionbudgets"\], verbs: \[list\]/,
    );
  });

  test('200 pods on 20 nodes: placed as the simulation does but for ties; an import has them where they are', async () => {
    const core = cluster.api(cluster.library.CoreV1Api);
    const apps = cluster.api(cluster.library.AppsV1Api);
    // nodes are tainted until the controllers have seen them ready
    const settled = async (): Promise<boolean> =>
      (await core.listNode()).items.every(({ spec }) => (spec?.taints ?? []).every(({ key }) => key === 'gpu'));
    while (!(await settled())) await sleep(200);
    const real = join(folder, 'real');
    const ended = new AbortController();
    let hasBegun = (): void => undefined;
    const begun = new Promise<void>((resolve) => (hasBegun = resolve));
    const observing = observeCluster(cluster, {
      forMs: 120_000,
      folder: real,
      force: false,
      command: [],
      begun: () => hasBegun(),
      signal: ended.signal,
    });
    await Promise.race([begun, observing]);
    const placed = async (): Promise<number> =>
      (await core.listNamespacedPod({ namespace: 'default' })).items.filter(({ spec }) => spec?.nodeName).length;
    // one after the other, as the simulation makes them: the controllers would mix them as it comes
    for (let d = 0; d < DEPLOYMENTS; d++) {
      await apps.createNamespacedDeployment({ namespace: 'default', body: deployment(d) });
      while ((await placed()) < (d + 1) * REPLICAS) await sleep(100);
    }
    ended.abort();
    await observing;

    const twin = join(folder, 'twin.yaml');
    await runCommand(
      addImportCommand,
      'import',
      'cluster',
      '--kubeconfig',
      plane.kubeconfig,
      '--out',
      twin,
      '--duration',
      '2m',
    );
    const { items } = await core.listNamespacedPod({ namespace: 'default' });
    const there = items.map(({ metadata, spec }) => `${metadata!.labels!['app']} on ${spec!.nodeName}`).toSorted();
    const { placement } = simulateLoaded(loadScenario(twin), twin);
    expect(placement.map(({ pod, node }) => `${/^default-(.+)-\d+$/.exec(pod)![1]} on ${node}`).toSorted()).toEqual(
      there,
    );

    // the same without the places: the simulated scheduler decides anew
    const scenario = parse(readFileSync(twin, 'utf8')) as { spec: { apps: { placed?: object }[] } };
    for (const app of scenario.spec.apps) delete app.placed;
    writeFileSync(twin, stringify(scenario, { aliasDuplicateObjects: false }));
    const simulate = (name: string, seeds: number, set: string[] = []): string[] =>
      Array.from({ length: seeds }, (_, seed) => {
        const out = join(folder, `${name}-${seed}`);
        simulateLoaded(loadScenario(twin, { seed, set }), twin, { out });
        return out;
      });
    // a scheduler whose draws cannot be seeded: wide enough to be right in all but one of a thousand runs
    const { placement: found, times } = await assessFidelity([...simulate('simulated', 15), real], 0.999);
    expect(found!.pods).toBe(DEPLOYMENTS * REPLICAS);
    expect(found!.verdict).toContain('no further from the simulation');
    expect(times.find(({ time }) => time === 'scheduled')!.counts[1]).toBe(DEPLOYMENTS * REPLICAS);
    // and another scheduler is told from it
    const other = await assessFidelity([...simulate('other', 5, ['orchestration.scheduler=best-fit']), real]);
    expect(other.placement!.value).toBeLessThan(0.8);
    expect(other.placement!.verdict).toBe('further from the simulation than ties explain');
  }, 240_000);
});
