import { fromSeconds, NS_PER_MS } from '../../kernel/index.ts';
import type { EntryDemand, ObservedTopology, Room } from '../../kubernetes/index.ts';
import type { AppId, ClusterId, World } from '../../model/index.ts';
import type { Bid } from './bids.ts';

/** A latency to its users that costs an application as much as a whole cluster's load. Own design. */
const WORST_LATENCY_NS = 10 * NS_PER_MS;
/** What a latency counts as to users who cannot be reached, as in SWM. Own design. */
const UNREACHABLE_NS = fromSeconds(10);

/** Which clusters may serve an application, and what it would cost them, by what was observed. Own design. */
export class Neighbourhoods {
  readonly #world: World;
  readonly #size: number;
  readonly #topology: ObservedTopology;
  readonly #demand: () => readonly EntryDemand[];

  /** @param size how many clusters may serve an application at most */
  constructor(world: World, size: number, topology: ObservedTopology, demand: () => readonly EntryDemand[]) {
    this.#world = world;
    this.#size = size;
    this.#topology = topology;
    this.#demand = demand;
  }

  /**
   * The clusters that may serve an application, those nearest its users first, as far as policies and the bound allow.
   * @param mayServe whether a cluster is known to be in the federation, and may run the application
   */
  of(app: AppId, mayServe: (cluster: ClusterId, app: AppId) => boolean): ClusterId[] {
    const { clusters, apps } = this.#world;
    const latencies = new Map<ClusterId, number>();
    for (const cluster of apps[app]!.clusters)
      if (clusters[cluster]!.role === 'managed' && mayServe(cluster, app))
        latencies.set(cluster, this.#latencyNs(app, cluster));
    const order = (a: ClusterId, b: ClusterId): number => {
      const [first, second] = [latencies.get(a)!, latencies.get(b)!];
      return first === second ? a - b : first - second;
    };
    return [...latencies.keys()].toSorted(order).slice(0, this.#size);
  }

  /** The other clusters that share a neighbourhood with one: as they would be by any of the rules, those of an application together. */
  sharers(cluster: ClusterId, rules: readonly ((cluster: ClusterId, app: AppId) => boolean)[]): ClusterId[] {
    const found = new Set<ClusterId>();
    for (const app of this.#world.apps.keys()) {
      const members = rules.flatMap((mayServe) => this.of(app as AppId, mayServe));
      if (members.includes(cluster)) for (const member of members) found.add(member);
    }
    found.delete(cluster);
    return [...found].toSorted((a, b) => a - b);
  }

  #latencyNs(app: AppId, cluster: ClusterId): number {
    const { gateway } = this.#world.clusters[cluster]!;
    let totalNs = 0;
    for (const service of this.#world.apps[app]!.services)
      for (const { vertex, share } of this.#demand()[service]!)
        totalNs += share * Math.min(UNREACHABLE_NS, this.#topology.latencyNs(vertex, gateway));
    return totalNs;
  }

  /** What an application would cost a cluster: the load that it would have then, and the latency to the users. */
  bid(cluster: ClusterId, app: AppId, { pods, lacking, requestedMillicores, readyMillicores }: Room): Bid {
    const load = readyMillicores === 0 ? Infinity : requestedMillicores / readyMillicores;
    return { cost: load + this.#latencyNs(app, cluster) / WORST_LATENCY_NS, pods, lacking };
  }

  /** Whether more of an application's users are nearer to a cluster than to another, by what was observed. */
  servesMore(app: AppId, cluster: ClusterId, other: ClusterId): boolean {
    const { clusters, apps } = this.#world;
    let balance = 0;
    for (const service of apps[app]!.services) {
      for (const { vertex, share } of this.#demand()[service]!) {
        const here = this.#topology.latencyNs(vertex, clusters[cluster]!.gateway);
        const there = this.#topology.latencyNs(vertex, clusters[other]!.gateway);
        if (here !== there) balance += here < there ? share : -share;
      }
    }
    return balance > 0;
  }
}
