import { type NodeObject, type Taint, wholeValue } from '../../model/index.ts';
import type { HostPort, SchedulingPod } from './pod.ts';
import { readResources, type Resources } from './resources.ts';
import { type Labels, toLabels } from './selectors.ts';

/** What the scheduler is told about a node. */
export interface NodeDescription {
  /** The caller's own number for the node. */
  readonly id?: number;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly unschedulable?: boolean;
  readonly allocatable: Resources;
  readonly maxPods: number;
  readonly images?: readonly NodeImage[];
}

export interface NodeImage {
  readonly names: readonly string[];
  readonly sizeBytes: number;
}

/**
 * Reads a published Node object.
 * @throws {RangeError} if a quantity cannot be read
 */
export function describeNode(node: NodeObject, id?: number): NodeDescription {
  const { pods = 0, ...allocatable } = node.status?.allocatable ?? {};
  return {
    ...(id === undefined ? {} : { id }),
    name: node.metadata.name,
    labels: node.metadata.labels ?? {},
    taints: node.spec?.taints ?? [],
    unschedulable: node.spec?.unschedulable ?? false,
    allocatable: readResources(allocatable),
    maxPods: wholeValue(pods),
    images: (node.status?.images ?? []).map(({ names = [], sizeBytes = 0 }) => ({ names, sizeBytes })),
  };
}

const ANY_ADDRESS = '0.0.0.0';

/** An image somewhere in the cluster. Its size is that on the node which reported it first. */
export interface ImageState {
  readonly sizeBytes: number;
  /** Slots of the nodes that have it. */
  readonly slots: Set<number>;
}

/**
 * A node as the scheduler sees it. What changes with every pod and is read for every candidate lies in the columns of
 * `SchedulerCache`, at the node's slot.
 */
export class NodeInfo {
  readonly id: number;
  readonly name: string;
  readonly slot: number;
  labels: Labels;
  taints: readonly Taint[];
  unschedulable: boolean;
  scalarsAllocatable: ReadonlyMap<string, number>;
  readonly scalarsRequested = new Map<string, number>();
  readonly images = new Map<string, ImageState>();
  readonly pods = new Set<SchedulingPod>();
  /** Address -> taken ports. */
  readonly #usedPorts = new Map<string, Set<string>>();

  constructor(description: NodeDescription, slot: number) {
    this.id = description.id ?? slot;
    this.name = description.name;
    this.slot = slot;
    this.labels = toLabels(description.labels);
    this.taints = description.taints ?? [];
    this.unschedulable = description.unschedulable ?? false;
    this.scalarsAllocatable = description.allocatable.scalars;
  }

  /** Marks ports as taken. As in kube-scheduler a port is a set's member: two pods with the same one count once. */
  takePorts(ports: readonly HostPort[]): void {
    for (const { ip, port } of ports) {
      const taken = this.#usedPorts.get(ip);
      if (taken === undefined) this.#usedPorts.set(ip, new Set([port]));
      else taken.add(port);
    }
  }

  releasePorts(ports: readonly HostPort[]): void {
    for (const { ip, port } of ports) this.#usedPorts.get(ip)?.delete(port);
  }

  /** Source: k8s.io/kube-scheduler framework/types.go `CheckConflict`. */
  hasPortConflict(wanted: HostPort): boolean {
    for (const [ip, taken] of this.#usedPorts)
      if (taken.has(wanted.port) && collide({ ip, port: wanted.port }, wanted)) return true;
    return false;
  }
}

/** Whether two containers of a node cannot have these ports: the wildcard address collides with every one. */
export function collide(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && (a.ip === b.ip || a.ip === ANY_ADDRESS || b.ip === ANY_ADDRESS);
}
