import type { AttachedEndpointId, EndpointId, moversOf, Network } from './dynamics/index.ts';
import type { ClusterId, VertexId, World } from './model/index.ts';

/** Where orchestration decides: the hub, or the first cluster where there is none. */
export function decidingCluster({ clusters }: World): ClusterId {
  return Math.max(
    0,
    clusters.findIndex(({ role }) => role === 'hub'),
  ) as ClusterId;
}

/** The vertex that an endpoint is, or that the user is attached at. */
export function vertexOf(
  world: World,
  network: Network,
  movers: ReturnType<typeof moversOf>,
  endpoint: EndpointId,
): VertexId {
  if (endpoint < world.vertices.length) return endpoint as VertexId;
  // a node on radio keeps its own vertex in the view of the network; the users come first, and are not looked up: it is asked for
  // at every request, and of a hundred thousand of them none is in the processor's cache
  const mover = endpoint - world.vertices.length;
  const node = mover < world.users.length ? undefined : movers[mover]?.node;
  if (node !== undefined) return world.nodes[node]!.vertex;
  return world.accessPoints[network.accessPointOf(endpoint as AttachedEndpointId)!]!.vertex;
}
