import { Copies } from '../../../src/dynamics/datasets/index.ts';
import { Network } from '../../../src/dynamics/index.ts';
import { fromSeconds, Kernel } from '../../../src/kernel/index.ts';
import type { Dataset, LinkId } from '../../../src/model/index.ts';
import { smallWorld } from '../network/small-world.ts';

/** A primary and a replica, one link of this latency between them, which takes next to no time beyond it. */
export function twoCopies(dataset: object, options: { latencyNs: number; seed?: number }) {
  const kernel = new Kernel({ seed: options.seed ?? 1 });
  const world = smallWorld(2, [{ from: 0, to: 1, latencyNs: options.latencyNs, bandwidthBps: 1e15 }]);
  const network = new Network(kernel, world);
  const copies = new Copies(
    kernel,
    [{ name: 'd', sizeBytes: 100, copies: [0, 1], ...dataset } as unknown as Dataset],
    network,
  );
  const [primary, replica] = copies.of[0]! as [(typeof copies.of)[0][0], (typeof copies.of)[0][0]];
  return {
    kernel,
    network,
    copies,
    primary,
    replica,
    cutAt: (fromS: number, toS: number) => {
      const set = kernel.on('test.link', (up) => network.setLinkUp(0 as LinkId, up === 1));
      kernel.at(fromSeconds(fromS), set, 0);
      kernel.at(fromSeconds(toS), set, 1);
    },
  };
}
