import type { CoreV1Event, KubernetesListObject, KubernetesObject, V1Node, V1Pod } from '@kubernetes/client-node';
import { followObjects, type AccessRule, type Cluster } from '../../kubernetes-client/index.ts';
import type { ClusterRecord } from './cluster-record.ts';
import type { Seen } from './pod-life.ts';

/** All rights that watching a cluster needs. Metrics are read where they may be. */
export const observationRights: readonly AccessRule[] = ['nodes', 'pods', 'events'].flatMap((resource) =>
  (['list', 'watch'] as const).map((verb) => ({ apiGroup: '', resource, verb })),
);

interface Watched<T extends KubernetesObject> {
  readonly what: string;
  readonly path: string;
  readonly fieldSelector?: string;
  readonly list: () => Promise<KubernetesListObject<T>>;
  readonly seen: (object: T, seen: Seen) => void;
  readonly gone?: (object: T, seen: Seen) => void;
}

/**
 * Watches the nodes, the pods and the events of pods of a cluster, and records what it sees.
 * @param nowNs time of the observation
 * @param listed told once all that is there has been seen
 * @param signal ends it
 * @throws {ClusterError} if the server refuses, or cannot be reached any more
 */
export async function watchCluster(
  cluster: Cluster,
  record: ClusterRecord,
  nowNs: () => number,
  listed: () => void,
  signal: AbortSignal,
): Promise<void> {
  const core = cluster.api(cluster.library.CoreV1Api);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const following: Promise<void>[] = [];
  /** Begins to follow, and waits for what is there: nodes are known before their pods, and pods before their events. */
  const begin = <T extends KubernetesObject>(watched: Watched<T>): Promise<void> =>
    new Promise((begun) => {
      const followed = follow(cluster, watched, nowNs, begun, either);
      following.push(followed);
      followed.finally(begun).catch(() => failed.abort());
    });
  await begin<V1Node>({
    what: 'the nodes',
    path: '/api/v1/nodes',
    list: () => core.listNode(),
    seen: (node, seen) => record.nodeSeen(node, seen),
    gone: (node, seen) => record.nodeGone(node.metadata!.name!, seen),
  });
  await begin<V1Pod>({
    what: 'the pods',
    path: '/api/v1/pods',
    list: () => core.listPodForAllNamespaces(),
    seen: (pod, seen) => record.podSeen(pod, seen),
    gone: (pod, seen) => record.podGone(pod, seen),
  });
  const fieldSelector = 'involvedObject.kind=Pod';
  await begin<CoreV1Event>({
    what: 'the events of pods',
    path: '/api/v1/events',
    fieldSelector,
    list: () => core.listEventForAllNamespaces({ fieldSelector }),
    seen: (event, seen) => record.eventSeen(event, seen),
  });
  if (!failed.signal.aborted) listed();
  await Promise.all(following);
}

async function follow<T extends KubernetesObject>(
  cluster: Cluster,
  { seen, gone, ...followed }: Watched<T>,
  nowNs: () => number,
  listed: () => void,
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, T>();
  let isFirst = true;
  const key = ({ metadata }: T): string => metadata?.uid ?? metadata?.name ?? '';
  await followObjects<T>(
    cluster,
    { ...followed, key },
    (objects, change) => {
      // what is there at first was so from the start
      const moment = { nowNs: isFirst ? Math.min(0, nowNs()) : nowNs(), isListed: change === undefined };
      isFirst = false;
      if (change?.type === 'DELETED') {
        known.delete(key(change.object));
        gone?.(change.object, moment);
      } else if (change !== undefined) {
        known.set(key(change.object), change.object);
        seen(change.object, moment);
      } else {
        for (const [id, object] of known) {
          if (objects.has(id)) continue;
          known.delete(id);
          gone?.(object, moment);
        }
        for (const [id, object] of objects) {
          known.set(id, object);
          seen(object, moment);
        }
        listed();
      }
      return false;
    },
    signal,
  );
}
