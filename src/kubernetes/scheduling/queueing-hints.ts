import type { Taint } from '../../model/index.ts';
import { collide, type NodeInfo } from './node-info.ts';
import type { AffinityTerm, PodKind, SchedulingPod } from './pod.ts';
import type { SchedulerCache } from './scheduler-cache.ts';
import type { Labels } from './selectors.ts';
import { hasUntoleratedTaint } from './tolerations.ts';

/** What happened in a cluster that may let a pod be scheduled which found no node. */
export type ClusterEvent =
  /** A pod was bound to the node, or is gone from it, or from the wait for its nominated node. */
  | { readonly kind: 'pod-added'; readonly pod: SchedulingPod; readonly node: NodeInfo }
  | {
      readonly kind: 'pod-deleted';
      readonly pod: SchedulingPod;
      readonly node: NodeInfo;
      /** Of a pod that only waited for the node: pods of a higher priority could have taken its room anyway. */
      readonly upToPriority?: number;
    }
  | { readonly kind: 'node-added'; readonly node: NodeInfo }
  | { readonly kind: 'node-deleted'; readonly node: NodeInfo }
  /** The taints of a node changed, or whether it is cordoned; it was tainted like this before. */
  | {
      readonly kind: 'taints-changed';
      readonly node: NodeInfo;
      readonly before: readonly Taint[];
      readonly wasUnschedulable: boolean;
    }
  /** Rules of whoever governs the cluster changed. */
  | { readonly kind: 'rules-changed' };

type Hint<Kind extends ClusterEvent['kind']> = (
  pod: SchedulingPod,
  event: Extract<ClusterEvent, { readonly kind: Kind }>,
  cache: SchedulerCache,
) => boolean;
type Hints = { readonly [Kind in ClusterEvent['kind']]?: Hint<Kind> };

const NO_LABELS: Labels = new Map();
const always = (): boolean => true;
const hasTopology = ({ kind }: SchedulingPod, { labels }: NodeInfo): boolean =>
  (kind.spread?.hard ?? []).every(({ topologyKey }) => labels.has(topologyKey));
const spreadsWith = ({ kind }: SchedulingPod, other: SchedulingPod): boolean =>
  kind.namespace === other.kind.namespace &&
  // pods that state no constraint are spread by the cluster's own, and those never refuse a node
  (kind.spread?.hard ?? []).some(({ selector }) => selector.matches(other.kind.labels));
/** Whether a pod of the kind is one that all the terms speak about, of which there is one at least. */
const matchesAll = (terms: readonly AffinityTerm[], { namespace, labels }: PodKind): boolean =>
  terms.length > 0 &&
  terms.every(
    // the hint knows no labels of namespaces
    ({ namespaces, namespaceSelector, selector }) =>
      (namespaces.has(namespace) || namespaceSelector.matches(NO_LABELS)) && selector.matches(labels),
  );
const matchesNodeAffinity = ({ kind }: SchedulingPod, { labels, name }: NodeInfo): boolean =>
  kind.requiredNodeAffinity?.matches(labels, name) !== false;

/** Taints in the same order. */
const isEqual = (a: readonly Taint[], b: readonly Taint[]): boolean =>
  a.length === b.length &&
  a.every(({ key, value = '', effect }, i) => {
    const other = b[i]!;
    return key === other.key && effect === other.effect && value === (other.value ?? '');
  });

/** Whether the node would have room for the pod if it were empty. Source: fit.go `isFit`. */
function fitsEmpty({ kind }: SchedulingPod, { slot, scalarsAllocatable }: NodeInfo, cache: SchedulerCache): boolean {
  const { declared } = kind.requests;
  const { columns } = cache;
  if (columns.maxPods[slot]! < 1) return false;
  if (declared.cpuMillicores > columns.allocatableCpuMillicores[slot]!) return false;
  if (declared.memoryBytes > columns.allocatableMemoryBytes[slot]!) return false;
  if (declared.ephemeralStorageBytes > columns.allocatableEphemeralBytes[slot]!) return false;
  for (const [name, amount] of declared.scalars) if (amount > (scalarsAllocatable.get(name) ?? 0)) return false;
  return true;
}

/**
 * By plugin: the events after which a pod that it refused may be schedulable, and whether one really makes a difference to
 * this pod (`Queue` against `QueueSkip`). An event that is not there is of no help.
 * Source: EventsToRegister and the hints of pkg/scheduler/framework/plugins, v1.36: noderesources/fit.go,
 * tainttoleration/taint_toleration.go, nodeunschedulable/node_unschedulable.go, nodeaffinity/node_affinity.go,
 * nodename/node_name.go, nodeports/node_ports.go, interpodaffinity/plugin.go, podtopologyspread/plugin.go. Labels and sizes
 * of nodes never change here.
 */
const hints: Readonly<Record<string, Hints>> = {
  NodeResourcesFit: {
    'pod-deleted': always,
    'node-added': (pod, { node }, cache) => fitsEmpty(pod, node, cache),
  },
  NodeName: { 'node-added': always },
  NodeUnschedulable: {
    'node-added': (_pod, { node }) => !node.unschedulable,
    'taints-changed': (_pod, { node, wasUnschedulable }) => wasUnschedulable && !node.unschedulable,
  },
  TaintToleration: {
    'node-added': ({ kind }, { node }) => !hasUntoleratedTaint(node.taints, kind.tolerations),
    'taints-changed': ({ kind }, { node, before }) =>
      hasUntoleratedTaint(before, kind.tolerations) && !hasUntoleratedTaint(node.taints, kind.tolerations),
  },
  NodeAffinity: { 'node-added': (pod, { node }) => matchesNodeAffinity(pod, node) },
  NodePorts: {
    'node-added': always,
    'pod-deleted': ({ kind }, { pod }) =>
      pod.kind.hostPorts.some((freed) => kind.hostPorts.some((wanted) => collide(freed, wanted))),
  },
  PodTopologySpread: {
    'pod-added': (pod, event) => spreadsWith(pod, event.pod),
    'pod-deleted': (pod, event) => spreadsWith(pod, event.pod),
    'node-added': (pod, { node }) => hasTopology(pod, node),
    'node-deleted': (pod, { node }) => hasTopology(pod, node),
    'taints-changed': (pod, { node, before }) => hasTopology(pod, node) && !isEqual(node.taints, before),
  },
  InterPodAffinity: {
    'pod-added': ({ kind }, { pod }) => matchesAll(kind.requiredAffinity, pod.kind),
    'pod-deleted': ({ kind }, { pod }) =>
      matchesAll(kind.requiredAntiAffinity, pod.kind) || matchesAll(pod.kind.requiredAntiAffinity, kind),
    'node-added': ({ kind }, { node }) =>
      kind.requiredAffinity.some(({ topologyKey }) => node.labels.has(topologyKey)) ||
      kind.requiredAntiAffinity.length > 0,
  },
  DynamicResources: {},
  // its own, as no kube-scheduler has it: some rules count the pods of a node
  PlacementRules: { 'rules-changed': always, 'pod-added': always, 'pod-deleted': always, 'node-added': always },
};

/** Whether an event may help a pod that the plugin refused. Any event may where an extender refused it. */
export function mayHelp(plugin: string, pod: SchedulingPod, event: ClusterEvent, cache: SchedulerCache): boolean {
  if ('upToPriority' in event && event.upToPriority! < pod.kind.priority) return false;
  const ofPlugin = hints[plugin];
  if (ofPlugin === undefined) return true;
  const hint = ofPlugin[event.kind] as Hint<ClusterEvent['kind']> | undefined;
  return hint?.(pod, event, cache) === true;
}
