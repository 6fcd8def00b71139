import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import type { Cluster } from '../../src/kubernetes-client/index.ts';

/** What becomes of a pod in place of its process' own exit status; one that is `waiting` is not started yet. */
export type Fate = number | 'evicted' | 'waiting' | undefined;

/** The controllers take a node for lost that says nothing for 50 s. */
const HEARTBEAT_MS = 5000;

interface PlayedKubeletOptions {
  readonly node: string;
  readonly folder: string;
  readonly volumes: string;
  /** Asked before a pod is started. */
  readonly fate: (pod: V1Pod) => Fate;
}

/**
 * Plays the kubelet of a node: it runs the containers of pods that are bound to it as processes of this machine, and tells the API server how they
 * end. ConfigMaps become files in `folder`, PersistentVolumeClaims become `volumes`, Secrets variables. It reads of a pod only what a kubelet reads.
 */
export class PlayedKubelet {
  readonly #cluster: Cluster;
  readonly #folder: string;
  readonly #volumes: string;
  readonly #fate: (pod: V1Pod) => Fate;
  readonly #node: string;
  readonly #running = new Map<string, ChildProcess>();
  readonly #known = new Set<string>();
  readonly #work: Promise<void>;
  #isOver = false;
  #failure: unknown;

  private constructor(cluster: Cluster, of: PlayedKubeletOptions) {
    this.#cluster = cluster;
    this.#node = of.node;
    this.#folder = of.folder;
    this.#volumes = of.volumes;
    this.#fate = of.fate;
    this.#work = this.#loop().catch((error: unknown) => void (this.#failure ??= error));
  }

  /** Makes a node, and speaks for it. */
  static async join(cluster: Cluster, of: PlayedKubeletOptions): Promise<PlayedKubelet> {
    const core = cluster.api(cluster.library.CoreV1Api);
    await core.createNode({ body: { metadata: { name: of.node }, spec: {} } });
    const kubelet = new PlayedKubelet(cluster, of);
    // whoever reads the node next is to find what it offers
    await kubelet.#say();
    return kubelet;
  }

  /** @throws whatever has gone wrong on the way */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#work;
    for (const child of this.#running.values()) child.kill('SIGKILL');
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #loop(): Promise<void> {
    const core = this.#cluster.api(this.#cluster.library.CoreV1Api);
    let saidMs = -Infinity;
    while (!this.#isOver) {
      if (performance.now() - saidMs > HEARTBEAT_MS) {
        await this.#say();
        saidMs = performance.now();
      }
      const { items } = await core.listPodForAllNamespaces();
      for (const pod of items) {
        const { uid, name, namespace, deletionTimestamp } = pod.metadata as Required<NonNullable<V1Pod['metadata']>>;
        if (pod.spec?.nodeName === undefined) continue;
        if (deletionTimestamp !== undefined) {
          this.#known.add(uid);
          const child = this.#running.get(uid);
          // what it has begun is told to end, and is gone once it has
          if (child === undefined)
            await core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 }).catch(ifGone);
          else child.kill('SIGTERM');
        } else if (!this.#known.has(uid)) {
          const fate = this.#fate(pod);
          if (fate === 'waiting') continue;
          this.#known.add(uid);
          void this.#start(pod, fate).catch((error: unknown) => (this.#failure ??= error));
        }
      }
      await sleep(200);
    }
  }

  async #start(pod: V1Pod, fate: Exclude<Fate, 'waiting'>): Promise<void> {
    if (fate === 'evicted') {
      const condition = { type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet' };
      await this.#tell(pod, { phase: 'Failed', reason: 'Evicted', conditions: [condition] });
      return;
    }
    await this.#tell(pod, { phase: 'Running' });
    const code = fate ?? (await this.#run(pod));
    const containerStatuses = pod.spec!.containers.map(({ name, image = '' }) => ({
      name,
      image,
      imageID: '',
      ready: false,
      restartCount: 0,
      state: { terminated: { exitCode: code } },
    }));
    await this.#tell(pod, { phase: code === 0 ? 'Succeeded' : 'Failed', containerStatuses });
  }

  /** That the node is there and ready; what a taint said of it until then is no more. */
  async #say(): Promise<void> {
    const { library } = this.#cluster;
    const core = this.#cluster.api(library.CoreV1Api);
    const amounts = { cpu: '32', memory: '64Gi', pods: '50' };
    const heartbeat = { lastHeartbeatTime: new Date().toISOString() };
    const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', ...heartbeat }];
    const body = { status: { allocatable: amounts, capacity: amounts, conditions } };
    const merge = library.setHeaderOptions('Content-Type', library.PatchStrategy.MergePatch);
    await core.patchNodeStatus({ name: this.#node, body }, merge);
    await core.patchNode({ name: this.#node, body: { spec: { taints: null } } }, merge);
  }

  async #tell(pod: V1Pod, status: NonNullable<V1Pod['status']>): Promise<void> {
    const { name, namespace } = pod.metadata as { name: string; namespace: string };
    const { library } = this.#cluster;
    await this.#cluster
      .api(library.CoreV1Api)
      .patchNamespacedPodStatus(
        { name, namespace, body: { status } },
        library.setHeaderOptions('Content-Type', library.PatchStrategy.MergePatch),
      )
      .catch(ifGone);
  }

  async #run(pod: V1Pod): Promise<number> {
    const mounts = await this.#mount(pod);
    for (const container of [...(pod.spec!.initContainers ?? []), ...pod.spec!.containers]) {
      const code = await this.#runContainer(pod, container, mounts);
      if (code !== 0) return code;
    }
    return 0;
  }

  /** Where each volume of a pod lies on this machine. */
  async #mount(pod: V1Pod): Promise<Map<string, string>> {
    const mounts = new Map<string, string>();
    for (const { name, configMap, persistentVolumeClaim } of pod.spec!.volumes ?? []) {
      const path = persistentVolumeClaim === undefined ? join(this.#folder, pod.metadata!.uid!, name) : this.#volumes;
      mkdirSync(path, { recursive: true });
      mounts.set(name, path);
      if (configMap === undefined) continue;
      const { namespace } = pod.metadata as { namespace: string };
      const core = this.#cluster.api(this.#cluster.library.CoreV1Api);
      const { data = {}, binaryData = {} } = await core.readNamespacedConfigMap({ name: configMap.name!, namespace });
      const contents = new Map<string, Buffer>();
      for (const [key, text] of Object.entries(data)) contents.set(key, Buffer.from(text));
      for (const [key, text] of Object.entries(binaryData)) contents.set(key, Buffer.from(text, 'base64'));
      const items = configMap.items ?? [...contents.keys()].map((key) => ({ key, path: key }));
      for (const item of items) {
        const file = join(path, item.path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, contents.get(item.key)!);
      }
    }
    return mounts;
  }

  async #runContainer(pod: V1Pod, container: V1Container, mounts: ReadonlyMap<string, string>): Promise<number> {
    const variables: Record<string, string> = {};
    for (const { name, value, valueFrom } of container.env ?? []) {
      const [, key] = /^metadata\.(?:annotations|labels)\['(.+)'\]$/.exec(valueFrom?.fieldRef?.fieldPath ?? '') ?? [];
      variables[name] = value ?? pod.metadata?.annotations?.[key!] ?? pod.metadata?.labels?.[key!] ?? '';
    }
    const { namespace } = pod.metadata as { namespace: string };
    for (const { secretRef } of container.envFrom ?? []) {
      const core = this.#cluster.api(this.#cluster.library.CoreV1Api);
      const { data = {} } = await core.readNamespacedSecret({ name: secretRef!.name!, namespace });
      for (const [name, value] of Object.entries(data)) variables[name] = Buffer.from(value, 'base64').toString();
    }
    const expanded = [...(container.command ?? []), ...(container.args ?? [])].map((text) =>
      text.replaceAll(/\$(\$\(|\((\w+)\))/g, (whole, _, name?: string) =>
        name === undefined ? '$(' : (variables[name] ?? whole),
      ),
    );
    // A process of this machine has no mounts of its own, so paths in its arguments are those of this machine.
    const [command, ...args] = expanded.map((text) =>
      (container.volumeMounts ?? []).reduce(
        (path, { name, mountPath }) =>
          path === mountPath || path.startsWith(`${mountPath}/`)
            ? mounts.get(name)! + path.slice(mountPath.length)
            : path,
        text,
      ),
    ) as [string, ...string[]];
    const isOurs = command === 'codeco-sim';
    const child = spawn(isOurs ? process.execPath : command, isOurs ? [resolve('dist/cli/main.js'), ...args] : args, {
      env: { PATH: process.env['PATH'], ...variables },
      stdio: 'ignore',
    });
    const uid = pod.metadata!.uid!;
    this.#running.set(uid, child);
    return new Promise((end) =>
      child.on('exit', (code) => {
        this.#running.delete(uid);
        end(code ?? 137);
      }),
    );
  }
}

/** A pod may be removed between the list and what is said of it. */
function ifGone(error: unknown): void {
  if ((error as { code?: unknown }).code !== 404) throw error;
}
