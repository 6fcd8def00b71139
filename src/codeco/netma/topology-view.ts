import { fromSeconds, type Kernel, type Nanoseconds } from '../../kernel/index.ts';
import { NO_ROUTE, Routes, type Network } from '../../dynamics/index.ts';
import type { AccessPointId, LinkId, NodeId, VertexId, World } from '../../model/index.ts';
import type { NetworkView } from './network-view.ts';

/** Time between two probes of the links. Source: L2S-M's LPM, collector scrape interval of 15 s (reference of the project, NetMA). */
const PROBE_INTERVAL_NS = fromSeconds(15);

type ProbedWorld = Pick<World, 'vertices' | 'links' | 'nodes' | 'accessPoints'>;

/**
 * The network as NetMA's probes saw it last: which links and vertices were up, and so which routes there were. A cut is
 * noticed at the next probe, at most 15 s later; so is a changed latency. Of a node that attaches by radio, a probe tells
 * its access point of that time; while it was attached to none, its latency to others is unknown, which is Infinity.
 */
export class TopologyView implements NetworkView {
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #world: ProbedWorld;
  readonly #routes: Routes;
  readonly #attachmentOf: (node: NodeId) => AccessPointId | undefined;
  /** By the vertex of a node that attaches by radio: its access point at the last probe. */
  readonly #attached = new Map<VertexId, AccessPointId | undefined>();
  readonly #followers: (() => void)[] = [];
  #attachmentEpoch = 0;
  #probedNs = 0;

  /** @param attachmentOf the access point that a node which attaches by radio is at, if any */
  constructor(
    kernel: Kernel,
    network: Network,
    world: ProbedWorld,
    attachmentOf: (node: NodeId) => AccessPointId | undefined,
  ) {
    this.#kernel = kernel;
    this.#network = network;
    this.#world = world;
    this.#attachmentOf = attachmentOf;
    this.#routes = new Routes(world.vertices.length, world.links);
    const probe = kernel.on('netma.probe', () => {
      this.#probe();
      kernel.after(PROBE_INTERVAL_NS, probe);
    });
    kernel.at(PROBE_INTERVAL_NS, probe);
  }

  get epoch(): number {
    return this.#routes.epoch + this.#attachmentEpoch;
  }

  get ageNs(): Nanoseconds {
    return (this.#kernel.now - this.#probedNs) as Nanoseconds;
  }

  latencyNs(from: VertexId, to: VertexId): number {
    if (this.#attached.size === 0) return this.#wiredLatencyNs(from, to);
    if (from === to) return this.#routes.isVertexUp(from) ? 0 : Infinity;
    let airNs = 0;
    let [fromVertex, toVertex] = [from, to];
    if (this.#attached.has(from)) {
      const accessPoint = this.#accessPointOf(from);
      if (accessPoint === undefined) return Infinity;
      airNs += accessPoint.latencyNs;
      fromVertex = accessPoint.vertex;
    }
    if (this.#attached.has(to)) {
      const accessPoint = this.#accessPointOf(to);
      if (accessPoint === undefined) return Infinity;
      airNs += accessPoint.latencyNs;
      toVertex = accessPoint.vertex;
    }
    return airNs + this.#wiredLatencyNs(fromVertex, toVertex);
  }

  /** Whether a link was up at the last probe. */
  isLinkUp(link: LinkId): boolean {
    return this.#routes.isLinkUp(link);
  }

  /** Latency of a link at the last probe. */
  linkLatencyNs(link: LinkId): Nanoseconds {
    return this.#routes.linkLatencyNs(link);
  }

  /** Whether a vertex was up at the last probe. */
  isVertexUp(vertex: VertexId): boolean {
    return this.#routes.isVertexUp(vertex);
  }

  /** The access point that a node on radio was attached to at the last probe; none for other nodes. */
  attachedTo(vertex: VertexId): AccessPointId | undefined {
    return this.#attached.get(vertex);
  }

  /** Calls back after every probe, for whoever observes something else by it. */
  onProbe(follow: () => void): void {
    this.#followers.push(follow);
  }

  /** Takes in where the nodes on radio are: at the start, and at every probe. */
  observeAttachments(): void {
    for (const [id, { vertex, radio }] of this.#world.nodes.entries()) {
      if (radio === undefined) continue;
      const accessPoint = this.#attachmentOf(id as NodeId);
      if (this.#attached.get(vertex) !== accessPoint) this.#attachmentEpoch++;
      this.#attached.set(vertex, accessPoint);
    }
  }

  #accessPointOf(vertex: VertexId): ProbedWorld['accessPoints'][number] | undefined {
    const accessPoint = this.#attached.get(vertex);
    return accessPoint === undefined ? undefined : this.#world.accessPoints[accessPoint];
  }

  #wiredLatencyNs(from: VertexId, to: VertexId): number {
    const route = this.#routes.find(from, to);
    return route === NO_ROUTE ? Infinity : this.#routes.latencyNs[route]!;
  }

  #probe(): void {
    this.#probedNs = this.#kernel.now;
    this.observeAttachments();
    for (let link = 0; link < this.#world.links.length; link++) {
      this.#routes.setLinkUp(link as LinkId, this.#network.isLinkUp(link as LinkId));
      this.#routes.setLinkLatency(link as LinkId, this.#network.linkLatencyNs(link as LinkId));
    }
    for (let vertex = 0; vertex < this.#world.vertices.length; vertex++) {
      this.#routes.setVertexUp(vertex as VertexId, this.#network.isVertexUp(vertex as VertexId));
    }
    for (const follow of this.#followers) follow();
  }
}
