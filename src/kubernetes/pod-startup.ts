import type { Nanoseconds, RandomStream, RandomStreams } from '../kernel/index.ts';
import type { Node, NodeId, PodStartup } from '../model/index.ts';

/**
 * When pods that start now are ready: two queues with one server each, the cluster's control plane and then the node,
 * first come first served, and the base time that pods take side by side. Own design; `codeco-sim calibrate` fits its
 * parameters to measurements.
 *
 * A pod that is deleted while it starts has used its turn all the same.
 */
export class StartupQueues {
  readonly #parameters: PodStartup;
  readonly #clusterOf: readonly number[];
  /** When the servers have finished what they have, ns. */
  readonly #clusterFreeNs: Float64Array;
  readonly #nodeFreeNs: Float64Array;
  readonly #streams: readonly (RandomStream | undefined)[];

  constructor(
    parameters: PodStartup,
    nodes: readonly Pick<Node, 'name' | 'cluster'>[],
    streams: Pick<RandomStreams, 'get'>,
  ) {
    this.#parameters = parameters;
    this.#clusterOf = nodes.map(({ cluster }) => cluster);
    this.#clusterFreeNs = new Float64Array(Math.max(0, ...this.#clusterOf) + 1);
    this.#nodeFreeNs = new Float64Array(nodes.length);
    this.#streams = nodes.map(({ name }) =>
      parameters.cv === 0 || parameters.baseNs === 0 ? undefined : streams.get(`node/${name}/pod-startup`),
    );
  }

  /**
   * When a pod is ready that is bound to the node, or begun anew on it, now.
   * @param awakeNs when the node is awake for it
   */
  readyAtNs(node: NodeId, now: number, awakeNs = 0): Nanoseconds {
    const { baseNs, cv, perPodInClusterNs, perPodOnNodeNs } = this.#parameters;
    const cluster = this.#clusterOf[node]!;
    const passed = Math.max(now, this.#clusterFreeNs[cluster]!) + perPodInClusterNs;
    this.#clusterFreeNs[cluster] = passed;
    const begun = Math.max(passed, this.#nodeFreeNs[node]!, awakeNs) + perPodOnNodeNs;
    this.#nodeFreeNs[node] = begun;
    const stream = this.#streams[node];
    return (begun + (stream === undefined ? baseNs : Math.ceil(stream.lognormal({ mean: baseNs, cv })))) as Nanoseconds;
  }

  /** What a node that crashed had begun is begun anew when it is back. */
  nodeCrashed(node: NodeId): void {
    this.#nodeFreeNs[node] = 0;
  }
}
