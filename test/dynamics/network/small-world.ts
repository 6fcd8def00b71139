import type { World } from '../../../src/model/index.ts';

type NetworkWorld = Pick<World, 'vertices' | 'media' | 'links' | 'accessPoints'>;

/** A link of a small world: two full-duplex directions, or one shared medium. */
export interface SmallLink {
  readonly from: number;
  readonly to: number;
  readonly latencyNs?: number;
  readonly bandwidthBps?: number;
  readonly halfDuplex?: boolean;
}

export interface SmallAccessPoint {
  readonly vertex: number;
  readonly latencyNs?: number;
  readonly bandwidthBps?: number;
  readonly halfDuplex?: boolean;
}

/** A world of which only the network is there, from what a test cares about. By default 1 ms and 1 Gbit/s. */
export function smallWorld(
  vertexCount: number,
  links: readonly SmallLink[],
  accessPoints: readonly SmallAccessPoint[] = [],
): NetworkWorld {
  const media: { name: string; bandwidthBps: number }[] = [];
  const mediaOf = (bandwidthBps = 1e9, halfDuplex = false): [number, number] => {
    const there = media.push({ name: `medium-${media.length}`, bandwidthBps }) - 1;
    const back = halfDuplex ? there : media.push({ name: `medium-${media.length}`, bandwidthBps }) - 1;
    return [there, back];
  };
  const world = {
    vertices: Array.from({ length: vertexCount }, (_, index) => ({ name: `v${index}`, kind: 'switch' as const })),
    media,
    links: links.map(({ from, to, latencyNs = 1e6, bandwidthBps, halfDuplex }, index) => {
      const [forwardMedium, backwardMedium] = mediaOf(bandwidthBps, halfDuplex);
      return { name: `l${index}`, from, to, latencyNs, forwardMedium, backwardMedium };
    }),
    accessPoints: accessPoints.map(({ vertex, latencyNs = 2e6, bandwidthBps, halfDuplex }, index) => {
      const [uplinkMedium, downlinkMedium] = mediaOf(bandwidthBps, halfDuplex);
      const place = { position: { x: 0, y: 0 }, technology: 'wifi', rangeM: 100 };
      return { name: `ap${index}`, vertex, latencyNs, uplinkMedium, downlinkMedium, ...place };
    }),
  };
  // the brands of ids and units are put on in one place, here
  return world as unknown as NetworkWorld;
}
