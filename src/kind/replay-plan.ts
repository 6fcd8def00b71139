import type { NodeId, World } from '../model/index.ts';
import {
  carriersOf,
  DOWN_TAINT,
  lostTaints,
  podCarrier,
  replayLabel,
  servicePods,
  type CarrierOptions,
  type WorkloadName,
} from './carriers.ts';
import { ClusterError } from './cluster-error.ts';
import { changeSteps } from './change-steps.ts';
import { clusterOfApp, type PlannedCluster, type PlannedWorker } from './cluster-plan.ts';
import { failureSteps } from './failure-steps.ts';
import {
  addressOf,
  describeStep,
  podsOf,
  type NetworkWay,
  type NodeFailures,
  type ReplayStep,
  type StepTools,
} from './replay-step.ts';
import { shapingLines, type Destination, type ShapedWay, type ShaperName } from './shaping.ts';
import { followRun, type Timeline, type Way } from './timeline.ts';

/** Who places the pods on the real cluster. */
export const placers = {
  cluster: "the cluster's own scheduler",
  simulated: "the scenario's scheduler: each of its decisions is bound at its time",
} as const;
export type PlacerName = keyof typeof placers;

export interface ReplayOptions extends StepTools {
  /** How a node fails. */
  readonly failures: NodeFailures;
  readonly workload: WorkloadName;
  readonly placement: PlacerName;
  readonly shaper: ShaperName;
  readonly shrink: number;
  /** How much faster than the scenario the plan is carried out. */
  readonly speedUp: number;
  readonly netemSeed?: number;
}

/** What a replay does and when. */
export interface ReplayPlan {
  readonly scenario: string;
  readonly durationNs: number;
  readonly speedUp: number;
  readonly steps: readonly ReplayStep[];
  /** Ways of the network at the start, as they are shaped; none where they are not. */
  readonly network: readonly NetworkWay[];
  /** Value of the label that all its objects have. */
  readonly label: string;
  /** What of the scenario is not replayed, or in another way. */
  readonly notes: readonly string[];
}

/**
 * Plans the replay of a scenario on kind clusters: its applications at their times, its nodes' failures, and the network between
 * them as the simulation of the same scenario has it from moment to moment, movements and faults included.
 * @throws {ClusterError} if the plan cannot be carried out faster than real time, or its form does not allow it
 */
export function planReplay(world: World, clusters: readonly PlannedCluster[], options: ReplayOptions): ReplayPlan {
  const { placement, shaper, speedUp } = options;
  if (clusters.length > 1 && placement === 'cluster') {
    throw new ClusterError(
      'with several kind clusters no scheduler of theirs sees all nodes: replay with --placement simulated, or with --clusters one',
    );
  }
  const split = clusters.length > 1 ? world.apps.find(({ clusters: may }) => may.length !== 1) : undefined;
  if (split !== undefined) {
    throw new ClusterError(
      `application ${split.name} may run in ${split.clusters.length} clusters: with a kind cluster for each, every application must be kept to one; replay it with --clusters one`,
    );
  }
  const workers = clusters.flatMap((cluster) => cluster.workers.map((worker) => ({ cluster, worker })));
  const timeline = followRun(
    world,
    workers.map(({ worker }) => worker.nodes[0]!),
  );
  const shaping =
    shaper === 'none' ? { steps: [], network: [] } : shapingSteps(clusters, timeline, { ...options, shaper });
  const steps = [
    ...failureSteps(clusters, timeline, { ...options, graceNs: world.orchestration.nodeMonitorGracePeriodNs }),
    ...shaping.steps,
    ...appSteps(world, clusters, options),
    ...changeSteps(world, clusters, timeline, placement === 'simulated'),
    ...(placement === 'simulated' ? bindSteps(world, clusters, timeline) : []),
  ].toSorted((a, b) => a.atNs - b.atNs);
  const changing = steps.find(
    ({ atNs, does }) => does === 'stop' || does === 'cordon' || (does === 'shape' && atNs > 0),
  );
  if (speedUp !== 1 && changing !== undefined) {
    throw new ClusterError(
      `--speed-up ${speedUp}: something changes at ${changing.atNs / 1e9} s (${describeStep(changing)}), and Kubernetes' own timers for what is lost run in real time. It is allowed for scenarios without faults and movement of nodes`,
    );
  }
  return {
    scenario: world.name,
    durationNs: world.durationNs,
    speedUp,
    steps,
    network: shaping.network,
    label: replayLabel(world),
    notes: notesOf(
      world,
      clusters,
      workers.map(({ worker }) => worker),
      options,
    ),
  };
}

function notesOf(
  world: World,
  clusters: readonly PlannedCluster[],
  workers: readonly PlannedWorker[],
  { workload, shaper, placement, speedUp, failures }: ReplayOptions,
): string[] {
  const { scheduler, nodeMonitorGracePeriodNs, evictionTolerationNs } = world.orchestration;
  const some = (is: boolean, note: string): string[] => (is ? [note] : []);
  return [
    ...some(
      placement === 'cluster' && scheduler !== 'kube-scheduler',
      `the scenario's scheduler is ${scheduler}; here the cluster's own places the pods`,
    ),
    ...some(
      workload !== 'published' && world.users.length > 0,
      'users send no requests: the containers stand for the real ones',
    ),
    ...some(
      world.nodes.some(({ speed }) => speed !== 1),
      "nodes' speeds are not replayed: all cores are those of this machine",
    ),
    ...some(
      workers.some(({ nodes }) => nodes.length > 1),
      'a worker that stands for several nodes has the network of the first of them, and is stopped when all of them are down',
    ),
    ...some(
      world.faults.some(({ effects }) => effects.some(({ kind }) => kind === 'slow')),
      'nodes that slow down are not replayed',
    ),
    ...some(
      world.maintenance !== undefined,
      'maintenance of nodes is not replayed: none is cordoned or drained for it',
    ),
    ...some(
      (world.objects?.autoscalers ?? []).length > 0,
      'autoscalers are not applied: what they decided in the simulation is done at its time',
    ),
    ...some(
      shaper !== 'none' && clusters.some((cluster) => cluster.clusters.length > 1),
      "there is one control plane for all: each node's way to it is that to its own cluster's gateway",
    ),
    ...some(
      shaper !== 'none',
      "paths that share a link do not share its bandwidth: each way has its path's lowest bandwidth to itself",
    ),
    ...some(shaper === 'tc-rate', 'delay, jitter and loss are not replayed'),
    ...some(shaper === 'none', 'the network is not replayed, links that are cut neither'),
    ...some(
      workload === 'pause' && world.services.some(({ podSpec }) => podSpec.initContainers !== undefined),
      'init containers are left out',
    ),
    ...some(speedUp !== 1, "pods take as long to start as ever, in the scenario's time so many times longer"),
    {
      taint: `nodes go on running where they fail in the scenario: they are cordoned, tainted with ${DOWN_TAINT} after ${nodeMonitorGracePeriodNs / 1e9} s, and pods tolerate that for ${evictionTolerationNs / 1e9} s or as long as they do a node that is unreachable`,
      command: `a node is NotReady after the cluster's own grace period, which is to be the ${nodeMonitorGracePeriodNs / 1e9} s of the scenario; its pods are evicted after ${evictionTolerationNs / 1e9} s more, or as long as they tolerate it`,
      container: `a node is NotReady after ${nodeMonitorGracePeriodNs / 1e9} s and its pods are evicted after ${evictionTolerationNs / 1e9} s more, as kind up configures it`,
    }[failures],
  ];
}

function shapingSteps(
  clusters: readonly PlannedCluster[],
  { changes }: Timeline,
  options: ReplayOptions & { readonly shaper: Exclude<ShaperName, 'none'> },
): { readonly steps: ReplayStep[]; readonly network: NetworkWay[] } {
  const clusterOf = new Map<string, PlannedCluster>();
  const workerOf = new Map<NodeId, PlannedWorker>();
  for (const cluster of clusters) {
    clusterOf.set(cluster.controlPlane, cluster);
    for (const worker of cluster.workers) {
      clusterOf.set(worker.name, cluster);
      workerOf.set(worker.nodes[0]!, worker);
    }
  }
  const containers = [...clusterOf.keys()];
  const containerOf = (node: NodeId | undefined, other: NodeId | undefined): string =>
    node === undefined ? clusterOf.get(workerOf.get(other!)!.name)!.controlPlane : workerOf.get(node)!.name;
  const destination = (container: string, from: string): Destination => ({
    name: container,
    // pods keep their addresses on their way between the nodes of a cluster; another cluster has the same range again
    addresses: [
      `${addressOf(container)}/32`,
      ...(clusterOf.get(container) === clusterOf.get(from) ? [podsOf(container)] : []),
    ],
  });
  const shaped = (way: Way): ShapedWay & { readonly from: string } => {
    const from = containerOf(way.from, way.to);
    const to = containerOf(way.to, way.from);
    return { from, index: containers.indexOf(to), destination: destination(to, from), conditions: way.conditions };
  };
  const { shaper, netemSeed } = options;
  /** By container: its ways as they are known last, by destination. */
  const known = new Map<string, Map<number, ShapedWay>>();
  const steps: ReplayStep[] = [];
  const network: NetworkWay[] = [];
  for (const { atNs, nodes, ways } of changes) {
    const changed = new Map<string, ShapedWay[]>();
    for (const { from, ...way } of ways.map(shaped)) {
      if (atNs === 0)
        network.push({
          cluster: clusterOf.get(from)!.name,
          from,
          to: way.destination.name,
          conditions: way.conditions,
        });
      changed.set(from, [...(changed.get(from) ?? []), way]);
      known.set(from, (known.get(from) ?? new Map()).set(way.index, way));
    }
    // a container that starts has forgotten its shaping
    const started = new Set(nodes.filter(({ up }) => up).map(({ node }) => workerOf.get(node)!.name));
    for (const container of containers) {
      const isNew = atNs === 0 || started.has(container);
      const all = isNew
        ? [...(known.get(container)?.values() ?? [])].toSorted((a, b) => a.index - b.index)
        : (changed.get(container) ?? []);
      if (all.length === 0) continue;
      const lines = shapingLines(all, isNew, {
        shaper,
        ...(netemSeed === undefined ? {} : { seed: netemSeed + 256 * containers.indexOf(container) }),
      });
      steps.push({ atNs, cluster: clusterOf.get(container)!.name, does: 'shape', container, isNew, lines });
    }
  }
  return { steps, network };
}

function appSteps(
  world: World,
  clusters: readonly PlannedCluster[],
  { workload, shrink, placement, failures }: ReplayOptions,
): ReplayStep[] {
  const { evictionTolerationNs } = world.orchestration;
  const carrying: CarrierOptions = {
    workload,
    shrink,
    ...(failures === 'container' ? {} : { lost: { taints: lostTaints[failures], forNs: evictionTolerationNs } }),
    ...(placement === 'simulated' ? { schedulerName: 'codeco-sim' } : {}),
  };
  return world.apps.flatMap((app) => {
    const cluster = clusterOfApp(app, clusters);
    const objects = carriersOf(world, app, carrying);
    const bare = app.services.flatMap((id) => {
      const service = world.services[id]!;
      // those of a manifest are among its objects
      if ('documents' in app.source && app.source.documents.length > 0) return [];
      return (service.lives ?? []).map((life) => ({
        atNs: life.createdAtNs as number,
        cluster: cluster.name,
        does: 'apply' as const,
        app: app.name,
        objects: [podCarrier(world, service, life, carrying)],
      }));
    });
    const whole = {
      atNs: app.createdAtNs as number,
      cluster: cluster.name,
      does: 'apply' as const,
      app: app.name,
      objects,
    };
    return objects.length === 0 ? bare : [whole, ...bare];
  });
}

function bindSteps(world: World, clusters: readonly PlannedCluster[], { placements }: Timeline): ReplayStep[] {
  const places = new Map<NodeId, { cluster: string; worker: string }>();
  for (const { name, workers } of clusters) {
    for (const worker of workers)
      for (const node of worker.nodes) places.set(node, { cluster: name, worker: worker.name });
  }
  return placements.map(({ atNs, podName, service: id, node }) => {
    const service = world.services[id]!;
    const app = world.apps[service.app]!;
    return {
      atNs,
      ...places.get(node)!,
      does: 'bind' as const,
      ...servicePods(app, service),
      pod: podName,
    };
  });
}
