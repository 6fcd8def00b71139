import { ClusterError, type Cluster } from '../../kubernetes-client/index.ts';
import { nanoValue } from '../../model/index.ts';

interface NodeMetrics {
  readonly metadata: { readonly name: string };
  readonly usage: Readonly<Record<string, string>>;
}

/**
 * CPU in use by node, millicores, as the metrics API has it. Source: kubernetes/metrics, metrics.k8s.io/v1beta1.
 * @returns undefined where the cluster has no such API, does not answer, or we have no right to it
 */
export async function readUsage(cluster: Cluster): Promise<Map<string, number> | undefined> {
  const custom = cluster.api(cluster.library.CustomObjectsApi);
  try {
    const answer = (await cluster.call('read the metrics of the nodes', 'list', () =>
      custom.listClusterCustomObject({ group: 'metrics.k8s.io', version: 'v1beta1', plural: 'nodes' }),
    )) as { readonly items: readonly NodeMetrics[] };
    return new Map(
      answer.items.map(({ metadata, usage }) => [metadata.name, Number(nanoValue(usage['cpu'] ?? '0')) / 1e6]),
    );
  } catch (error) {
    if (error instanceof ClusterError) return undefined;
    throw error;
  }
}
