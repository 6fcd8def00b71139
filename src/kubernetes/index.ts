export { StartupQueues } from './pod-startup.ts';
export { ControlPlane, PodRefused, type ControlPlaneHooks, type PlacementDecision } from './control-plane.ts';
export { Endpoints } from './endpoints.ts';
export type { ObservedTopology } from './observed-topology.ts';
export type { Pod, PodPhase } from './pods.ts';

export type { EntryDemand } from './communication.ts';
export type { Verdicts } from './scheduling/index.ts';
