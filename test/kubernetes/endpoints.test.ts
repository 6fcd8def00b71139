import { expect, test } from 'vitest';
import { RandomStreams } from '../../src/kernel/index.ts';
import { Endpoints, type ObservedTopology } from '../../src/kubernetes/index.ts';
import type { PodId, Service, ServiceId, VertexId } from '../../src/model/index.ts';

const service = 0 as ServiceId;
const vertex = (id: number): VertexId => id as VertexId;
const pod = (id: number): PodId => id as PodId;

/** Vertices on a line, 1 ms apart. */
class Line implements ObservedTopology {
  epoch = 0;
  readonly ageNs = 0;
  readonly cut = new Set<number>();
  latencyNs(from: VertexId, to: VertexId): number {
    return this.cut.has(to) ? Infinity : Math.abs(from - to) * 1e6;
  }
}

function setUp(trafficDistribution: Service['trafficDistribution']) {
  const topology = new Line();
  const endpoints = new Endpoints([{ trafficDistribution } as Service], topology, new RandomStreams(1));
  const picks = (count: number, from = 0): number[] =>
    Array.from({ length: count }, () => endpoints.pick(service, vertex(from)));
  return { topology, endpoints, picks };
}

test('a service without pods has no endpoint', () => {
  expect(setUp('PreferClose').picks(1)).toEqual([-1]);
});

test('PreferClose takes the closest pods in turn', () => {
  const { endpoints, picks } = setUp('PreferClose');
  endpoints.add(service, pod(10), vertex(3));
  endpoints.add(service, pod(11), vertex(1));
  endpoints.add(service, pod(12), vertex(1));
  expect(picks(4)).toEqual([11, 12, 11, 12]);
  expect(picks(2, 9)).toEqual([10, 10]);
  endpoints.remove(service, pod(11));
  expect(picks(2)).toEqual([12, 12]);
});

test('PreferClose follows the observed topology, when it has changed', () => {
  const { topology, endpoints, picks } = setUp('PreferClose');
  endpoints.add(service, pod(10), vertex(1));
  endpoints.add(service, pod(11), vertex(2));
  expect(picks(1)).toEqual([10]);
  topology.cut.add(1);
  expect(picks(1)).toEqual([10]);
  topology.epoch++;
  expect(picks(1)).toEqual([11]);
});

test('Cluster takes each pod equally often', () => {
  const { endpoints, picks } = setUp('Cluster');
  for (const id of [0, 1, 2, 3]) endpoints.add(service, pod(id), vertex(id));
  const counts = [0, 0, 0, 0];
  for (const picked of picks(40_000)) counts[picked]!++;
  // 10,000 each, standard deviation 87
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(4 * 87);
});
