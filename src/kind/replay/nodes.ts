import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Node } from '@kubernetes/client-node';
import { connectCluster, type CallLimits, type Cluster } from '../../kubernetes-client/index.ts';
import { DOWN_TAINT } from '../carriers.ts';
import { ClusterError } from '../cluster-error.ts';
import type { ReplayedCluster } from '../observer.ts';
import { Interrupted } from '../shell-command.ts';
import { kindContext } from '../up.ts';
import { baseRights } from './rights.ts';

const LOOK_EVERY_MS = 1000;

/** Connects to a kind cluster by the kubeconfig that `up` wrote. @throws {ClusterError} if it is not in there */
export const connectKind = (kubeconfig: string, cluster: string, limits: CallLimits): Promise<Cluster> =>
  connectCluster({ kubeconfig, context: kindContext(cluster), needs: baseRights, limits });

/** All nodes of a cluster. @throws {ClusterError} if they cannot be read, such as for want of the first right that a replay needs */
export async function listNodes(cluster: Cluster): Promise<V1Node[]> {
  const core = cluster.api(cluster.library.CoreV1Api);
  try {
    return (await cluster.call('list the nodes', 'list', () => core.listNode())).items;
  } catch (error) {
    if (!(error instanceof ClusterError) || !error.message.includes('expected a ClusterRole')) throw error;
    const more =
      '  and what its objects need: codeco-sim kind replay SCENARIO --print-rbac prints a ClusterRole with all';
    throw new ClusterError(`${error.message}\n${more}`, { status: 403, cause: error });
  }
}

/**
 * Waits until all nodes that stand for simulated ones are Ready.
 * @throws {ClusterError} naming those that are missing, or not Ready in time, with what they say
 * @throws {Interrupted} if `signal` is given
 */
export async function awaitNodes(
  { connection, nodes }: ReplayedCluster,
  withinMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const there = new Map((await listNodes(connection)).map((node) => [node.metadata!.name!, node]));
    const missing = [...nodes.keys()].filter((name) => !there.has(name));
    if (missing.length > 0) {
      throw new ClusterError(
        `the cluster of the context ${connection.context} has no node ${missing.join(', ')}: found ${[...there.keys()].join(', ') || 'none'}`,
      );
    }
    const waiting = [...nodes.keys()].map((name) => there.get(name)!).filter((node) => !isReady(node));
    if (waiting.length === 0) return;
    if (performance.now() > deadlineMs) {
      throw new ClusterError(
        `after ${withinMs / 1000} s not all nodes are Ready (context ${connection.context}):\n${waiting.map((node) => `  ${describeNode(node)}\n`).join('')}` +
          'nothing was made. See kubectl describe node, or leave them out with --nodes FILE; --ready-within SECONDS waits longer',
      );
    }
    if (signal.aborted) throw new Interrupted();
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

const readiness = ({ status }: V1Node) => status?.conditions?.find(({ type }) => type === 'Ready');
const isReady = (node: V1Node): boolean => readiness(node)?.status === 'True';

function describeNode(node: V1Node): string {
  const { status = 'never said so', reason = '', message = '' } = readiness(node) ?? {};
  return `${node.metadata!.name!}: Ready is ${status} ${[reason, message].filter(Boolean).join(', ')}`.trimEnd();
}

/** What takes the place of a node's failure where it cannot be stopped: `cordon` lets nothing new come, `taint` drives all away, `return` undoes both. */
export async function markNode(cluster: Cluster, name: string, how: 'cordon' | 'taint' | 'return'): Promise<void> {
  const { library } = cluster;
  const core = cluster.api(library.CoreV1Api);
  const down = { key: DOWN_TAINT, effect: 'NoExecute' };
  const spec = {
    cordon: { unschedulable: true },
    taint: { taints: [down] },
    return: { unschedulable: null, taints: [{ ...down, $patch: 'delete' }] },
  }[how];
  await cluster.call(`${how} the node ${name}`, 'patch', () =>
    core.patchNode(
      { name, body: { spec } },
      library.setHeaderOptions('Content-Type', library.PatchStrategy.StrategicMergePatch),
    ),
  );
}

/** A node's address in IPv4, and the range of its pods'; undefined where it has none. */
export interface NodeAddress {
  readonly address: string | undefined;
  readonly pods: string | undefined;
}

/** By name. */
export async function addressesOf(cluster: Cluster): Promise<Map<string, NodeAddress>> {
  return new Map(
    (await listNodes(cluster)).map(({ metadata, spec, status }) => [
      metadata!.name!,
      {
        address: status?.addresses?.find(({ type, address }) => type === 'InternalIP' && address.includes('.'))
          ?.address,
        pods: [spec?.podCIDR ?? '', ...(spec?.podCIDRs ?? [])].find((range) => range.includes('.')),
      },
    ]),
  );
}
