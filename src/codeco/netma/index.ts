export { kShortestPaths, type Arc } from './k-shortest-paths.ts';
export { LinkEstimate } from './link-estimate.ts';
export { MeasuredTopology, type KnownDirection } from './measured-topology.ts';
export type { NetworkView } from './network-view.ts';
export { Overlay } from './overlay.ts';
export { Probes, type LinkMeasurement, type LinkMeters } from './probes.ts';
export { TopologyView } from './topology-view.ts';
