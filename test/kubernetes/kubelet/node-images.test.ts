import { expect, test } from 'vitest';
import { fromSeconds } from '../../../src/kernel/index.ts';
import { NodeImages } from '../../../src/kubernetes/kubelet/index.ts';
import type { ImageId, NodeId, VertexId } from '../../../src/model/index.ts';
import { backhaul, catalogue } from './small-registry.ts';

// Source: KubeletConfiguration, nodeStatusUpdateFrequency (10 s)
test('the scheduler learns of an image at the next 10 seconds, or the first after them at which the node is heard', () => {
  const images = catalogue(
    { base: 20, small: 1, large: 30 },
    { small: ['base', 'small'], large: ['base', 'large'] },
    { present: [[], [0 as ImageId]], diskBytes: [Infinity, Infinity] },
  );
  const { kernel, network } = backhaul();
  const reports: [seconds: number, node: number, images: string][] = [];
  const nodeImages = new NodeImages(
    kernel,
    images,
    network,
    (node) => (node + 2) as VertexId,
    (node, held) => {
      const isHeard = kernel.now < 25e9 || kernel.now > 41e9;
      reports.push([kernel.now / 1e9, node, isHeard ? held.flatMap(({ names }) => names).join() : 'silent']);
      return isHeard;
    },
  );
  const pull = kernel.on('test.nodes-pull', (node, image) =>
    nodeImages.pull(node as NodeId, image as ImageId, () => undefined),
  );
  kernel.at(fromSeconds(11), pull, 0, 0);
  kernel.at(fromSeconds(23), pull, 0, 1);
  kernel.run({ until: fromSeconds(100) });
  // the first is there after 13.1 s, the second after 26 s
  expect(reports).toEqual([
    [0, 1, 'small'],
    [20, 0, 'small'],
    [30, 0, 'silent'],
    [40, 0, 'silent'],
    [50, 0, 'large,small'],
  ]);
});
