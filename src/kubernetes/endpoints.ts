import type { RandomStreams } from '../kernel/index.ts';
import type { PodId, Service, ServiceId, VertexId } from '../model/index.ts';
import type { ObservedTopology } from './observed-topology.ts';

interface ServiceEndpoints {
  readonly pods: PodId[];
  readonly vertices: VertexId[];
  /** Counts the changes of the list. */
  epoch: number;
  /** By the caller's vertex. */
  readonly closest: (Closest | undefined)[];
}

/** The pods that are equally close to one caller, taken in turn. */
interface Closest {
  readonly pods: readonly PodId[];
  readonly epoch: number;
  readonly topologyEpoch: number;
  next: number;
}

/**
 * The endpoints of each service, and which of them a caller reaches, as kube-proxy would choose.
 * `PreferClose`: the pods of least observed latency from the caller, in turn. Own design: Kubernetes' trafficDistribution
 * knows zones, not latencies. `Cluster`: each pod equally likely, as kube-proxy's iptables mode does.
 */
export class Endpoints {
  readonly #services: readonly Service[];
  readonly #topology: ObservedTopology;
  readonly #streams: RandomStreams;
  readonly #endpoints: ServiceEndpoints[];

  constructor(services: readonly Service[], topology: ObservedTopology, streams: RandomStreams) {
    this.#services = services;
    this.#topology = topology;
    this.#streams = streams;
    this.#endpoints = services.map(() => ({ pods: [], vertices: [], epoch: 0, closest: [] }));
  }

  /** Adds a pod that is ready; a pod that is listed already stays. */
  add(service: ServiceId, pod: PodId, vertex: VertexId): void {
    const endpoints = this.#endpoints[service]!;
    if (endpoints.pods.includes(pod)) return;
    endpoints.pods.push(pod);
    endpoints.vertices.push(vertex);
    endpoints.epoch++;
  }

  remove(service: ServiceId, pod: PodId): void {
    const endpoints = this.#endpoints[service]!;
    const index = endpoints.pods.indexOf(pod);
    if (index < 0) return;
    endpoints.pods.splice(index, 1);
    endpoints.vertices.splice(index, 1);
    endpoints.epoch++;
  }

  /** How many pods are ready, as the cluster knows it. */
  count(service: ServiceId): number {
    return this.#endpoints[service]!.pods.length;
  }

  /** Whether the cluster knows the pod as ready. */
  has(service: ServiceId, pod: PodId): boolean {
    return this.#endpoints[service]!.pods.includes(pod);
  }

  /** The pod that a call from `from` reaches, or -1 where the service has no endpoint. */
  pick(service: ServiceId, from: VertexId): number {
    const endpoints = this.#endpoints[service]!;
    const { pods } = endpoints;
    if (pods.length <= 1) return pods.length === 0 ? -1 : pods[0]!;
    if (this.#services[service]!.trafficDistribution === 'Cluster') {
      return pods[this.#streams.get(`service/${service}/endpoints`).integer(pods.length)]!;
    }
    let closest = endpoints.closest[from];
    if (closest === undefined || closest.epoch !== endpoints.epoch || closest.topologyEpoch !== this.#topology.epoch) {
      closest = this.#findClosest(endpoints, from);
      endpoints.closest[from] = closest;
    }
    const pod = closest.pods[closest.next]!;
    closest.next = closest.next + 1 === closest.pods.length ? 0 : closest.next + 1;
    return pod;
  }

  #findClosest(endpoints: ServiceEndpoints, from: VertexId): Closest {
    let leastNs = Infinity;
    let pods: PodId[] = [];
    for (const [index, vertex] of endpoints.vertices.entries()) {
      const latencyNs = this.#topology.latencyNs(from, vertex);
      if (latencyNs > leastNs) continue;
      if (latencyNs < leastNs) pods = [];
      leastNs = latencyNs;
      pods.push(endpoints.pods[index]!);
    }
    return { pods, epoch: endpoints.epoch, topologyEpoch: this.#topology.epoch, next: 0 };
  }
}
