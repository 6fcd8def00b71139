import type { LabelSelector, Taint } from '../../model/index.ts';
import { type ImageState, type NodeDescription, type NodeImage, NodeInfo } from './node-info.ts';
import { NodeOrder } from './node-order.ts';
import { PodIndex } from './pod-index.ts';
import type { AffinityTerm, PodKind, SchedulingPod } from './pod.ts';
import {
  compileRequirements,
  equalities,
  type Labels,
  labelSelectorRequirements,
  type Selector,
  toLabels,
} from './selectors.ts';

/** Per node slot: what a decision reads of every candidate. */
export interface NodeColumns {
  readonly allocatableCpuMillicores: Float64Array;
  readonly allocatableMemoryBytes: Float64Array;
  readonly allocatableEphemeralBytes: Float64Array;
  readonly maxPods: Float64Array;
  readonly requestedCpuMillicores: Float64Array;
  readonly requestedMemoryBytes: Float64Array;
  readonly requestedEphemeralBytes: Float64Array;
  /** Requests with a default for containers that state none. */
  readonly nonZeroCpuMillicores: Float64Array;
  readonly nonZeroMemoryBytes: Float64Array;
  readonly podCount: Float64Array;
}

/** Which value each node has under one label key. */
export interface Topology {
  /** Per node slot: number of the value, -1 where the node lacks the label. */
  readonly values: Int32Array;
  readonly valueCount: number;
}

const INITIAL_SLOTS = 64;
const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

/**
 * A cluster as its scheduler knows it: nodes, the pods bound or assumed on them, and sums over both that are kept up
 * with every change. One per cluster; what it knows is what its owner has told it.
 */
export class SchedulerCache {
  readonly podIndex = new PodIndex();
  #columns = makeColumns(INITIAL_SLOTS);
  readonly #bySlot: (NodeInfo | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  readonly #byName = new Map<string, NodeInfo>();
  readonly #order = new NodeOrder();
  readonly #images = new Map<string, ImageState>();
  readonly #topologies = new Map<string, Topology>();
  readonly #namespaces = new Map<string, Labels>();
  readonly #services = new Map<
    string,
    { namespace: string; selector: Selector; labels: Readonly<Record<string, string>> }
  >();

  /** Pods that wait for the end of others on a node, by node; nodes without any are not there. */
  readonly nominations = new Map<NodeInfo, Set<SchedulingPod>>();

  /** Rules for a pod beside those of the plugins: why a node may not take it; undefined where there are none for it. */
  placementRules:
    ((pod: SchedulingPod) => ((node: NodeInfo, alike: () => number) => string | undefined) | undefined) | undefined;

  get columns(): NodeColumns {
    return this.#columns;
  }

  /** All nodes in the order in which kube-scheduler examines them: zones in turn, nodes by time of joining. */
  get nodes(): readonly NodeInfo[] {
    return this.#order.list();
  }

  get nodeCount(): number {
    return this.#byName.size;
  }

  /** Slots are below this number; some may be free. */
  get slotCount(): number {
    return this.#bySlot.length;
  }

  /** @throws {RangeError} if no node is there */
  nodeAt(slot: number): NodeInfo {
    const node = this.#bySlot[slot];
    if (node === undefined) throw new RangeError(`no node at slot ${slot}`);
    return node;
  }

  node(name: string): NodeInfo | undefined {
    return this.#byName.get(name);
  }

  image(name: string): ImageState | undefined {
    return this.#images.get(name);
  }

  /** @throws {RangeError} if a node of the name is there already */
  addNode(description: NodeDescription): NodeInfo {
    if (this.#byName.has(description.name)) throw new RangeError(`node '${description.name}' is there already`);
    const slot = this.#freeSlots.pop() ?? this.#bySlot.length;
    if (slot >= this.#columns.podCount.length) this.#columns = growColumns(this.#columns);
    const node = new NodeInfo(description, slot);
    const { allocatable, maxPods } = description;
    const columns = this.#columns;
    for (const column of Object.values(columns)) column[slot] = 0;
    columns.allocatableCpuMillicores[slot] = allocatable.cpuMillicores;
    columns.allocatableMemoryBytes[slot] = allocatable.memoryBytes;
    columns.allocatableEphemeralBytes[slot] = allocatable.ephemeralStorageBytes;
    columns.maxPods[slot] = maxPods;
    this.#bySlot[slot] = node;
    this.#byName.set(node.name, node);
    this.#order.add(node);
    this.#topologies.clear();
    this.setImages(node, description.images ?? []);
    return node;
  }

  /** Removes a node and forgets its pods. */
  removeNode(node: NodeInfo): void {
    for (const pod of node.pods) this.forgetPod(pod);
    for (const pod of this.nominations.get(node) ?? []) this.nominate(pod, undefined);
    this.setImages(node, []);
    this.#order.remove(node);
    this.#byName.delete(node.name);
    this.#bySlot[node.slot] = undefined;
    this.#freeSlots.push(node.slot);
    this.#topologies.clear();
  }

  setTaints(node: NodeInfo, taints: readonly Taint[]): void {
    node.taints = taints;
  }

  setUnschedulable(node: NodeInfo, unschedulable: boolean): void {
    node.unschedulable = unschedulable;
  }

  setLabels(node: NodeInfo, labels: Readonly<Record<string, string>>): void {
    this.#order.remove(node);
    node.labels = toLabels(labels);
    this.#order.add(node);
    this.#topologies.clear();
  }

  /** Replaces the images that a node has. */
  setImages(node: NodeInfo, images: readonly NodeImage[]): void {
    for (const [name, state] of node.images) {
      state.slots.delete(node.slot);
      if (state.slots.size === 0) this.#images.delete(name);
    }
    node.images.clear();
    for (const { names, sizeBytes } of images) {
      for (const name of names) {
        let state = this.#images.get(name);
        if (state === undefined) this.#images.set(name, (state = { sizeBytes, slots: new Set() }));
        state.slots.add(node.slot);
        node.images.set(name, state);
      }
    }
  }

  setNamespaceLabels(namespace: string, labels: Readonly<Record<string, string>>): void {
    this.#namespaces.set(namespace, toLabels({ ...labels, [NAMESPACE_NAME_LABEL]: namespace }));
  }

  /** Makes a Service known: system default topology spreading groups pods by them. One without a selector has none. */
  setService(namespace: string, name: string, selector: Readonly<Record<string, string>>): void {
    this.removeService(namespace, name);
    if (Object.keys(selector).length === 0) return;
    const requirements = equalities(selector);
    this.#services.set(`${namespace}/${name}`, {
      namespace,
      labels: selector,
      selector: compileRequirements(requirements),
    });
  }

  removeService(namespace: string, name: string): void {
    this.#services.delete(`${namespace}/${name}`);
  }

  /**
   * Counts a pod on a node from now on, whether it is bound already or about to be.
   * @throws {RangeError} if the pod is on a node already
   */
  assumePod(pod: SchedulingPod, node: NodeInfo): void {
    if (pod.node !== undefined) {
      throw new RangeError(`pod ${pod.kind.namespace}/${pod.name} is on node ${pod.node.name} already`);
    }
    pod.node = node;
    node.pods.add(pod);
    node.takePorts(pod.kind.hostPorts);
    this.#account(pod, node, 1);
    this.podIndex.add(pod, node.slot);
  }

  /** Stops counting a pod on its node: it was deleted, or its binding failed. Does nothing where it is on none. */
  forgetPod(pod: SchedulingPod): void {
    const { node } = pod;
    if (node === undefined) return;
    this.podIndex.remove(pod, node.slot);
    this.#account(pod, node, -1);
    node.releasePorts(pod.kind.hostPorts);
    node.pods.delete(pod);
    pod.node = undefined;
  }

  /** Keeps room on a node for a pod that waits for the end of others there, or no longer. */
  nominate(pod: SchedulingPod, node: NodeInfo | undefined): void {
    const { nominatedNode } = pod;
    if (nominatedNode !== undefined) {
      const others = this.nominations.get(nominatedNode);
      others?.delete(pod);
      if (others?.size === 0) this.nominations.delete(nominatedNode);
    }
    pod.nominatedNode = node;
    if (node === undefined) return;
    const others = this.nominations.get(node);
    if (others === undefined) this.nominations.set(node, new Set([pod]));
    else others.add(pod);
  }

  /** Notes that a pod is being deleted. */
  terminatePod(pod: SchedulingPod): void {
    if (pod.terminating) return;
    if (pod.node !== undefined) this.podIndex.terminate(pod, pod.node.slot);
    pod.terminating = true;
  }

  /** The values that nodes have under a label. Valid until nodes or their labels change. */
  topology(key: string): Topology {
    let topology = this.#topologies.get(key);
    if (topology === undefined) {
      const values = new Int32Array(this.#bySlot.length).fill(-1);
      const numbers = new Map<string, number>();
      for (const node of this.#byName.values()) {
        const value = node.labels.get(key);
        if (value === undefined) continue;
        let number = numbers.get(value);
        if (number === undefined) numbers.set(value, (number = numbers.size));
        values[node.slot] = number;
      }
      this.#topologies.set(key, (topology = { values, valueCount: numbers.size }));
    }
    return topology;
  }

  /** Whether an affinity term speaks about pods of a namespace with these labels. */
  termMatches(term: AffinityTerm, namespace: string, labels: Labels): boolean {
    if (!term.namespaces.has(namespace) && !term.namespaceSelector.matches(this.#namespaceLabels(namespace)))
      return false;
    return term.selector.matches(labels);
  }

  /**
   * The selector of the Services and the owner that a pod belongs to.
   * Source: pkg/scheduler/framework/plugins/helper/spread.go `DefaultSelector`.
   */
  groupSelector(kind: PodKind): Selector {
    let labels: Readonly<Record<string, string>> = {};
    for (const service of this.#services.values()) {
      if (service.namespace === kind.namespace && service.selector.matches(kind.labels)) {
        labels = { ...labels, ...service.labels };
      }
    }
    const owner: LabelSelector = kind.ownerSelector ?? {};
    return compileRequirements([...equalities(labels), ...labelSelectorRequirements(owner)]);
  }

  #namespaceLabels(namespace: string): Labels {
    let labels = this.#namespaces.get(namespace);
    if (labels === undefined) {
      this.setNamespaceLabels(namespace, {});
      labels = this.#namespaces.get(namespace) as Labels;
    }
    return labels;
  }

  #account(pod: SchedulingPod, node: NodeInfo, sign: 1 | -1): void {
    const { declared, nonZeroCpuMillicores, nonZeroMemoryBytes } = pod.kind.requests;
    const columns = this.#columns;
    const { slot } = node;
    columns.requestedCpuMillicores[slot]! += sign * declared.cpuMillicores;
    columns.requestedMemoryBytes[slot]! += sign * declared.memoryBytes;
    columns.requestedEphemeralBytes[slot]! += sign * declared.ephemeralStorageBytes;
    columns.nonZeroCpuMillicores[slot]! += sign * nonZeroCpuMillicores;
    columns.nonZeroMemoryBytes[slot]! += sign * nonZeroMemoryBytes;
    columns.podCount[slot]! += sign;
    for (const [name, amount] of declared.scalars) {
      node.scalarsRequested.set(name, (node.scalarsRequested.get(name) ?? 0) + sign * amount);
    }
  }
}

function makeColumns(slots: number): NodeColumns {
  return {
    allocatableCpuMillicores: new Float64Array(slots),
    allocatableMemoryBytes: new Float64Array(slots),
    allocatableEphemeralBytes: new Float64Array(slots),
    maxPods: new Float64Array(slots),
    requestedCpuMillicores: new Float64Array(slots),
    requestedMemoryBytes: new Float64Array(slots),
    requestedEphemeralBytes: new Float64Array(slots),
    nonZeroCpuMillicores: new Float64Array(slots),
    nonZeroMemoryBytes: new Float64Array(slots),
    podCount: new Float64Array(slots),
  };
}

function growColumns(from: NodeColumns): NodeColumns {
  const to = makeColumns(from.podCount.length * 2);
  for (const name of Object.keys(to) as (keyof NodeColumns)[]) to[name].set(from[name]);
  return to;
}
