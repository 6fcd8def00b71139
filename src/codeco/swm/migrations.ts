import type { Kernel } from '../../kernel/index.ts';
import {
  DELIVERED,
  type DeliveryOutcome,
  type EndpointId,
  type Network,
  type ReceiverId,
  type TransferId,
} from '../../dynamics/index.ts';
import type { Decision, Pod, PodWatcher, Relocations, Standby } from '../../kubernetes/index.ts';
import type {
  MigrationSettings,
  MigrationStrategyName,
  MigrationTriggerName,
  NodeId,
  ServiceState,
  World,
} from '../../model/index.ts';
import { PreCopy } from './pre-copy.ts';

/**
 * How a migration ended. `moved`: the new pod serves, with the state; `state-lost`: it serves, and the state did not come
 * along, as the old pod or the way to it was gone; `cancelled`: the new pod was gone before, or its state found no way to it while the old pod still served;
 * `under-way`: neither, when the run was over.
 */
export type MigrationOutcome = 'moved' | 'state-lost' | 'cancelled' | 'under-way';

/** One pod that another takes the place of, from the decision to its end. Times are ns of virtual time. */
export interface Migration {
  readonly pod: Pod;
  readonly newPod: Pod;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly trigger: MigrationTriggerName;
  readonly strategy: MigrationStrategyName;
  readonly decidedNs: number;
  readonly stateBytes: number;
  /** When its state began to flow; undefined where none did. */
  startedNs: number | undefined;
  endedNs: number | undefined;
  /** Rounds of copying, and the bytes that have arrived in them. */
  rounds: number;
  transferredBytes: number;
  /** From when the old pod got no more requests to when the new one did. */
  downtimeNs: number;
  outcome: MigrationOutcome;
}

/** What a migration still needs. */
interface Ongoing extends Migration {
  /** Its place among all. */
  readonly number: number;
  readonly state: ServiceState | undefined;
  readonly copy: PreCopy;
  transfer: TransferId | undefined;
  sentBytes: number;
  /** When the old pod was withdrawn; it is about to end, or gone. */
  withdrawnNs: number | undefined;
  isLastRound: boolean;
}

/** A pod that is to move. */
export interface Move {
  readonly pod: Pod;
  readonly decision: Decision;
  readonly viewAgeNs: number;
  readonly trigger: MigrationTriggerName;
  /** Whether its node is silent: its state cannot be had. */
  readonly isSilent: boolean;
}

/**
 * Carries migrations out: makes the new pod, lets its state flow over the network, and ends the old pod. Own design.
 *
 * - **recreate**: the new pod starts; when it is ready the old one is withdrawn. No state. So go pods without state.
 * - **stop-and-copy**: the new pod has its room and waits; the old one is withdrawn; when it has stopped its state flows;
 *   when that has arrived the new pod starts.
 * - **live**: the new pod starts and is held; the state flows in the rounds of `PreCopy`; for the last one the old pod is
 *   withdrawn, and when that has arrived the new one serves.
 *
 * What a withdrawn pod has in hand it finishes within its grace period, and what is left then is lost, as with any pod that is
 * deleted. Where its node is silent it is withdrawn at once, and the new pod starts without its state.
 */
export class Migrations implements PodWatcher {
  /** All migrations, in the order of their decisions. */
  readonly all: readonly Migration[];
  readonly #all: Ongoing[] = [];
  /** Those that go on, by either pod. */
  readonly #ongoing = new Map<Pod, Ongoing>();
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #settings: MigrationSettings;
  readonly #network: Network;
  readonly #endpointOf: (node: NodeId) => EndpointId;
  readonly #relocations: Relocations;
  readonly #receiver: ReceiverId;
  readonly #ended: (migration: Migration) => void;

  /** @param ended told of each migration that is over */
  constructor(
    kernel: Kernel,
    world: World,
    settings: MigrationSettings,
    network: Network,
    endpointOf: (node: NodeId) => EndpointId,
    relocations: Relocations,
    ended: (migration: Migration) => void,
  ) {
    this.all = this.#all;
    this.#kernel = kernel;
    this.#world = world;
    this.#settings = settings;
    this.#network = network;
    this.#endpointOf = endpointOf;
    this.#relocations = relocations;
    this.#ended = ended;
    this.#receiver = network.receiver((tag, outcome) => this.#arrived(this.#all[tag]!, outcome));
    relocations.watch(this);
  }

  /** Whether a pod is on the way, or takes the place of one that is. */
  involves(pod: Pod): boolean {
    return this.#ongoing.has(pod);
  }

  /** Begins to move a pod. @returns the pod that takes its place */
  begin({ pod, decision, viewAgeNs, trigger, isSilent }: Move): Pod {
    const { state } = this.#world.services[pod.service]!.behaviour;
    const strategy = state === undefined || isSilent ? 'recreate' : this.#settings.strategy;
    const newPod = this.#relocations.succeed(pod, { ...decision, trigger }, viewAgeNs, standbyFor[strategy]);
    const migration: Ongoing = {
      pod,
      newPod,
      from: pod.node!,
      to: newPod.node!,
      trigger,
      strategy,
      decidedNs: this.#kernel.now,
      stateBytes: state?.bytes ?? 0,
      startedNs: undefined,
      endedNs: undefined,
      rounds: 0,
      transferredBytes: 0,
      downtimeNs: 0,
      outcome: 'under-way',
      state,
      number: this.#all.length,
      copy: new PreCopy(state ?? NO_STATE, this.#settings),
      transfer: undefined,
      sentBytes: 0,
      withdrawnNs: undefined,
      isLastRound: false,
    };
    this.#all.push(migration);
    this.#ongoing.set(pod, migration);
    this.#ongoing.set(newPod, migration);
    if (strategy === 'stop-and-copy') migration.isLastRound = true;
    if (strategy === 'stop-and-copy' || isSilent) this.#withdraw(migration);
    return newPod;
  }

  /** The run is over: of what is under way, the downtime up to now counts. */
  finish(): void {
    for (const migration of this.#ongoing.values()) {
      if (migration.withdrawnNs !== undefined) migration.downtimeNs = this.#kernel.now - migration.withdrawnNs;
    }
  }

  /** A node is silent: what was to come from it does not. */
  sourceLost(node: NodeId): void {
    for (const migration of new Set(this.#ongoing.values())) {
      if (migration.from === node && migration.strategy !== 'recreate') this.#goOnWithoutState(migration);
    }
  }

  ready(pod: Pod): void {
    const migration = this.#ongoing.get(pod);
    if (migration === undefined || pod !== migration.newPod) return;
    if (migration.strategy === 'live' && migration.outcome === 'under-way') {
      if (migration.rounds === 0) this.#send(migration);
      return;
    }
    if (migration.withdrawnNs === undefined) this.#withdraw(migration);
    else migration.downtimeNs = this.#kernel.now - migration.withdrawnNs;
    this.#end(migration, migration.outcome === 'state-lost' ? 'state-lost' : this.#outcomeOfNew(migration));
  }

  deleted(pod: Pod): void {
    const migration = this.#ongoing.get(pod);
    if (migration === undefined) return;
    if (pod === migration.newPod) this.#end(migration, 'cancelled');
    else if (migration.withdrawnNs === undefined) {
      // something else ends it, and may end it before its state is through
      migration.withdrawnNs = this.#kernel.now;
      if (migration.strategy !== 'recreate') this.#goOnWithoutState(migration);
    }
  }

  gone(pod: Pod): void {
    const migration = this.#ongoing.get(pod);
    if (migration === undefined || pod !== migration.pod) return;
    if (migration.isLastRound && migration.transfer === undefined && migration.outcome === 'under-way') {
      this.#send(migration);
    }
  }

  #outcomeOfNew({ strategy, state }: Ongoing): MigrationOutcome {
    return strategy === 'recreate' && state !== undefined ? 'state-lost' : 'moved';
  }

  #withdraw(migration: Ongoing): void {
    migration.withdrawnNs = this.#kernel.now;
    this.#relocations.withdraw(migration.pod, 'migrated');
  }

  #send(migration: Ongoing): void {
    migration.startedNs ??= this.#kernel.now;
    migration.rounds++;
    migration.sentBytes = migration.copy.begin(this.#kernel.now);
    migration.transfer = this.#network.send(
      this.#receiver,
      migration.number,
      this.#endpointOf(migration.from),
      this.#endpointOf(migration.to),
      migration.sentBytes,
    );
  }

  #arrived(migration: Ongoing, outcome: DeliveryOutcome): void {
    migration.transfer = undefined;
    if (outcome !== DELIVERED) {
      // a pod that serves goes on where it is; of one that has been stopped, the new one goes on without its state
      if (migration.withdrawnNs === undefined) this.#relocations.withdraw(migration.newPod, 'migration-cancelled');
      else this.#goOnWithoutState(migration);
      return;
    }
    migration.transferredBytes += migration.sentBytes;
    const isEnough = migration.copy.end(this.#kernel.now);
    if (migration.strategy === 'stop-and-copy') {
      this.#relocations.letGo(migration.newPod);
    } else if (migration.isLastRound) {
      migration.downtimeNs = this.#kernel.now - migration.withdrawnNs!;
      this.#relocations.letGo(migration.newPod);
      this.#end(migration, 'moved');
    } else if (isEnough) {
      migration.isLastRound = true;
      this.#withdraw(migration);
    } else this.#send(migration);
  }

  #goOnWithoutState(migration: Ongoing): void {
    if (migration.outcome !== 'under-way') return;
    migration.outcome = 'state-lost';
    if (migration.transfer !== undefined) this.#network.abort(migration.transfer);
    migration.transfer = undefined;
    if (migration.withdrawnNs === undefined) this.#withdraw(migration);
    this.#relocations.letGo(migration.newPod);
    if (migration.newPod.phase !== 'ready') return;
    migration.downtimeNs = this.#kernel.now - migration.withdrawnNs!;
    this.#end(migration, 'state-lost');
  }

  #end(migration: Ongoing, outcome: MigrationOutcome): void {
    if (migration.transfer !== undefined) this.#network.abort(migration.transfer);
    migration.transfer = undefined;
    migration.outcome = outcome;
    migration.endedNs = this.#kernel.now;
    this.#ongoing.delete(migration.pod);
    this.#ongoing.delete(migration.newPod);
    this.#ended(migration);
  }
}

const NO_STATE = { bytes: 0, dirtyBps: 0 } as ServiceState;

const standbyFor: Readonly<Record<MigrationStrategyName, Standby>> = {
  recreate: 'serve',
  'stop-and-copy': 'wait',
  live: 'hold',
};
