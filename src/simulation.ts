import {
  AppMeter,
  clusterScore,
  type Federation,
  MeasuredTopology,
  MigrationReviews,
  needsMeter,
  PolicyGovernor,
  PolicyTravel,
  Probes,
  publisherOf,
  SwmScheduler,
  TopologyView,
  type NetworkView,
} from './codeco/index.ts';
import {
  Association,
  Bills,
  Compute,
  Copies,
  DataAccess,
  Degradations,
  LinkEnergy,
  moversOf,
  Network,
  NodeEnergy,
  Outages,
  requestOutcomes,
  Requests,
  scheduleFaults,
  Slowdowns,
  type EndpointId,
  type MoverId,
} from './dynamics/index.ts';
import { Kernel, type EventRange, type Nanoseconds } from './kernel/index.ts';
import {
  ControlPlane,
  type ControlPlanes,
  Endpoints,
  type ControlPlaneHooks,
  type KubeletSurroundings,
  type Pod,
  type Site,
} from './kubernetes/index.ts';
import type { AccessPointId, AppId, Channel, LinkId, NodeId, VertexId, World } from './model/index.ts';
import { scheduleInterventions, type ChangeableWorld } from './interventions.ts';
import { entryDemand, goesByDemand } from './entry-demand.ts';
import { federatedPlanes } from './federated-planes.ts';
import { decidingCluster, vertexOf } from './places.ts';
import { regionsOf } from './regions.ts';
import { requestSampler } from './request-sampler.ts';
import { keepAppStatus } from './app-status.ts';
import { calleesOf } from './callees.ts';
import { appendDatasets } from './dataset-rows.ts';
import { appendGovernance } from './governance-rows.ts';
import { appendMigration } from './migration-rows.ts';
import { appendOperation } from './operation-rows.ts';
import { appendScaling } from './scaling-rows.ts';
import { appendServices } from './service-rows.ts';
import type { SimulationWatch } from './simulation-watch.ts';
import { Observation } from './observation.ts';
import { appendLearning } from './learning-rows.ts';
import { nodeKnowledge } from './node-knowledge.ts';
import { recordedPlans } from './plan-rows.ts';
import { appendProbe } from './probe-rows.ts';
import type { Recorder, RunMeasures } from './results/index.ts';

export interface SimulationOptions {
  /** Told how much of the simulated time is over, 0 to 1. */
  readonly progress?: (fraction: number) => void;
  /** Record the events of this range one by one; see `Kernel.log`. */
  readonly log?: EventRange;
  /** Told what goes on, to follow it elsewhere. */
  readonly watch?: SimulationWatch;
}

/** What a run comes to, beside its tables. */
export interface SimulationResult {
  readonly measures: RunMeasures;
  /** Requests issued after the warm-up, by how they ended. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly pods: readonly Pod[];
  /** Handovers, those of them that went straight back or away from an outage, and losses of coverage, over the run. */
  readonly movements: Association['counts'];
  /** What came of the claims of assured channels' flows, over the whole run. */
  readonly reservations: Network['reservationCounts'];
  readonly kernel: Kernel;
}

/** How often progress is told. */
const PROGRESS_STEPS = 400;

/**
 * Runs a world from its start to its end, and writes what happens into the recorder's tables; closing the recorder is the
 * caller's. The same world gives the same events and rows, always.
 * @throws {PodRefused} if a pod of the world says something that Kubernetes refuses
 */
export function runSimulation(given: World, recorder: Recorder, options: SimulationOptions = {}): SimulationResult {
  const world: ChangeableWorld = { ...given };
  const kernel = new Kernel({
    seed: world.seed,
    trailStride: 1,
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  const network = new Network(kernel, world);
  const movers = moversOf(world);
  const moverOfNode = new Map<NodeId, MoverId>();
  for (const [mover, { node }] of movers.entries()) if (node !== undefined) moverOfNode.set(node, mover as MoverId);
  const attachmentOf = (node: NodeId): AccessPointId | undefined => association.accessPointOf(moverOfNode.get(node)!);
  const { netma } = world.orchestration;
  let topology: NetworkView;
  /** To be called once it is known where the nodes on radio are. */
  let observeAttachments: () => void;
  if (netma === undefined) {
    const view = new TopologyView(kernel, network, world, attachmentOf);
    topology = view;
    observeAttachments = () => view.observeAttachments();
  } else {
    const meters = {
      carriedBytes: (into: Float64Array) => network.allCarriedBytes(into),
      carryingJ: (link: LinkId, direction: 0 | 1) => linkEnergy.read(link).carryingJ[direction],
    };
    const probes = new Probes(kernel, network, world, netma, meters, attachmentOf);
    const cluster = decidingCluster(world);
    const { gateway } = world.clusters[cluster]!;
    const view = new MeasuredTopology(kernel, world, netma, probes, gateway, (measurement, known) =>
      appendProbe(recorder.tables.probes, world, network, kernel.now, cluster, measurement, known),
    );
    topology = view;
    observeAttachments = () =>
      view.setAttachments([...moverOfNode.keys()].map((node) => [world.nodes[node]!.vertex, attachmentOf(node)]));
  }
  const endpoints = new Endpoints(world.services, topology, kernel.streams);
  const association: Association = new Association(kernel, world, network, {
    moved(mover, event, accessPoint, position, present, cause) {
      const { user, node } = movers[mover]!;
      if (user !== undefined) requests.setCovered(user, accessPoint !== undefined, present);
      observation.moved(movers[mover]!, event, accessPoint, position, cause);
      if (node !== undefined) checkReachable(node);
    },
  });
  observeAttachments();
  const endpointOf = (node: NodeId): EndpointId => {
    const mover = moverOfNode.get(node);
    return mover === undefined ? world.nodes[node]!.vertex : association.endpoints[mover]!;
  };
  /** Tells the control plane whether it hears a node: by the network as it is, from the gateway of the node's cluster. */
  const checkReachable = (node: NodeId): void => {
    const { gateway } = world.clusters[world.nodes[node]!.cluster]!;
    controlPlane.setReachable(node, network.areConnected(gateway, endpointOf(node)));
  };
  const checkAllReachable = (): void => {
    for (let node = 0; node < world.nodes.length; node++) checkReachable(node as NodeId);
  };

  const compute = new Compute(kernel, world.nodes, (visit) => requests.cpuFinished(visit));
  const isRecorded = requestSampler(world, kernel);
  const copies = new Copies(kernel, world.datasets, network);
  const view = {
    latencyNs: (from: EndpointId, to: VertexId) => topology.latencyNs(vertexOf(world, network, movers, from), to),
  };
  const data = world.services.some(({ behaviour }) => behaviour.data !== undefined)
    ? new DataAccess(kernel, world, network, copies, view, (visit, ok) => requests.dataAccessed(visit, ok))
    : undefined;
  const callees = calleesOf(kernel, world, network, movers, endpoints, () => controlPlane.pods);
  const requests: Requests = new Requests(kernel, world, network, compute, {
    endpointFor: callees.endpointFor,
    ended: (request) => observation.requestEnded(request),
    isRecorded,
    ...(data === undefined ? {} : { data }),
  });
  let demand = entryDemand(world, (user) => association.initial[user]);
  if (goesByDemand(world)) {
    // where users are is known as of the last probe, as the state of the links is
    topology.onProbe(() => (demand = entryDemand(world, (user) => association.accessPointOf(user))));
  }
  const { swm } = world.orchestration;
  const podsInUse = () =>
    controlPlane.pods
      .filter(({ node, phase }) => node !== undefined && phase !== 'gone')
      .map(({ id, node, service }) => ({ id, service, node: node!, usedMillicoreNs: compute.podUsage(id) }));
  const metrics = {
    activeEnergyJ(node: NodeId) {
      const { energyJ, idleJ } = nodeEnergy.read(node);
      return energyJ - idleJ;
    },
    usedMillicoreNs: (node: NodeId) => compute.usage(node).usedMillicoreNs,
    carryingJ: (link: LinkId, direction: 0 | 1) => linkEnergy.read(link).carryingJ[direction],
    isNodeUp: (node: NodeId) => compute.isUp(node),
    // of links it knows what probes tell, where there are any
    isLinkUp: (link: LinkId) => (netma === undefined ? network : topology).isLinkUp(link),
    ...(swm?.migration === undefined ? {} : { pods: podsInUse }),
  };
  const { observer, learning, placements, contextOf } = nodeKnowledge(kernel, world, recorder, {
    network,
    metrics,
    copies,
    requested: (node) => controlPlane.requested(node),
    pods: { serving: podsInUse, worked: (pod) => requests.load.worked(pod) },
  });
  const { plans, noted } = recordedPlans(kernel, world, recorder);
  const ground = { network, endpointOf, claimOf: (channel: Channel) => requests.reservations.get(channel), noted };
  const placeGroups = (site?: Site): SwmScheduler | undefined => {
    const context = swm && contextOf(site?.cluster);
    const known = { topology, demand: () => demand, usage: observer, ground, plans, cluster: site?.name };
    return context && new SwmScheduler(kernel, world, swm, { ...known, context });
  };
  const meter = needsMeter(world)
    ? new AppMeter(world, {
        read(node) {
          const { energyJ, idleJ, carbonG } = nodeEnergy.read(node);
          return { energyJ, activeJ: energyJ - idleJ, carbonG };
        },
        podUsedMillicoreNs: (pod) => compute.podUsage(pod),
      })
    : undefined;
  const governor =
    world.policies &&
    new PolicyGovernor(
      kernel,
      world,
      new PolicyTravel(kernel, network, world, publisherOf(world)),
      {
        evict: (pod, reason) => controlPlane.evict(pod, reason),
        moves: (pod) => reviews?.takesOver(pod) === true,
        rulesChanged: () => {
          controlPlane.rulesChanged();
          for (const app of world.apps.keys()) reviews?.policyChanged(app as AppId);
        },
        replicas: (service) => controlPlane.replicas(service),
        scale: (service, replicas) => controlPlane.scale(service, replicas),
      },
      (note) => appendGovernance(recorder.tables.governance, kernel.now, note),
      meter,
    );
  const hooks: ControlPlaneHooks = {
    ...(governor === undefined ? {} : { governor }),
    podStarted(pod, cpu) {
      compute.addPod(pod.id, pod.node!, cpu);
      meter?.podStarted(pod);
      callees.podStarted(pod);
      requests.addPod(pod.id, pod.service, endpointOf(pod.node!));
    },
    podStopped(pod) {
      const usedMillicoreNs = compute.podUsage(pod.id);
      observation.podStopped(pod, usedMillicoreNs);
      meter?.podStopped(pod, usedMillicoreNs);
      compute.removePod(pod.id);
      requests.removePod(pod.id);
    },
    decided(decision) {
      observation.decided(decision);
      options.watch?.decided(decision);
    },
    setProvisioned(node, isThere) {
      if (isThere) nodeOutages.end(node);
      else nodeOutages.begin(node);
      observation.nodeProvisioned(node, isThere);
    },
    nodeChanged: (node, event) => appendOperation(recorder.tables.operations, world, kernel.now, node, event),
    readPod: ({ id }) => ({ usedMillicoreNs: compute.podUsage(id), ...requests.load.read(id) }),
    scaled(scaling) {
      appendScaling(recorder.tables.scalings, world, kernel.now, scaling);
      options.watch?.scaled(scaling);
    },
  };
  const surroundings: KubeletSurroundings = {
    network,
    endpointOf,
    wake: (node) => nodeEnergy.sleep?.wake(node) ?? 0,
    keepAwake: (node, untilNs) => nodeEnergy.sleep?.keepAwake(node, untilNs),
    load: {
      inHand: (pod) => requests.load.inHand(pod),
      waitNs: (pod) => requests.load.waitNs(pod),
      workNs: (pod, workNs) => compute.taskNs(pod, workNs),
      watch: (pod, changed) => requests.load.watch(pod, changed),
    },
  };
  let groups: SwmScheduler | undefined;
  const controlPlaneOf = (site?: Site): ControlPlane => {
    groups = placeGroups(site);
    const known = () => demand;
    const plane = new ControlPlane(kernel, world, topology, endpoints, known, surroundings, hooks, groups, site);
    groups?.follow(plane.relocations);
    return plane;
  };
  const { federation: settings } = world.orchestration;
  let controlPlane: ControlPlane | ControlPlanes;
  let reviews: MigrationReviews | undefined;
  let federation: Federation | undefined;
  if (settings === undefined) {
    const single = (controlPlane = controlPlaneOf());
    if (swm?.migration !== undefined)
      reviews = new MigrationReviews(kernel, world, swm.migration, {
        scheduler: groups!,
        state: single.state,
        relocations: single.relocations,
        network,
        endpointOf,
        demand: () => demand,
        ended: (migration) => appendMigration(recorder.tables.migrations, world, migration),
      });
  } else {
    ({ controlPlane, federation } = federatedPlanes(kernel, world, settings, {
      planeOf: controlPlaneOf,
      network,
      topology,
      demand: () => demand,
      isNodeUp: (node) => compute.isUp(node),
      endpoints,
      objection: (by, nodes, app) => governor?.objection(by, nodes, app),
      noted: (note) => appendGovernance(recorder.tables.governance, kernel.now, note),
      score: swm && ((nodes) => clusterScore(observer!.metrics, swm.profile, nodes)),
    }));
  }
  const observation: Observation = new Observation(kernel, world, recorder, controlPlane.pods, network.arcCount);

  if (world.orchestration.acm === true)
    keepAppStatus(kernel, world, recorder, { pods: () => controlPlane.pods, compute, requests, observer: observer! });
  const nodeOutages = new Outages(world.nodes.length, (id, up) => {
    const node = id as NodeId;
    // a dead node answers nobody: the network goes first, so that what its pods had under way is lost with it
    network.setVertexUp(world.nodes[node]!.vertex, up);
    if (up) compute.setNodeUp(node, true);
    controlPlane.setNodeUp(node, up);
    if (!up) compute.setNodeUp(node, false);
    linkEnergy.setVertexUp(world.nodes[node]!.vertex, up);
    const mover = moverOfNode.get(node);
    if (mover === undefined) association.vertexChanged(world.nodes[node]!.vertex);
    else association.setOn(mover, up);
    checkAllReachable();
  });
  const linkOutages = new Outages(world.links.length, (link, up) => {
    network.setLinkUp(link as LinkId, up);
    linkEnergy.setLinkUp(link as LinkId, up);
    checkAllReachable();
  });
  const bills = new Bills(kernel, world.regions ?? []);
  const { ofNodes, ofVertex } = regionsOf(world);
  const linkEnergy: LinkEnergy = new LinkEnergy(kernel, world, network, bills, ofVertex);
  const nodeEnergy: NodeEnergy = new NodeEnergy(
    kernel,
    world.nodes,
    compute,
    bills,
    ofNodes,
    (node, powered) => {
      if (powered) nodeOutages.end(node);
      else nodeOutages.begin(node);
    },
    (node, frozen) => {
      if (frozen) speeds.begin(node, 0);
      else speeds.end(node, 0);
    },
  );
  const sources = { compute, network, controlPlane, nodeEnergy, linkEnergy };
  const speeds = new Slowdowns((node, share) => compute.setSpeedShare(node as NodeId, share));
  const qualities = new Degradations((link, quality) => network.setLinkQuality(link as LinkId, quality));
  const accessPoints = new Outages(world.accessPoints.length, (id, up) => {
    network.setAccessPointUp(id as AccessPointId, up);
    linkEnergy.setAccessPointUp(id as AccessPointId, up);
    association.accessPointChanged(id as AccessPointId);
  });
  const kubelets = new Outages(world.nodes.length, (node, up) => controlPlane.setKubeletHealthy(node as NodeId, up));
  const targets = { nodes: nodeOutages, links: linkOutages, speeds, qualities, accessPoints, kubelets };
  for (const node of federation === undefined ? (controlPlane as ControlPlane).absentNodes : [])
    nodeOutages.begin(node);
  scheduleFaults(kernel, world.faults, targets, (effect, began) => observation.faultNoted(effect, began));

  options.watch?.begins(kernel, network, endpointOf);
  association.start();
  requests.start(association.endpoints);

  const sample = kernel.on('observation.sample', () => {
    observation.sample(sources);
    kernel.after(world.recording.sampleIntervalNs, sample);
  });
  kernel.at(world.recording.sampleIntervalNs, sample);
  scheduleInterventions(kernel, world, controlPlane);

  try {
    for (let step = 1; step <= PROGRESS_STEPS; step++) {
      const until = step === PROGRESS_STEPS ? world.durationNs : Math.floor((world.durationNs / PROGRESS_STEPS) * step);
      kernel.run({ until: until as Nanoseconds });
      options.progress?.(step / PROGRESS_STEPS);
    }
  } finally {
    association.end();
  }
  requests.finish();
  governor?.finish();
  federation?.finish();
  observation.sample(sources);
  plans.finish();
  reviews?.migrations.finish();
  for (const migration of reviews?.migrations.all ?? [])
    if (migration.endedNs === undefined) appendMigration(recorder.tables.migrations, world, migration);
  appendDatasets(recorder.tables, world, copies, data);
  if (learning !== undefined) appendLearning(recorder.tables.learning, world, learning, placements);
  appendServices(recorder.tables.services, world, requests.tallies, observation.failedAt);
  return {
    measures: {
      ...observation.finish(
        sources,
        association,
        requests.attemptCounts,
        requests.tallies,
        reviews?.migrations.all ?? [],
        governor?.violations,
      ),
      ...federation?.measures,
    },
    outcomes: Object.fromEntries(requestOutcomes.map((name, index) => [name, observation.outcomes[index]!])),
    pods: controlPlane.pods,
    movements: association.counts,
    reservations: network.reservationCounts,
    kernel,
  };
}
