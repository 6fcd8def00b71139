import type {
  LabelSelector,
  NodeAffinity,
  PodAffinityTerm,
  PodObject,
  PodSpec,
  Toleration,
} from '../../model/index.ts';
import type { NodeInfo } from './node-info.ts';
import { podRequests, type PodRequests } from './resources.ts';
import {
  compileLabelSelector,
  compileNodeTerm,
  compileRequiredNodeAffinity,
  type Labels,
  type NodeTerm,
  nothing,
  type RequiredNodeAffinity,
  type Selector,
  toLabels,
} from './selectors.ts';

/** A port on the node's own address that a container takes. */
export interface HostPort {
  readonly ip: string;
  /** Protocol and number, such as TCP/80. */
  readonly port: string;
}

/** A rule about pods near a pod, ready to be matched. */
export interface AffinityTerm {
  readonly topologyKey: string;
  /** Negative for preferred anti-affinity; 1 for required terms. */
  readonly weight: number;
  readonly selector: Selector;
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: Selector;
  /** Equal for equal terms. */
  readonly key: string;
}

export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: Selector;
  readonly honorsNodeAffinity: boolean;
  readonly honorsTaints: boolean;
}

/** A preference for nodes, ready to be matched. */
export interface PreferredNodeTerm {
  readonly weight: number;
  readonly term: NodeTerm;
}

/** All that scheduling reads of a pod, compiled once and shared by the pods that are alike. */
export interface PodKind {
  readonly namespace: string;
  readonly labels: Labels;
  /** Equal for pods that no selector can tell apart. */
  readonly labelsKey: string;
  readonly requests: PodRequests;
  readonly priority: number;
  readonly mayPreempt: boolean;
  /** The one node it may run on, by name; empty where any may do. */
  readonly nodeName: string;
  readonly hostPorts: readonly HostPort[];
  readonly tolerations: readonly Toleration[];
  readonly requiredNodeAffinity: RequiredNodeAffinity | undefined;
  readonly preferredNodeTerms: readonly PreferredNodeTerm[] | undefined;
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  /** Preferred affinity and, with negative weights, anti-affinity. */
  readonly preferredAffinity: readonly AffinityTerm[];
  /** Undefined where the pod declares none, and the cluster's defaults apply. */
  readonly spread:
    { readonly hard: readonly SpreadConstraint[]; readonly soft: readonly SpreadConstraint[] } | undefined;
  /** Selector of the ReplicaSet, StatefulSet or ReplicationController that owns it. */
  readonly ownerSelector: LabelSelector | undefined;
  /** Images of containers and image volumes, in kube-scheduler's normal form, repeated where they repeat. */
  readonly images: readonly string[];
  readonly containerCount: number;
  /** Names of the resource claims it refers to. */
  readonly resourceClaims: readonly string[];
  /** Names of the gates that keep it from being scheduled. */
  readonly schedulingGates: readonly string[];
}

/** A pod as the scheduler knows it. */
export interface SchedulingPod {
  readonly name: string;
  readonly kind: PodKind;
  /** When it was bound to its node or, while it has none, when it was created or last tried in vain; ns. */
  sinceNs: number;
  /** Being deleted: it still holds its resources, but no longer counts for topology spread. Set by `SchedulerCache`. */
  terminating: boolean;
  /** Whether it is being deleted so that a pod of higher priority has room. */
  preempted: boolean;
  /** Set by `SchedulerCache` while the pod is on a node. */
  node: NodeInfo | undefined;
  /** The node where pods were evicted for it, while it waits for their end. Set by `SchedulerCache`. */
  nominatedNode: NodeInfo | undefined;
}

export function schedulingPod(kind: PodKind, name: string, sinceNs = 0): SchedulingPod {
  return { name, kind, sinceNs, terminating: false, preempted: false, node: undefined, nominatedNode: undefined };
}

/**
 * Compiles what scheduling reads of a pod, with the defaults that the API server would have filled in.
 * @throws {RangeError} if it says something that the API server refuses: the message names pod and field
 */
export function compilePod(pod: PodObject, ownerSelector?: LabelSelector): PodKind {
  const { spec } = pod;
  const namespace = pod.metadata.namespace ?? 'default';
  const labels = toLabels(pod.metadata.labels);
  try {
    const terms = affinityTerms(spec, namespace, labels);
    return {
      namespace,
      labels,
      labelsKey: JSON.stringify([namespace, ...[...labels].map((pair) => pair.join('=')).sort()]),
      requests: podRequests(spec),
      priority: spec.priority ?? 0,
      mayPreempt: spec.preemptionPolicy !== 'Never',
      nodeName: spec.nodeName ?? '',
      hostPorts: hostPorts(spec),
      tolerations: spec.tolerations ?? [],
      requiredNodeAffinity: compileRequiredNodeAffinity(spec),
      preferredNodeTerms: compilePreferredNodeTerms(spec.affinity?.nodeAffinity),
      ...terms,
      spread: spreadConstraints(spec, labels),
      ownerSelector,
      images: images(spec),
      containerCount: spec.containers.length + (spec.initContainers?.length ?? 0),
      resourceClaims: resourceClaims(spec),
      schedulingGates: (spec.schedulingGates ?? []).map(({ name }) => name),
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`pod ${namespace}/${pod.metadata.name}: ${error.message}`, { cause: error });
  }
}

/** The preferred terms of a node affinity; undefined where it states none. */
export function compilePreferredNodeTerms(affinity: NodeAffinity | undefined): PreferredNodeTerm[] | undefined {
  return affinity?.preferredDuringSchedulingIgnoredDuringExecution?.flatMap(({ weight, preference }) => {
    const term = compileNodeTerm(preference);
    return weight === 0 || term === undefined ? [] : [{ weight, term }];
  });
}

function affinityTerms(
  spec: PodSpec,
  namespace: string,
  labels: Labels,
): Pick<PodKind, 'requiredAffinity' | 'requiredAntiAffinity' | 'preferredAffinity'> {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const compile = (term: PodAffinityTerm, weight: number): AffinityTerm =>
    compileAffinityTerm(term, weight, namespace, labels);
  return {
    requiredAffinity:
      podAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.map((term) => compile(term, 1)) ?? [],
    requiredAntiAffinity:
      podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.map((term) => compile(term, 1)) ?? [],
    preferredAffinity: [
      ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) =>
        compile(podAffinityTerm, weight),
      ),
      ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) =>
        compile(podAffinityTerm, -weight),
      ),
    ],
  };
}

/** Source: k8s.io/kube-scheduler framework/types.go `newAffinityTerm`. */
function compileAffinityTerm(term: PodAffinityTerm, weight: number, namespace: string, labels: Labels): AffinityTerm {
  const selector = compileLabelSelector(term.labelSelector, [
    ...valuesOf(term.matchLabelKeys, labels, 'In'),
    ...valuesOf(term.mismatchLabelKeys, labels, 'NotIn'),
  ]);
  const own = (term.namespaces?.length ?? 0) === 0 && term.namespaceSelector === undefined;
  const namespaces = new Set(own ? [namespace] : term.namespaces);
  const namespaceSelector = compileLabelSelector(term.namespaceSelector);
  return {
    topologyKey: term.topologyKey,
    weight,
    selector,
    namespaces,
    namespaceSelector,
    key: JSON.stringify([term.topologyKey, weight, selector.key, [...namespaces].sort(), namespaceSelector.key]),
  };
}

function valuesOf(
  keys: readonly string[] | undefined,
  labels: Labels,
  operator: 'In' | 'NotIn',
): { key: string; operator: 'In' | 'NotIn'; values: string[] }[] {
  return (keys ?? []).flatMap((key) => {
    const value = labels.get(key);
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
}

/** Source: pkg/scheduler/framework/plugins/podtopologyspread/common.go `filterTopologySpreadConstraints`. */
export function spreadConstraints(spec: Pick<PodSpec, 'topologySpreadConstraints'>, labels: Labels): PodKind['spread'] {
  if ((spec.topologySpreadConstraints?.length ?? 0) === 0) return undefined;
  const hard: SpreadConstraint[] = [];
  const soft: SpreadConstraint[] = [];
  for (const constraint of spec.topologySpreadConstraints ?? []) {
    (constraint.whenUnsatisfiable === 'DoNotSchedule' ? hard : soft).push({
      topologyKey: constraint.topologyKey,
      maxSkew: constraint.maxSkew,
      minDomains: constraint.minDomains ?? 1,
      selector:
        constraint.labelSelector === undefined
          ? nothing
          : compileLabelSelector(constraint.labelSelector, valuesOf(constraint.matchLabelKeys, labels, 'In')),
      honorsNodeAffinity: constraint.nodeAffinityPolicy !== 'Ignore',
      honorsTaints: constraint.nodeTaintsPolicy === 'Honor',
    });
  }
  return { hard, soft };
}

/** Source: pkg/scheduler/util/utils.go `GetHostPorts`; pkg/apis/core/v1/defaults.go `defaultHostNetworkPorts`. */
function hostPorts(spec: PodSpec): HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  return [...sidecars, ...spec.containers].flatMap((container) =>
    (container.ports ?? []).flatMap((port) => {
      const number = port.hostPort || (spec.hostNetwork === true ? port.containerPort : 0);
      if (number <= 0) return [];
      return [{ ip: port.hostIP || '0.0.0.0', port: `${port.protocol || 'TCP'}/${number}` }];
    }),
  );
}

/** Source: pkg/scheduler/framework/plugins/imagelocality/image_locality.go `normalizedImageName`. */
function images(spec: PodSpec): string[] {
  return [
    ...[...(spec.initContainers ?? []), ...spec.containers].map((container) => container.image ?? ''),
    ...(spec.volumes ?? []).flatMap((volume) => (volume.image === undefined ? [] : [volume.image.reference ?? ''])),
  ].map((name) => (name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name));
}

function resourceClaims(spec: PodSpec): string[] {
  const claims = spec['resourceClaims'];
  if (!Array.isArray(claims)) return [];
  return claims.map(
    (claim: { name?: string; resourceClaimName?: string }) => claim.resourceClaimName ?? claim.name ?? '',
  );
}
