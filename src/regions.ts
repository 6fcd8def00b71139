import type { VertexId, World } from './model/index.ts';

/** Indices in `world.regions` of what lies in one of them: nodes, and the vertices of nodes and gateways. */
export function regionsOf({ nodes, clusters, regions = [] }: World) {
  const byName = new Map(regions.map(({ name }, index) => [name, index]));
  const byCluster = clusters.map(({ provider }) => byName.get(provider));
  const byVertex = new Map<VertexId, number | undefined>();
  for (const [id, { gateway }] of clusters.entries()) byVertex.set(gateway, byCluster[id]);
  for (const { vertex, cluster } of nodes) byVertex.set(vertex, byCluster[cluster]);
  return {
    ofNodes: nodes.map(({ cluster }) => byCluster[cluster]),
    ofVertex: (vertex: VertexId): number | undefined => byVertex.get(vertex),
  };
}
