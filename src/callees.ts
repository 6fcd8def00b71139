import { Overlay } from './codeco/index.ts';
import type { EndpointId, moversOf, Network } from './dynamics/index.ts';
import type { Kernel } from './kernel/index.ts';
import type { Endpoints, Pod } from './kubernetes/index.ts';
import type { NodeId, ServiceId, World } from './model/index.ts';
import { vertexOf } from './places.ts';

/** Which pod a call reaches, and what has to be there before. */
export interface Callees {
  /** The pod that a call from an endpoint reaches; -1 where there is none. */
  readonly endpointFor: (service: ServiceId, from: EndpointId) => number;
  /** A pod begins to serve. */
  readonly podStarted: (pod: Pod) => void;
}

/**
 * The pods that calls reach: the closest is that from where the caller is at the time. Where clusters are joined by overlays, a
 * pod calls none in a cluster that its own is not joined to yet; users come by no overlay.
 * @param pods all pods of the run
 */
export function calleesOf(
  kernel: Kernel,
  world: World,
  network: Network,
  movers: ReturnType<typeof moversOf>,
  endpoints: Endpoints,
  pods: () => readonly Pod[],
): Callees {
  const pick = (service: ServiceId, from: EndpointId): number =>
    endpoints.pick(service, vertexOf(world, network, movers, from));
  const setUpNs = world.orchestration.netma?.overlaySetUpNs;
  if (setUpNs === undefined) return { endpointFor: pick, podStarted: () => undefined };
  const overlay = new Overlay(kernel, world, setUpNs);
  const nodeOfVertex = new Map(world.nodes.map(({ vertex }, node) => [vertex, node as NodeId]));
  const callerAt = (from: EndpointId): NodeId | undefined =>
    from < world.vertices.length
      ? nodeOfVertex.get(vertexOf(world, network, movers, from))
      : movers[from - world.vertices.length]!.node;
  return {
    endpointFor(service, from) {
      const pod = pick(service, from);
      const caller = callerAt(from);
      if (pod < 0 || caller === undefined) return pod;
      return overlay.joins(caller, pods()[pod]!.node!) ? pod : -1;
    },
    podStarted(pod) {
      overlay.podStarted(
        pod,
        pods().filter(({ readyOnNode, phase }) => readyOnNode && phase !== 'gone'),
      );
    },
  };
}
