import type { VertexId } from '../model/index.ts';

/** The network as somebody has observed it: what orchestration may know. Its view lags behind the world. */
export interface ObservedTopology {
  /** Latency of the best route that was there at the last look; Infinity where there was none. */
  latencyNs(from: VertexId, to: VertexId): number;
  /** Counts the changes of the view: what was derived from it holds as long as this is the same. */
  readonly epoch: number;
  /** Time since the last look. */
  readonly ageNs: number;
}
