import type { V1Pod } from '@kubernetes/client-node';
import { followObjects, type Cluster } from '../../kubernetes-client/index.ts';
import { Interrupted } from '../shell-command.ts';

interface Waiting {
  readonly label: string;
  readonly value: string;
  take(pod: string): void;
}

/** The pods of a replay in one namespace, as they come: those without a node are given out to be bound, oldest first. */
export class FollowedPods {
  readonly #cluster: Cluster;
  readonly #namespace: string;
  readonly #trouble: (pod: V1Pod) => void;
  readonly #taken = new Set<string>();
  #pods: readonly V1Pod[] = [];
  readonly #waiting = new Set<Waiting>();

  /** @param trouble told of each pod whenever it has changed */
  constructor(cluster: Cluster, namespace: string, trouble: (pod: V1Pod) => void) {
    this.#cluster = cluster;
    this.#namespace = namespace;
    this.#trouble = trouble;
  }

  /**
   * Follows the pods until `signal` is given.
   * @throws {ClusterError} if they cannot be followed any more
   */
  async follow(labelSelector: string, signal: AbortSignal): Promise<void> {
    const namespace = this.#namespace;
    const core = this.#cluster.api(this.#cluster.library.CoreV1Api);
    await followObjects<V1Pod>(
      this.#cluster,
      {
        what: `the pods of ${namespace}`,
        path: `/api/v1/namespaces/${namespace}/pods`,
        labelSelector,
        list: () => core.listNamespacedPod({ namespace, labelSelector }),
      },
      (pods) => {
        this.#pods = [...pods.values()].toSorted(byAge);
        for (const pod of this.#pods) this.#trouble(pod);
        this.#giveOut();
        return false;
      },
      signal,
    );
  }

  /**
   * Waits for a pod with the selector's label that has no node, and takes it: it is given out once.
   * @param selector `label=value`
   * @returns its name
   * @throws {Interrupted} if `signal` is given before
   */
  take(selector: string, signal: AbortSignal): Promise<string> {
    const [label, value] = selector.split('=') as [string, string];
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.delete(waiting);
        reject(new Interrupted());
      };
      const waiting = {
        label,
        value,
        take: (pod: string): void => {
          signal.removeEventListener('abort', giveUp);
          resolve(pod);
        },
      };
      if (signal.aborted) return reject(new Interrupted());
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(waiting);
      this.#giveOut();
    });
  }

  #giveOut(): void {
    for (const waiting of this.#waiting) {
      const pod = this.#pods.find(
        ({ metadata, spec, status }) =>
          metadata?.labels?.[waiting.label] === waiting.value &&
          spec?.nodeName === undefined &&
          metadata.deletionTimestamp === undefined &&
          (status?.phase ?? 'Pending') === 'Pending' &&
          !this.#taken.has(metadata.uid!),
      );
      if (pod === undefined) continue;
      this.#taken.add(pod.metadata!.uid!);
      this.#waiting.delete(waiting);
      waiting.take(pod.metadata!.name!);
    }
  }
}

function byAge({ metadata: a }: V1Pod, { metadata: b }: V1Pod): number {
  const age = Number(a!.creationTimestamp) - Number(b!.creationTimestamp);
  return age === 0 ? (a!.name! < b!.name! ? -1 : 1) : age;
}
