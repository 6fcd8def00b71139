import type { HandlerId, Kernel, Nanoseconds, RandomStream } from '../kernel/index.ts';
import type { AppId, NodeId, PublishedExtender, SchedulerName, World } from '../model/index.ts';
import type { ClusterState } from './cluster-state.ts';
import { CommunicationCost, type EntryDemand } from './communication.ts';
import { extenderObjects, HttpExtender, SynchronousHttp } from './extender/index.ts';
import type { ObservedTopology } from './observed-topology.ts';
import type { Pod } from './pods.ts';
import {
  readProfile,
  schedulers,
  type ClusterEvent,
  type Decision,
  type DisruptionAllowance,
  type Nomination,
  type Scheduler,
} from './scheduling/index.ts';
import type { Site } from './site.ts';
import { SchedulingQueue } from './scheduling-queue.ts';

/** A decision of the scheduler as it is recorded. */
export interface PlacementDecision {
  readonly pod: Pod;
  readonly viewAgeNs: number;
  readonly decision: Decision;
}

/**
 * Who places the pods of an application together. It may fail for all of them (`failed`: they are tried again after their
 * back-off), or set them aside until something happens in the cluster.
 */
export interface GroupScheduler {
  /** One decision for each pod, in their order. Binds nothing: the caller does. */
  schedule(
    pods: readonly Pod[],
    state: ClusterState,
  ): { readonly decisions: readonly Decision[]; readonly viewAgeNs: number };
}

/** What scheduling sets off. */
export interface SchedulingEvents {
  decided(decision: PlacementDecision): void;
  /** The pod has got its node. */
  bound(pod: Pod): void;
  /** The pod has to go, as a pod of higher priority needs its room. */
  preempted(pod: Pod): void;
}

/** What the `Unschedulable` condition of a gated pod says. Source: plugins/schedulinggates/scheduling_gates.go. */
const GATED = 'Scheduling is blocked due to non-empty scheduling gates';

/**
 * Takes the pods that wait one by one, or by application where they are placed together, and asks the scenario's algorithm
 * for a node for each. Deciding takes no time.
 */
export class SchedulingLoop {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #state: ClusterState;
  readonly #topology: ObservedTopology;
  readonly #communication: CommunicationCost;
  readonly #events: SchedulingEvents;
  readonly #queue: SchedulingQueue;
  readonly #budgets: () => readonly DisruptionAllowance[];
  /** None where groups are placed together. */
  #scheduler: Scheduler | undefined;
  readonly #groups: GroupScheduler | undefined;
  readonly #ties: RandomStream;
  readonly #schedule: HandlerId;
  readonly #gated = new Set<Pod>();
  /** By application: gates that its pods no longer have. */
  readonly #lifted: readonly Set<string>[];
  /** Where a decision takes time: begins to look at a pod. */
  readonly #lookAt: ((pod: Pod) => void) | undefined;
  #attemptDue = false;

  constructor(
    kernel: Kernel,
    world: World,
    state: ClusterState,
    topology: ObservedTopology,
    demand: () => readonly EntryDemand[],
    budgets: () => readonly DisruptionAllowance[],
    events: SchedulingEvents,
    groups: GroupScheduler | undefined,
    site: Site | undefined,
  ) {
    this.#kernel = kernel;
    this.#world = world;
    this.#state = state;
    this.#topology = topology;
    this.#communication = new CommunicationCost(world, topology, demand);
    this.#budgets = budgets;
    this.#events = events;
    if (world.orchestration.scheduler === 'swm') this.#groups = groups;
    else this.#scheduler = this.#makeScheduler(world.orchestration.scheduler);
    this.#ties = kernel.streams.get(site === undefined ? 'scheduler/ties' : `cluster/${site.name}/scheduler/ties`);
    this.#schedule = kernel.on('kubernetes.schedule', () => this.#scheduleAll());
    this.#queue = new SchedulingQueue(kernel, state, () => {
      if (this.#attemptDue) return;
      this.#attemptDue = true;
      const granted = (): void => {
        this.#kernel.after(0 as Nanoseconds, this.#schedule);
      };
      if (site?.askLeave === undefined) granted();
      else site.askLeave(granted);
    });
    const { schedulingTimeNs } = world.orchestration;
    if (schedulingTimeNs !== undefined) {
      const decide = kernel.on('kubernetes.decide', (pod) => {
        // it may have been deleted while it was being looked at
        if (state.pods[pod]!.phase === 'pending') this.#scheduleOne(state.pods[pod]!);
        this.#scheduleAll();
      });
      this.#lookAt = (pod) => void kernel.after(schedulingTimeNs, decide, pod.id);
    }
    this.#lifted = world.apps.map(() => new Set());
    const lift = kernel.on('kubernetes.lift-gate', (app, gate) => this.#lift(app as AppId, gate));
    for (const [id, { liftedGates = [] }] of world.apps.entries())
      for (const [gate, { atNs }] of liftedGates.entries()) kernel.at(atNs, lift, id, gate);
  }

  /** A pod waits for a node. */
  add(pod: Pod): void {
    if (!this.#isGated(pod)) {
      this.#queue.add(pod);
      return;
    }
    this.#gated.add(pod);
    pod.message = GATED;
    pod.reason = 'SchedulingGated';
  }

  /** Carries out a decision on a pod that never waited. */
  place(pod: Pod, decision: Decision, viewAgeNs: number): void {
    this.#carryOut(pod, decision, viewAgeNs);
  }

  /** A pod that waits is gone. */
  remove(pod: Pod): void {
    this.#queue.remove(pod);
    this.#gated.delete(pod);
    const known = this.#state.schedulingPod(pod);
    const node = known.nominatedNode;
    if (node === undefined) return;
    this.#state.cache.nominate(known, undefined);
    this.#queue.happened({ kind: 'pod-deleted', pod: known, node, upToPriority: known.kind.priority });
  }

  /** Something happened in the cluster that may help pods which found no place. */
  happened(event: ClusterEvent): void {
    this.#queue.happened(event);
  }

  #isGated(pod: Pod): boolean {
    const { schedulingGates } = this.#state.kind(pod.service);
    return schedulingGates.some((gate) => !this.#lifted[pod.app]!.has(gate));
  }

  #lift(app: AppId, gate: number): void {
    this.#lifted[app]!.add(this.#world.apps[app]!.liftedGates![gate]!.gate);
    for (const pod of this.#gated) {
      if (pod.app !== app || this.#isGated(pod)) continue;
      this.#gated.delete(pod);
      pod.reason = undefined;
      this.#queue.add(pod);
    }
  }

  /** The scheduler that the world names may have changed: pods that found no place with the one before are tried anew. */
  schedulerChanged(): void {
    const { scheduler } = this.#world.orchestration;
    if (scheduler === 'swm') return;
    this.#scheduler = this.#makeScheduler(scheduler);
    this.#queue.activateAll();
  }

  #makeScheduler(name: Exclude<SchedulerName, 'swm'>): Scheduler {
    const { schedulerProfile } = this.#world.orchestration;
    return schedulers[name](
      schedulerProfile && readProfile(schedulerProfile),
      this.#extenders(schedulerProfile?.extenders ?? []),
    );
  }

  #extenders(published: readonly PublishedExtender[]): HttpExtender[] {
    if (published.length === 0) return [];
    const http = new SynchronousHttp();
    const objects = extenderObjects(this.#world, this.#kernel, (pod) => this.#state.serviceOf(pod));
    return published.map((config) => new HttpExtender(config, http, objects));
  }

  #scheduleAll(): void {
    this.#attemptDue = false;
    if (this.#groups !== undefined) return this.#scheduleGroups(this.#groups);
    if (this.#lookAt !== undefined) {
      const pod = this.#queue.next();
      // others that become active meanwhile wait for its decision
      this.#attemptDue = pod !== undefined;
      if (pod !== undefined) this.#lookAt(pod);
      return;
    }
    for (let pod = this.#queue.next(); pod !== undefined; pod = this.#queue.next()) this.#scheduleOne(pod);
  }

  #scheduleOne(pod: Pod): void {
    const { cache, pods } = this.#state;
    const decision = this.#scheduler!.schedule(this.#state.schedulingPod(pod), cache, {
      draws: this.#ties,
      verdicts: this.#world.recording.verdicts,
      disruptionBudgets: this.#budgets,
      communicationLatencyNs: ({ id }) => this.#communication.latencyNs(pod.service, id as NodeId, pods),
    });
    const viewAgeNs = this.#world.orchestration.scheduler === 'lowest-latency' ? this.#topology.ageNs : 0;
    this.#carryOut(pod, decision, viewAgeNs);
  }

  /** Hands the pods that wait over by application, in the order in which its first pod came. */
  #scheduleGroups(groups: GroupScheduler): void {
    const byApp = new Map<AppId, Pod[]>();
    for (let pod = this.#queue.next(); pod !== undefined; pod = this.#queue.next()) {
      const group = byApp.get(pod.app);
      if (group === undefined) byApp.set(pod.app, [pod]);
      else group.push(pod);
    }
    for (const pods of byApp.values()) {
      const { decisions, viewAgeNs } = groups.schedule(pods, this.#state);
      for (const [index, decision] of decisions.entries()) this.#carryOut(pods[index]!, decision, viewAgeNs);
    }
  }

  #carryOut(pod: Pod, decision: Decision, viewAgeNs: number): void {
    const { cache } = this.#state;
    const known = this.#state.schedulingPod(pod);
    pod.attempts++;
    pod.attemptedNs = this.#kernel.now;
    known.sinceNs = this.#kernel.now;
    pod.message = decision.message;
    this.#events.decided({ pod, viewAgeNs, decision });
    if (decision.failed === true) {
      pod.errors++;
      this.#queue.backOff(pod);
      return;
    }
    pod.errors = 0;
    if (decision.node === undefined) {
      pod.refusals++;
      if (decision.clearsNomination === true) cache.nominate(known, undefined);
      this.#queue.setAside(pod, decision.refusedBy ?? []);
      if (decision.nomination !== undefined) this.#preempt(pod, decision.nomination);
      return;
    }
    this.#state.bind(pod, decision.node.id as NodeId);
    this.#events.bound(pod);
    this.#queue.happened({ kind: 'pod-added', pod: known, node: decision.node });
  }

  /**
   * Evicts the victims, and keeps their room for the pod.
   * Source: pkg/scheduler/framework/preemption/preemption.go `prepareCandidate`.
   */
  #preempt(pod: Pod, { node, victims }: Nomination): void {
    const { cache } = this.#state;
    const known = this.#state.schedulingPod(pod);
    for (const other of cache.nominations.get(node) ?? []) {
      if (other === known || other.kind.priority >= known.kind.priority) continue;
      // it may no longer fit there
      cache.nominate(other, undefined);
      this.#queue.activate(other);
    }
    cache.nominate(known, node);
    for (const victim of victims) {
      if (victim.terminating) continue;
      victim.preempted = true;
      this.#events.preempted(this.#state.podOn(node.id as NodeId, victim)!);
    }
  }
}
