import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node';
import type { Cluster } from '../../kubernetes-client/index.ts';
import { REPLAY_LABEL, type Carrier } from '../carriers.ts';
import { ClusterError } from '../cluster-error.ts';
import { FIELD_MANAGER } from '../replay-step.ts';

/** How long what was taken away may take to be gone: the grace period of a pod, and once more. Own design. */
const GONE_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 500;

type Named = KubernetesObject & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

const named = (object: Carrier): Named => object as unknown as Named;

/** The objects that a replay makes in a cluster: applied, known by a label, and taken away again. */
export class ClusterObjects {
  readonly #cluster: Cluster;
  readonly #api: KubernetesObjectApi;
  readonly #label: string;
  /** In the order in which they were made. */
  readonly #made: Named[] = [];

  /** @param label value of the replay's label */
  constructor(cluster: Cluster, label: string) {
    this.#cluster = cluster;
    this.#api = cluster.library.KubernetesObjectApi.makeApiClient(cluster.config);
    this.#label = label;
  }

  /**
   * Looks for what is there already under the names of objects to be made. Namespaces may be: they are used as they are.
   * @throws {ClusterError} naming each, and how to take away what an earlier replay has left
   */
  async demandFree(objects: readonly Carrier[]): Promise<void> {
    const taken: string[] = [];
    let isOurs = true;
    for (const object of objects.map(named)) {
      const there = object.kind === 'Namespace' ? undefined : await this.#find(object);
      if (there === undefined) continue;
      taken.push(nameOf(object));
      isOurs &&= this.#isLabelled(there);
    }
    if (taken.length === 0) return;
    const kinds = [...new Set(objects.map(named).map(({ kind }) => kind.toLowerCase()))].join(',');
    throw new ClusterError(
      `${taken.join(', ')} ${taken.length === 1 ? 'is' : 'are'} there already (context ${this.#cluster.context}), and a replay changes nothing that it has not made. ` +
        (isOurs
          ? `An earlier replay has left this: kubectl --context ${this.#cluster.context} delete ${kinds} --all-namespaces --selector ${REPLAY_LABEL}=${this.#label}`
          : 'Take it away or rename it, or give the application another namespace'),
    );
  }

  /**
   * Makes an object, by server-side apply. A namespace that is there is left as it is.
   * @throws {ClusterError} if it is there, or the server does not take it
   */
  async apply(object: Carrier): Promise<void> {
    const wanted = named(object);
    const there = await this.#find(wanted);
    if (there !== undefined) {
      if (wanted.kind === 'Namespace') return;
      throw new ClusterError(`${nameOf(wanted)} has come to be there since the start, and not by this replay`);
    }
    // known before it is made: what got no answer may have been made
    this.#made.push(wanted);
    const { PatchStrategy } = this.#cluster.library;
    await this.#cluster.call(`apply ${nameOf(wanted)}`, 'patch', () =>
      this.#api.patch(wanted, undefined, undefined, FIELD_MANAGER, true, PatchStrategy.ServerSideApply),
    );
  }

  /** Lets an object keep another number of pods. @throws {ClusterError} if the server does not take it */
  async scale(kind: string, namespace: string, name: string, replicas: number): Promise<void> {
    const wanted = { apiVersion: 'apps/v1', kind, metadata: { name, namespace }, spec: { replicas } };
    const { PatchStrategy } = this.#cluster.library;
    await this.#cluster.call(`scale ${nameOf(wanted)}`, 'patch', () =>
      this.#api.patch(wanted, undefined, undefined, FIELD_MANAGER, undefined, PatchStrategy.MergePatch),
    );
  }

  /**
   * Takes away all that was made, last first, and the pods that came of it, and waits until it is gone.
   * @returns what is not, with the reason where there is one
   */
  async remove(): Promise<string[]> {
    const refused = new Map<string, string>();
    for (const object of this.#made.toReversed()) {
      await this.#delete(object).catch((error: unknown) => refused.set(nameOf(object), (error as Error).message));
    }
    const deadlineMs = performance.now() + GONE_WITHIN_MS;
    for (;;) {
      let unknown = '';
      const left = await this.#left().catch((error: unknown) => {
        unknown = `: not known whether it is gone, ${(error as Error).message}`;
        return this.#made.map(nameOf);
      });
      if (left.length === 0 || performance.now() > deadlineMs || refused.size > 0) {
        return left.map((name) => (refused.has(name) ? `${name}: ${refused.get(name)}` : `${name}${unknown}`));
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #left(): Promise<string[]> {
    const core = this.#cluster.api(this.#cluster.library.CoreV1Api);
    const left: string[] = [];
    for (const object of this.#made) {
      const there = await this.#find(object);
      if (there !== undefined && this.#isLabelled(there)) left.push(nameOf(object));
    }
    const labelSelector = `${REPLAY_LABEL}=${this.#label}`;
    const { items } = await this.#cluster.call('list the pods of the replay', 'list', () =>
      core.listPodForAllNamespaces({ labelSelector }),
    );
    for (const { metadata } of items) {
      const { name, namespace, deletionTimestamp } = metadata as {
        name: string;
        namespace: string;
        deletionTimestamp?: Date;
      };
      const known = `Pod ${namespace}/${name}`;
      if (!left.includes(known)) left.push(known);
      // what its owner has left is taken away by itself
      if (deletionTimestamp === undefined) await this.#delete(podNamed(namespace, name)).catch(() => undefined);
    }
    return left;
  }

  #delete(object: Named): Promise<unknown> {
    const { apiVersion, kind, metadata } = object;
    return this.#cluster.find(`delete ${nameOf(object)}`, 'delete', () =>
      this.#api.delete({ apiVersion, kind, metadata }, undefined, undefined, undefined, undefined, 'Background'),
    );
  }

  #find(object: Named): Promise<KubernetesObject | undefined> {
    return this.#cluster.find(`read ${nameOf(object)}`, 'get', () => this.#api.read(object));
  }

  #isLabelled({ metadata }: KubernetesObject): boolean {
    return metadata?.labels?.[REPLAY_LABEL] === this.#label;
  }
}

const podNamed = (namespace: string, name: string): Named => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name },
});

const nameOf = ({ kind, metadata: { namespace, name } }: Named): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
