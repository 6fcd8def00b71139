import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../model/index.ts';
import { ClusterError } from './cluster-error.ts';
import type { ClusterPlanOptions, PlannedCluster } from './cluster-plan.ts';
import {
  kindConfig,
  kindYaml,
  laterLabels,
  type HostCapacity,
  type KindConfig,
  type NodeTimers,
} from './kind-config.ts';
import { capacityCommand, containersCommand, kindCommand, readContainers, type ContainerRuntime } from './runtime.ts';
import { CommandFailed, Interrupted, runCommand, type ShellCommand } from './shell-command.ts';
import { hasState, removeState, writeState, type KindState } from './state.ts';

export interface UpOptions {
  readonly runtime: ContainerRuntime;
  /** Folder of the state. */
  readonly folder: string;
  /** File of the clusters' credentials, kept apart from the user's own. */
  readonly kubeconfig: string;
  readonly image: string;
  readonly ownConfig: KindConfig;
  readonly timers: NodeTimers;
  /** How the clusters were planned, for a replay. */
  readonly form: ClusterPlanOptions;
  /** Images of this machine that the clusters' nodes are to have. */
  readonly images: readonly string[];
}

/** All that `up` does, before any of it is done. */
export interface UpPlan {
  readonly clusters: readonly PlannedCluster[];
  /** Files to write into the folder of the state. */
  readonly files: readonly { readonly name: string; readonly content: string }[];
  /** What is asked before anything is made. */
  readonly checks: readonly ShellCommand[];
  /** By cluster: what makes it, then what makes it be like the scenario. */
  readonly steps: readonly { readonly cluster: string; readonly commands: readonly ShellCommand[] }[];
}

/** Seconds that a control plane, and then the nodes, may take until they are Ready. */
const READY_SECONDS = 300;
const LATE = /timed out waiting for the condition/i;
/** Memory that kind's own parts take, with room: 527 and 98 MiB were measured at rest (kind 0.30, Kubernetes 1.36). */
const CONTROL_PLANE_BYTES = 1024 ** 3;
const WORKER_BYTES = 256 * 1024 ** 2;

/**
 * Plans the making of kind clusters: their configurations, and every command.
 *
 * Beside what kind configures, what kind runs on the workers itself asks for nothing, so that the scheduler sees the
 * nodes empty as in the simulation; what it runs once goes to the control plane; and labels that a kubelet may not
 * give itself and extended resources are set at the end.
 * @throws {ClusterError} if the machine is too small, or the user's configuration cannot be merged
 */
export function planUp(clusters: readonly PlannedCluster[], host: HostCapacity, options: UpOptions): UpPlan {
  const { runtime, folder, kubeconfig, image, ownConfig, images } = options;
  const needed = clusters.reduce((sum, { workers }) => sum + CONTROL_PLANE_BYTES + workers.length * WORKER_BYTES, 0);
  if (needed > host.memoryBytes) {
    const gib = (bytes: number): string => (bytes / 1024 ** 3).toFixed(1);
    throw new ClusterError(
      `${clusters.length} control planes and ${clusters.reduce((sum, { workers }) => sum + workers.length, 0)} workers need about ${gib(needed)} GiB; ` +
        `this machine has ${gib(host.memoryBytes)} GiB. Let one worker stand for several nodes with --scale N`,
    );
  }
  return {
    clusters,
    files: clusters.map((cluster) => ({
      name: configFile(cluster),
      content: kindYaml(kindConfig(cluster, host, image, options.timers, ownConfig)),
    })),
    checks: [
      kindCommand(runtime, 'version'),
      { program: 'kubectl', args: ['version', '--client'] },
      capacityCommand(runtime),
      kindCommand(runtime, 'get', 'clusters'),
    ],
    steps: clusters.map((cluster) => ({
      cluster: cluster.name,
      commands: [
        kindCommand(
          runtime,
          'create',
          'cluster',
          '--name',
          cluster.name,
          '--config',
          join(folder, configFile(cluster)),
          '--kubeconfig',
          kubeconfig,
        ),
        containersCommand(runtime, cluster.name),
        ...likeScenario(cluster, kubeconfig, ownConfig),
        ...images.flatMap((name, index) => loadImage(runtime, cluster.name, folder, name, index)),
      ],
    })),
  };
}

const configFile = ({ name }: PlannedCluster): string => `kind-${name}.yaml`;

/** The context that kind writes for a cluster. */
export const kindContext = (cluster: string): string => `kind-${cluster}`;

/** A call of kubectl on a cluster. */
export function kubectl(kubeconfig: string, context: string, ...args: readonly string[]): ShellCommand {
  return { program: 'kubectl', args: ['--kubeconfig', kubeconfig, '--context', context, ...args] };
}

function likeScenario(cluster: PlannedCluster, kubeconfig: string, { networking }: KindConfig): ShellCommand[] {
  const call = (...args: readonly string[]): ShellCommand => kubectl(kubeconfig, kindContext(cluster.name), ...args);
  const system = (...args: readonly string[]): ShellCommand => call('--namespace', 'kube-system', ...args);
  const own = [
    ...(networking?.disableDefaultCNI === true ? [] : ['daemonset/kindnet']),
    ...(networking?.kubeProxyMode === 'none' ? [] : ['daemonset/kube-proxy']),
  ];
  const toControlPlane = JSON.stringify({
    spec: { template: { spec: { nodeSelector: { 'node-role.kubernetes.io/control-plane': '' } } } },
  });
  const isEvicting = cluster.workers.some(({ taints }) => taints.some(({ effect }) => effect === 'NoExecute'));
  const tolerateAll = JSON.stringify({ spec: { template: { spec: { tolerations: [{ operator: 'Exists' }] } } } });
  return [
    // kindnet tolerates NoSchedule alone: on a node with a NoExecute taint it would be evicted, and the node's routes with it
    ...(isEvicting && networking?.disableDefaultCNI !== true
      ? [system('patch', 'daemonset/kindnet', '--type', 'merge', '--patch', tolerateAll)]
      : []),
    ...(own.length === 0 ? [] : [system('set', 'resources', ...own, '--requests=cpu=0,memory=0')]),
    system('patch', 'deployment/coredns', '--patch', toControlPlane),
    call('--namespace', 'local-path-storage', 'patch', 'deployment/local-path-provisioner', '--patch', toControlPlane),
    ...cluster.workers.flatMap((worker) => [...startedAnew(worker, call)]),
    // without a network of pods, which the user installs himself, no node becomes Ready
    ...(networking?.disableDefaultCNI === true
      ? []
      : [call('wait', '--for=condition=Ready', 'node', '--all', `--timeout=${READY_SECONDS}s`)]),
  ];
}

/** What a worker is given once its kubelet has registered it, and again when that has started anew. */
export function startedAnew(
  worker: PlannedCluster['workers'][number],
  call: (...args: readonly string[]) => ShellCommand,
): ShellCommand[] {
  const labels = laterLabels(worker).map(([label, value]) => `${label}=${value}`);
  const resources = Object.entries(worker.resources).map(([resource, value]) => ({
    op: 'add',
    path: `/status/capacity/${resource.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    value,
  }));
  return [
    ...(labels.length === 0 ? [] : [call('label', 'node', worker.name, '--overwrite', ...labels)]),
    ...(resources.length === 0
      ? []
      : [
          call(
            'patch',
            'node',
            worker.name,
            '--subresource=status',
            '--type=json',
            '--patch',
            JSON.stringify(resources),
          ),
        ]),
  ];
}

function loadImage(
  runtime: ContainerRuntime,
  cluster: string,
  folder: string,
  image: string,
  index: number,
): ShellCommand[] {
  if (runtime === 'docker') return [kindCommand(runtime, 'load', 'docker-image', image, '--name', cluster)];
  // kind reads images from Docker alone; for others there are archives
  const archive = join(folder, `image-${index}.tar`);
  return [
    { program: runtime, args: ['save', '--format', 'docker-archive', '--output', archive, image] },
    kindCommand(runtime, 'load', 'image-archive', archive, '--name', cluster),
    { program: 'rm', args: [archive] },
  ];
}

/**
 * Makes the clusters. What it has begun it takes away again where it fails or is interrupted.
 * @param said told what is being done
 * @throws {ClusterError} if a program is missing, a name is taken or something fails
 * @throws {Interrupted} if `signal` was given
 */
export async function up(
  world: Pick<World, 'name' | 'clusters' | 'nodes'>,
  scenarioHash: string,
  plan: UpPlan,
  options: UpOptions,
  said: (text: string) => void,
  signal: AbortSignal,
): Promise<KindState> {
  const { runtime, folder, kubeconfig, form } = options;
  if (hasState(folder)) {
    throw new ClusterError(
      `${folder} is of clusters that are there already: take them away with codeco-sim kind down --state ${folder}, or name another folder with --state`,
    );
  }
  const answers: string[] = [];
  for (const check of plan.checks) answers.push(await runCommand(check, signal));
  const taken = answers.at(-1)!.split('\n');
  const clash = plan.clusters.find(({ name }) => taken.includes(name));
  if (clash !== undefined) {
    throw new ClusterError(
      `a kind cluster called '${clash.name}' is there already, and not by codeco-sim kind up: choose another name with --name, or delete it with kind delete cluster --name ${clash.name}`,
    );
  }
  for (const warning of hostWarnings(plan)) said(`warning: ${warning}`);
  let state: KindState = {
    apiVersion: 'codeco-sim/v1',
    kind: 'KindState',
    scenario: { name: world.name, hash: scenarioHash },
    runtime,
    kubeconfig,
    form,
    clusters: [],
    files: [
      ...plan.files.map(({ name }) => name),
      ...(kubeconfig === join(folder, 'kubeconfig') ? ['kubeconfig'] : []),
    ],
  };
  mkdirSync(folder, { recursive: true });
  for (const { name, content } of plan.files) writeFileSync(join(folder, name), content);
  try {
    for (const [index, { commands }] of plan.steps.entries()) {
      const cluster = plan.clusters[index]!;
      const known = {
        name: cluster.name,
        controlPlane: cluster.controlPlane,
        clusters: cluster.clusters.map((id) => world.clusters[id]!.name),
        workers: cluster.workers.map(({ name, nodes }) => ({ name, nodes: nodes.map((id) => world.nodes[id]!.name) })),
      };
      // known before it is begun, so that nothing is left over whatever happens
      state = { ...state, clusters: [...state.clusters, known] };
      writeState(folder, state);
      for (const [step, command] of commands.entries()) {
        said(`${cluster.name}, ${step + 1} of ${commands.length}: ${briefly(command)}`);
        await runCommand(command, signal);
        if (step > 0) continue;
        const containers = await readContainers(runtime, cluster.name, signal);
        state = { ...state, clusters: [...state.clusters.slice(0, -1), { ...known, containers }] };
        writeState(folder, state);
      }
    }
  } catch (error) {
    await tellUnready(error, kubeconfig, state, said);
    said('taking away what has been begun');
    try {
      for (const { name } of state.clusters) await runCommand(deleteCommand(runtime, name, kubeconfig));
      removeState(folder, state);
    } catch (left) {
      said(`${(left as Error).message}\nsomething is left over; try again: codeco-sim kind down --state ${folder}`);
    }
    throw error instanceof Interrupted ? error : explained(error);
  }
  return state;
}

/** Program and first words of a command, without its options. */
function briefly({ program, args }: ShellCommand): string {
  const words = args.filter((word, index) => !word.startsWith('--') && !/^--[^=]*$/.test(args[index - 1] ?? ''));
  return [program, ...words.slice(0, 2)].join(' ');
}

/** Where nodes did not become Ready, tells what each says of it, before they are taken away. */
async function tellUnready(
  error: unknown,
  kubeconfig: string,
  { clusters }: KindState,
  said: (text: string) => void,
): Promise<void> {
  if (!(error instanceof CommandFailed && LATE.test(error.stderr))) return;
  const ready = '.status.conditions[?(@.type=="Ready")]';
  const line = `{range .items[*]}{.metadata.name}: Ready is {${ready}.status}, {${ready}.message}{"\\n"}{end}`;
  const command = kubectl(kubeconfig, kindContext(clusters.at(-1)!.name), 'get', 'nodes', `--output=jsonpath=${line}`);
  said(await runCommand(command).catch((failure: unknown) => (failure as Error).message));
}

const deleteCommand = (runtime: ContainerRuntime, cluster: string, kubeconfig: string): ShellCommand =>
  kindCommand(runtime, 'delete', 'cluster', '--name', cluster, '--kubeconfig', kubeconfig);

/** What a failure of kind or kubectl means, where that is known. */
function explained(error: unknown): unknown {
  if (!(error instanceof CommandFailed)) return error;
  const meanings: readonly (readonly [RegExp, string])[] = [
    [
      /failed to pull image|pull access denied|manifest unknown/i,
      'the node image cannot be pulled: load it beforehand, or name another with --image',
    ],
    [LATE, 'a node did not become Ready in time: the machine may be too small or too busy; see --scale'],
    [
      /too many open files|inotify/i,
      "raise fs.inotify.max_user_instances to 512 (sysctl), as kind's known issues advise",
    ],
    [/image: ".*" not present locally/i, 'the image is not on this machine: pull or build it first'],
  ];
  const meaning = meanings.find(([pattern]) => pattern.test(error.stderr))?.[1];
  return meaning === undefined ? error : new ClusterError(`${error.message}\n${meaning}`, { cause: error });
}

/** What is likely to go wrong on this machine. Source: kind, Known Issues, "Pod errors due to too many open files". */
function hostWarnings({ clusters }: UpPlan): string[] {
  const nodes = clusters.reduce((sum, { workers }) => sum + 1 + workers.length, 0);
  let instances: number;
  try {
    instances = Number(readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8'));
  } catch {
    return [];
  }
  return instances < 512 && nodes > 3
    ? [
        `${nodes} nodes, and fs.inotify.max_user_instances is ${instances}: kind advises 512 (sudo sysctl fs.inotify.max_user_instances=512)`,
      ]
    : [];
}

/** What `down` runs. */
export function planDown({ runtime, clusters, kubeconfig }: KindState): ShellCommand[] {
  return clusters.map(({ name }) => deleteCommand(runtime, name, kubeconfig));
}

/**
 * Takes away the clusters that `up` made, known by their containers' ids, and what it wrote.
 * @throws {ClusterError} if a cluster has been replaced by another of the same name; nothing is taken away then
 */
export async function down(folder: string, state: KindState, said: (text: string) => void): Promise<void> {
  for (const { name, containers } of state.clusters) {
    const there = await readContainers(state.runtime, name);
    const foreign = there.filter(({ id }) => containers !== undefined && !containers.some((known) => known.id === id));
    if (foreign.length > 0) {
      throw new ClusterError(
        `the kind cluster '${name}' is not the one that was made here: its container ${foreign[0]!.name} is another. ` +
          `Delete it by kind delete cluster --name ${name} if that is meant, then run this again`,
      );
    }
  }
  for (const command of planDown(state)) {
    said(`${command.program} ${command.args.slice(0, 4).join(' ')}`);
    await runCommand(command);
  }
  removeState(folder, state);
}
