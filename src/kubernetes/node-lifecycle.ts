import type { HandlerId, Kernel, Nanoseconds } from '../kernel/index.ts';
import type { NodeId, Taint, Toleration, World } from '../model/index.ts';
import type { ClusterState } from './cluster-state.ts';
import { conditionTaints, isSilent, UNREACHABLE_TAINTS, type NodeState } from './node-state.ts';
import type { Pod } from './pods.ts';
import { tolerates } from './scheduling/index.ts';

/** The kubelet renews its lease so often: a quarter of its lease's 40 s. Source: Kubernetes, pkg/kubelet/kubelet.go. */
export const LEASE_INTERVAL_NS = 10e9;
/** The controller looks at the leases so often. Source: kube-controller-manager, --node-monitor-period. */
export const MONITOR_PERIOD_NS = 5e9;

/** What the node life-cycle controller sets off. */
export interface NodeEvents {
  /** The taints of a node are others than these by now, or whether it is cordoned. */
  taintsChanged(node: NodeId, before: readonly Taint[], wasUnschedulable: boolean): void;
  /** A node's silence was noticed: its pods are no endpoints any longer. */
  notReady(node: NodeId): void;
  /** A node and the control plane hear each other again. Its taints stay until the controller looks at its next lease. */
  heard(node: NodeId): void;
  /** A pod has to leave its node, which has been tainted for longer than it tolerates. */
  evicted(pods: readonly Pod[]): void;
}

/** The first look of the controller at or after a time. It looks at time 0, and then once a period. */
const lookAtNs = (timeNs: number): number => Math.ceil(timeNs / MONITOR_PERIOD_NS) * MONITOR_PERIOD_NS;

/**
 * When the controller finds a node NotReady: at its first look a grace period after that at which it saw the last lease. A
 * node's crash is therefore noticed between a lease interval less than the grace period after it, and a monitor period more.
 * Source: Kubernetes, pkg/controller/nodelifecycle/node_lifecycle_controller.go, tryUpdateNodeHealth: the grace period runs
 * from when the controller saw the lease, by its own clock.
 */
export function notReadyAtNs(lastLeaseNs: number, gracePeriodNs: number): number {
  return lookAtNs(lookAtNs(lastLeaseNs) + gracePeriodNs);
}

/**
 * How long a pod may stay on a node with these NoExecute taints: the least of what its tolerations say, for ever where they
 * say nothing, and not at all where a taint is not tolerated. For a taint that no toleration of its own names, admission
 * gives each pod a toleration of `defaultNs`.
 * Source: Kubernetes, pkg/controller/tainteviction/taint_eviction.go, getMinTolerationTime;
 * plugin/pkg/admission/defaulttolerationseconds.
 */
export function tolerationNs(tolerations: readonly Toleration[], taints: readonly Taint[], defaultNs: number): number {
  let leastNs = Infinity;
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    const own = tolerations.filter((toleration) => tolerates(toleration, taint));
    if (own.length === 0) return defaultNs;
    for (const { tolerationSeconds } of own)
      if (tolerationSeconds !== undefined) leastNs = Math.min(leastNs, Math.max(0, tolerationSeconds) * 1e9);
  }
  return leastNs;
}

/**
 * Kubernetes' node life-cycle and taint-eviction controllers: they notice that a node's leases have stayed away for the
 * grace period, taint it, and have its pods deleted when their tolerations are over.
 *
 * Each kubelet renews its lease every 10 s, at a phase of its own, and anew from when its node comes back. A renewal is lost
 * where the node's control plane cannot be reached; one that is not counts at once, as its way takes next to nothing of the
 * 5 s between two looks of the controller (own design). No event stands for a lease: of a node that falls silent, the last
 * one is worked out, so that healthy nodes cost nothing.
 * Source: Kubernetes, Concepts, Nodes ("Heartbeats", "Node controller") and Taints and Tolerations. Its limits on how many
 * nodes are tainted at a time (--node-eviction-rate) are left out.
 */
export class NodeLifecycle {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #state: ClusterState;
  readonly #events: NodeEvents;
  /** By node, a time at which it renews its lease, ns; drawn when it is first asked for. */
  readonly #renewsNs: (number | undefined)[] = [];
  /** By node, when pods have to leave it, as far as it has been worked out. */
  readonly #evictionsNs: (Set<number> | undefined)[] = [];
  readonly #notReady: HandlerId;
  readonly #ready: HandlerId;
  readonly #evict: HandlerId;

  constructor(kernel: Kernel, world: World, state: ClusterState, events: NodeEvents) {
    this.#kernel = kernel;
    this.#world = world;
    this.#state = state;
    this.#events = events;
    this.#notReady = kernel.on('kubernetes.node-not-ready', (node, silence) =>
      this.#nodeNotReady(node as NodeId, silence),
    );
    this.#ready = kernel.on('kubernetes.node-ready', (node, silence) => this.#nodeReady(node as NodeId, silence));
    this.#evict = kernel.on('kubernetes.evict', (node, taintings) => this.#evictPods(node as NodeId, taintings));
  }

  /** The node's kubelet starts now, and renews its lease. */
  kubeletStarted(node: NodeId): void {
    this.#renewsNs[node] = this.#kernel.now;
  }

  /** A node fell silent, or is heard again, as `NodeState` says by now. */
  hearingChanged(node: NodeId): void {
    const state = this.#state.nodes[node]!;
    state.silence++;
    const now = this.#kernel.now;
    const phaseNs = this.#phaseNs(node);
    if (isSilent(state)) {
      if (state.notReady) return;
      // it registers at the start, before its first renewal
      const lastLeaseNs = Math.max(0, now - positiveRemainder(now - phaseNs, LEASE_INTERVAL_NS));
      const atNs = Math.max(now, notReadyAtNs(lastLeaseNs, this.#world.orchestration.nodeMonitorGracePeriodNs));
      this.#kernel.at(atNs as Nanoseconds, this.#notReady, node, state.silence);
      return;
    }
    if (state.notReady) {
      const nextLeaseNs = now + positiveRemainder(phaseNs - now, LEASE_INTERVAL_NS);
      this.#kernel.at(lookAtNs(nextLeaseNs) as Nanoseconds, this.#ready, node, state.silence);
    }
    this.#events.heard(node);
  }

  /** A pod was bound to a node. */
  bound(pod: Pod): void {
    const node = this.#state.nodes[pod.node!]!;
    if (node.notReady) this.#scheduleEviction(pod, node);
  }

  #phaseNs(node: NodeId): number {
    return (this.#renewsNs[node] ??= Math.floor(
      this.#kernel.streams.get(`node/${this.#world.nodes[node]!.name}/lease`).uniform() * LEASE_INTERVAL_NS,
    ));
  }

  #nodeNotReady(node: NodeId, silence: number): void {
    const state = this.#state.nodes[node]!;
    if (state.silence !== silence) return;
    state.notReady = true;
    state.taintedNs = this.#kernel.now;
    this.#setTaints(node);
    this.#events.notReady(node);
    for (const pod of state.pods) this.#scheduleEviction(pod, state);
  }

  #nodeReady(node: NodeId, silence: number): void {
    const state = this.#state.nodes[node]!;
    if (state.silence !== silence) return;
    state.notReady = false;
    this.#setTaints(node);
  }

  #toleranceNs(pod: Pod): number {
    const { tolerations } = this.#state.kind(pod.service);
    return tolerationNs(tolerations, UNREACHABLE_TAINTS, this.#world.orchestration.evictionTolerationNs);
  }

  /** Pods of a node that tolerate its taints for as long go with one event. */
  #scheduleEviction(pod: Pod, state: NodeState): void {
    const atNs = state.taintedNs + this.#toleranceNs(pod);
    if (atNs === Infinity) return;
    const scheduled = (this.#evictionsNs[pod.node!] ??= new Set());
    if (scheduled.has(atNs)) return;
    scheduled.add(atNs);
    this.#kernel.at(Math.max(this.#kernel.now, atNs) as Nanoseconds, this.#evict, pod.node!, state.taintings);
  }

  #evictPods(node: NodeId, taintings: number): void {
    const state = this.#state.nodes[node]!;
    if (!state.notReady || state.taintings !== taintings) return;
    const sinceNs = this.#kernel.now - state.taintedNs;
    const over = [...state.pods].filter((pod) => pod.phase !== 'terminating' && this.#toleranceNs(pod) <= sinceNs);
    if (over.length > 0) this.#events.evicted(over);
  }

  /** A node joins its cluster, ready: nothing is left of what it was before. */
  joined(node: NodeId): void {
    const state = this.#state.nodes[node]!;
    state.silence++;
    state.notReady = state.memoryPressure = state.cordoned = state.doomed = false;
    this.kubeletStarted(node);
    state.taintings++;
    this.#evictionsNs[node] = undefined;
  }

  /** A node is cordoned, or no longer. */
  setCordoned(node: NodeId, isCordoned: boolean): void {
    const state = this.#state.nodes[node]!;
    state.cordoned = isCordoned;
    this.#state.cache.setUnschedulable(state.info, isCordoned);
    this.#applyTaints(node, !isCordoned);
  }

  /** A node is about to be removed, or stays after all. */
  setDoomed(node: NodeId, isDoomed: boolean): void {
    this.#state.nodes[node]!.doomed = isDoomed;
    this.#applyTaints(node);
  }

  /** A node says that it is short of memory, or no longer. No pod is evicted for that by its taint. */
  setMemoryPressure(node: NodeId, isOn: boolean): void {
    this.#state.nodes[node]!.memoryPressure = isOn;
    this.#applyTaints(node);
  }

  #setTaints(node: NodeId): void {
    this.#state.nodes[node]!.taintings++;
    this.#evictionsNs[node] = undefined;
    this.#applyTaints(node);
  }

  #applyTaints(node: NodeId, wasUnschedulable = this.#state.nodes[node]!.cordoned): void {
    const state = this.#state.nodes[node]!;
    const before = state.info.taints;
    const taints = [...this.#world.nodes[node]!.taints, ...conditionTaints(state)];
    this.#state.cache.setTaints(state.info, taints);
    this.#events.taintsChanged(node, before, wasUnschedulable);
  }
}

/** Remainder in [0, divisor). */
function positiveRemainder(value: number, divisor: number): number {
  const remainder = value % divisor;
  return remainder < 0 ? remainder + divisor : remainder;
}
