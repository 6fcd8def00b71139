import type { NodeId, Service, ServiceId, VertexId, World } from '../model/index.ts';
import type { ObservedTopology } from './observed-topology.ts';
import type { Pod } from './pods.ts';

/** Where the requests that enter at a service come from: shares that add up to 1. */
export type EntryDemand = readonly { readonly vertex: VertexId; readonly share: number }[];

/**
 * The latency cost of putting a pod of a service on a node: the one-way latencies to the nearest pod of each service that
 * it has a channel with, in either direction, and, where users enter at the service, the mean latency from their access
 * points, weighted by their requests. Own design, over what NetMA has observed; a service with no pod placed yet counts
 * nothing. Infinity where somebody cannot be reached.
 */
export class CommunicationCost {
  readonly #world: Pick<World, 'services' | 'nodes'>;
  readonly #topology: ObservedTopology;
  readonly #demand: () => readonly EntryDemand[];
  readonly #peers: readonly (readonly ServiceId[])[];

  /** @param demand by service, as it was last observed */
  constructor(
    world: Pick<World, 'services' | 'nodes'>,
    topology: ObservedTopology,
    demand: () => readonly EntryDemand[],
  ) {
    this.#world = world;
    this.#topology = topology;
    this.#demand = demand;
    this.#peers = peersOf(world.services);
  }

  latencyNs(service: ServiceId, node: NodeId, pods: readonly Pod[]): number {
    const { vertex } = this.#world.nodes[node]!;
    let totalNs = 0;
    for (const peer of this.#peers[service]!) {
      let nearestNs: number | undefined;
      for (const pod of pods) {
        if (pod.service !== peer || pod.node === undefined || pod.phase === 'gone' || pod.phase === 'terminating')
          continue;
        const latencyNs = this.#topology.latencyNs(vertex, this.#world.nodes[pod.node]!.vertex);
        if (nearestNs === undefined || latencyNs < nearestNs) nearestNs = latencyNs;
      }
      totalNs += nearestNs ?? 0;
    }
    for (const { vertex: from, share } of this.#demand()[service]!) {
      totalNs += share * this.#topology.latencyNs(from, vertex);
    }
    return totalNs;
  }
}

function peersOf(services: readonly Service[]): ServiceId[][] {
  const peers = services.map(() => new Set<ServiceId>());
  for (const [from, { channels }] of services.entries()) {
    for (const { to } of channels) {
      if (to === from) continue;
      peers[from]!.add(to);
      peers[to]!.add(from as ServiceId);
    }
  }
  return peers.map((set) => [...set].toSorted((a, b) => a - b));
}
