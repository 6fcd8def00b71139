import type { NodeChange } from './kubernetes/index.ts';
import type { NodeId, World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/** A row of what an administrator or the node autoscaler did about a node. */
export function appendOperation(
  table: Recorder['tables']['operations'],
  { nodes, clusters }: Pick<World, 'nodes' | 'clusters'>,
  timeNs: number,
  id: NodeId,
  event: NodeChange,
): void {
  const { name, cluster } = nodes[id]!;
  table.append({ time_ns: timeNs, node: name, cluster: clusters[cluster]!.name, event });
}
