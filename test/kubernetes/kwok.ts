import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Taint } from '@kubernetes/client-node';
import type { Cluster } from '../../src/kubernetes-client/index.ts';

const STAGES = join(import.meta.dirname, 'kwok-stages.yaml');
const START_MS = 60_000;

/** What KWOK is to play a kubelet for. */
export interface KwokNode {
  readonly name: string;
  readonly cpu: string;
  readonly memory: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly V1Taint[];
}

/** Where `scripts/kwok.mjs` puts KWOK; the newest. */
function program(): string | undefined {
  const built = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'codeco-sim', 'kwok');
  const versions = existsSync(built) ? readdirSync(built).toSorted().toReversed() : [];
  return versions.map((version) => join(built, version, 'kwok')).find((path) => existsSync(path));
}

/** Why KWOK cannot play kubelets here, for the name of a test that is skipped; undefined where it can. */
export const whyNoKwok = (): string | undefined =>
  program() === undefined ? 'skipped: KWOK is not built; `node scripts/kwok.mjs` builds it' : undefined;

/** Kubelets that KWOK plays: a process for each node, so that one of them can fall silent. */
export class KwokKubelets {
  readonly #cluster: Cluster;
  readonly #kubeconfig: string;
  readonly #running = new Map<string, ChildProcess>();

  private constructor(cluster: Cluster, kubeconfig: string) {
    this.#cluster = cluster;
    this.#kubeconfig = kubeconfig;
  }

  /** Makes the nodes, and waits until they are Ready and untainted but for their own taints. */
  static async join(cluster: Cluster, kubeconfig: string, nodes: readonly KwokNode[]): Promise<KwokKubelets> {
    const kubelets = new KwokKubelets(cluster, kubeconfig);
    for (const node of nodes) await kubelets.#add(node);
    const core = cluster.api(cluster.library.CoreV1Api);
    const own = new Map(nodes.map(({ name, taints = [] }) => [name, taints.length]));
    const deadlineMs = performance.now() + START_MS;
    const settled = async (): Promise<boolean> =>
      (await core.listNode()).items.every(
        ({ metadata, spec, status }) =>
          (spec?.taints ?? []).length === own.get(metadata!.name!) &&
          status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
      );
    while (!(await settled())) {
      if (performance.now() > deadlineMs) throw new Error('the nodes of KWOK do not become Ready');
      await sleep(100);
    }
    return kubelets;
  }

  /** Process of a node's kubelet. */
  pid(node: string): number {
    return this.#running.get(node)!.pid!;
  }

  async stop(): Promise<void> {
    await Promise.all(
      [...this.#running.values()].map(
        (child) =>
          new Promise<void>((ended) => {
            child.on('exit', () => ended());
            // also one that stands still
            if (!child.kill('SIGKILL')) ended();
          }),
      ),
    );
  }

  async #add({ name, cpu, memory, labels = {}, taints = [] }: KwokNode): Promise<void> {
    const { library } = this.#cluster;
    const core = this.#cluster.api(library.CoreV1Api);
    const known = { 'kubernetes.io/hostname': name, 'kubernetes.io/arch': 'amd64', ...labels };
    await core.createNode({ body: { metadata: { name, labels: known }, spec: { taints: [...taints] } } });
    const amounts = { cpu, memory, pods: '110' };
    const body = { status: { allocatable: amounts, capacity: amounts } };
    const merge = library.setHeaderOptions('Content-Type', library.PatchStrategy.MergePatch);
    await core.patchNodeStatus({ name, body }, merge);
    const flags = ['--kubeconfig', this.#kubeconfig, '--config', STAGES, '--manage-single-node', name];
    const child = spawn(program()!, [...flags, '--node-lease-duration-seconds', '40'], { stdio: 'ignore' });
    this.#running.set(name, child);
  }
}
