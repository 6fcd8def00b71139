import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject, KubernetesListObject } from '@kubernetes/client-node';
import { statusOf, type Cluster } from './cluster.ts';
import { ClusterError } from './cluster-error.ts';

/** The objects that are followed: a resource of a namespace, or a part of it. */
export interface Followed<T extends KubernetesObject> {
  /** As errors name it: `the Job sweep-1`. */
  readonly what: string;
  /** Such as `/apis/batch/v1/namespaces/default/jobs`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Lists the same objects. */
  readonly list: () => Promise<KubernetesListObject<T>>;
  /** What an object is known by; its name where absent, which is one of a namespace alone. */
  readonly key?: (object: T) => string;
}

/** What a watch tells of one object. */
export interface Change<T extends KubernetesObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
}

/** Told of all objects, by key, and of the change that it is told for; of none where they were listed. Whether that is enough. */
type Listener<T extends KubernetesObject> = (objects: ReadonlyMap<string, T>, change?: Change<T>) => boolean;

const nameOf = ({ metadata }: KubernetesObject): string => metadata?.name ?? '';

/** A watch is begun anew after this many seconds at the latest, so that a connection that is dead unnoticed is left. */
const WATCH_S = 300;
/** A watch that ends before this without a word has failed. */
const SHORTEST_WATCH_MS = 1000;
/** From the first failure to the longest wait between two attempts. Own design. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** After so many failures one after the other, with a minute of waiting among them, the server is given up. */
const MOST_FAILURES = 8;

/**
 * Follows objects from a list on, by a watch from the list's resourceVersion (Kubernetes, API concepts: "Efficient detection of
 * changes"): what ends the connection, it goes on from the last version seen; a version that the server has forgotten (410 Gone)
 * means listing again.
 * @param seen told of all objects at first and after each change; true ends it
 * @param signal ends it
 * @returns whether `seen` has ended it
 * @throws {ClusterError} if the server refuses, or cannot be reached any more
 */
export async function followObjects<T extends KubernetesObject>(
  cluster: Cluster,
  followed: Followed<T>,
  seen: Listener<T>,
  signal: AbortSignal,
): Promise<boolean> {
  const objects = new Map<string, T>();
  const { what, list, key = nameOf } = followed;
  let version: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    if (version === undefined) {
      const { metadata, items } = await cluster.call(`list ${what}`, 'list', list);
      version = metadata?.resourceVersion ?? '';
      objects.clear();
      for (const item of items) objects.set(key(item), item);
      if (seen(objects)) return true;
      // an abort in the meantime tells nobody who listens only from now on
      if (signal.aborted) break;
    }
    const beganMs = performance.now();
    const end = await watchOnce(cluster, followed, version, objects, seen, signal);
    version = end.version;
    if (end.isDone) return true;
    if (end.gotSomething) failures = 0;
    const isOrderly = end.error === undefined && (end.gotSomething || performance.now() - beganMs > SHORTEST_WATCH_MS);
    if (isOrderly || signal.aborted) continue;
    const status = statusOf(end.error);
    if (status === 410) version = undefined;
    if (status === 401 || status === 403 || status === 404 || ++failures >= MOST_FAILURES) {
      const error = end.error ?? new ClusterError('the server ends each watch at once');
      throw cluster.refusal(`watch ${what}`, error);
    }
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

interface WatchEnd {
  /** The last that was seen. */
  readonly version: string;
  readonly isDone: boolean;
  readonly gotSomething: boolean;
  /** Undefined where the server has ended it in its own time. */
  readonly error: unknown;
}

/** One connection, to its end. */
async function watchOnce<T extends KubernetesObject>(
  cluster: Cluster,
  { path, labelSelector, fieldSelector, key = nameOf }: Followed<T>,
  from: string,
  objects: Map<string, T>,
  seen: Listener<T>,
  signal: AbortSignal,
): Promise<WatchEnd> {
  let version = from;
  let isDone = false;
  let gotSomething = false;
  let failure: unknown;
  const take = (type: string, object: T): boolean => {
    if (type === 'ERROR') {
      const { code, message } = object as { code?: number; message?: string };
      failure = new ClusterError(message ?? 'the watch has failed', code === undefined ? {} : { status: code });
      return true;
    }
    gotSomething = true;
    version = object.metadata?.resourceVersion ?? version;
    if (type === 'BOOKMARK') return false;
    if (type === 'DELETED') objects.delete(key(object));
    else objects.set(key(object), object);
    return (isDone = seen(objects, { type: type as Change<T>['type'], object }));
  };
  const ended = new AbortController();
  const watch = new cluster.library.Watch(cluster.config);
  const query = {
    resourceVersion: from,
    allowWatchBookmarks: true,
    timeoutSeconds: WATCH_S,
    labelSelector,
    fieldSelector,
  };
  let thrown: unknown;
  const error = await new Promise<unknown>((resolve) => {
    const end = (): void => {
      ended.abort();
      resolve(undefined);
    };
    signal.addEventListener('abort', end, { once: true, signal: ended.signal });
    watch
      .watch(
        path,
        query,
        (type: string, object: T) => {
          if (ended.signal.aborted) return;
          try {
            if (take(type, object)) end();
          } catch (error) {
            // The library takes whatever is thrown here for a line that cannot be read, and says nothing.
            thrown = error;
            end();
          }
        },
        resolve,
      )
      .then((connection) => {
        if (ended.signal.aborted) connection.abort();
        else ended.signal.addEventListener('abort', () => connection.abort(), { once: true });
      }, resolve);
  });
  ended.abort();
  if (thrown !== undefined) throw thrown;
  return { version, isDone, gotSomething, error: failure ?? error ?? undefined };
}
