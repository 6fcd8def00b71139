import { roundUpNs, type Kernel, type Nanoseconds, type RandomStream } from '../../kernel/index.ts';
import { DELIVERED, type ArcId, type Network, type ReceiverId } from '../../dynamics/index.ts';
import type { AccessPointId, LinkId, NetmaSettings, NodeId, VertexId, World } from '../../model/index.ts';

/** Packets of one probe; it fails where none comes back. As `ping -c 3`; own design. */
const PACKETS = 3;
/** How long an agent waits for packets of a probe. Own design. */
const TIMEOUT_NS = 1e9;
/** A report: headers, and what it says of a link. Own design. */
const REPORT_BYTES = 100;
const MEASUREMENT_BYTES = 48;

/** What an agent at one end of a link measured of it: towards the other end. */
export interface LinkMeasurement {
  readonly link: LinkId;
  /** 0: measured at the link's `from`, 1: at its `to`. */
  readonly direction: 0 | 1;
  readonly measuredNs: Nanoseconds;
  /** Mean round-trip time of the packets that came back, error included; undefined where none did. */
  readonly roundTripNs: number | undefined;
  /** Bandwidth of its medium that was left since the probe before, error included, bit/s. */
  readonly availableBps: number;
  /** Energy of what the direction carried since the probe before, J. */
  readonly energyJ: number;
}

/** What the agent of one vertex tells. */
export interface ProbeReport {
  readonly vertex: VertexId;
  readonly measurements: readonly LinkMeasurement[];
  /** Nodes on radio that are attached at access points of this vertex. */
  readonly attached: readonly (readonly [VertexId, AccessPointId])[];
}

/** Counters since the start of the run that an agent reads at its end of a link. */
export interface LinkMeters {
  /** Bytes that an arc has carried: link `l` is the arcs `2l` forward and `2l + 1` backward, access points come after. */
  carriedBytes(into: Float64Array): void;
  /** Energy of the bits that a link has carried forward (0) or backward (1), J. */
  carryingJ(link: LinkId, direction: 0 | 1): number;
}

type ProbedWorld = Pick<World, 'vertices' | 'links' | 'media' | 'nodes' | 'accessPoints'>;

/**
 * NetMA's agents, one at each vertex of the network: at every round each sends a few packets over each link that meets it and
 * back, reads the counters of the link, and tells a view of it in a message over the network itself. A packet over a link that
 * is down, or to a vertex that is, does not come back; a report for which there is no way does not arrive.
 *
 * The round-trip time is that of the link, its jitter included both ways; the agent's clock and the load of its host make an
 * error on top of it, as the settings say. What is measured is LPM's (rtt, jitter, throughput); how is own design.
 */
export class Probes {
  /** Reports sent, those of them that did not arrive, and bytes of all, packets of probes included. */
  readonly counts = { reports: 0, lost: 0, bytes: 0 };
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #world: ProbedWorld;
  readonly #settings: NetmaSettings;
  readonly #meters: LinkMeters;
  readonly #attachmentOf: (node: NodeId) => AccessPointId | undefined;
  readonly #views: { readonly gateway: VertexId; readonly take: (report: ProbeReport) => void }[] = [];
  /** By vertex: the ends of links that its agent probes. */
  readonly #ends: readonly (readonly { readonly link: LinkId; readonly direction: 0 | 1 }[])[];
  readonly #hasAgent: readonly boolean[];
  /** By arc: round-trip time of the probe under way, error included; NaN where none will come back. */
  readonly #roundTripNs: Float64Array;
  readonly #availableBps: Float64Array;
  readonly #energyJ: Float64Array;
  readonly #readJ: Float64Array;
  readonly #readBytes: Float64Array;
  readonly #bytes: Float64Array;
  /** By arc: jitter, loss and error of its probes. */
  readonly #draws: (RandomStream | undefined)[] = [];
  readonly #underWay = new Map<number, { readonly report: ProbeReport; readonly view: number }>();
  readonly #receiver: ReceiverId;
  readonly #attached = new Map<VertexId, [VertexId, AccessPointId][]>();
  #nextReport = 0;
  #probedNs = 0;

  /** @param attachmentOf the access point that a node which attaches by radio is at, if any */
  constructor(
    kernel: Kernel,
    network: Network,
    world: ProbedWorld,
    settings: NetmaSettings,
    meters: LinkMeters,
    attachmentOf: (node: NodeId) => AccessPointId | undefined,
  ) {
    this.#kernel = kernel;
    this.#network = network;
    this.#world = world;
    this.#settings = settings;
    this.#meters = meters;
    this.#attachmentOf = attachmentOf;
    const ends = world.vertices.map((): { link: LinkId; direction: 0 | 1 }[] => []);
    for (const [link, { from, to }] of world.links.entries()) {
      ends[from]!.push({ link: link as LinkId, direction: 0 });
      ends[to]!.push({ link: link as LinkId, direction: 1 });
    }
    this.#ends = ends;
    const withAccessPoint = new Set(world.accessPoints.map(({ vertex }) => vertex));
    this.#hasAgent = ends.map(({ length }, vertex) => length > 0 || withAccessPoint.has(vertex as VertexId));
    const arcs = 2 * world.links.length;
    this.#roundTripNs = new Float64Array(arcs);
    this.#availableBps = new Float64Array(arcs);
    this.#energyJ = new Float64Array(arcs);
    this.#readJ = new Float64Array(arcs);
    this.#readBytes = new Float64Array(network.arcCount);
    this.#bytes = new Float64Array(network.arcCount);
    this.#receiver = network.receiver((report, outcome) => this.#arrived(report, outcome === DELIVERED));
    const collect = kernel.on('netma.collect', (vertex) => this.#collect(vertex as VertexId));
    const round = kernel.on('netma.round', () => {
      this.#readCounters();
      for (let vertex = 0; vertex < world.vertices.length; vertex++) {
        if (!this.#hasAgent[vertex]! || !network.isVertexUp(vertex as VertexId)) continue;
        kernel.after(this.#probe(vertex as VertexId), collect, vertex);
      }
      kernel.after(settings.intervalNs, round);
    });
    kernel.at(settings.intervalNs, round);
  }

  /** Has the reports sent to a view, whose place is the gateway of the cluster that it serves. */
  tell(gateway: VertexId, take: (report: ProbeReport) => void): void {
    this.#views.push({ gateway, take });
  }

  /** What carried bytes and energy came to since the last round. */
  #readCounters(): void {
    const { links } = this.#world;
    const intervalNs = this.#kernel.now - this.#probedNs;
    this.#probedNs = this.#kernel.now;
    this.#meters.carriedBytes(this.#bytes);
    const usedBytes = new Float64Array(this.#world.media.length);
    for (let arc = 0; arc < this.#bytes.length; arc++) {
      usedBytes[this.#network.mediumOf(arc as ArcId)]! += this.#bytes[arc]! - this.#readBytes[arc]!;
      this.#readBytes[arc] = this.#bytes[arc]!;
    }
    for (let link = 0; link < links.length; link++) {
      for (const direction of [0, 1] as const) {
        const arc = 2 * link + direction;
        const medium = this.#network.mediumOf(arc as ArcId);
        const usedBps = (usedBytes[medium]! * 8e9) / intervalNs;
        this.#availableBps[arc] = Math.max(0, this.#network.conditions.capacityOfMedium[medium]! - usedBps);
        const energyJ = this.#meters.carryingJ(link as LinkId, direction);
        this.#energyJ[arc] = energyJ - this.#readJ[arc]!;
        this.#readJ[arc] = energyJ;
      }
    }
    this.#attached.clear();
    for (const [id, { vertex, radio }] of this.#world.nodes.entries()) {
      const accessPoint = radio === undefined ? undefined : this.#attachmentOf(id as NodeId);
      if (accessPoint === undefined) continue;
      const at = this.#world.accessPoints[accessPoint]!.vertex;
      const there = this.#attached.get(at) ?? [];
      there.push([vertex, accessPoint]);
      this.#attached.set(at, there);
    }
  }

  /** Probes the links that meet a vertex. @returns when its agent has what it waits for */
  #probe(vertex: VertexId): Nanoseconds {
    let longestNs = 0;
    for (const { link, direction } of this.#ends[vertex]!) {
      const arc = 2 * link + direction;
      const roundTripNs = this.#isThere(link) ? this.#packets(link, arc) : NaN;
      this.#roundTripNs[arc] = roundTripNs;
      longestNs = Math.max(longestNs, Number.isNaN(roundTripNs) ? TIMEOUT_NS : roundTripNs);
      this.counts.bytes += PACKETS * this.#settings.packetBytes * (Number.isNaN(roundTripNs) ? 1 : 2);
    }
    return roundUpNs(longestNs);
  }

  #isThere(link: LinkId): boolean {
    const { from, to } = this.#world.links[link]!;
    return this.#network.isLinkUp(link) && this.#network.isVertexUp(from) && this.#network.isVertexUp(to);
  }

  /** Mean round-trip time of the packets that come back in time, ns; NaN where none does. */
  #packets(link: LinkId, arc: number): number {
    const { name, jitterNs = 0, forwardMedium, backwardMedium } = this.#world.links[link]!;
    const draws = (this.#draws[arc] ??= this.#kernel.streams.get(
      `netma/link/${name}/${(arc & 1) === 0 ? 'forward' : 'backward'}`,
    ));
    const latencyNs = this.#network.linkLatencyNs(link);
    const loss = this.#network.conditions.lossOf(link);
    let transmissionNs = 0;
    for (const medium of [forwardMedium, backwardMedium]) {
      transmissionNs += (this.#settings.packetBytes * 8e9) / this.#network.conditions.capacityOfMedium[medium]!;
    }
    let [sum, back] = [0, 0];
    for (let packet = 0; packet < PACKETS; packet++) {
      const isLost = loss > 0 && (draws.bernoulli(loss) || draws.bernoulli(loss));
      if (isLost) continue;
      const lateNs = jitterNs > 0 ? jitterNs * (draws.exponential() + draws.exponential()) : 0;
      const roundTripNs = 2 * latencyNs + transmissionNs + lateNs;
      if (roundTripNs > TIMEOUT_NS) continue;
      sum += roundTripNs;
      back++;
    }
    return back === 0 ? NaN : (sum / back) * this.#errorFactor(draws);
  }

  /** What a measurement is multiplied by; 1 where there is no error. Its mean is 1. */
  #errorFactor(draws: RandomStream): number {
    const { error, errorCv } = this.#settings;
    if (errorCv === 0) return 1;
    if (error === 'lognormal') return draws.lognormal({ mean: 1, cv: errorCv });
    // below 0 there is no time: so far out a normal error is cut off
    return Math.max(0, 1 + errorCv * draws.normal());
  }

  /** The agent of a vertex has waited for its probes, and reports. */
  #collect(vertex: VertexId): void {
    // what went down meanwhile tells nothing, and answers nothing
    if (!this.#network.isVertexUp(vertex)) return;
    const measuredNs = this.#kernel.now;
    const measurements = this.#ends[vertex]!.map(({ link, direction }): LinkMeasurement => {
      const arc = 2 * link + direction;
      const roundTripNs = this.#roundTripNs[arc]!;
      const hasAnswered = !Number.isNaN(roundTripNs) && this.#isThere(link);
      const availableBps = this.#availableBps[arc]! * (hasAnswered ? this.#errorFactor(this.#draws[arc]!) : 0);
      return {
        link,
        direction,
        measuredNs,
        roundTripNs: hasAnswered ? roundTripNs : undefined,
        availableBps: Math.min(
          availableBps,
          this.#network.conditions.capacityOfMedium[this.#network.mediumOf(arc as ArcId)]!,
        ),
        energyJ: this.#energyJ[arc]!,
      };
    });
    const report = { vertex, measurements, attached: this.#attached.get(vertex) ?? [] };
    const bytes = REPORT_BYTES + MEASUREMENT_BYTES * (measurements.length + report.attached.length);
    for (const [view, { gateway }] of this.#views.entries()) {
      const tag = this.#nextReport++;
      this.#underWay.set(tag, { report, view });
      this.counts.reports++;
      this.counts.bytes += bytes;
      this.#network.send(this.#receiver, tag, vertex, gateway, bytes);
    }
  }

  #arrived(tag: number, isDelivered: boolean): void {
    const { report, view } = this.#underWay.get(tag)!;
    this.#underWay.delete(tag);
    if (isDelivered) this.#views[view]!.take(report);
    else this.counts.lost++;
  }
}
