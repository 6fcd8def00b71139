import { roundUpNs, type Kernel, type Nanoseconds } from '../../kernel/index.ts';
import { NO_ROUTE, Routes } from '../../dynamics/index.ts';
import type { AccessPointId, LinkId, NetmaSettings, VertexId, World } from '../../model/index.ts';
import { LinkEstimate } from './link-estimate.ts';
import type { NetworkView } from './network-view.ts';
import type { LinkMeasurement, ProbeReport, Probes } from './probes.ts';

type KnownWorld = Pick<World, 'vertices' | 'links' | 'media' | 'nodes' | 'accessPoints'>;

/** One direction of a link as a view has it. */
export interface KnownDirection {
  readonly estimate: LinkEstimate;
  /** When what is known was measured; 0 where nothing was. */
  measuredNs: number;
  availableBps: number;
  /** Energy of what it carried between the last two probes, J. */
  energyJ: number;
}

/**
 * The network as reports have it that arrived at one place, the gateway of a cluster. Until the first report of a link it is
 * as it was declared; a link whose ends cannot report stays as it was last heard of. Own design: a link counts as up while
 * the newest measurement, of whichever end, came back; its latency is half of the mean of both ends' smoothed round-trip times.
 * Of vertices nothing is known but their links.
 */
export class MeasuredTopology implements NetworkView {
  readonly #kernel: Kernel;
  readonly #world: KnownWorld;
  readonly #settings: NetmaSettings;
  readonly #routes: Routes;
  readonly #known: readonly KnownDirection[];
  readonly #attached = new Map<VertexId, AccessPointId | undefined>();
  readonly #followers: (() => void)[] = [];
  #attachmentEpoch = 0;

  /**
   * @param gateway where it is: the gateway of the cluster whose knowledge it is
   * @param learned called with each measurement that has arrived, once it has been taken in
   */
  constructor(
    kernel: Kernel,
    world: KnownWorld,
    settings: NetmaSettings,
    probes: Probes,
    gateway: VertexId,
    learned: (measurement: LinkMeasurement, known: KnownDirection) => void,
  ) {
    this.#kernel = kernel;
    this.#world = world;
    this.#settings = settings;
    this.#routes = new Routes(world.vertices.length, world.links);
    this.#known = world.links.flatMap(({ forwardMedium, backwardMedium }) =>
      [forwardMedium, backwardMedium].map((medium) => ({
        estimate: new LinkEstimate(settings.gain),
        measuredNs: 0,
        availableBps: world.media[medium]!.bandwidthBps,
        energyJ: 0,
      })),
    );
    probes.tell(gateway, (report) => {
      for (const measurement of report.measurements) {
        const known = this.#takeIn(measurement);
        if (known !== undefined) learned(measurement, known);
      }
      this.#takeInAttached(report);
    });
    const look = kernel.on('netma.look', () => {
      for (const follow of this.#followers) follow();
      kernel.after(settings.intervalNs, look);
    });
    kernel.at(settings.intervalNs, look);
  }

  get epoch(): number {
    return this.#routes.epoch + this.#attachmentEpoch;
  }

  /** Age of the oldest of what it knows of links. */
  get ageNs(): Nanoseconds {
    let oldestNs = this.#kernel.now as number;
    for (let link = 0; link < this.#world.links.length; link++) {
      oldestNs = Math.min(oldestNs, this.#newest(link).measuredNs);
    }
    return (this.#kernel.now - oldestNs) as Nanoseconds;
  }

  /** Starts from where the nodes on radio are at first. */
  setAttachments(attachments: Iterable<readonly [VertexId, AccessPointId | undefined]>): void {
    for (const [vertex, accessPoint] of attachments) this.#attached.set(vertex, accessPoint);
  }

  latencyNs(from: VertexId, to: VertexId): number {
    if (from === to) return 0;
    let airNs = 0;
    const ends: VertexId[] = [];
    for (const end of [from, to]) {
      if (!this.#attached.has(end)) {
        ends.push(end);
        continue;
      }
      const accessPoint = this.#attached.get(end);
      if (accessPoint === undefined) return Infinity;
      const { vertex, latencyNs } = this.#world.accessPoints[accessPoint]!;
      airNs += latencyNs;
      ends.push(vertex);
    }
    const route = this.#routes.find(ends[0]!, ends[1]!);
    return route === NO_ROUTE ? Infinity : airNs + this.#routes.latencyNs[route]!;
  }

  isLinkUp(link: LinkId): boolean {
    return this.#routes.isLinkUp(link);
  }

  linkLatencyNs(link: LinkId): Nanoseconds {
    return this.#routes.linkLatencyNs(link);
  }

  /** Always: that a node is gone is for its leases to say, and a vertex without links that are up cannot be reached. */
  isVertexUp(): boolean {
    return true;
  }

  attachedTo(vertex: VertexId): AccessPointId | undefined {
    return this.#attached.get(vertex);
  }

  onProbe(follow: () => void): void {
    this.#followers.push(follow);
  }

  /** What is known of a link in one direction. */
  known(link: LinkId, direction: 0 | 1): KnownDirection {
    return this.#known[2 * link + direction]!;
  }

  #newest(link: number): KnownDirection {
    const [forward, backward] = [this.#known[2 * link]!, this.#known[2 * link + 1]!];
    return backward.measuredNs > forward.measuredNs ? backward : forward;
  }

  /** @returns undefined where something newer was known already */
  #takeIn({ link, direction, measuredNs, roundTripNs, availableBps, energyJ }: LinkMeasurement) {
    const known = this.known(link, direction);
    if (measuredNs < known.measuredNs) return undefined;
    const isFirst = known.measuredNs === 0;
    known.measuredNs = measuredNs;
    known.energyJ = energyJ;
    known.availableBps += (isFirst ? 1 : this.#settings.gain) * (availableBps - known.availableBps);
    if (roundTripNs === undefined) known.estimate.failed();
    else known.estimate.answered(roundTripNs);
    this.#routes.setLinkUp(link, this.#newest(link).estimate.isUp);
    const times = [this.known(link, 0), this.known(link, 1)]
      .map(({ estimate }) => estimate.roundTripNs)
      .filter((time) => !Number.isNaN(time));
    if (times.length > 0) {
      const meanNs = times.reduce((sum, time) => sum + time, 0) / times.length;
      this.#routes.setLinkLatency(link, roundUpNs(meanNs / 2));
    }
    return known;
  }

  /** An access point knows who is attached to it, and who no longer is. */
  #takeInAttached({ vertex: at, attached }: ProbeReport): void {
    const here = new Map(attached);
    for (const [vertex, accessPoint] of this.#attached) {
      const now = here.get(vertex);
      const wasHere = accessPoint !== undefined && this.#world.accessPoints[accessPoint]!.vertex === at;
      if (now === accessPoint || (now === undefined && !wasHere)) continue;
      this.#attached.set(vertex, now);
      this.#attachmentEpoch++;
    }
  }
}
