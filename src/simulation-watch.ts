import type { EndpointId, Network } from './dynamics/index.ts';
import type { Kernel } from './kernel/index.ts';
import type { PlacementDecision, Scaling } from './kubernetes/index.ts';
import type { NodeId } from './model/index.ts';

/** Who follows a run while it goes; it changes nothing. */
export interface SimulationWatch {
  /** The run is about to begin. `endpointOf` tells where a node hangs on the network. */
  begins(kernel: Kernel, network: Network, endpointOf: (node: NodeId) => EndpointId): void;
  /** A scheduler has decided on a pod. */
  decided(decision: PlacementDecision): void;
  /** An autoscaler has changed how many pods a service is to have. */
  scaled(scaling: Scaling): void;
}
