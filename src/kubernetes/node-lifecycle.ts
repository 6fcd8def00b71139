import type { HandlerId, Kernel, Nanoseconds } from '../kernel/index.ts';
import type { NodeId, Taint, Toleration, World } from '../model/index.ts';
import type { ClusterState } from './cluster-state.ts';
import { EvictionZones, zoneOf, type ZoneHealth } from './eviction-zones.ts';
import {
  conditionTaints,
  evictionTaint,
  isSilent,
  type NodeState,
  type Readiness,
  type Unreadiness,
} from './node-state.ts';
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
  silenceNoticed(node: NodeId): void;
  /** A node and the control plane hear each other again, or its kubelet can run pods again. */
  heard(node: NodeId): void;
  /** Pods have to leave their node, which has been tainted for longer than they tolerate. */
  evicted(pods: readonly Pod[], why: Unreadiness): void;
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
 * How long a pod may stay on a node with the NoExecute taint of one that is not ready: the least of what its own tolerations
 * of it say, for ever where they say nothing. Where it has none, admission gives it one of `defaultNs`.
 * Source: Kubernetes, pkg/controller/tainteviction/taint_eviction.go, getMinTolerationTime;
 * plugin/pkg/admission/defaulttolerationseconds.
 */
export function tolerationNs(tolerations: readonly Toleration[], taint: Taint, defaultNs: number): number {
  const own = tolerations.filter((toleration) => tolerates(toleration, taint));
  if (own.length === 0) return defaultNs;
  let leastNs = Infinity;
  for (const { tolerationSeconds } of own)
    if (tolerationSeconds !== undefined) leastNs = Math.min(leastNs, Math.max(0, tolerationSeconds) * 1e9);
  return leastNs;
}

/**
 * Kubernetes' node life-cycle and taint-eviction controllers. A node is not ready when its leases have stayed away for the
 * grace period (`Unknown`), or when its kubelet says so itself (`False`). No new pod comes to it from then on. Its pods are to
 * leave it from when the controller has looked and it is the node's turn in its zone (see `EvictionZones`), and are deleted
 * when their tolerations are over. When its kubelet says that it is ready new pods come again, and those that are there stay
 * from the controller's next look on.
 *
 * Each kubelet renews its lease every 10 s, at a phase of its own, and anew from when its node comes back; in the same moments
 * it tells how it is (own design: a real one has another phase for that). A renewal is lost where the node's control plane
 * cannot be reached; one that is not counts at once, as its way takes next to nothing of the 5 s between two looks of the
 * controller (own design). No event stands for a lease: of a node that falls silent, the last one is worked out, so that
 * healthy nodes cost nothing. Nodes that wait for their zone's turn go in the order of the scenario (own design: in a real
 * one, in that in which the looks of some threads end).
 * Source: Kubernetes, pkg/controller/nodelifecycle/node_lifecycle_controller.go and pkg/controller/tainteviction; Concepts,
 * Nodes ("Heartbeats", "Node controller") and Taints and Tolerations.
 */
export class NodeLifecycle {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #state: ClusterState;
  readonly #events: NodeEvents;
  readonly #zones: EvictionZones;
  /** By node, a time at which it renews its lease, ns; drawn when it is first asked for. */
  readonly #renewsNs: (number | undefined)[] = [];
  /** By node, when pods have to leave it, as far as it has been worked out. */
  readonly #evictionsNs: (Set<number> | undefined)[] = [];
  /** Nodes whose pods are to leave when it is their zone's turn. */
  readonly #waiting = new Set<NodeId>();
  /** When the controller looks, and when nodes are taken from its queues, as far as that matters. */
  readonly #looksNs = new Set<number>();
  readonly #passesNs = new Set<number>();
  readonly #silent: HandlerId;
  readonly #status: HandlerId;
  readonly #look: HandlerId;
  readonly #pass: HandlerId;
  readonly #evict: HandlerId;

  constructor(kernel: Kernel, world: World, state: ClusterState, events: NodeEvents) {
    this.#kernel = kernel;
    this.#world = world;
    this.#state = state;
    this.#events = events;
    this.#zones = new EvictionZones(world.orchestration.nodeEviction);
    this.#silent = kernel.on('kubernetes.node-not-ready', (node, silence) =>
      this.#silenceNoticed(node as NodeId, silence),
    );
    this.#status = kernel.on('kubernetes.node-status', (node, silence) => this.#statusPosted(node as NodeId, silence));
    // a look comes after whatever happens in the same moment
    this.#look = kernel.on('kubernetes.node-look', (isLast) =>
      isLast === 1 ? this.#lookAtNodes() : kernel.at(kernel.now, this.#look, 1),
    );
    this.#pass = kernel.on('kubernetes.node-taint', () => this.#taintNodes());
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
    if (!isSilent(state)) {
      if (state.ready !== 'True' || !state.healthy) this.#postStatus(node);
      this.#events.heard(node);
      return;
    }
    if (state.ready === 'Unknown') return;
    const now = this.#kernel.now;
    // it registers at the start, before its first renewal
    const lastLeaseNs = Math.max(0, now - positiveRemainder(now - this.#phaseNs(node), LEASE_INTERVAL_NS));
    const atNs = Math.max(now, notReadyAtNs(lastLeaseNs, this.#world.orchestration.nodeMonitorGracePeriodNs));
    this.#kernel.at(atNs as Nanoseconds, this.#silent, node, state.silence);
  }

  /** A node's kubelet can run no pods, or can again, as `NodeState` says by now. */
  healthChanged(node: NodeId): void {
    const state = this.#state.nodes[node]!;
    if (isSilent(state)) return;
    this.#postStatus(node);
    if (state.healthy) this.#events.heard(node);
  }

  /** A pod was bound to a node. */
  bound(pod: Pod): void {
    const node = this.#state.nodes[pod.node!]!;
    if (node.evicting !== undefined) this.#scheduleEviction(pod, node);
  }

  #phaseNs(node: NodeId): number {
    return (this.#renewsNs[node] ??= Math.floor(
      this.#kernel.streams.get(`node/${this.#world.nodes[node]!.name}/lease`).uniform() * LEASE_INTERVAL_NS,
    ));
  }

  /** The kubelet tells how it is when its next lease is due. */
  #postStatus(node: NodeId): void {
    const now = this.#kernel.now;
    const nextNs = now + positiveRemainder(this.#phaseNs(node) - now, LEASE_INTERVAL_NS);
    this.#kernel.at(nextNs as Nanoseconds, this.#status, node, this.#state.nodes[node]!.silence);
  }

  #silenceNoticed(node: NodeId, silence: number): void {
    if (this.#state.nodes[node]!.silence !== silence) return;
    this.#setReady(node, 'Unknown');
    this.#events.silenceNoticed(node);
  }

  #statusPosted(node: NodeId, silence: number): void {
    const state = this.#state.nodes[node]!;
    if (state.silence === silence) this.#setReady(node, state.healthy ? 'True' : 'False');
  }

  #setReady(node: NodeId, ready: Readiness): void {
    const state = this.#state.nodes[node]!;
    if (state.ready === ready) return;
    state.ready = ready;
    this.#applyTaints(node);
    this.#lookOn(lookAtNs(this.#kernel.now));
  }

  #lookOn(atNs: number): void {
    if (this.#looksNs.has(atNs)) return;
    this.#looksNs.add(atNs);
    this.#kernel.at(atNs as Nanoseconds, this.#look, 0);
  }

  #lookAtNodes(): void {
    const now = this.#kernel.now;
    this.#looksNs.delete(now);
    const health = new Map<string, ZoneHealth>();
    this.#state.nodes.forEach((state, id) => {
      if (!state.isThere) return;
      this.#lookAtNode(id as NodeId, state);
      const zone = this.#zoneOf(id as NodeId);
      let counts = health.get(zone);
      if (counts === undefined) health.set(zone, (counts = { ready: 0, notReady: 0 }));
      if (state.ready === 'True') counts.ready++;
      else counts.notReady++;
    });
    if (this.#zones.update(health, now)) {
      this.#state.nodes.forEach(({ ready }, id) => {
        this.#setEvicting(id as NodeId, undefined);
        if (ready !== 'True') this.#waiting.add(id as NodeId);
      });
    }
    this.#taintNodes();
  }

  #lookAtNode(node: NodeId, { ready, evicting }: NodeState): void {
    if (ready === 'True') {
      this.#waiting.delete(node);
      this.#setEvicting(node, undefined);
    } else if (evicting === undefined) this.#waiting.add(node);
    else this.#setEvicting(node, ready);
  }

  /** Taints the nodes that wait, as far as their zones' rates let it. */
  #taintNodes(): void {
    const now = this.#kernel.now;
    this.#passesNs.delete(now);
    const spent = new Set<string>();
    for (const node of [...this.#waiting].toSorted((a, b) => a - b)) {
      const zone = this.#zoneOf(node);
      if (spent.has(zone)) continue;
      if (!this.#zones.take(zone, now)) {
        spent.add(zone);
        this.#passOn(this.#zones.nextNs(zone));
        continue;
      }
      this.#waiting.delete(node);
      const { ready } = this.#state.nodes[node]!;
      if (ready !== 'True') this.#setEvicting(node, ready);
    }
  }

  #passOn(atNs: number): void {
    if (atNs === Infinity || this.#passesNs.has(atNs)) return;
    this.#passesNs.add(atNs);
    this.#kernel.at(atNs as Nanoseconds, this.#pass, 0);
  }

  #zoneOf(node: NodeId): string {
    return zoneOf(this.#world.nodes[node]!.labels);
  }

  /** What pods have to leave a node for from now on. Of those that are under way from one cause to the other the time runs on. */
  #setEvicting(node: NodeId, evicting: Unreadiness | undefined): void {
    const state = this.#state.nodes[node]!;
    const before = state.evicting;
    if (before === evicting) return;
    state.evicting = evicting;
    if (before === undefined || evicting === undefined) {
      state.taintings++;
      this.#evictionsNs[node] = undefined;
      state.taintedNs = this.#kernel.now;
    }
    this.#applyTaints(node);
    if (before === undefined) for (const pod of state.pods) this.#scheduleEviction(pod, state);
  }

  /** When a pod has to leave its node, which has such a taint, ns. */
  #leavesNs(pod: Pod, { evicting, taintedNs }: NodeState): number {
    const { tolerations = [] } = this.#world.services[pod.service]!.podSpec;
    const { evictionTolerationNs } = this.#world.orchestration;
    return (
      Math.max(taintedNs, pod.scheduledNs!) + tolerationNs(tolerations, evictionTaint(evicting!), evictionTolerationNs)
    );
  }

  /** Pods of a node that have to leave in the same moment go with one event. */
  #scheduleEviction(pod: Pod, state: NodeState): void {
    const atNs = this.#leavesNs(pod, state);
    if (atNs === Infinity) return;
    const scheduled = (this.#evictionsNs[pod.node!] ??= new Set());
    if (scheduled.has(atNs)) return;
    scheduled.add(atNs);
    this.#kernel.at(atNs as Nanoseconds, this.#evict, pod.node!, state.taintings);
  }

  #evictPods(node: NodeId, taintings: number): void {
    const state = this.#state.nodes[node]!;
    if (state.evicting === undefined || state.taintings !== taintings) return;
    const now = this.#kernel.now;
    const over = [...state.pods].filter((pod) => pod.phase !== 'terminating' && this.#leavesNs(pod, state) <= now);
    if (over.length > 0) this.#events.evicted(over, state.evicting);
  }

  /** A node joins its cluster, ready: nothing is left of what it was before. */
  joined(node: NodeId): void {
    const state = this.#state.nodes[node]!;
    state.silence++;
    state.memoryPressure = state.cordoned = state.doomed = false;
    state.ready = 'True';
    state.evicting = undefined;
    this.kubeletStarted(node);
    state.taintings++;
    this.#evictionsNs[node] = undefined;
    this.#waiting.delete(node);
    if (!state.healthy) this.#postStatus(node);
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
