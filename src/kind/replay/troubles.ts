import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import { followObjects, type Cluster } from '../../kubernetes-client/index.ts';
import { REPLAY_LABEL } from '../carriers.ts';
import { ClusterError } from '../cluster-error.ts';
import type { ReplayPlan } from '../replay-plan.ts';

/** Reasons for which a container waits that waiting does not end. Source: kubernetes/pkg/kubelet/images/types.go. */
const pullFailures = ['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'];

/** The namespaces that a plan makes objects in, in one cluster or in all. */
export function namespacesOf({ steps }: Pick<ReplayPlan, 'steps'>, cluster?: string): string[] {
  const names = steps.flatMap((step) =>
    step.does === 'apply' && (cluster === undefined || step.cluster === cluster)
      ? step.objects.map((object) => (object['metadata'] as { namespace?: string }).namespace ?? 'default')
      : [],
  );
  return [...new Set(names)].toSorted();
}

/** What shows on a cluster while a scenario is replayed, and would go on for ever: the first of it ends the replay. */
export class Troubles {
  readonly #plan: ReplayPlan;
  readonly #ended = new AbortController();
  error: unknown;

  constructor(plan: ReplayPlan) {
    this.#plan = plan;
  }

  /** Given with the first trouble. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  tell(error: unknown): void {
    this.error ??= error;
    this.#ended.abort();
  }

  /** Looks at a pod that has changed: whether its images can be pulled. */
  look({ metadata, spec, status }: V1Pod): void {
    for (const { state, image, name } of [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
    ]) {
      const { reason, message } = state?.waiting ?? {};
      if (reason === undefined || !pullFailures.includes(reason)) continue;
      this.tell(
        new ClusterError(
          `the image ${image} of pod ${metadata!.namespace!}/${metadata!.name!} (container ${name}) cannot be pulled on ${spec?.nodeName ?? 'its node'}: ${reason}${message === undefined ? '' : `, ${message}`}. ` +
            'Load it with kind up --load-image, or replay with --workload pause',
        ),
      );
    }
  }

  /** Follows the Deployments of the replay until `signal`: whether their pods can be made, as none can above a quota. */
  async followDeployments(cluster: Cluster, signal: AbortSignal): Promise<void> {
    const apps = cluster.api(cluster.library.AppsV1Api);
    const labelSelector = `${REPLAY_LABEL}=${this.#plan.label}`;
    const follow = (namespace: string): Promise<boolean> =>
      followObjects<V1Deployment>(
        cluster,
        {
          what: `the Deployments of ${namespace}`,
          path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
          labelSelector,
          list: () => apps.listNamespacedDeployment({ namespace, labelSelector }),
        },
        (deployments) => {
          for (const deployment of deployments.values()) this.#lookAt(deployment);
          return false;
        },
        signal,
      );
    await Promise.all(namespacesOf(this.#plan).map(follow)).catch((error: unknown) => this.tell(error));
  }

  #lookAt({ metadata, status }: V1Deployment): void {
    const failing = status?.conditions?.find(({ type, status: is }) => type === 'ReplicaFailure' && is === 'True');
    if (failing === undefined) return;
    this.tell(
      new ClusterError(
        `the pods of the Deployment ${metadata!.namespace!}/${metadata!.name!} cannot be made: ${failing.message ?? failing.reason ?? 'no reason given'}`,
      ),
    );
  }
}
