import type {
  V1Deployment,
  V1Node,
  V1Pod,
  V1PodDisruptionBudget,
  V1PriorityClass,
  V1ReplicaSet,
  V1Service,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';
import type { AccessRule, Cluster } from '../../kubernetes-client/index.ts';

/** What is read of a cluster: of no object more than its kind; Secrets and ConfigMaps are never asked for. */
export interface ClusterContents {
  readonly nodes: readonly V1Node[];
  readonly pods: readonly V1Pod[];
  readonly deployments: readonly V1Deployment[];
  readonly replicaSets: readonly V1ReplicaSet[];
  readonly statefulSets: readonly V1StatefulSet[];
  readonly services: readonly V1Service[];
  readonly disruptionBudgets: readonly V1PodDisruptionBudget[];
  readonly autoscalers: readonly V2HorizontalPodAutoscaler[];
  readonly priorityClasses: readonly V1PriorityClass[];
}

/** All rights that reading a cluster needs: none to change anything. */
export const importRights: readonly AccessRule[] = (
  [
    ['', ['nodes', 'pods', 'services']],
    ['apps', ['deployments', 'replicasets', 'statefulsets']],
    ['policy', ['poddisruptionbudgets']],
    ['autoscaling', ['horizontalpodautoscalers']],
    ['scheduling.k8s.io', ['priorityclasses']],
  ] as const
).flatMap(([apiGroup, resources]) => resources.map((resource) => ({ apiGroup, resource, verb: 'list' as const })));

/**
 * Reads what a scenario can be made of, each kind by one list.
 * @throws {ClusterError} if the server refuses, or cannot be reached
 */
export async function readCluster(cluster: Cluster): Promise<ClusterContents> {
  const { library } = cluster;
  const core = cluster.api(library.CoreV1Api);
  const apps = cluster.api(library.AppsV1Api);
  const list = async <T>(what: string, action: () => Promise<{ items: T[] }>): Promise<readonly T[]> =>
    (await cluster.call(`list the ${what}`, 'list', action)).items;
  return {
    nodes: await list('nodes', () => core.listNode()),
    pods: await list('pods', () => core.listPodForAllNamespaces()),
    deployments: await list('Deployments', () => apps.listDeploymentForAllNamespaces()),
    replicaSets: await list('ReplicaSets', () => apps.listReplicaSetForAllNamespaces()),
    statefulSets: await list('StatefulSets', () => apps.listStatefulSetForAllNamespaces()),
    services: await list('Services', () => core.listServiceForAllNamespaces()),
    disruptionBudgets: await list('PodDisruptionBudgets', () =>
      cluster.api(library.PolicyV1Api).listPodDisruptionBudgetForAllNamespaces(),
    ),
    autoscalers: await list('HorizontalPodAutoscalers', () =>
      cluster.api(library.AutoscalingV2Api).listHorizontalPodAutoscalerForAllNamespaces(),
    ),
    priorityClasses: await list('PriorityClasses', () => cluster.api(library.SchedulingV1Api).listPriorityClass()),
  };
}
