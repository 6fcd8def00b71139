import type { Cluster } from '../../kubernetes-client/index.ts';
import { REPLAY_LABEL } from '../carriers.ts';
import { ClusterError } from '../cluster-error.ts';
import type { CarriedStep, ReplayedCluster } from '../observer.ts';
import type { ReplayOptions, ReplayPlan } from '../replay-plan.ts';
import { addressOf, commandsOf, DELETION_COST, GOING, podsOf, type ReplayStep } from '../replay-step.ts';
import { addressCommand } from '../runtime.ts';
import { readdressLines, shapeCommand, unshapeCommand } from '../shaping.ts';
import { Interrupted, runCommand, shellText, type ShellCommand } from '../shell-command.ts';
import { ClusterObjects } from './cluster-objects.ts';
import { FollowedPods } from './followed-pods.ts';
import { addressesOf, markNode, type NodeAddress } from './nodes.ts';
import { namespacesOf, type Troubles } from './troubles.ts';

interface Hands {
  readonly plan: ReplayPlan;
  readonly options: ReplayOptions;
  readonly clusters: readonly ReplayedCluster[];
}

/** Matches no packet. */
const NOWHERE = '0.0.0.0';

/** What a step is noted with beside its times. */
type StepOutcome = Pick<CarriedStep, 'pod' | 'node' | 'failure'>;

/** Does the steps of a replay to the clusters, knows what it has done, and undoes it. */
export class ReplayHands {
  readonly #plan: ReplayPlan;
  readonly #options: ReplayOptions;
  readonly #connections: ReadonlyMap<string, Cluster>;
  readonly #objects: ReadonlyMap<string, ClusterObjects>;
  readonly #pods = new Map<string, FollowedPods>();
  readonly #addresses = new Map<string, Promise<Map<string, NodeAddress>>>();
  /** By container: the lines of its shaping that name addresses, as they are planned. */
  readonly #filters = new Map<string, readonly string[]>();
  /** Ends when addresses that have changed are known everywhere. */
  #moved: Promise<void> = Promise.resolve();
  /** By pod of the simulation: the pod of the cluster that was bound for it. */
  readonly #bound = new Map<string, string>();
  /** What undoes what was done to a node, by node and kind. */
  readonly #undo = new Map<string, { readonly what: string; readonly undo: () => Promise<unknown> }>();

  constructor({ plan, options, clusters }: Hands) {
    this.#plan = plan;
    this.#options = options;
    this.#connections = new Map(clusters.map(({ name, connection }) => [name, connection]));
    this.#objects = new Map(clusters.map(({ name, connection }) => [name, new ClusterObjects(connection, plan.label)]));
  }

  /** @throws {ClusterError} if something is there under a name that the plan needs */
  async demandFree({ name }: ReplayedCluster): Promise<void> {
    const objects = this.#plan.steps.flatMap((step) =>
      step.does === 'apply' && step.cluster === name ? step.objects : [],
    );
    await this.#objects.get(name)!.demandFree(objects);
  }

  /** Follows the pods of the replay from here on; each promise ends with `signal`. */
  follow(troubles: Troubles, signal: AbortSignal): Promise<void>[] {
    const selector = `${REPLAY_LABEL}=${this.#plan.label}`;
    return [...this.#connections].flatMap(([name, connection]) =>
      namespacesOf(this.#plan, name).map((namespace) => {
        const pods = new FollowedPods(connection, namespace, (pod) => troubles.look(pod));
        this.#pods.set(`${name}/${namespace}`, pods);
        return pods.follow(selector, signal).catch((error: unknown) => troubles.tell(error));
      }),
    );
  }

  /**
   * Does a step. A pod that cannot be bound is told and no more: what the cluster makes of a decision is a result.
   * @throws {ClusterError} if it cannot be done
   * @throws {Interrupted} if `signal` was given
   */
  async carry(step: ReplayStep, signal: AbortSignal): Promise<StepOutcome> {
    switch (step.does) {
      case 'shape':
        await this.#shape(step, signal);
        return {};
      case 'apply':
        for (const object of step.objects) {
          if (signal.aborted) throw new Interrupted();
          await this.#objects.get(step.cluster)!.apply(object);
        }
        return {};
      case 'bind':
        return await this.#bind(step, signal);
      case 'scale':
        await this.#scale(step);
        return {};
      case 'delete':
        return await this.#delete(step);
      case 'stop':
      case 'start':
        await this.#turn(step, signal);
        return { node: step.worker };
      case 'cordon':
      case 'taint':
      case 'return':
        await this.#mark(step);
        return { node: step.worker };
    }
  }

  /** Undoes all. @returns what could not be undone, with the reason, and the command that does it by hand where there is one */
  async takeAway(): Promise<string[]> {
    const left: string[] = [];
    // a node that comes back tells what has become of its pods
    for (const { what, undo } of [...this.#undo.values()].toReversed()) {
      await undo().catch((error: unknown) => left.push(`${what}: ${(error as Error).message}`));
    }
    for (const objects of this.#objects.values()) left.push(...(await objects.remove()));
    return left;
  }

  /** The address of a node, as the cluster tells it. @throws {ClusterError} if it has none */
  async address(cluster: string, node: string): Promise<string> {
    const { address } = (await this.#addressesIn(cluster)).get(node) ?? {};
    if (address === undefined) throw new ClusterError(`node ${node} has no IPv4 address: its network cannot be shaped`);
    return address;
  }

  #addressesIn(cluster: string): Promise<Map<string, NodeAddress>> {
    const known = this.#addresses.get(cluster) ?? addressesOf(this.#connections.get(cluster)!);
    this.#addresses.set(cluster, known);
    return known;
  }

  async #shape(step: Extract<ReplayStep, { does: 'shape' }>, signal: AbortSignal): Promise<void> {
    const { runtime } = this.#options;
    const lines = await this.#withAddresses(step.lines);
    const undo = unshapeCommand(runtime, step.container);
    this.#undo.set(`shape ${step.container}`, commandToUndo(`the shaping of ${step.container}`, undo));
    await runCommand(shapeCommand(runtime, step.container, lines, step.isNew), signal);
    if (step.isNew)
      this.#filters.set(
        step.container,
        step.lines.filter((line) => line.startsWith('filter ')),
      );
  }

  async #withAddresses(lines: readonly string[]): Promise<string[]> {
    const addresses = new Map<string, NodeAddress>();
    for (const cluster of this.#connections.keys())
      for (const [name, address] of await this.#addressesIn(cluster)) addresses.set(name, address);
    return lines.flatMap((line) => withAddresses(line, addresses));
  }

  /**
   * Docker and Podman give a container that starts the lowest address that is free: after several were down together each may have another's.
   * All containers are told then, and a node that is still down loses the address that was its own.
   */
  async #readdress(cluster: string, worker: string, signal: AbortSignal): Promise<void> {
    const { runtime } = this.#options;
    const addresses = await this.#addressesIn(cluster);
    const known = addresses.get(worker);
    const address = (await runCommand(addressCommand(runtime, worker), signal)).trim();
    if (address === '' || known === undefined || known.address === address) return;
    for (const other of this.#connections.keys())
      for (const [name, of] of await this.#addressesIn(other))
        if (of.address === address) (await this.#addressesIn(other)).set(name, { ...of, address: NOWHERE });
    addresses.set(worker, { ...known, address });
    for (const [container, filters] of this.#filters) {
      const lines = readdressLines(await this.#withAddresses(filters));
      await runCommand(shapeCommand(runtime, container, lines, false), signal);
    }
  }

  async #turn(step: Extract<ReplayStep, { does: 'stop' | 'start' }>, signal: AbortSignal): Promise<void> {
    const key = `stop ${step.worker}`;
    const [start] = commandsOf({ ...step, does: 'start', after: [] }, this.#options) as [ShellCommand];
    if (step.does === 'stop') {
      this.#undo.set(key, commandToUndo(`${step.worker} is stopped`, start));
      // a container that stops forgets its shaping
      this.#undo.delete(`shape ${step.worker}`);
      this.#filters.delete(step.worker);
    }
    for (const command of commandsOf(step, this.#options)) await runCommand(command, signal);
    if (step.does === 'stop') return;
    this.#undo.delete(key);
    if (this.#filters.size === 0) return;
    const { cluster, worker } = step;
    await (this.#moved = this.#moved.then(() => this.#readdress(cluster, worker, signal)));
  }

  async #mark({ does, worker, cluster }: Extract<ReplayStep, { does: 'cordon' | 'taint' | 'return' }>): Promise<void> {
    const key = `mark ${worker}`;
    const connection = this.#connections.get(cluster)!;
    const undo = (): Promise<void> => markNode(connection, worker, 'return');
    if (does !== 'return') this.#undo.set(key, { what: `${worker} is cordoned or tainted`, undo });
    await markNode(connection, worker, does);
    if (does === 'return') this.#undo.delete(key);
  }

  async #bind(
    { cluster, namespace, selector, worker, pod }: Extract<ReplayStep, { does: 'bind' }>,
    signal: AbortSignal,
  ): Promise<StepOutcome> {
    const connection = this.#connections.get(cluster)!;
    let name: string;
    try {
      name = await this.#pods.get(`${cluster}/${namespace}`)!.take(selector, signal);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      return { node: worker, failure: 'no pod without a node had come until the end' };
    }
    const bound = { node: worker, pod: `${namespace}/${name}` };
    const target = { apiVersion: 'v1', kind: 'Node', name: worker };
    const core = connection.api(connection.library.CoreV1Api);
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace }, target };
    try {
      await connection.call(`bind the pod ${namespace}/${name} to ${worker}`, 'create', () =>
        core.createNamespacedPodBinding({ name, namespace, body }),
      );
    } catch (error) {
      if (!(error instanceof ClusterError) || error.status === 401 || error.status === 403) throw error;
      return { ...bound, failure: error.message };
    }
    this.#bound.set(pod, name);
    return bound;
  }

  async #scale({
    cluster,
    namespace,
    kind,
    name: of,
    replicas,
    going,
  }: Extract<ReplayStep, { does: 'scale' }>): Promise<void> {
    const connection = this.#connections.get(cluster)!;
    const { library } = connection;
    const core = connection.api(library.CoreV1Api);
    const merge = library.setHeaderOptions('Content-Type', library.PatchStrategy.MergePatch);
    const body = { metadata: { annotations: { [DELETION_COST]: GOING } } };
    for (const pod of going) {
      const name = this.#bound.get(pod);
      if (name === undefined) continue;
      await connection.find(`mark the pod ${namespace}/${name} as one to go`, 'patch', () =>
        core.patchNamespacedPod({ name, namespace, body }, merge),
      );
    }
    await this.#objects.get(cluster)!.scale(kind, namespace, of, replicas);
  }

  async #delete({ cluster, namespace, pod }: Extract<ReplayStep, { does: 'delete' }>): Promise<StepOutcome> {
    const connection = this.#connections.get(cluster)!;
    const name = this.#bound.get(pod);
    if (name === undefined) return { failure: 'no pod was bound for it' };
    const core = connection.api(connection.library.CoreV1Api);
    await connection.find(`delete the pod ${namespace}/${name}`, 'delete', () =>
      core.deleteNamespacedPod({ name, namespace }),
    );
    return { pod: `${namespace}/${name}` };
  }
}

const commandToUndo = (what: string, command: ShellCommand): { what: string; undo: () => Promise<unknown> } => ({
  what: `${what} (${shellText(command)})`,
  undo: () => runCommand(command),
});

/** A line with the addresses in it; none where a node has no range for its pods. */
function withAddresses(line: string, addresses: ReadonlyMap<string, NodeAddress>): string[] {
  for (const [name, { address, pods }] of addresses) {
    for (const [word, value] of [
      [addressOf(name), address],
      [podsOf(name), pods],
    ] as const) {
      if (!line.includes(word)) continue;
      if (value === undefined && word === addressOf(name))
        throw new ClusterError(`node ${name} has no IPv4 address: its network cannot be shaped`);
      return value === undefined ? [] : [line.replace(word, value)];
    }
  }
  return [line];
}
