/**
 * The solver's contract of SWM, CODECO's component for scheduling and workload migration, with the messages and fields of
 * its published proto (qos-scheduler.siemens.com; names in this language's spelling, units in them). One solver call
 * places one application group. A field that proto leaves at its zero value is absent here.
 */

export type ServiceClass = 'BEST_EFFORT' | 'ASSURED';

/** An amount there is, and how much of it is taken by what the model does not hold. */
export interface Resource {
  readonly capacity: number;
  readonly used: number;
}

/** A machine (COMPUTE), or what only forwards (NETWORK). */
export interface SwmNode {
  readonly id: string;
  readonly type: 'COMPUTE' | 'NETWORK';
  readonly cpuMillicores: Resource;
  readonly memoryBytes: Resource;
  /** What a NETWORK node adds to a path through it. */
  readonly latencyNs: number;
  /** What a NETWORK node can forward, bit/s; unlimited where absent. */
  readonly bandwidthBps?: Resource;
  readonly labels: readonly string[];
}

/** A wire or a radio channel, shared by the links on it. Its bandwidth is in bit/s. */
export interface SwmMedium {
  readonly id: string;
  readonly bandwidthBps: Resource;
}

/** Directed. A network has at most one from one node to another. */
export interface SwmLink {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly medium: string;
  /** Worst case. */
  readonly latencyNs: number;
}

/** Between two compute nodes, without a cycle. What it comes to follows from its links. */
export interface SwmPath {
  readonly id: string;
  readonly links: readonly string[];
}

export interface SwmNetwork {
  readonly id: string;
  readonly qos: ServiceClass;
  readonly links: readonly SwmLink[];
  /** Where it lists none, they are computed: between two nodes the one of least latency; see `computedPathId`. */
  readonly paths: readonly SwmPath[];
  readonly media: readonly SwmMedium[];
  /** The physical network that it lies on. */
  readonly bearer?: string;
}

/** One pod. */
export interface SwmWorkload {
  readonly id: string;
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
  /** Where it runs now. */
  readonly node?: string;
  /** Whether it must stay there. */
  readonly fixed: boolean;
  readonly requiredLabels: readonly string[];
  readonly forbiddenLabels: readonly string[];
}

export interface SwmApplication {
  readonly id: string;
  readonly workloads: readonly SwmWorkload[];
}

/** A directed need for communication between two workloads. */
export interface SwmChannel {
  readonly id: string;
  readonly qos: ServiceClass;
  readonly sourceApplication: string;
  readonly sourceWorkload: string;
  readonly targetApplication: string;
  readonly targetWorkload: string;
  /** Where it is embedded now. */
  readonly network?: string;
  readonly path?: string;
  /** Whether it must stay there. */
  readonly fixed: boolean;
  /** The most that it may take; no limit where absent. */
  readonly latencyNs?: number;
  readonly bandwidthBps: number;
  readonly frameSizeBytes?: number;
  readonly sendIntervalNs?: number;
  readonly targetPort?: number;
}

/** A value for a node. */
export interface NodeValue {
  readonly node: string;
  readonly value: number;
}

/** Values for the nodes that concern one workload alone. */
export interface WorkloadValues {
  readonly application: string;
  readonly workload: string;
  readonly nodes: readonly NodeValue[];
}

/** What it costs to use a node, for whichever workload and for single ones. A node without a value costs nothing. */
export interface Cost {
  readonly nodes: readonly NodeValue[];
  readonly workloads: readonly WorkloadValues[];
}

/** How much a node is recommended for a workload; higher is better. */
export interface Recommendation {
  readonly workloads: readonly WorkloadValues[];
}

export interface SwmModel {
  readonly infrastructure: { readonly nodes: readonly SwmNode[]; readonly networks: readonly SwmNetwork[] };
  readonly appGroup: { readonly applications: readonly SwmApplication[]; readonly channels: readonly SwmChannel[] };
  readonly costs: Cost;
  readonly recommendations: Recommendation;
}

export interface WorkloadAssignment {
  readonly application: string;
  readonly workload: string;
  readonly node: string;
  readonly oldNode?: string;
}

export interface ChannelAssignment {
  readonly channel: string;
  readonly network: string;
  readonly path: string;
  readonly oldNetwork?: string;
  readonly oldPath?: string;
  /** The nodes it runs between; an implicit path back follows from them. */
  readonly source: string;
  readonly target: string;
}

export interface Assignment {
  readonly workloads: readonly WorkloadAssignment[];
  readonly channels: readonly ChannelAssignment[];
}

/** Why there is no assignment. */
export interface SolverError {
  /** The constraint that cannot be kept. */
  readonly kind: string;
  readonly details: string;
}

export interface Reply {
  /** None where it is not feasible. */
  readonly assignment?: Assignment;
  readonly feasible: boolean;
  readonly errors: readonly SolverError[];
  readonly messages: readonly string[];
}

/** Network and path of a channel between workloads on the same node: a loopback is automatic and carries any bandwidth. */
export const LOOPBACK = 'loopback';

/** How a computed path is called: its nodes from end to end. With at most one link from a node to another it says the links. */
export function computedPathId(nodes: readonly string[]): string {
  return nodes.join(' > ');
}
