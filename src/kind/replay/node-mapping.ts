import type { V1Node } from '@kubernetes/client-node';
import { milliValue, wholeValue, type NodeId } from '../../model/index.ts';
import { ClusterError } from '../cluster-error.ts';
import { NODE_LABEL, type PlannedCluster, type PlannedWorker } from '../cluster-plan.ts';

/** How the workers of a plan find their nodes in a cluster that was not made for them. */
export const MAPPING_RULE =
  `each worker gets the node that --nodes names for it; else the one that has its name in the label ${NODE_LABEL}; else the one that is called like it; ` +
  'else, the largest worker first, the smallest node that is left and has its architecture, its CPU and its memory. Control planes and cordoned nodes are left out';

interface Offer {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}

/**
 * Gives each worker of a plan a node of a real cluster, by `MAPPING_RULE`. Own design.
 * @param nameOf of a simulated node
 * @param named by simulated node: the Kubernetes node that the user has chosen
 * @returns the plan, with the nodes' names for the workers'
 * @throws {ClusterError} if a node that is named is not there or is named twice, or no node is left that is large enough
 */
export function mapNodes(
  plan: PlannedCluster,
  nodes: readonly V1Node[],
  nameOf: (node: NodeId) => string,
  named: ReadonlyMap<string, string> = new Map(),
): PlannedCluster {
  const offers = nodes.filter(isWorker).map(offerOf);
  const byName = new Map(offers.map((offer) => [offer.name, offer]));
  const given = new Map<PlannedWorker, string>();
  const free = new Set(offers);
  const give = (worker: PlannedWorker, offer: Offer): void => {
    if (!free.delete(offer)) {
      throw new ClusterError(
        `node ${offer.name} is given to two workers, one of them ${nameOf(worker.nodes[0]!)}: expected one each`,
      );
    }
    given.set(worker, offer.name);
  };
  const unknown = [...named.keys()].find((node) => !plan.workers.some(({ nodes: [first] }) => nameOf(first!) === node));
  if (unknown !== undefined) {
    throw new ClusterError(
      `--nodes: the scenario has no node '${unknown}' that a worker stands for: expected one of ${plan.workers.map((worker) => nameOf(worker.nodes[0]!)).join(', ')}`,
    );
  }
  for (const worker of plan.workers) {
    const node = nameOf(worker.nodes[0]!);
    const choice = named.get(node);
    if (choice !== undefined && !byName.has(choice)) {
      throw new ClusterError(
        `--nodes: ${node} is to be ${choice}, which is no node that takes pods: expected one of ${[...byName.keys()].join(', ')}`,
      );
    }
    const offer =
      byName.get(choice ?? '') ?? offers.find(({ labels }) => labels[NODE_LABEL] === node) ?? byName.get(node);
    if (offer !== undefined) give(worker, offer);
  }
  const rest = plan.workers
    .filter((worker) => !given.has(worker))
    .toSorted((a, b) => b.cpuMillicores - a.cpuMillicores || b.memoryBytes - a.memoryBytes);
  for (const worker of rest) {
    const fits = [...free].filter((offer) => isLargeEnough(offer, worker)).toSorted(bySize);
    if (fits.length === 0) throw new ClusterError(describeNoFit(worker, nameOf(worker.nodes[0]!), [...free]));
    give(worker, fits[0]!);
  }
  return { ...plan, workers: plan.workers.map((worker) => ({ ...worker, name: given.get(worker)! })) };
}

/** Nodes that take pods and stand for none of a plan's workers, by name. */
export function otherNodes({ workers }: PlannedCluster, nodes: readonly V1Node[]): string[] {
  const used = new Set(workers.map(({ name }) => name));
  return nodes.filter(isWorker).flatMap(({ metadata }) => (used.has(metadata!.name!) ? [] : [metadata!.name!]));
}

function isWorker({ metadata, spec }: V1Node): boolean {
  const isControlPlane = metadata?.labels?.['node-role.kubernetes.io/control-plane'] !== undefined;
  return !isControlPlane && spec?.unschedulable !== true;
}

const offerOf = ({ metadata, status }: V1Node): Offer => ({
  name: metadata!.name!,
  labels: metadata?.labels ?? {},
  cpuMillicores: milliValue(status?.allocatable?.['cpu'] ?? '0'),
  memoryBytes: wholeValue(status?.allocatable?.['memory'] ?? '0'),
});

function isLargeEnough(offer: Offer, worker: PlannedWorker): boolean {
  const arch = 'kubernetes.io/arch';
  const isOfArch = (offer.labels[arch] ?? worker.labels[arch]) === (worker.labels[arch] ?? offer.labels[arch]);
  return isOfArch && offer.cpuMillicores >= worker.cpuMillicores && offer.memoryBytes >= worker.memoryBytes;
}

const bySize = (a: Offer, b: Offer): number =>
  a.cpuMillicores - b.cpuMillicores || a.memoryBytes - b.memoryBytes || (a.name < b.name ? -1 : 1);

function describeNoFit(worker: PlannedWorker, node: string, free: readonly Offer[]): string {
  const amounts = ({ cpuMillicores, memoryBytes }: Pick<Offer, 'cpuMillicores' | 'memoryBytes'>): string =>
    `${cpuMillicores / 1000} cores and ${(memoryBytes / 1024 ** 3).toFixed(1)} GiB`;
  const largest = free.toSorted(bySize).at(-1);
  return (
    `no node of the cluster is left for ${node}, which offers ${amounts(worker)}: ` +
    (largest === undefined
      ? 'all are given to others. Let one stand for several with --scale N'
      : `the largest left is ${largest.name} with ${amounts(largest)}. Divide what nodes and pods have with --shrink N, or name nodes with --nodes FILE`)
  );
}
