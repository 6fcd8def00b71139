import {
  milliValue,
  qosClass,
  type App,
  type Cluster,
  type NodeSelectorTerm,
  type PodObject,
  type PodSpec,
  type Orchestration,
  type Service,
} from '../model/index.ts';
import { evictionTaint, MEMORY_PRESSURE_KEY } from './node-state.ts';
import { cpuWeight, type CpuShare } from '../dynamics/index.ts';

const ZONE_LABEL = 'topology.kubernetes.io/zone';

/**
 * The pod that a service's replicas are made from. Own design: the clusters that may run the application become a
 * required node affinity on the zone label, beside what the resource says itself.
 */
export function podTemplate(app: App, service: Service, clusters: readonly Cluster[]): PodObject {
  const { podSpec } = service;
  const spec =
    app.clusters.length === clusters.length
      ? podSpec
      : inClusters(
          podSpec,
          app.clusters.map((id) => clusters[id]!.name),
        );
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: service.name,
      namespace: service.workload?.namespace ?? app.namespace,
      labels: service.workload?.labels ?? { app: app.name, serviceName: service.name },
    },
    spec: toleratingPressure(spec),
  };
}

/**
 * Pods of other classes than BestEffort tolerate a node under memory pressure. Source: Kubernetes, Concepts, Taints and
 * Tolerations, "Taint Nodes by Condition".
 */
function toleratingPressure(spec: PodSpec): PodSpec {
  if (qosClass(spec) === 'BestEffort') return spec;
  const toleration = { key: MEMORY_PRESSURE_KEY, operator: 'Exists', effect: 'NoSchedule' } as const;
  return { ...spec, tolerations: [...(spec.tolerations ?? []), toleration] };
}

/**
 * A template as the API server admits it: its pods stay for a while on a node that is not ready, or not reachable, where they
 * say nothing of it themselves.
 * Source: Kubernetes, plugin/pkg/admission/defaulttolerationseconds.
 */
export function admitted(
  template: PodObject,
  { evictionTolerationNs }: Pick<Orchestration, 'evictionTolerationNs'>,
): PodObject {
  const { tolerations = [] } = template.spec;
  const missing = [evictionTaint('False'), evictionTaint('Unknown')].filter(
    ({ key, effect }) => !tolerations.some((own) => (own.key ?? key) === key && (own.effect ?? effect) === effect),
  );
  const tolerationSeconds = evictionTolerationNs / 1e9;
  const added = missing.map((taint) => ({ ...taint, operator: 'Exists', tolerationSeconds }) as const);
  return { ...template, spec: { ...template.spec, tolerations: [...tolerations, ...added] } };
}

function inClusters(spec: PodSpec, zones: readonly string[]): PodSpec {
  const expression = { key: ZONE_LABEL, operator: 'In', values: zones } as const;
  const affinity = spec.affinity?.nodeAffinity;
  const terms: readonly NodeSelectorTerm[] = affinity?.requiredDuringSchedulingIgnoredDuringExecution
    ?.nodeSelectorTerms ?? [{}];
  const required = {
    nodeSelectorTerms: terms.map((term) => ({
      ...term,
      matchExpressions: [...(term.matchExpressions ?? []), expression],
    })),
  };
  return {
    ...spec,
    affinity: {
      ...spec.affinity,
      nodeAffinity: { ...affinity, requiredDuringSchedulingIgnoredDuringExecution: required },
    },
  };
}

/**
 * What the kubelet tells the CFS of a pod: weight by its CPU requests, and a quota where every container has a limit.
 * Source: Kubernetes, pkg/kubelet/cm/helpers_linux.go, ResourceConfigForPod.
 */
export function cpuShareOf(spec: PodSpec, requestMillicores: number): CpuShare {
  let limitMillicores = 0;
  for (const { resources } of spec.containers) {
    const limit = resources?.limits?.['cpu'];
    limitMillicores += limit === undefined ? Infinity : milliValue(String(limit));
  }
  return { weight: cpuWeight(requestMillicores), limitMillicores };
}
