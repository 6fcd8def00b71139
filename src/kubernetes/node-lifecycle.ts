import type { HandlerId, Kernel } from '../kernel/index.ts';
import type { NodeId, Taint, World } from '../model/index.ts';
import type { ClusterState } from './cluster-state.ts';
import { isSilent, UNREACHABLE_TAINTS } from './node-state.ts';
import type { Pod } from './pods.ts';

/** What the node life-cycle controller sets off. */
export interface NodeEvents {
  /** The taints of a node are others than these by now. */
  taintsChanged(node: NodeId, before: readonly Taint[]): void;
  /** A node fell silent and that was noticed: its pods are no endpoints any longer. */
  notReady(node: NodeId): void;
  /** A node is heard again, and without the taints of its silence. */
  heard(node: NodeId): void;
  /** Pods have to leave their node, which stays silent beyond their toleration. */
  evicted(pods: readonly Pod[]): void;
}

/**
 * Kubernetes' node life-cycle controller: notices that a node has been silent for the grace period, taints it, and has its
 * pods deleted when their toleration is over.
 * Source: Kubernetes, Concepts, Nodes ("Node controller") and Taints and Tolerations; the kubelet's leases are one state
 * here, in place of messages.
 */
export class NodeLifecycle {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #state: ClusterState;
  readonly #events: NodeEvents;
  readonly #notReady: HandlerId;
  readonly #evict: HandlerId;

  constructor(kernel: Kernel, world: World, state: ClusterState, events: NodeEvents) {
    this.#kernel = kernel;
    this.#world = world;
    this.#state = state;
    this.#events = events;
    this.#notReady = kernel.on('kubernetes.node-not-ready', (node, silence) =>
      this.#nodeNotReady(node as NodeId, silence),
    );
    this.#evict = kernel.on('kubernetes.evict', (node, silence) => this.#evictPods(node as NodeId, silence));
  }

  /** A node fell silent, or is heard again, as `NodeState` says by now. */
  hearingChanged(node: NodeId): void {
    const state = this.#state.nodes[node]!;
    state.silence++;
    if (isSilent(state)) {
      this.#kernel.after(this.#world.orchestration.nodeMonitorGracePeriodNs, this.#notReady, node, state.silence);
      return;
    }
    if (state.notReady) {
      state.notReady = false;
      this.#setTaints(node, this.#world.nodes[node]!.taints);
    }
    this.#events.heard(node);
  }

  #nodeNotReady(node: NodeId, silence: number): void {
    const state = this.#state.nodes[node]!;
    if (state.silence !== silence) return;
    state.notReady = true;
    this.#setTaints(node, [...this.#world.nodes[node]!.taints, ...UNREACHABLE_TAINTS]);
    this.#events.notReady(node);
    this.#kernel.after(this.#world.orchestration.evictionTolerationNs, this.#evict, node, silence);
  }

  #setTaints(node: NodeId, taints: readonly Taint[]): void {
    const { info } = this.#state.nodes[node]!;
    const before = info.taints;
    this.#state.cache.setTaints(info, taints);
    this.#events.taintsChanged(node, before);
  }

  #evictPods(node: NodeId, silence: number): void {
    const state = this.#state.nodes[node]!;
    if (state.silence === silence) this.#events.evicted([...state.pods]);
  }
}
