import type { HandlerId, Kernel, Nanoseconds, RandomStream } from '../kernel/index.ts';
import type { AppId, NodeId, PublishedExtender, World } from '../model/index.ts';
import type { ClusterState } from './cluster-state.ts';
import { CommunicationCost, type EntryDemand } from './communication.ts';
import { extenderObjects, HttpExtender, SynchronousHttp } from './extender/index.ts';
import type { ObservedTopology } from './observed-topology.ts';
import type { Pod } from './pods.ts';
import { readProfile, schedulers, type Decision, type Scheduler } from './scheduling/index.ts';
import { podBackoffNs, SchedulingQueue } from './scheduling-queue.ts';

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
}

/** Takes the pods that wait one by one, or by application where they are placed together, and asks the scenario's algorithm
 * for a node for each. Deciding takes no time. */
export class SchedulingLoop {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #state: ClusterState;
  readonly #topology: ObservedTopology;
  readonly #communication: CommunicationCost;
  readonly #events: SchedulingEvents;
  readonly #queue = new SchedulingQueue();
  /** None where groups are placed together. */
  readonly #scheduler: Scheduler | undefined;
  readonly #groups: GroupScheduler | undefined;
  readonly #ties: RandomStream;
  readonly #schedule: HandlerId;
  readonly #retry: HandlerId;
  #attemptDue = false;

  constructor(
    kernel: Kernel,
    world: World,
    state: ClusterState,
    topology: ObservedTopology,
    demand: () => readonly EntryDemand[],
    events: SchedulingEvents,
    groups: GroupScheduler | undefined,
  ) {
    this.#kernel = kernel;
    this.#world = world;
    this.#state = state;
    this.#topology = topology;
    this.#communication = new CommunicationCost(world, topology, demand);
    this.#events = events;
    const { scheduler, schedulerProfile } = world.orchestration;
    if (scheduler === 'swm') this.#groups = groups;
    else {
      this.#scheduler = schedulers[scheduler](
        schedulerProfile && readProfile(schedulerProfile),
        this.#extenders(schedulerProfile?.extenders ?? []),
      );
    }
    this.#ties = kernel.streams.get('scheduler/ties');
    this.#schedule = kernel.on('kubernetes.schedule', () => this.#scheduleAll());
    this.#retry = kernel.on('kubernetes.retry', (pod) => this.add(state.pods[pod]!));
  }

  /** A pod waits for a node. */
  add(pod: Pod): void {
    if (pod.phase !== 'pending') return;
    this.#queue.add(pod);
    if (this.#attemptDue) return;
    this.#attemptDue = true;
    this.#kernel.after(0 as Nanoseconds, this.#schedule);
  }

  /** Room or a node came: pods that found no place are tried again when their back-off is over. */
  somethingChanged(): void {
    const now = this.#kernel.now;
    for (const pod of this.#queue.takeUnschedulable()) {
      const at = Math.max(now, pod.attemptedNs + podBackoffNs(pod.attempts)) as Nanoseconds;
      this.#kernel.at(at, this.#retry, pod.id);
    }
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
    for (let pod = this.#queue.next(); pod !== undefined; pod = this.#queue.next()) this.#scheduleOne(pod);
  }

  #scheduleOne(pod: Pod): void {
    const { cache, pods } = this.#state;
    const decision = this.#scheduler!.schedule(this.#state.schedulingPod(pod), cache, {
      draws: this.#ties,
      verdicts: this.#world.recording.verdicts,
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
    pod.attempts++;
    pod.attemptedNs = this.#kernel.now;
    pod.message = decision.message;
    this.#events.decided({ pod, viewAgeNs, decision });
    if (decision.failed === true) {
      this.#kernel.after(podBackoffNs(pod.attempts), this.#retry, pod.id);
      return;
    }
    if (decision.node === undefined) {
      this.#queue.setAside(pod);
      return;
    }
    this.#state.bind(pod, decision.node.id as NodeId);
    this.#events.bound(pod);
  }
}
