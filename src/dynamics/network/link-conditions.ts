import type { RandomStreams } from '../../kernel/index.ts';
import type { LinkId, MediumId, World } from '../../model/index.ts';
import { Correction } from './correction.ts';
import { Impairments } from './impairments.ts';
import type { Paths } from './paths.ts';

/** What is left of a link, both directions alike. */
export interface LinkQuality {
  /** Share of its bandwidth that is left, 0 or more: with 0 its flows and messages wait. By default 1. */
  readonly bandwidthShare?: number;
  /** Added to its latency. By default 0. */
  readonly addedLatencyNs?: number;
  /** Probability of loss beside what it states, of what is sent from then on; flows under way keep their rate. By default 0. */
  readonly loss?: number;
}

/**
 * What the links and radio legs are like at the time, and what that makes of a transfer over the path last found:
 * capacities that degrade, corrections towards TCP, jitter and loss. Arcs as in `Network`.
 */
export class LinkConditions {
  readonly mediumOfArc: Int32Array;
  /** By medium, bit/s: what flows share. */
  readonly capacityOfMedium: Float64Array;
  /** Whether acknowledgements take from the way back. */
  readonly isAcknowledged: boolean;
  /** Of the flow last looked at: its highest rate, bit/s, and its weight. */
  limitBps = Infinity;
  weight = 1;
  readonly #paths: Paths;
  readonly #links: World['links'];
  /** By medium as the world states it, bandwidth factor included, bit/s. */
  readonly #statedCapacity: Float64Array;
  /** By link. */
  readonly #bandwidthShare: Float64Array;
  readonly #bandwidthOfArc: Float64Array;
  readonly #impairments: Impairments;
  /** Undefined where nothing is corrected. */
  readonly #correction: Correction | undefined;
  readonly #latencyFactor: number;

  constructor(
    streams: RandomStreams,
    world: Pick<World, 'media' | 'links' | 'accessPoints' | 'networkModel'>,
    paths: Paths,
  ) {
    const { media, links, accessPoints, networkModel } = world;
    this.#paths = paths;
    this.#links = links;
    const mediumOfArc: MediumId[] = [];
    for (const link of links) mediumOfArc.push(link.forwardMedium, link.backwardMedium);
    for (const { uplinkMedium, downlinkMedium } of accessPoints) mediumOfArc.push(uplinkMedium, downlinkMedium);
    this.mediumOfArc = Int32Array.from(mediumOfArc);
    const bandwidthFactor = networkModel?.bandwidthFactor ?? 1;
    this.#statedCapacity = Float64Array.from(media, ({ bandwidthBps }) => bandwidthBps * bandwidthFactor);
    this.capacityOfMedium = this.#statedCapacity.slice();
    this.#bandwidthOfArc = Float64Array.from(mediumOfArc, (medium) => this.capacityOfMedium[medium]!);
    this.#bandwidthShare = new Float64Array(links.length).fill(1);
    this.#impairments = new Impairments(streams, links, accessPoints);
    this.#correction = networkModel && new Correction(networkModel);
    this.#latencyFactor = networkModel?.latencyFactor ?? 1;
    this.isAcknowledged = networkModel?.acknowledgements ?? false;
  }

  /** Whether flows have a limit or a weight beside their endpoints' rate caps. */
  get areCorrected(): boolean {
    return this.#correction !== undefined || this.#impairments.areAny;
  }

  /** The latency of the path last found, latency factor included, ns. */
  get latencyNs(): number {
    return Math.ceil(this.#paths.latencyNs * this.#latencyFactor);
  }

  /** What the first arc of the path last found takes beside transmission, ns: latency, latency factor included, and jitter. */
  firstHopNs(): number {
    const arc = this.#paths.arcs[0]!;
    const jitterNs = this.#impairments.areAny ? this.#impairments.jitterNs(this.#paths.arcs, 1) : 0;
    return Math.ceil(this.#paths.latencyOf(arc) * this.#latencyFactor) + jitterNs;
  }

  /** The lowest bandwidth on the path last found, its endpoints' limits included, bit/s. */
  get bandwidthBps(): number {
    const { arcs, length, rateCapBps } = this.#paths;
    let lowest = rateCapBps;
    for (let i = 0; i < length; i++) {
      const bandwidth = this.#bandwidthOfArc[arcs[i]!]!;
      if (bandwidth < lowest) lowest = bandwidth;
    }
    return lowest;
  }

  /**
   * Says what a link is like from now on, and returns the media whose capacity that changes. See `Network.setLinkQuality`.
   * @throws {RangeError} if there is no such link, or the quality makes no sense
   */
  set(link: LinkId, { bandwidthShare = 1, addedLatencyNs = 0, loss = 0 }: LinkQuality): ReadonlySet<MediumId> {
    const stated = this.#links[link];
    if (stated === undefined) throw new RangeError(`no link ${link}: there are ${this.#links.length}`);
    if (!(bandwidthShare >= 0 && bandwidthShare < Infinity)) {
      throw new RangeError(`bandwidth share ${bandwidthShare}: expected a finite number >= 0`);
    }
    this.#paths.routes.setLinkLatency(link, stated.latencyNs + addedLatencyNs);
    this.#impairments.setAddedLoss(link, loss);
    this.#bandwidthShare[link] = bandwidthShare;
    const media = new Set([stated.forwardMedium, stated.backwardMedium]);
    for (const medium of media) this.#setCapacity(medium);
    return media;
  }

  /** The present probability that what crosses a link is lost. */
  lossOf(link: LinkId): number {
    return this.#impairments.lossOf(link);
  }

  /** The jitter of one passage of the path last found, ns. */
  jitterNs(): number {
    return this.#impairments.areAny ? this.#impairments.jitterNs(this.#paths.arcs, this.#paths.length) : 0;
  }

  /** See `Impairments`; of a message over the path last found. */
  retransmissionNs(): number {
    if (!this.#impairments.areAny) return 0;
    const { arcs, length, latencyNs } = this.#paths;
    return this.#impairments.retransmissionNs(arcs, length, latencyNs);
  }

  /** See `Impairments`; of a message over the path last found. */
  givenUpAfterNs(): number {
    return this.#impairments.givenUpAfterNs(this.#paths.latencyNs);
  }

  /** Works out the limit and the weight of a flow over the path last found. */
  lookAtFlow(): void {
    const { arcs, length, latencyNs, rateCapBps } = this.#paths;
    this.#correction?.of(arcs, length, latencyNs, this.#bandwidthOfArc);
    this.weight = this.#correction?.weight ?? 1;
    const lossBps = this.#impairments.areAny ? this.#impairments.limitBps(arcs, length, latencyNs) : Infinity;
    this.limitBps = Math.min(rateCapBps, this.#correction?.windowBps ?? Infinity, lossBps);
  }

  #setCapacity(medium: MediumId): void {
    let share = Infinity;
    for (const [arc, other] of this.mediumOfArc.entries()) {
      if (other === medium && arc < 2 * this.#links.length) share = Math.min(share, this.#bandwidthShare[arc >> 1]!);
    }
    const capacityBps = this.#statedCapacity[medium]! * share;
    this.capacityOfMedium[medium] = capacityBps;
    for (const [arc, other] of this.mediumOfArc.entries()) {
      if (other === medium) this.#bandwidthOfArc[arc] = capacityBps;
    }
  }
}
