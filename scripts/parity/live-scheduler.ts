/**
 * Holds the scheduler against a real kube-scheduler on a random cluster that neither has seen: pods come one after the other,
 * each is decided anew here from the objects that the API server had at that moment, and the node, or the message of a pod
 * that finds none, is compared.
 *
 *   npx tsx scripts/parity/live-scheduler.ts [--seed N] [--pods N]
 *
 * Needs the components that `scripts/kubernetes-components.mjs` builds. Exit status: 0 all agree; 1 some differ.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { V1Pod } from '@kubernetes/client-node';
import { RandomStream } from '../../src/kernel/index.ts';
import { connectCluster } from '../../src/kubernetes-client/index.ts';
import { startControlPlane } from '../../test/kubernetes/real-control-plane.ts';
import { decideAnew, type RecordedDecision } from '../parity-scheduler.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, pods: { type: 'string', default: '100' } },
});
const draws = new RandomStream(Number(values.seed), 'live-scheduler');
const below = (count: number): number => Math.floor(draws.uniform() * count);
const one = <Item>(items: readonly Item[]): Item => items[below(items.length)]!;
const chance = (probability: number): boolean => draws.uniform() < probability;

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const apps = ['a', 'b', 'c'];
// one size an image: kube-scheduler takes that of the first node to report it, and events have an order of their own
const sizes = apps.map(() => (50 + below(900)) * 1024 * 1024);

function node(index: number) {
  const name = `node-${index}`;
  const resources = {
    cpu: `${1 + below(8)}`,
    memory: `${1 + below(16)}Gi`,
    pods: `${3 + below(20)}`,
    'ephemeral-storage': '50Gi',
  };
  return {
    metadata: {
      name,
      labels: { [HOST]: name, [ZONE]: `z${below(3)}`, disk: one(['ssd', 'hdd']), rank: `${below(5)}` },
    },
    taints: chance(0.3)
      ? [{ key: 'team', value: one(apps), effect: one(['NoSchedule', 'PreferNoSchedule', 'NoExecute']) }]
      : [],
    unschedulable: chance(0.08),
    status: {
      allocatable: resources,
      capacity: resources,
      images: apps.flatMap((app, id) =>
        chance(0.5) ? [{ names: [`example.org/${app}:1`], sizeBytes: sizes[id]! }] : [],
      ),
    },
  };
}

const term = (app: string) => ({
  labelSelector: { matchLabels: { app } },
  topologyKey: one([ZONE, HOST]),
});

function affinity(): object | undefined {
  const found = {
    ...(chance(0.3) && {
      nodeAffinity: {
        ...(chance(0.5) && {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'rank', operator: one(['Gt', 'Lt']), values: ['2'] }] }],
          },
        }),
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 1 + below(100),
            preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] },
          },
        ],
      },
    }),
  } as Record<string, Record<string, unknown[]>>;
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    if (!chance(0.25)) continue;
    found[kind] = chance(0.4)
      ? { requiredDuringSchedulingIgnoredDuringExecution: [term(one(apps))] }
      : {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1 + below(100), podAffinityTerm: term(one(apps)) },
          ],
        };
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

function pod(index: number): V1Pod {
  const app = one(apps);
  const near = affinity();
  return {
    metadata: { name: `pod-${index}`, namespace: 'default', labels: { app } },
    spec: {
      containers: [
        {
          name: 'main',
          image: `example.org/${one(apps)}:1`,
          resources: {
            requests: chance(0.8) ? { cpu: `${50 * (1 + below(30))}m`, memory: `${64 * (1 + below(30))}Mi` } : {},
          },
          ...(chance(0.15) && { ports: [{ containerPort: 80, hostPort: 8000 + below(2) }] }),
        },
      ],
      ...(near !== undefined && { affinity: near }),
      ...(chance(0.3) && { nodeSelector: { disk: one(['ssd', 'hdd']) } }),
      ...(chance(0.4) && { tolerations: [{ key: 'team', operator: 'Equal', value: one(apps), effect: 'NoSchedule' }] }),
      ...(chance(0.35) && {
        topologySpreadConstraints: [
          {
            maxSkew: 1 + below(2),
            topologyKey: one([ZONE, HOST]),
            whenUnsatisfiable: one(['DoNotSchedule', 'ScheduleAnyway']),
            labelSelector: { matchLabels: { app } },
          },
        ],
      }),
    },
  };
}

const plane = await startControlPlane({ scheduler: true });
let agreed = 0;
let failed = 0;
let unplaced = 0;
let tied = 0;
try {
  const cluster = await connectCluster({ kubeconfig: plane.kubeconfig, needs: [] });
  const core = cluster.api(cluster.library.CoreV1Api);
  const merge = cluster.library.setHeaderOptions('Content-Type', cluster.library.PatchStrategy.MergePatch);
  for (let index = 0; index < 12; index++) {
    const { metadata, taints, unschedulable, status } = node(index);
    await core.createNode({ body: { metadata } });
    await core.patchNodeStatus({ name: metadata.name, body: { status } }, merge);
    await core.patchNode({ name: metadata.name, body: { spec: { taints, unschedulable } } }, merge);
  }
  await sleep(2000);
  for (let index = 0; index < Number(values.pods); index++) {
    const { items: nodes } = await core.listNode();
    const { items: pods } = await core.listNamespacedPod({ namespace: 'default' });
    const created = await core.createNamespacedPod({ namespace: 'default', body: pod(index) });
    const name = created.metadata!.name!;
    let found: V1Pod;
    let message: string | undefined;
    do {
      await sleep(50);
      found = await core.readNamespacedPod({ namespace: 'default', name });
      message = found.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
    } while (found.spec!.nodeName === undefined && message === undefined);
    const result = { node: found.spec!.nodeName ?? null, message: message ?? null, scores: {}, final: {} };
    const recorded = { id: name, nodes, pods, pod: created, result } as unknown as RecordedDecision;
    const decision = decideAnew(recorded);
    const isSame =
      result.node === null ? decision.message === message : decision.tieSet.some((best) => best.name === result.node);
    if (result.node === null) unplaced++;
    else if (decision.tieSet.length > 1) tied++;
    if (isSame) agreed++;
    else {
      failed++;
      const ours = decision.tieSet.map((best) => best.name).join(', ') || decision.message;
      console.log(`${name}: kube-scheduler ${result.node ?? message}; ours ${ours}\n  ${JSON.stringify(created.spec)}`);
    }
    // who finds no node would go on looking, and be placed later
    if (result.node === null) await core.deleteNamespacedPod({ namespace: 'default', name, gracePeriodSeconds: 0 });
  }
} finally {
  await plane.stop();
}
const all = agreed + failed;
console.log(`${agreed} of ${all} decisions agree; ${unplaced} found no node, ${tied} had several that were best`);
process.exitCode = failed === 0 ? 0 : 1;
