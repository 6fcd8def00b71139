export { StartupQueues } from './pod-startup.ts';
export type { Scaling } from './autoscaling/index.ts';
export { PodRefused, type ClusterState } from './cluster-state.ts';
export { ControlPlane } from './control-plane.ts';
export type { ControlPlaneHooks, NodeChange } from './control-plane-hooks.ts';
export type { Governor, NodeRule } from './governor.ts';
export { ControlPlanes } from './control-planes.ts';
export { Endpoints } from './endpoints.ts';
export type { KubeletSurroundings } from './kubelet/index.ts';
export type { ObservedTopology } from './observed-topology.ts';
export { readyShare, roomFor, type Room } from './room.ts';
export type { Site } from './site.ts';
export type { Pod, PodPhase } from './pods.ts';
export type { PodWatcher, Relocations, Standby } from './relocations.ts';
export type { GroupScheduler, PlacementDecision } from './scheduling-loop.ts';

export type { EntryDemand } from './communication.ts';
export { groupFilter, podRequests, type Decision, type GroupFilter, type Verdicts } from './scheduling/index.ts';
export { podTemplate } from './pod-template.ts';
