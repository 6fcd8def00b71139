import { NS_PER_S, type Kernel } from '../../kernel/index.ts';
import type { AccessPointId, LinkId, LinkPower, VertexId, World } from '../../model/index.ts';
import type { ArcId, Network } from '../network/index.ts';
import type { Bill, Bills } from './bills.ts';

const BITS_PER_BYTE = 8;

/** What a link or an access point drew from the start up to now. */
export interface LinkEnergyReading {
  readonly idleJ: number;
  /** By direction: forward or up, backward or down. */
  readonly carryingJ: readonly [number, number];
  readonly energyJ: number;
  readonly carbonG: number;
  readonly energyCost: number;
  /** Price of what it carried. */
  readonly trafficCost: number;
}

interface Meter {
  readonly power: LinkPower | undefined;
  readonly pricePerByte: number;
  readonly bill: () => Bill;
  /** What holds it down: a cut, its vertex, itself. */
  causes: number;
  sinceNs: number;
  upNs: number;
}

/**
 * Energy of links and access points: idle power while they are up, and an energy for each bit carried, from the bytes
 * that the network counts anyway. Source: the linear model of Vishwanath et al., IEEE JSAC 32(6), 2014. Indexed as the
 * network's arcs are: links first, then access points.
 */
export class LinkEnergy {
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #linkCount: number;
  readonly #meters: Meter[];
  readonly #accessPointsAt = new Map<VertexId, number[]>();

  /** @param regionOf the index of the region that a vertex is in, if anything is known of it */
  constructor(
    kernel: Kernel,
    world: Pick<World, 'links' | 'accessPoints'>,
    network: Network,
    bills: Bills,
    regionOf: (vertex: VertexId) => number | undefined,
  ) {
    this.#kernel = kernel;
    this.#network = network;
    this.#linkCount = world.links.length;
    const meter = (index: number, region: number | undefined, power?: LinkPower, pricePerByte = 0): Meter => ({
      power,
      pricePerByte,
      bill: bills.open(power === undefined ? undefined : region, () => this.#energyJ(index)),
      causes: 0,
      sinceNs: 0,
      upNs: 0,
    });
    this.#meters = world.links.map(({ from, to, power, pricePerByte }, index) =>
      meter(index, regionOf(from) ?? regionOf(to), power, pricePerByte),
    );
    for (const { vertex, power } of world.accessPoints) {
      const index = this.#meters.push(meter(this.#meters.length, regionOf(vertex), power)) - 1;
      const here = this.#accessPointsAt.get(vertex);
      if (here === undefined) this.#accessPointsAt.set(vertex, [index]);
      else here.push(index);
    }
  }

  /** Links and access points. */
  get count(): number {
    return this.#meters.length;
  }

  setLinkUp(link: LinkId, up: boolean): void {
    this.#setUp(this.#meters[link]!, up);
  }

  /** An access point goes out of service by itself, or comes back. */
  setAccessPointUp(accessPoint: AccessPointId, up: boolean): void {
    this.#setUp(this.#meters[this.#linkCount + accessPoint]!, up);
  }

  /** A vertex took its access points down with it, or brought them back. */
  setVertexUp(vertex: VertexId, up: boolean): void {
    for (const index of this.#accessPointsAt.get(vertex) ?? []) this.#setUp(this.#meters[index]!, up);
  }

  /** @param index a link, or the number of links plus an access point */
  read(index: number): LinkEnergyReading {
    const { power, pricePerByte, bill } = this.#meters[index]!;
    const idleJ = this.#idleJ(index);
    const bytes = [this.#carriedBytes(index, 0), this.#carriedBytes(index, 1)] as const;
    const perByteJ = (power?.perBitJ ?? 0) * BITS_PER_BYTE;
    const carryingJ = [bytes[0] * perByteJ, bytes[1] * perByteJ] as const;
    const { carbonG, cost } = bill();
    return {
      idleJ,
      carryingJ,
      energyJ: idleJ + carryingJ[0] + carryingJ[1],
      carbonG,
      energyCost: cost,
      trafficCost: (bytes[0] + bytes[1]) * pricePerByte,
    };
  }

  /** Whether it draws power or has a price at all. */
  isMetered(index: number): boolean {
    const { power, pricePerByte } = this.#meters[index]!;
    return power !== undefined || pricePerByte > 0;
  }

  #energyJ(index: number): number {
    const perByteJ = this.#meters[index]!.power!.perBitJ * BITS_PER_BYTE;
    return this.#idleJ(index) + (this.#carriedBytes(index, 0) + this.#carriedBytes(index, 1)) * perByteJ;
  }

  #idleJ(index: number): number {
    const { power, causes, upNs, sinceNs } = this.#meters[index]!;
    return ((power?.idleW ?? 0) * (upNs + (causes === 0 ? this.#kernel.now - sinceNs : 0))) / NS_PER_S;
  }

  #carriedBytes(index: number, direction: 0 | 1): number {
    return this.#network.carriedBytes((2 * index + direction) as ArcId);
  }

  #setUp(meter: Meter, up: boolean): void {
    const now = this.#kernel.now;
    if (!up && meter.causes++ === 0) meter.upNs += now - meter.sinceNs;
    if (up && --meter.causes === 0) meter.sinceNs = now;
  }
}
