import { Federation, type GovernanceNote } from './codeco/index.ts';
import type { Network } from './dynamics/index.ts';
import type { Kernel } from './kernel/index.ts';
import {
  ControlPlanes,
  readyShare,
  roomFor,
  type ControlPlane,
  type Endpoints,
  type EntryDemand,
  type ObservedTopology,
  type Pod,
  type Site,
} from './kubernetes/index.ts';
import {
  COST_PRIORITIZER,
  type AppId,
  type ClusterId,
  type FederationSettings,
  type NodeId,
  type World,
} from './model/index.ts';

/** What a federation is made of. */
export interface FederationParts {
  /** Makes the control plane of a cluster. */
  readonly planeOf: (site: Site) => ControlPlane;
  readonly network: Network;
  readonly topology: ObservedTopology;
  readonly demand: () => readonly EntryDemand[];
  readonly isNodeUp: (node: NodeId) => boolean;
  readonly endpoints: Pick<Endpoints, 'has'>;
  readonly noted: (note: GovernanceNote) => void;
  /** Why policies keep an application off all of these nodes, by the versions that a cluster goes by. */
  readonly objection: (by: ClusterId, nodes: readonly NodeId[], app: AppId) => string | undefined;
  /** PDLC's score of a cluster of these nodes; where SWM has a profile. */
  readonly score: ((nodes: readonly NodeId[]) => number) | undefined;
}

/** A control plane for each cluster, and the federation that tells them what to run, whose leases have begun. A cluster runs while one of its nodes does. */
export function federatedPlanes(
  kernel: Kernel,
  world: World,
  settings: FederationSettings,
  { planeOf, network, topology, demand, isNodeUp, endpoints, noted, objection, score }: FederationParts,
): { controlPlane: ControlPlanes; federation: Federation } {
  const pods: Pod[] = [];
  const planes = world.clusters.map(({ name }, id) => {
    const cluster = id as ClusterId;
    const askLeave = (granted: () => void): void => federation.askLeave(cluster, granted);
    return kernel.within(`cluster/${name}`, () => planeOf({ cluster, name, pods, askLeave }));
  });
  const controlPlane = new ControlPlanes(world, pods, planes);
  const nodesOf = world.clusters.map((_, cluster) =>
    [...world.nodes.keys()].filter((node) => world.nodes[node]!.cluster === cluster),
  ) as NodeId[][];
  const goesByCost = (settings.prioritizers[COST_PRIORITIZER] ?? 0) !== 0;
  const agents = {
    addOnScore: (cluster: ClusterId) =>
      goesByCost && nodesOf[cluster]!.length > 0 ? score!(nodesOf[cluster]!) : undefined,
    give: (cluster: ClusterId, app: AppId) => controlPlane.of(cluster).give(app),
    take: (cluster: ClusterId, app: AppId) => controlPlane.of(cluster).take(app),
    isRunning: (cluster: ClusterId) => nodesOf[cluster]!.length === 0 || nodesOf[cluster]!.some(isNodeUp),
    room: (cluster: ClusterId, app: AppId) => {
      const plane = controlPlane.of(cluster);
      return roomFor(plane.state, world.apps[app]!.services, (service) => plane.replicas(service));
    },
    readyShare: (cluster: ClusterId, app: AppId) => {
      const plane = controlPlane.of(cluster);
      return readyShare(plane.state, endpoints, world.apps[app]!.services, (service) => plane.replicas(service));
    },
    objection: (by: ClusterId, cluster: ClusterId, app: AppId) => objection(by, nodesOf[cluster]!, app),
  };
  const federation: Federation = new Federation(kernel, world, settings, network, topology, demand, agents, noted);
  federation.start();
  return { controlPlane, federation };
}
