import type { Kernel } from '../../kernel/index.ts';
import type { ClusterId, NodeId, ServiceId, World } from '../../model/index.ts';

/** A pod that serves, as far as the overlay is concerned. */
export interface OverlayPod {
  readonly service: ServiceId;
  readonly node?: NodeId | undefined;
}

/**
 * The overlay between clusters, which L2S-M's inter-cluster slices are: two clusters are joined from some time after both ends of
 * the first channel between them serve, and stay joined. Until then nothing is carried between pods there. That there is
 * such an overlay is CODECO's; the time, and that calls fail meanwhile, are own design (CODECO's authors report that overlays
 * make the life-cycle of pods slightly longer, arXiv 2511.08354, and no figure).
 */
export class Overlay {
  readonly #kernel: Pick<Kernel, 'now'>;
  readonly #world: Pick<World, 'nodes' | 'services' | 'clusters'>;
  readonly #setUpNs: number;
  /** By pair of clusters: when they are joined. */
  readonly #joinedNs = new Map<number, number>();

  constructor(kernel: Pick<Kernel, 'now'>, world: Pick<World, 'nodes' | 'services' | 'clusters'>, setUpNs: number) {
    this.#kernel = kernel;
    this.#world = world;
    this.#setUpNs = setUpNs;
  }

  /** A pod begins to serve: overlays to those that it has channels with are set up, as far as there are none. */
  podStarted(pod: OverlayPod, serving: Iterable<OverlayPod>): void {
    for (const other of serving) {
      if (!this.#isChannel(pod.service, other.service) && !this.#isChannel(other.service, pod.service)) continue;
      const pair = this.#pair(this.#clusterOf(pod.node!), this.#clusterOf(other.node!));
      if (!this.#joinedNs.has(pair)) this.#joinedNs.set(pair, this.#kernel.now + this.#setUpNs);
    }
  }

  /** Whether something can be carried between two nodes. */
  joins(one: NodeId, other: NodeId): boolean {
    const [from, to] = [this.#clusterOf(one), this.#clusterOf(other)];
    return from === to || (this.#joinedNs.get(this.#pair(from, to)) ?? Infinity) <= this.#kernel.now;
  }

  #isChannel(from: ServiceId, to: ServiceId): boolean {
    return this.#world.services[from]!.channels.some((channel) => channel.to === to);
  }

  #clusterOf(node: NodeId): ClusterId {
    return this.#world.nodes[node]!.cluster;
  }

  #pair(one: ClusterId, other: ClusterId): number {
    return Math.min(one, other) * this.#world.clusters.length + Math.max(one, other);
  }
}
