import { expect, test } from 'vitest';
import { TopologyView } from '../../../src/codeco/index.ts';
import { Network } from '../../../src/dynamics/index.ts';
import { Kernel, type Nanoseconds } from '../../../src/kernel/index.ts';
import type { Link, LinkId, Medium, Vertex, VertexId } from '../../../src/model/index.ts';

const [a, b] = [0 as VertexId, 1 as VertexId];

test('a cut is known at the next probe, and not before; the age of the view is the time since the last one', () => {
  const kernel = new Kernel({ seed: 1 });
  const link = { name: 'l', from: a, to: b, latencyNs: 5e6, forwardMedium: 0, backwardMedium: 1 } as Link;
  const media = [{ bandwidthBps: 1e9 }, { bandwidthBps: 1e9 }] as Medium[];
  const world = {
    vertices: [{ name: 'a' }, { name: 'b' }] as Vertex[],
    links: [link],
    media,
    accessPoints: [],
    nodes: [],
  };
  const network = new Network(kernel, world);
  const view = new TopologyView(kernel, network, world, () => undefined);
  const at = (seconds: number): number => {
    kernel.run({ until: (seconds * 1e9) as Nanoseconds });
    return view.latencyNs(a, b);
  };
  expect(at(20)).toBe(5e6);
  network.setLinkUp(0 as LinkId, false);
  expect(network.latencyNs(a, b)).toBe(Infinity);
  expect(at(29)).toBe(5e6);
  expect(view.ageNs).toBe(14e9);
  expect(at(30)).toBe(Infinity);
  expect(view.ageNs).toBe(0);
});
