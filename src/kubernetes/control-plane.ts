import type { Kernel } from '../kernel/index.ts';
import type { AppId, NodeId, Orchestration, ServiceId, World } from '../model/index.ts';
import { HorizontalAutoscaling } from './autoscaling/index.ts';
import { ClusterState } from './cluster-state.ts';
import type { EntryDemand } from './communication.ts';
import type { ControlPlaneHooks } from './control-plane-hooks.ts';
import { DisruptionBudgets } from './disruption-budgets.ts';
import { Drains } from './drains.ts';
import type { Endpoints } from './endpoints.ts';
import { scheduleMaintenance } from './maintenance.ts';
import { ClusterAutoscaler } from './node-autoscaling/index.ts';
import type { Governor } from './governor.ts';
import { NodeLifecycle } from './node-lifecycle.ts';
import { conditionOf, isObeying, isSilent, type NodeCondition } from './node-state.ts';
import type { ObservedTopology } from './observed-topology.ts';
import { admissionRefusal, Kubelets, type KubeletSurroundings } from './kubelet/index.ts';
import { orphanedPods, type OrphanedPods } from './orphaned-pods.ts';
import type { Pod } from './pods.ts';
import { Successions } from './relocations.ts';
import { SchedulingLoop, type GroupScheduler, type SchedulingEvents } from './scheduling-loop.ts';
import type { Site } from './site.ts';
import { Workloads } from './workloads.ts';

/**
 * The Kubernetes control plane in virtual time: applications become pods, the scheduler binds them, the kubelet starts
 * them, and a node that goes silent is noticed, tainted and emptied by Kubernetes' own timers. Here its parts meet; what
 * each does is its own.
 *
 * A node that crashes takes its pods down at once, but its silence is noticed only when its leases have stayed away for the
 * node monitor grace period: until then its pods stay endpoints. Then the node is NotReady and tainted, and after their
 * tolerations its pods are deleted and made anew. A node that comes back restarts the pods that it still has, and loses its
 * taints when its next lease has been seen.
 *
 * A node that is cut off from its cluster's gateway, where the control plane is, is as silent, but its pods go on running.
 * Those that are deleted meanwhile are made anew elsewhere and stop when the node is heard again, for its kubelet learns
 * of it only then; those that are not serve again as endpoints. What is bound to it while it is cut off starts when it is
 * heard.
 */
export class ControlPlane {
  readonly pods: readonly Pod[];
  readonly relocations: Successions;
  readonly #world: World;
  readonly #endpoints: Endpoints;
  readonly #state: ClusterState;
  readonly #scheduling: SchedulingLoop;
  readonly #workloads: Workloads;
  readonly #nodeLifecycle: NodeLifecycle;
  readonly #kubelet: Kubelets;
  readonly #hooks: ControlPlaneHooks;
  readonly #governor: Governor | undefined;
  readonly #orphans: OrphanedPods | undefined;

  /**
   * @param site of a cluster of a federation
   * @param groups who places, where the scenario's scheduler is one that places pods together
   * @throws {PodRefused} if a pod says something that Kubernetes' API server refuses; the message names the field
   */
  constructor(
    kernel: Kernel,
    world: World,
    topology: ObservedTopology,
    endpoints: Endpoints,
    demand: () => readonly EntryDemand[],
    surroundings: KubeletSurroundings,
    hooks: ControlPlaneHooks,
    groups?: GroupScheduler,
    site?: Site,
  ) {
    this.#world = world;
    this.#hooks = hooks;
    this.#endpoints = endpoints;
    const state = (this.#state = new ClusterState(kernel, world, site));
    this.pods = state.pods;
    const { governor } = hooks;
    this.#governor = governor;
    if (governor !== undefined) {
      state.cache.placementRules = (pod) => {
        const rule = governor.ruleOf(state.serviceOf(pod));
        return rule && (({ id }, alike) => rule(id as NodeId, alike));
      };
    }
    const budgets = new DisruptionBudgets(world, state, endpoints, (service) => this.#workloads.replicas(service));
    const events: SchedulingEvents = {
      decided: (decision) => hooks.decided(decision),
      bound: (pod) => this.#bound(pod),
      preempted: (pod) => {
        this.#delete(pod, 'preempted');
        this.#workloads.deleted([pod]);
      },
    };
    const allowances = () => budgets.allowances();
    this.#scheduling = new SchedulingLoop(kernel, world, state, topology, demand, allowances, events, groups, site);
    this.#nodeLifecycle = new NodeLifecycle(kernel, world, state, {
      taintsChanged: (node, before, wasUnschedulable) => {
        const { info } = state.nodes[node]!;
        this.#scheduling.happened({ kind: 'taints-changed', node: info, before, wasUnschedulable });
      },
      silenceNoticed: (node) => this.#silenceNoticed(node),
      heard: (node) => this.#nodeHeard(node),
      evicted: (pods, why) => this.#evicted(pods, why === 'Unknown' ? 'node-unreachable' : 'node-not-ready'),
    });
    this.#workloads = new Workloads(
      kernel,
      world,
      state,
      endpoints,
      {
        created: (pod, placedOn) => this.#created(pod, placedOn),
        superfluous: (pod) => this.#delete(pod, 'scaled-down'),
        deadlineExceeded: (pod) => this.#end(pod, 'deadline-exceeded'),
      },
      site,
    );
    this.relocations = new Successions({
      create: (pod) => this.#workloads.succeed(pod),
      place: (pod, decision, viewAgeNs) => this.#scheduling.place(pod, decision, viewAgeNs),
      launch: (pod) => this.#launch(pod),
      serve: (pod) => this.#serve(pod),
      remove: (pod, reason) => this.evict(pod, reason),
    });
    this.#kubelet = new Kubelets(
      kernel,
      world,
      state,
      surroundings,
      {
        ready: (pod) => this.#podReady(pod),
        unready: (pod) => this.#endpoints.remove(pod.service, pod.id),
        ended: (pod, reason) => this.#end(pod, reason),
        evicted: (pod) => this.#evictedByNode(pod),
        memoryPressure: (node, isOn) => this.#nodeLifecycle.setMemoryPressure(node, isOn),
        terminated: (pod) => this.#terminated(pod),
      },
      {
        started: (pod) => hooks.podStarted(pod, state.cpuShare(pod.service)),
        stopped: (pod) => hooks.podStopped(pod),
      },
    );
    new HorizontalAutoscaling(kernel, world, state, endpoints, this.#workloads, hooks).start();
    const drains = new Drains(kernel, state, (pod) => {
      const isAllowed = budgets.mayEvict(pod);
      if (isAllowed) this.evict(pod, 'drained');
      return isAllowed;
    });
    scheduleMaintenance(kernel, world, drains, {
      setCordoned: (node, isCordoned) => {
        if (state.nodes[node]!.isThere) this.#nodeLifecycle.setCordoned(node, isCordoned);
      },
      noted: (node, event) => hooks.nodeChanged(node, event),
    });
    this.#startNodeAutoscaling(kernel, drains, budgets);
    this.#orphans = orphanedPods(kernel, world, state.cache, (pods) => this.#evicted(pods, 'orphaned'));
  }

  /** Nodes of groups that are not there at the start: they are to be off from then on. */
  get absentNodes(): NodeId[] {
    const { groups = [] } = this.#world.nodeAutoscaling ?? {};
    return groups.flatMap(({ nodes, initial }) => nodes.slice(initial));
  }

  #startNodeAutoscaling(kernel: Kernel, drains: Drains, budgets: DisruptionBudgets): void {
    const { nodeAutoscaling } = this.#world;
    if (nodeAutoscaling === undefined) return;
    for (const node of this.absentNodes) {
      this.#state.setThere(node, false);
      this.#state.nodes[node]!.up = false;
    }
    new ClusterAutoscaler(kernel, this.#world, this.#state, nodeAutoscaling, drains, {
      setProvisioned: (node, isThere) => this.#hooks.setProvisioned(node, isThere),
      setDoomed: (node, isDoomed) => this.#nodeLifecycle.setDoomed(node, isDoomed),
      leave: (node) => this.#leave(node),
      mayAllEvict: (pods) => budgets.mayAllEvict(pods),
      noted: (node, event) => this.#hooks.nodeChanged(node, event),
    }).start();
  }

  /** A node that was ordered is there, and joins its cluster. */
  #join(node: NodeId): void {
    this.#state.setThere(node, true);
    this.#nodeLifecycle.joined(node);
    this.#kubelet.nodeJoined(node);
    this.#hooks.nodeChanged(node, 'joined');
    this.#scheduling.happened({ kind: 'node-added', node: this.#state.nodes[node]!.info });
  }

  /** A node that was emptied leaves its cluster. */
  #leave(node: NodeId): void {
    this.#scheduling.happened({ kind: 'node-deleted', node: this.#state.nodes[node]!.info });
    this.#state.setThere(node, false);
    this.#hooks.nodeChanged(node, 'removed');
  }

  /** Pods that have found no place so far. */
  get unschedulableCount(): number {
    return this.pods.reduce((count, { phase }) => count + (phase === 'pending' ? 1 : 0), 0);
  }

  /** What the pods bound to a node ask of it. */
  requested(node: NodeId): { cpuMillicores: number; memoryBytes: number; pods: number } {
    const { isThere, info } = this.#state.nodes[node]!;
    if (!isThere) return { cpuMillicores: 0, memoryBytes: 0, pods: 0 };
    const { slot } = info;
    const { requestedCpuMillicores, requestedMemoryBytes, podCount } = this.#state.cache.columns;
    return {
      cpuMillicores: requestedCpuMillicores[slot]!,
      memoryBytes: requestedMemoryBytes[slot]!,
      pods: podCount[slot]!,
    };
  }

  nodeState(node: NodeId): NodeCondition {
    return conditionOf(this.#state.nodes[node]!);
  }

  /** A node crashed, or came back. */
  setNodeUp(node: NodeId, up: boolean): void {
    const state = this.#state.nodes[node]!;
    const wasSilent = isSilent(state);
    state.up = up;
    state.life++;
    if (!state.isThere) {
      if (up) this.#join(node);
      return;
    }
    if (up) this.#nodeLifecycle.kubeletStarted(node);
    else {
      this.#kubelet.nodeCrashed(node);
      for (const pod of state.pods) {
        if (pod.phase === 'terminating') this.#gone(pod, pod.reason);
        else pod.phase = 'stopped';
      }
    }
    if (isSilent(state) !== wasSilent) this.#nodeLifecycle.hearingChanged(node);
  }

  /** The control plane of a node's cluster can be reached from it, or not. */
  setReachable(node: NodeId, reachable: boolean): void {
    const state = this.#state.nodes[node]!;
    if (state.reachable === reachable) return;
    const wasSilent = isSilent(state);
    state.reachable = reachable;
    if (isSilent(state) !== wasSilent) this.#nodeLifecycle.hearingChanged(node);
  }

  /** A node's kubelet can run no pods, or can again; what runs goes on. */
  setKubeletHealthy(node: NodeId, healthy: boolean): void {
    this.#state.nodes[node]!.healthy = healthy;
    if (this.#state.nodes[node]!.isThere) this.#nodeLifecycle.healthChanged(node);
  }

  /** The cluster as its control plane knows it. */
  get state(): ClusterState {
    return this.#state;
  }

  /** What the world's orchestration says is other than before. */
  orchestrationChanged(before: Orchestration): void {
    const { scheduler, schedulerProfile } = this.#world.orchestration;
    if (scheduler !== before.scheduler || schedulerProfile !== before.schedulerProfile) {
      this.#scheduling.schedulerChanged();
    }
  }

  /** What the governor's rules say has changed: pods that they refused may have a place now. */
  rulesChanged(): void {
    this.#scheduling.happened({ kind: 'rules-changed' });
  }

  /** How many pods the controller of a service is to keep. */
  replicas(service: ServiceId): number {
    return this.#workloads.replicas(service);
  }

  /** The controller of a service is to keep so many pods from now on. */
  scale(service: ServiceId, replicas: number): void {
    this.#workloads.scale(service, replicas);
  }

  /** Of a cluster of a federation: it is to run an application from now on. */
  give(app: AppId): void {
    this.#workloads.give(app);
  }

  /** Of a cluster of a federation: it is to run an application no longer. */
  take(app: AppId): void {
    this.#workloads.take(app);
  }

  /** Deletes a pod that has a node and may not go on there; its controller makes a new one. */
  evict(pod: Pod, reason: string): void {
    if (pod.phase === 'gone' || pod.phase === 'terminating') return;
    this.#delete(pod, reason);
    this.#workloads.deleted([pod]);
  }

  /** A new pod looks for a node, but for one that names its node or has its place: that one passes by the scheduler. */
  #created(pod: Pod, placedOn?: NodeId): void {
    const { nodeName } = this.#state.kind(pod.service);
    if (nodeName === '' && placedOn === undefined) return this.#scheduling.add(pod);
    const node = placedOn ?? (this.#state.cache.node(nodeName)?.id as NodeId | undefined);
    if (node === undefined) {
      pod.message = `node "${nodeName}" not found`;
      this.#orphans?.add(pod, nodeName);
      return;
    }
    this.#state.bind(pod, node);
    this.#bound(pod);
  }

  /** The kubelet takes a pod, or refuses it; of the pods that the scheduler has placed it refuses none. */
  #start(pod: Pod): void {
    const known = this.#state.schedulingPod(pod);
    const { cache, nodes } = this.#state;
    const refusal = known.kind.nodeName === '' ? undefined : admissionRefusal(known, nodes[pod.node!]!.info, cache);
    if (refusal === undefined) this.#kubelet.start(pod);
    else {
      this.#end(pod, refusal);
      this.#workloads.refused(pod);
    }
  }

  #bound(pod: Pod): void {
    this.#governor?.bound(pod);
    this.#workloads.bound(pod);
    this.#nodeLifecycle.bound(pod);
    if (this.relocations.waits(pod)) pod.phase = 'starting';
    else this.#launch(pod);
  }

  #launch(pod: Pod): void {
    if (!isObeying(this.#state.nodes[pod.node!]!)) pod.phase = 'stopped';
    else this.#start(pod);
  }

  #podReady(pod: Pod): void {
    this.#serve(pod);
    this.relocations.ready(pod);
  }

  /** Makes a ready pod an endpoint, unless it is held or its node cannot be heard. */
  #serve(pod: Pod): void {
    if (this.relocations.isOnStandby(pod) || !this.#state.nodes[pod.node!]!.reachable) return;
    this.#endpoints.add(pod.service, pod.id, this.#world.nodes[pod.node!]!.vertex);
  }

  #silenceNoticed(node: NodeId): void {
    for (const pod of this.#state.nodes[node]!.pods) this.#endpoints.remove(pod.service, pod.id);
  }

  #nodeHeard(node: NodeId): void {
    const state = this.#state.nodes[node]!;
    const { pods } = state;
    const obeys = isObeying(state);
    // its kubelet learns now of the pods that were deleted
    if (obeys) for (const pod of pods) if (pod.phase === 'terminating') this.#kubelet.delete(pod);
    for (const pod of pods) {
      if (pod.phase === 'ready') this.#serve(pod);
      if (!obeys || pod.phase !== 'stopped' || this.relocations.waits(pod)) continue;
      this.#endpoints.remove(pod.service, pod.id);
      this.#start(pod);
    }
  }

  /** Pods of a node that is not ready, or not there, are deleted, and their controllers make new ones. */
  #evicted(pods: readonly Pod[], reason: string): void {
    for (const pod of pods) this.#delete(pod, reason);
    this.#workloads.deleted(pods);
  }

  /** Deletes a pod as the API server does: it is no endpoint any longer, and its kubelet takes it down. */
  #delete(pod: Pod, reason: string): void {
    if (pod.phase === 'gone' || pod.phase === 'terminating') return;
    this.relocations.deleted(pod);
    if (pod.node === undefined) {
      this.#scheduling.remove(pod);
      this.#state.remove(pod, reason);
      return;
    }
    const node = this.#state.nodes[pod.node]!;
    this.#endpoints.remove(pod.service, pod.id);
    if (!node.up) {
      this.#gone(pod, reason);
      return;
    }
    pod.phase = 'terminating';
    pod.reason = reason;
    this.#state.cache.terminatePod(this.#state.schedulingPod(pod));
    // a node that runs on where nobody hears it learns of it when it is heard, and its pods go on until then
    if (isObeying(node)) this.#kubelet.delete(pod);
  }

  /** A deleted pod has stopped; of a node that is cut off, the control plane learns it when it hears the node. */
  #terminated(pod: Pod): void {
    if (this.#state.nodes[pod.node!]!.reachable) this.#gone(pod, pod.reason);
  }

  #gone(pod: Pod, reason: string | undefined): void {
    const { info } = this.#state.nodes[pod.node!]!;
    this.#state.remove(pod, reason);
    this.relocations.gone(pod);
    this.#governor?.gone(pod);
    this.#scheduling.happened({ kind: 'pod-deleted', pod: this.#state.schedulingPod(pod), node: info });
  }

  /** A pod has failed for want of memory: its controller makes a new one. */
  #evictedByNode(pod: Pod): void {
    this.#end(pod, 'evicted');
    this.#workloads.deleted([pod]);
  }

  /** A bound pod ends for good, and nobody makes it anew. */
  #end(pod: Pod, reason: string): void {
    if (pod.phase === 'gone') return;
    if (pod.phase !== 'terminating') this.relocations.deleted(pod);
    this.#kubelet.kill(pod);
    this.#endpoints.remove(pod.service, pod.id);
    this.#gone(pod, reason);
  }
}
