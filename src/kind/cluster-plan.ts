import { group } from 'd3-array';
import { nanoValue, type App, type ClusterId, type NodeId, type Taint, type World } from '../model/index.ts';
import { ClusterError } from './cluster-error.ts';

/** How simulated clusters become kind clusters: all of them zones of one, or each its own. */
export const clusterForms = {
  one: 'one kind cluster; each simulated cluster is a zone of it',
  each: 'a kind cluster for each simulated cluster',
} as const;
export type ClusterForm = keyof typeof clusterForms;

export interface ClusterPlanOptions {
  readonly clusters: ClusterForm;
  /** Name of the one kind cluster, or what the names of all begin with. */
  readonly name: string;
  /** Nodes of the same cluster and class that one worker stands for. */
  readonly scale: number;
  /** What CPU and memory of nodes and pods alike are divided by. */
  readonly shrink: number;
}

/** A worker of a kind cluster, and what it is to offer. */
export interface PlannedWorker {
  /** Of the container and of the Kubernetes node, as kind gives it. */
  readonly name: string;
  /** The simulated nodes that it stands for. */
  readonly nodes: readonly NodeId[];
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
  readonly maxPods: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Extended resources that it is to advertise, as Kubernetes quantities. */
  readonly resources: Readonly<Record<string, string>>;
}

export interface PlannedCluster {
  readonly name: string;
  /** Container and Kubernetes node of its control plane. */
  readonly controlPlane: string;
  readonly clusters: readonly ClusterId[];
  readonly workers: readonly PlannedWorker[];
}

/** Label of a worker that names the simulated node that it stands for, the first of them where there are several. */
export const NODE_LABEL = 'codeco-sim.io/node';
/** A container's host name has at most 63 characters, and the longest that is made of a cluster's name ends in this. */
const LONGEST_NAME = 63 - '-control-plane'.length;

/**
 * Plans the kind clusters of a scenario. Workers come in the order of the scenario's nodes; kind numbers them in that order.
 * With a scale above 1 nodes of the same cluster and class are put together, and their worker offers the sum of what they have. Own design.
 * @throws {ClusterError} if a name is none that kind takes
 */
export function planClusters(world: World, options: ClusterPlanOptions): PlannedCluster[] {
  const { clusters: form, name, scale, shrink } = options;
  const groups =
    form === 'one'
      ? [world.clusters.map((_, id) => id as ClusterId)]
      : world.clusters.map((_, id) => [id as ClusterId]);
  return groups.map((clusters) => {
    const clusterName = form === 'one' ? name : `${name}-${world.clusters[clusters[0]!]!.name}`;
    if (!/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(clusterName) || clusterName.length > LONGEST_NAME) {
      throw new ClusterError(
        `a kind cluster cannot be called '${clusterName}': expected at most ${LONGEST_NAME} lower-case letters, digits, '-' and '.'; choose one with --name`,
      );
    }
    const nodes = world.nodes.map((_, id) => id as NodeId).filter((id) => clusters.includes(world.nodes[id]!.cluster));
    const alike = group(nodes, (id) => `${world.nodes[id]!.cluster}/${world.nodes[id]!.class}`).values();
    const parts = [...alike]
      .flatMap((ids) =>
        Array.from({ length: Math.ceil(ids.length / scale) }, (_, i) => ids.slice(i * scale, (i + 1) * scale)),
      )
      .toSorted(([a], [b]) => a! - b!);
    return {
      name: clusterName,
      controlPlane: `${clusterName}-control-plane`,
      clusters,
      workers: parts.map((ids, index) =>
        planWorker(world, ids, `${clusterName}-worker${index === 0 ? '' : index + 1}`, shrink),
      ),
    };
  });
}

/** The one of planned clusters that an application runs in: the first that stands for one that it may run in. */
export const clusterOfApp = ({ clusters: may }: App, planned: readonly PlannedCluster[]): PlannedCluster =>
  planned.find(({ clusters }) => clusters.some((id) => may.includes(id))) ?? planned[0]!;

function planWorker(world: World, ids: readonly NodeId[], name: string, shrink: number): PlannedWorker {
  const nodes = ids.map((id) => world.nodes[id]!);
  const [first] = nodes as [(typeof nodes)[number]];
  const total = (of: (node: typeof first) => number): number => nodes.reduce((sum, node) => sum + of(node), 0);
  const resources: Record<string, bigint> = {};
  for (const node of nodes) {
    for (const [resource, quantity] of Object.entries(node.resources ?? {})) {
      if (isExtended(resource))
        resources[resource] = (resources[resource] ?? 0n) + nanoValue(quantity) / 1_000_000_000n;
    }
  }
  return {
    name,
    nodes: ids,
    cpuMillicores: Math.floor(total(({ cpuMillicores }) => cpuMillicores) / shrink),
    memoryBytes: Math.floor(total(({ memoryBytes }) => memoryBytes) / shrink),
    maxPods: total(({ maxPods }) => maxPods),
    labels: { ...first.labels, [NODE_LABEL]: first.name },
    taints: first.taints,
    resources: Object.fromEntries(Object.entries(resources).map(([resource, count]) => [resource, String(count)])),
  };
}

/** Whether a node can advertise it by its status: a resource of a domain other than Kubernetes' own. */
const isExtended = (resource: string): boolean => resource.includes('/') && !/(^|\.)kubernetes\.io\//.test(resource);
