import { fromSeconds, type Kernel, type Nanoseconds } from '../../kernel/index.ts';
import { NO_ROUTE, Routes, type Network } from '../../dynamics/index.ts';
import type { ObservedTopology } from '../../kubernetes/index.ts';
import type { LinkId, VertexId, World } from '../../model/index.ts';

/** Time between two probes of the links. Source: L2S-M's LPM, collector scrape interval of 15 s (reference of the project, NetMA). */
const PROBE_INTERVAL_NS = fromSeconds(15);

/**
 * The network as NetMA's probes saw it last: which links and vertices were up, and so which routes there were. A cut is
 * noticed at the next probe, at most 15 s later; so is a changed latency.
 */
export class TopologyView implements ObservedTopology {
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #world: Pick<World, 'vertices' | 'links'>;
  readonly #routes: Routes;
  #probedNs = 0;

  constructor(kernel: Kernel, network: Network, world: Pick<World, 'vertices' | 'links'>) {
    this.#kernel = kernel;
    this.#network = network;
    this.#world = world;
    this.#routes = new Routes(world.vertices.length, world.links);
    const probe = kernel.on('netma.probe', () => {
      this.#probe();
      kernel.after(PROBE_INTERVAL_NS, probe);
    });
    kernel.at(PROBE_INTERVAL_NS, probe);
  }

  get epoch(): number {
    return this.#routes.epoch;
  }

  get ageNs(): Nanoseconds {
    return (this.#kernel.now - this.#probedNs) as Nanoseconds;
  }

  latencyNs(from: VertexId, to: VertexId): number {
    const route = this.#routes.find(from, to);
    return route === NO_ROUTE ? Infinity : this.#routes.latencyNs[route]!;
  }

  #probe(): void {
    this.#probedNs = this.#kernel.now;
    for (let link = 0; link < this.#world.links.length; link++) {
      this.#routes.setLinkUp(link as LinkId, this.#network.isLinkUp(link as LinkId));
      this.#routes.setLinkLatency(link as LinkId, this.#network.linkLatencyNs(link as LinkId));
    }
    for (let vertex = 0; vertex < this.#world.vertices.length; vertex++) {
      this.#routes.setVertexUp(vertex as VertexId, this.#network.isVertexUp(vertex as VertexId));
    }
  }
}
