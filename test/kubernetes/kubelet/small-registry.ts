import { Network } from '../../../src/dynamics/index.ts';
import { Kernel } from '../../../src/kernel/index.ts';
import { ImagePulls, ImageStore } from '../../../src/kubernetes/kubelet/index.ts';
import type { ImageId, Images, LinkId, NodeId, VertexId } from '../../../src/model/index.ts';
import { smallWorld } from '../../dynamics/network/small-world.ts';

const MB = 1e6;

/** Images by name: their layers by name, and the size of each in MB. */
export function catalogue(
  layersMb: Record<string, number>,
  images: Record<string, readonly string[]>,
  more: Partial<Images> = {},
): Images {
  const digests = Object.keys(layersMb);
  const built = {
    registry: 0,
    layers: digests.map((digest) => ({ digest, sizeBytes: layersMb[digest]! * MB })),
    images: Object.entries(images).map(([name, layers]) => ({
      name,
      layers: layers.map((layer) => digests.indexOf(layer)),
      sizeBytes: layers.reduce((sum, layer) => sum + layersMb[layer]! * MB, 0),
    })),
    unpackBps: Infinity,
    parallelPulls: 1,
    garbage: { highShare: 0.85, lowShare: 0.8, minimumAgeNs: 120e9 },
    present: [],
    diskBytes: [],
    ...more,
  };
  // the brands of ids and units are put on in one place, here
  return built as unknown as Images;
}

/**
 * A registry at vertex 0, over a backhaul of 80 Mbit/s (10 MB/s) and 10 ms to the switch at vertex 1, and nodes 0 and 1 at
 * vertices 2 and 3 on links of 1 Gbit/s and 1 ms: between registry and node 11 ms, and 0.1 ms for a message of 1 kB.
 */
export function backhaul() {
  const kernel = new Kernel({ seed: 1 });
  const world = smallWorld(4, [
    { from: 0, to: 1, latencyNs: 10e6, bandwidthBps: 80e6 },
    { from: 1, to: 2 },
    { from: 1, to: 3 },
  ]);
  return { kernel, network: new Network(kernel, world) };
}

/** Nodes that pull images over that, what came of it, and the events that make them. */
export function twoNodes(images: Images, options: { present?: readonly number[]; diskMb?: number } = {}) {
  const { kernel, network } = backhaul();
  const pulls = new ImagePulls(
    kernel,
    images,
    network,
    (node) => (node + 2) as VertexId,
    () => undefined,
  );
  const stores = [0, 1].map((node) => {
    const store = new ImageStore(images, (options.present ?? []) as readonly ImageId[]);
    pulls.addNode(node as NodeId, store, (options.diskMb ?? Infinity) * MB);
    return store;
  });
  const ends: { node: number; image: number; ms: number; outcome: string }[] = [];
  const start = kernel.on('test.pull', (node, image) =>
    pulls.pull(node as NodeId, image as ImageId, (outcome) => {
      ends.push({ node, image, ms: kernel.now / 1e6, outcome });
    }),
  );
  const setBackhaul = kernel.on('test.backhaul', (up) => network.setLinkUp(0 as LinkId, up === 1));
  const carriedMb = (): number => network.carriedBytes(0 as Parameters<Network['carriedBytes']>[0]) / MB;
  return { kernel, network, pulls, stores, ends, start, setBackhaul, carriedMb };
}
