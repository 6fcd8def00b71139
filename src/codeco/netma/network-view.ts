import type { Nanoseconds } from '../../kernel/index.ts';
import type { ObservedTopology } from '../../kubernetes/index.ts';
import type { AccessPointId, LinkId, VertexId } from '../../model/index.ts';

/** What NetMA knows of the network, link by link: the only network that CODECO's other components see. */
export interface NetworkView extends ObservedTopology {
  isLinkUp(link: LinkId): boolean;
  /** Latency of a link, one way. */
  linkLatencyNs(link: LinkId): Nanoseconds;
  isVertexUp(vertex: VertexId): boolean;
  /** The access point that a node on radio is attached to; none for other nodes. */
  attachedTo(vertex: VertexId): AccessPointId | undefined;
  /** Calls back after every round of probes, for whoever observes something else by it. */
  onProbe(follow: () => void): void;
}
