import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import type { NodeId, PodId } from '../../model/index.ts';

const MIB = 1024 * 1024;
/** Below this much memory available a node evicts pods. Source: Kubernetes, Node-pressure Eviction, `memory.available<100Mi`. */
const EVICTION_THRESHOLD_BYTES = 100 * MIB;
/** Source: Kubernetes, pkg/kubelet/kubelet.go, `evictionMonitoringPeriod`. */
const LOOK_PERIOD_NS = 10e9;
/** Source: KubeletConfiguration, `evictionPressureTransitionPeriod`. */
const TRANSITION_NS = 300e9;
/** Of Guaranteed and of BestEffort pods. Source: Kubernetes, Node-pressure Eviction, "Node out of memory behavior". */
const GUARANTEED_ADJUST = -997;
const BEST_EFFORT_ADJUST = 1000;

/** What counts of a pod when a node runs out of memory. */
export interface MemoryUser {
  readonly pod: PodId;
  readonly requestBytes: number;
  readonly priority: number;
  readonly qos: 'Guaranteed' | 'Burstable' | 'BestEffort';
  usedBytes: number;
}

/** What comes of it. */
export interface MemoryEvents {
  /** Whether the node is under pressure, from now on. */
  pressure(node: NodeId, isOn: boolean): void;
  /** A pod has to leave the node at once. */
  evict(pod: PodId): void;
  /** The kernel kills the pod's container. */
  outOfMemory(pod: PodId): void;
}

interface NodeState {
  readonly node: NodeId;
  readonly capacityBytes: number;
  readonly users: Map<PodId, MemoryUser>;
  usedBytes: number;
  /** Whether a look is due. */
  isLookDue: boolean;
  isUnderPressure: boolean;
  /** When a look last found less than the threshold. */
  lastShortNs: number;
}

/**
 * Pods in the order in which the kubelet evicts them for want of memory: those that use more than they request first, then
 * by priority, then by how much more they use than they request.
 * Source: Kubernetes, Concepts, Node-pressure Eviction, "Pod selection for kubelet eviction"; pkg/kubelet/eviction/helpers.go,
 * `rankMemoryPressure`.
 */
export function evictionOrder(users: readonly MemoryUser[]): readonly MemoryUser[] {
  const excess = ({ usedBytes, requestBytes }: MemoryUser): number => usedBytes - requestBytes;
  return [...users].sort(
    (a, b) =>
      Number(excess(b) > 0) - Number(excess(a) > 0) ||
      a.priority - b.priority ||
      excess(b) - excess(a) ||
      a.pod - b.pod,
  );
}

/**
 * How likely the kernel is to kill a pod's container when the node has no memory left: thousandths of the node's memory that
 * it uses, and what the kubelet adjusts that by. Source: Kubernetes, pkg/kubelet/qos/policy.go; Linux, `oom_badness`.
 */
export function outOfMemoryScore({ usedBytes, requestBytes, qos }: MemoryUser, capacityBytes: number): number {
  const used = (1000 * usedBytes) / capacityBytes;
  if (qos === 'Guaranteed') return used + GUARANTEED_ADJUST;
  if (qos === 'BestEffort') return used + BEST_EFFORT_ADJUST;
  const adjust = 1000 - Math.floor((1000 * requestBytes) / capacityBytes);
  return used + Math.min(Math.max(adjust, 1000 + GUARANTEED_ADJUST), BEST_EFFORT_ADJUST - 1);
}

/**
 * The memory of all nodes, as far as the scenario says what pods use. A node has what is allocatable and the eviction
 * threshold beside, as where the kubelet reserves nothing else; nothing but pods uses it (own design).
 *
 * Where less than the threshold is available, the kubelet's next look, each 10 seconds, evicts one pod, and the node is under
 * memory pressure until it has not been short for 5 minutes. Where nothing is available any longer, the kernel kills at once.
 */
export class NodeMemory {
  readonly #kernel: Kernel;
  readonly #events: MemoryEvents;
  readonly #allocatableBytes: readonly number[];
  readonly #nodes: (NodeState | undefined)[] = [];
  readonly #look: HandlerId;
  readonly #kill: HandlerId;

  constructor(kernel: Kernel, allocatableBytes: readonly number[], events: MemoryEvents) {
    this.#kernel = kernel;
    this.#events = events;
    this.#allocatableBytes = allocatableBytes;
    this.#look = kernel.on('kubelet.memory-look', (node) => this.#lookAt(this.#nodes[node]!));
    this.#kill = kernel.on('kubelet.out-of-memory', (node) => this.#killOne(this.#nodes[node]!));
  }

  /** What a pod on a node uses from now on. */
  use(node: NodeId, user: MemoryUser, usedBytes: number): void {
    const state = this.#stateOf(node);
    if (!state.users.has(user.pod)) {
      state.users.set(user.pod, user);
      user.usedBytes = 0;
    }
    state.usedBytes += usedBytes - user.usedBytes;
    user.usedBytes = usedBytes;
    if (state.usedBytes > state.capacityBytes) this.#kernel.after(0 as Nanoseconds, this.#kill, node);
    if (this.#isShort(state)) this.#planLook(state);
  }

  /** A pod uses nothing any longer. */
  release(node: NodeId, pod: PodId): void {
    const state = this.#stateOf(node);
    const user = state.users.get(pod);
    if (user === undefined) return;
    state.usedBytes -= user.usedBytes;
    state.users.delete(pod);
  }

  #stateOf(node: NodeId): NodeState {
    return (this.#nodes[node] ??= {
      node,
      capacityBytes: this.#allocatableBytes[node]! + EVICTION_THRESHOLD_BYTES,
      users: new Map(),
      usedBytes: 0,
      isLookDue: false,
      isUnderPressure: false,
      lastShortNs: 0,
    });
  }

  #isShort({ capacityBytes, usedBytes }: NodeState): boolean {
    return capacityBytes - usedBytes < EVICTION_THRESHOLD_BYTES;
  }

  #planLook(state: NodeState): void {
    if (state.isLookDue) return;
    state.isLookDue = true;
    const { now } = this.#kernel;
    this.#kernel.at((now + LOOK_PERIOD_NS - (now % LOOK_PERIOD_NS)) as Nanoseconds, this.#look, state.node);
  }

  #lookAt(state: NodeState): void {
    state.isLookDue = false;
    const { now } = this.#kernel;
    if (this.#isShort(state)) {
      state.lastShortNs = now;
      if (!state.isUnderPressure) {
        state.isUnderPressure = true;
        this.#events.pressure(state.node, true);
      }
      const [first] = evictionOrder([...state.users.values()]);
      if (first !== undefined) this.#events.evict(first.pod);
    } else if (state.isUnderPressure && now - state.lastShortNs >= TRANSITION_NS) {
      state.isUnderPressure = false;
      this.#events.pressure(state.node, false);
    }
    if (state.isUnderPressure) this.#planLook(state);
  }

  #killOne(state: NodeState): void {
    if (state.usedBytes <= state.capacityBytes) return;
    let worst: MemoryUser | undefined;
    let worstScore = -Infinity;
    for (const user of state.users.values()) {
      const score = outOfMemoryScore(user, state.capacityBytes);
      if (score <= worstScore) continue;
      worst = user;
      worstScore = score;
    }
    if (worst !== undefined) this.#events.outOfMemory(worst.pod);
    if (state.usedBytes > state.capacityBytes) this.#kernel.after(0 as Nanoseconds, this.#kill, state.node);
  }
}
