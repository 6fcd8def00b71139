import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import type { EndpointId, Network } from '../../dynamics/index.ts';
import type { ClusterState, EntryDemand, Pod, Relocations } from '../../kubernetes/index.ts';
import type { AppId, MigrationSettings, MigrationTriggerName, NodeId, World } from '../../model/index.ts';
import type { Replan, RunningPod, SwmScheduler } from './group-scheduler.ts';
import { Migrations, type Migration } from './migrations.ts';

/** Share of a service's requests that has to enter elsewhere for its users to have moved. Own design. */
const USERS_MOVED = 0.1;
/** All applications are reviewed. */
const EVERY_APP = -1;

/** What the reviews have of the world around them. */
export interface MigrationSurroundings {
  readonly scheduler: Pick<SwmScheduler, 'replan' | 'mayStay'>;
  readonly state: ClusterState;
  readonly relocations: Relocations;
  readonly network: Network;
  readonly endpointOf: (node: NodeId) => EndpointId;
  /** Where requests enter, as it was observed last. */
  readonly demand: () => readonly EntryDemand[];
  /** Told of each migration that is over. */
  readonly ended: (migration: Migration) => void;
}

/**
 * Reviews where applications run, at intervals, and moves their pods. It knows nodes as the control plane does, and the
 * network as it was probed last. Own design. The triggers, of which the first that holds counts:
 *
 * - `node-unhealthy`: the node of a pod is NotReady: the pod goes; the others stay where that is possible.
 * - `policy-changed`: `policyChanged` was called: pods go that may no longer be where they are; the rest as for better-cost,
 *   without waiting for confirmation. A pod that enforcement would evict is moved instead where a place is found.
 * - `qos-violated`: a channel finds no way that its latency and bandwidth allow.
 * - `user-moved`: of the requests of a service that users call, at least a tenth enters elsewhere than when the application
 *   moved last, or was first seen whole; and a new placement saves the margin.
 * - `better-cost`: a new placement saves the margin, by so many observations in a row.
 *
 * The margin is a share of what the application costs where it is, and at least of what separates the worst nodes from the
 * best; criteria in which nodes differ by less count nothing, and what the application uses itself is taken off. Against moving to and fro stand the margin, the
 * confirmations, and a cool-down of the pod and of its application, which `node-unhealthy` alone breaks. While pods of an
 * application start or move, it is reviewed for that trigger only.
 */
export class MigrationReviews {
  readonly migrations: Migrations;
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #settings: MigrationSettings;
  readonly #around: MigrationSurroundings;
  readonly #review: HandlerId;
  /** When a pod, and an application, may move again, ns. */
  readonly #podFreeNs = new Map<Pod, number>();
  readonly #appFreeNs: Float64Array;
  /** By application: observations in a row by which it would cost less elsewhere, and when the last one was made, ns. */
  readonly #confirmed: Int32Array;
  readonly #confirmedNs: Float64Array;
  /** By application: where requests entered when it was placed. */
  readonly #demandThen = new Map<AppId, readonly EntryDemand[]>();
  /** By application: where requests entered when it began to move. */
  readonly #demandAt = new Map<AppId, readonly EntryDemand[]>();
  readonly #policyChanged = new Set<AppId>();

  constructor(kernel: Kernel, world: World, settings: MigrationSettings, around: MigrationSurroundings) {
    this.#kernel = kernel;
    this.#world = world;
    this.#settings = settings;
    this.#around = around;
    this.#appFreeNs = new Float64Array(world.apps.length);
    this.#confirmed = new Int32Array(world.apps.length);
    this.#confirmedNs = new Float64Array(world.apps.length).fill(-1);
    const { network, endpointOf, relocations } = around;
    this.migrations = new Migrations(kernel, world, settings, network, endpointOf, relocations, (migration) =>
      this.#ended(migration),
    );
    this.#review = kernel.on('swm.review', (app) => {
      if (app !== EVERY_APP) {
        this.#reviewApp(app as AppId);
        return;
      }
      for (const node of world.nodes.keys())
        if (around.state.nodes[node]!.ready === 'Unknown') this.migrations.sourceLost(node as NodeId);
      for (const id of world.apps.keys()) this.#reviewApp(id as AppId);
      kernel.after(settings.intervalNs, this.#review, EVERY_APP);
    });
    kernel.at(settings.intervalNs, this.#review, EVERY_APP);
  }

  /** The nodes that pods of an application may be on have changed: it is reviewed at once. */
  policyChanged(app: AppId): void {
    if (!this.#settings.triggers.has('policy-changed')) return;
    this.#policyChanged.add(app);
    this.#kernel.after(0 as Nanoseconds, this.#review, app);
  }

  /** A pod may not stay where it is by a policy: whether it is under way to where it may be, so that nobody need evict it. */
  takesOver(pod: Pod): boolean {
    if (!this.#settings.triggers.has('policy-changed')) return false;
    this.#policyChanged.add(pod.app);
    this.#reviewApp(pod.app);
    return this.migrations.involves(pod);
  }

  #ended(migration: Migration): void {
    const { now } = this.#kernel;
    this.#podFreeNs.delete(migration.pod);
    this.#podFreeNs.set(migration.newPod, now + this.#settings.podCooldownNs);
    this.#appFreeNs[migration.pod.app] = now + this.#settings.groupCooldownNs;
    // one that has stayed after all still is where its users were then
    if (migration.outcome !== 'cancelled')
      this.#demandThen.set(migration.pod.app, this.#demandAt.get(migration.pod.app)!);
    this.#around.ended(migration);
  }

  #reviewApp(app: AppId): void {
    const { state } = this.#around;
    const pods = this.#podsOf(app);
    if (pods.length === 0 || pods.some((pod) => this.migrations.involves(pod))) return;
    const isLost = (pod: Pod): boolean => pod.node !== undefined && state.nodes[pod.node]!.ready === 'Unknown';
    const lost = this.#settings.triggers.has('node-unhealthy') ? pods.filter(isLost) : [];
    if (lost.length > 0) {
      this.#leaveLost(pods, new Set(lost));
      return;
    }
    if (this.#kernel.now < this.#appFreeNs[app]! || pods.some((pod) => pod.phase !== 'ready')) return;
    const before = this.#demandThen.get(app);
    if (before === undefined) this.#demandThen.set(app, this.#around.demand());
    const changed = this.#policyChanged.delete(app);
    const banned = changed ? pods.filter((pod) => !this.#around.scheduler.mayStay(pod, state)) : [];
    const plan = this.#replan(pods, new Set(banned), false);
    const trigger = plan && this.#triggerOf(app, plan, changed, banned.length > 0, before);
    if (trigger !== undefined) this.#carryOut(app, plan!, trigger);
  }

  #leaveLost(pods: readonly Pod[], lost: ReadonlySet<Pod>): void {
    const placed = pods.filter(({ node, phase }) => node !== undefined && phase !== 'pending');
    const plan = this.#replan(placed, lost, true) ?? this.#replan(placed, lost, false);
    if (plan !== undefined) this.#carryOut(pods[0]!.app, plan, 'node-unhealthy', lost);
  }

  /** Pods that controllers keep, and that are not being deleted. */
  #podsOf(app: AppId): Pod[] {
    return this.#world.apps[app]!.services.flatMap((service) =>
      [...this.#around.state.podsOf(service)].filter(
        ({ phase, life }) => phase !== 'terminating' && life === undefined,
      ),
    );
  }

  #replan(pods: readonly Pod[], going: ReadonlySet<Pod>, othersStay: boolean): Replan | undefined {
    const { now } = this.#kernel;
    const running = pods.map((pod): RunningPod => {
      const mustGo = going.has(pod);
      const stays = !mustGo && (othersStay || pod.phase !== 'ready' || now < (this.#podFreeNs.get(pod) ?? 0));
      return { pod, stays, mustGo };
    });
    return this.#around.scheduler.replan(running, this.#around.state);
  }

  #triggerOf(
    app: AppId,
    plan: Replan,
    changed: boolean,
    isBanned: boolean,
    demandThen: readonly EntryDemand[] | undefined,
  ): MigrationTriggerName | undefined {
    const { triggers, margin, confirmations } = this.#settings;
    if (plan.moves.length === 0) {
      this.#confirmed[app] = 0;
      return undefined;
    }
    if (isBanned) return 'policy-changed';
    if (plan.currentCost === Infinity) return triggers.has('qos-violated') ? 'qos-violated' : undefined;
    const saved = plan.currentCost - plan.newCost;
    if (saved <= 0 || saved < margin * Math.max(plan.currentCost, plan.spreadCost)) {
      this.#confirmed[app] = 0;
      return undefined;
    }
    if (changed) return 'policy-changed';
    if (triggers.has('user-moved') && demandThen !== undefined && this.#haveMoved(app, demandThen)) return 'user-moved';
    if (!triggers.has('better-cost')) return undefined;
    if (this.#confirmedNs[app] !== plan.observedNs) this.#confirmed[app]!++;
    this.#confirmedNs[app] = plan.observedNs;
    return this.#confirmed[app]! >= confirmations ? 'better-cost' : undefined;
  }

  /** Whether the shares of requests by where they enter have changed enough (total variation distance). */
  #haveMoved(app: AppId, before: readonly EntryDemand[]): boolean {
    const now = this.#around.demand();
    return this.#world.apps[app]!.services.some(
      (service) => shareMoved(before[service]!, now[service]!) >= USERS_MOVED,
    );
  }

  #carryOut(app: AppId, plan: Replan, trigger: MigrationTriggerName, lost: ReadonlySet<Pod> = new Set()): void {
    this.#confirmed[app] = 0;
    this.#demandAt.set(app, this.#around.demand());
    const successors = new Map<Pod, Pod>();
    for (const { pod, decision } of plan.moves) {
      const move = { pod, decision, viewAgeNs: plan.viewAgeNs, trigger, isSilent: lost.has(pod) };
      successors.set(pod, this.migrations.begin(move));
    }
    plan.commit(successors, trigger);
  }
}

/** The share of requests that enters elsewhere: the total variation distance of two distributions over entries. */
export function shareMoved(before: EntryDemand, now: EntryDemand): number {
  const shares = new Map(before.map(({ vertex, share }) => [vertex, -share]));
  for (const { vertex, share } of now) shares.set(vertex, (shares.get(vertex) ?? 0) + share);
  let total = 0;
  for (const change of shares.values()) total += Math.abs(change);
  return total / 2;
}
