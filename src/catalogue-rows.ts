import type { CatalogueNote } from './codeco/index.ts';
import type { World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/** A row of what is known of a node for an application once metadata have arrived, beside what is true at this time. */
export function appendCatalogue(
  table: Recorder['tables']['catalogue'],
  { clusters, nodes, apps }: Pick<World, 'clusters' | 'nodes' | 'apps'>,
  timeNs: number,
  { cluster, node, app, collectedNs, known, actual }: CatalogueNote,
): void {
  table.append({
    time_ns: timeNs,
    cluster: clusters[cluster]!.name,
    node: nodes[node]!.name,
    app: apps[app]!.name,
    collected_ns: collectedNs,
    freshness: known.freshness,
    compliance: known.compliance,
    portability: known.portability,
    true_freshness: actual.freshness,
    true_portability: actual.portability,
  });
}
