import type { Nanoseconds } from '../kernel/index.ts';
import type { Arrivals } from './arrivals.ts';
import type { CallPolicy } from './call-policy.ts';
import type { GovernanceName, PrioritizerName, SchedulerName, SecurityClassName } from './choices.ts';
import type { CodecoApp } from './codeco-app.ts';
import type { ClusterObjects, KubernetesService, Manifest, Workload } from './manifest.ts';
import type { ContainerLife } from './container-life.ts';
import type { Dataset, DatasetAccess } from './datasets.ts';
import type { EnergySupply, LinkPower, NodePower, Region } from './energy.ts';
import type { Fault } from './faults.ts';
import type { Point } from './geometry.ts';
import type { Images } from './images.ts';
import type { NodeAutoscaling } from './node-groups.ts';
import type { Intervention } from './intervention.ts';
import type { PublishedProfile } from './scheduler-configuration.ts';
import type { LearningSettings } from './learning.ts';
import type { MdmSettings } from './mdm.ts';
import type { NetmaSettings } from './netma.ts';
import type { ServiceState, SwmSettings } from './swm.ts';
import type { AppId, ClusterId, MediumId, NodeId, ServiceId, VertexId } from './ids.ts';
import type { PodSpec, Taint } from './kubernetes.ts';
import type { Maintenance } from './maintenance.ts';
import type { Mobility } from './mobility.ts';
import type { Policy } from './policies.ts';
import type { Messages, NetworkModel } from './network-model.ts';
import type { BitsPerSecond, Bytes, Metres, Millicores } from './units.ts';

/**
 * The world of a run as plain data: what a scenario file says, with every reference resolved to an index, every
 * generator unrolled, every default filled in, and every quantity in the unit of its type. The order of each list is
 * the order of the scenario, and an entity's index in its list is its id.
 */
export interface World {
  readonly name: string;
  readonly seed: number;
  readonly durationNs: Nanoseconds;
  /** Requests issued before this time are simulated and recorded, but stay out of the summary measures. */
  readonly warmupNs: Nanoseconds;
  readonly vertices: readonly Vertex[];
  readonly media: readonly Medium[];
  readonly links: readonly Link[];
  /** Nothing is corrected where absent. */
  readonly networkModel?: NetworkModel;
  /** Up to 1,500 bytes, without queues, where absent. */
  readonly messages?: Messages;
  readonly clusters: readonly Cluster[];
  readonly nodes: readonly Node[];
  /** Groups of nodes that grow and shrink; absent where every node is there all the time. */
  readonly nodeAutoscaling?: NodeAutoscaling;
  readonly accessPoints: readonly AccessPoint[];
  /** Every node has every image where absent. */
  readonly images?: Images;
  /** Of the providers that the scenario says something of: a cluster is in the region of its provider. */
  readonly regions?: readonly Region[];
  readonly apps: readonly App[];
  readonly services: readonly Service[];
  readonly userGroups: readonly UserGroup[];
  readonly users: readonly User[];
  readonly datasets: readonly Dataset[];
  readonly faults: readonly Fault[];
  /** What administrators do to nodes; nothing where absent. */
  readonly maintenance?: readonly Maintenance[];
  /** Who is to keep to what; nobody to anything where absent. */
  readonly policies?: readonly Policy[];
  readonly orchestration: Orchestration;
  /** In the order of their times; none where absent. */
  readonly interventions?: readonly Intervention[];
  readonly recording: Recording;
  /** Of published manifests; absent where the scenario has none. */
  readonly objects?: ClusterObjects;
}

/** A point of the network graph, where links meet. */
export interface Vertex {
  readonly name: string;
  readonly kind: 'node' | 'gateway' | 'switch' | 'access-point';
  /** In the scenario's plane, metres; geographic coordinates have been projected. */
  readonly position?: Point;
}

/** What links share the capacity of: one direction of a wire, a whole half-duplex wire, a radio cell. */
export interface Medium {
  readonly name: string;
  readonly bandwidthBps: BitsPerSecond;
}

/** A wired link. Each direction draws on a medium: two of its own when full-duplex, the same one when half-duplex. */
export interface Link {
  readonly name: string;
  readonly from: VertexId;
  readonly to: VertexId;
  readonly latencyNs: Nanoseconds;
  /** Mean of an exponential delay beside the latency; 0 where absent. */
  readonly jitterNs?: Nanoseconds;
  /** Probability that what crosses it is lost; 0 where absent. */
  readonly loss?: number;
  readonly forwardMedium: MediumId;
  readonly backwardMedium: MediumId;
  /** None where absent. */
  readonly power?: LinkPower;
  /** In the scenario's currency, 0 where absent. */
  readonly pricePerByte?: number;
}

/** A Kubernetes cluster. Its nodes hang on its gateway vertex. */
export interface Cluster {
  readonly name: string;
  readonly role: 'hub' | 'managed';
  readonly provider: string;
  readonly gateway: VertexId;
}

export interface Node {
  readonly name: string;
  readonly cluster: ClusterId;
  readonly vertex: VertexId;
  readonly class: string;
  readonly cpuMillicores: Millicores;
  readonly memoryBytes: Bytes;
  readonly maxPods: number;
  /** How much of the reference core's work one core does in the same time: 1 is the reference. */
  readonly speed: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Allocatable extended resources and the like, by name, as Kubernetes quantities. */
  readonly resources?: Readonly<Record<string, string | number>>;
  readonly power: NodePower;
  /** The mains alone where absent. */
  readonly supply?: EnergySupply;
  /** In the scenario's currency, 0 where absent. */
  readonly pricePerHour?: number;
  /** What is guaranteed there; nothing where absent. */
  readonly security?: SecurityClassName;
  /** Where it hangs on the network by the access points, as users do, and not by links at its vertex. */
  readonly radio?: RadioAttachment;
}

/** How a node that attaches by radio moves. */
export interface RadioAttachment {
  /** It stands still where absent. */
  readonly mobility: Mobility | undefined;
  /** Where it stands; of a node that moves, a point of its area or way. */
  readonly position: Point;
  /** The entry of the scenario that it comes from: its nodes share their mobility. */
  readonly entry: number;
  /** Its number among the nodes of the same entry. */
  readonly index: number;
}

/** Where users attach: a radio cell (or a desk switch) at a vertex of the network. */
export interface AccessPoint {
  readonly name: string;
  readonly vertex: VertexId;
  readonly position: Point;
  readonly technology: string;
  /** Users farther away than this are not covered. */
  readonly rangeM: Metres;
  readonly latencyNs: Nanoseconds;
  /** Of the radio leg, as a link has it. */
  readonly jitterNs?: Nanoseconds;
  readonly loss?: number;
  readonly uplinkMedium: MediumId;
  /** The same as `uplinkMedium` where the cell is half-duplex. */
  readonly downlinkMedium: MediumId;
  /** None where absent. */
  readonly power?: LinkPower;
  /** How much nearer another access point must be for a user to change over to it; 0 where absent. */
  readonly hysteresisM?: Metres;
  /** How long a user that changes over to it is cut off; 0 where absent. */
  readonly handoverNs?: Nanoseconds;
  /** A handover straight back to it after less than this time is a ping-pong; after less than 1 s where absent. */
  readonly pingPongNs?: Nanoseconds;
  /** Highest rates of one user by its distance, from the nearest step to the farthest, whose rate holds beyond it too. */
  readonly rateSteps?: readonly { readonly withinM: Metres; readonly rateBps: BitsPerSecond }[];
}

export interface App {
  readonly name: string;
  readonly namespace: string;
  readonly services: readonly ServiceId[];
  readonly createdAtNs: Nanoseconds;
  /** Clusters that may run it. */
  readonly clusters: readonly ClusterId[];
  /** The resource or the manifest it was made from, kept whole as published. */
  readonly source: CodecoApp | Manifest;
  /** What becomes of it later; nothing where absent. */
  readonly changes?: readonly AppChange[];
  /** Scheduling gates of its pods that a controller outside the simulation takes away, and when; none where absent. */
  readonly liftedGates?: readonly { readonly gate: string; readonly atNs: Nanoseconds }[];
  /** The Services of its manifest; a CodecoApp has one for each of its services. */
  readonly kubernetesServices?: readonly KubernetesService[];
}

/** A change of an application: other numbers of replicas, none where it is deleted; another profile. */
export interface AppChange {
  readonly atNs: Nanoseconds;
  readonly replicas: readonly { readonly service: ServiceId; readonly replicas: number }[];
  /** What SWM places its pods by from then on; as before where absent. */
  readonly profile?: SwmSettings['profile'];
}

/** One micro-service of an application. */
export interface Service {
  readonly name: string;
  readonly app: AppId;
  readonly podSpec: PodSpec;
  readonly replicas: number;
  readonly channels: readonly Channel[];
  readonly behaviour: Behaviour;
  readonly trafficDistribution: 'PreferClose' | 'Cluster';
  /** Where it comes from a manifest or a table of pods. */
  readonly workload?: Workload;
  /** Its pods, one by one, where no controller makes them: bare pods, and those of a recorded trace. */
  readonly lives?: readonly PodLife[];
  /** Nodes that its first pods are bound to as soon as they are there, past the scheduler; none where absent. */
  readonly placed?: readonly NodeId[];
}

/** A pod that nobody makes anew, from its creation on. */
export interface PodLife {
  readonly name: string;
  readonly createdAtNs: Nanoseconds;
  /** Its work is done so long after its containers have started; it stays where absent. */
  readonly runsNs?: Nanoseconds;
  /** It is ended so long after it was bound to a node. */
  readonly deadlineNs?: Nanoseconds;
}

/** A directed need for communication: this service calls `to`. */
export interface Channel {
  readonly name: string;
  readonly to: ServiceId;
  readonly serviceClass: 'ASSURED' | 'BESTEFFORT';
  readonly minBandwidthBps?: BitsPerSecond;
  readonly maxDelayNs?: Nanoseconds;
  readonly frameSizeBytes?: Bytes;
  readonly sendIntervalNs?: Nanoseconds;
  /** What the caller does about a call that is slow or fails: nothing where absent. */
  readonly policy?: CallPolicy;
  /** How often it calls: once, save back to a caller, where absent. */
  readonly calls?: ChannelCalls;
}

/** How often a visit calls along a channel. */
export interface ChannelCalls {
  /** Calls, each made or not on its own. */
  readonly fanOut: number;
  /** Of each call; 1 where absent. */
  readonly probability?: number;
  /** Calls are made to this depth of the tree of calls, the user's request being at depth 1; without bound where absent. */
  readonly maxDepth?: number;
}

/** What a request does at a service. */
export interface Behaviour {
  /** CPU time on one reference core. */
  readonly cpu: Duration;
  readonly requestBytes: Bytes;
  readonly responseBytes: Bytes;
  /** Requests that one pod serves at a time; the others wait, first come first served. */
  readonly concurrency: number;
  /** Whether the channels' services are called one after the other or all at once. */
  readonly calls: 'sequential' | 'parallel';
  /** Requests that may wait for a slot of a pod; more are refused. Without bound where absent. */
  readonly queueLimit?: number;
  /** Whether a request keeps its slot while the services that it calls work; it does where absent. */
  readonly holdsSlotWhileCalling?: false;
  /** What it reads and writes, one after the other, when its CPU work is done and before it calls; nothing where absent. */
  readonly data?: readonly DatasetAccess[];
  /** What a migration takes along; nothing where absent. */
  readonly state?: ServiceState;
  /** What its containers do in the course of their life, beside serving; nothing where absent. */
  readonly life?: ContainerLife;
}

/** A duration, fixed or drawn. `cv` is the coefficient of variation; a shape of 1 is the exponential distribution. */
export type Duration =
  | { readonly distribution: 'constant'; readonly valueNs: Nanoseconds }
  | { readonly distribution: 'exponential'; readonly meanNs: Nanoseconds }
  | { readonly distribution: 'uniform'; readonly minNs: Nanoseconds; readonly maxNs: Nanoseconds }
  | { readonly distribution: 'lognormal'; readonly meanNs: Nanoseconds; readonly cv: number }
  | { readonly distribution: 'weibull'; readonly meanNs: Nanoseconds; readonly shape: number }
  | { readonly distribution: 'gamma'; readonly meanNs: Nanoseconds; readonly shape: number }
  /** Survival (min/x)^shape from `minNs` on; where there is a `maxNs`, under the condition of being below it. */
  | { readonly distribution: 'pareto'; readonly minNs: number; readonly shape: number; readonly maxNs?: number }
  /** Of this mean and a `cv` above 1. */
  | { readonly distribution: 'hyperexponential'; readonly meanNs: Nanoseconds; readonly cv: number }
  /** Each of the values equally likely, or by weights, given as their running sum. */
  | {
      readonly distribution: 'empirical';
      readonly valuesNs: readonly number[];
      readonly cumulativeWeights?: readonly number[];
    };

/** Users that behave alike. */
export interface UserGroup {
  readonly name: string;
  readonly requests?: RequestLoad;
  /** Its users stand still where absent. */
  readonly mobility?: Mobility;
}

export interface RequestLoad {
  /** The service that requests enter at. */
  readonly to: ServiceId;
  readonly arrivals: Arrivals;
  /** Requests of one user that are expected in a nanosecond, in the mean over the run; 0 where none are. */
  readonly meanRatePerNs: number;
  /** What the user does about a request that is slow or fails: nothing where absent. */
  readonly policy?: CallPolicy;
}

export interface User {
  readonly name: string;
  readonly group: number;
  /** Where it stands; of a user that moves, a point of its area or way. */
  readonly position: Point;
}

/** How clusters with control planes of their own are governed together. */
export interface FederationSettings {
  readonly governance: GovernanceName;
  /** Between two renewals of a cluster's lease; it counts as lost after five of them. */
  readonly leaseNs: Nanoseconds;
  /** The most clusters that an application's neighbourhood has. */
  readonly neighbourhoodSize: number;
  /** How long bids are waited for. */
  readonly bidTimeoutNs: Nanoseconds;
  /** Weights of the hub's placement, by prioritizer. */
  readonly prioritizers: Readonly<Partial<Record<PrioritizerName, number>>>;
  /** The clusters that are no members throughout. */
  readonly members: ReadonlyMap<ClusterId, Membership>;
}

/** When a cluster is a member of a federation. */
export interface Membership {
  readonly joinsNs: Nanoseconds;
  /** Absent where it stays. */
  readonly leavesNs?: Nanoseconds;
}

export interface Orchestration {
  readonly scheduler: SchedulerName;
  /** kube-scheduler's profile, where it is not the default one. */
  readonly schedulerProfile?: PublishedProfile;
  /** Whether ACM reconciles CodecoApps and writes their status. */
  readonly acm?: true;
  /** Of the scheduler `swm`. */
  readonly swm?: SwmSettings;
  /** What is learned of loads; nothing where absent. */
  readonly learning?: LearningSettings;
  /** How the network is measured; where absent, it is known as it truly was 15 s ago at most. */
  readonly netma?: NetmaSettings;
  /** How data and nodes are catalogued; nobody does where absent. */
  readonly mdm?: MdmSettings;
  /** One control plane serves all clusters where absent. */
  readonly federation?: FederationSettings;
  readonly podStartup: PodStartup;
  /** How long the scheduler takes for a pod, where it places one at a time; no time where absent. */
  readonly schedulingTimeNs?: Nanoseconds;
  /** How long a node's leases may stay away until it is NotReady: kube-controller-manager's --node-monitor-grace-period. */
  readonly nodeMonitorGracePeriodNs: Nanoseconds;
  /** From NotReady to the eviction of pods that state nothing themselves, as the default tolerationSeconds of node.kubernetes.io/unreachable. */
  readonly evictionTolerationNs: Nanoseconds;
  readonly nodeEviction: NodeEviction;
}

/** How fast nodes that are not ready are tainted so that their pods leave. Source: kube-controller-manager's flags. */
export interface NodeEviction {
  /** Nodes a second of a zone, and of a large one of which most is not ready: --node-eviction-rate, --secondary-node-eviction-rate. */
  readonly perSecond: number;
  readonly secondaryPerSecond: number;
  /** From this share on most of a zone is not ready: --unhealthy-zone-threshold. */
  readonly unhealthyShare: number;
  /** A zone with more nodes is large: --large-cluster-size-threshold; a zone counts like a cluster. */
  readonly largeZoneNodes: number;
}

/**
 * How long pods take from their binding to their readiness: each passes its cluster's control plane and then its node, one
 * after the other in the order of binding, and takes the base time beside. The time that pods take to start grows with
 * how many start at once, as measurements have it; own design.
 */
export interface PodStartup {
  /** Mean of what each pod takes, however many others start. */
  readonly baseNs: Nanoseconds;
  /** Coefficient of variation of the base time, lognormal; it is constant where 0. */
  readonly cv: number;
  /** What each pod occupies the control plane of its cluster for. */
  readonly perPodInClusterNs: Nanoseconds;
  /** What each pod occupies its node for. */
  readonly perPodOnNodeNs: Nanoseconds;
}

export interface Recording {
  readonly sampleIntervalNs: Nanoseconds;
  /** Share of requests that get a row, drawn per request from a stream of its own. */
  readonly requestSample: number;
  /** Whether every decision's verdict and score per node and plugin is recorded. */
  readonly verdicts: boolean;
}
