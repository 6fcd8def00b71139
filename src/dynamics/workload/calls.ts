import type { Kernel, RandomStream } from '../../kernel/index.ts';
import type { CallPlan, Channel, PodId, ServiceId, UserId, World } from '../../model/index.ts';
import type { Compute } from '../compute.ts';
import { durationSampler } from '../distributions/index.ts';
import {
  DELIVERED,
  UNREACHABLE,
  type EndpointId,
  type Network,
  type ReceiverId,
  type ReservationId,
} from '../network/index.ts';
import { Attempts, type AttemptCounts, type AttemptHost } from './attempts.ts';
import { DATA_UNAVAILABLE, LOST, NO_ENDPOINT, NO_ROUTE, NOT_COVERED, OK, OVERLOADED, POD_LOST } from './outcomes.ts';
import type { Callers, CallsOptions } from './callers.ts';
import { PlannedWork } from './planned-work.ts';
import { ServiceTallies } from './service-tallies.ts';
import { PodLoads } from './pod-loads.ts';
import { servingPod, type ServingPod } from './serving-pod.ts';
import { Visits, VisitState } from './visits.ts';

/**
 * Requests on their way through the service graph, as trees of visits.
 *
 * A visit to a service: the request travels to a pod, waits for one of the pod's slots, uses CPU, then calls the
 * services of its channels (one after the other or all at once), and answers when they have answered; the slot is held
 * until then, as a thread is. Time is booked where it was spent: a parallel call counts the branch that came back last,
 * so that network, queue and CPU always add up to the latency.
 *
 * Failure (own design): a call that fails makes its caller answer with an error (no body, so latency alone) and call
 * nothing further. A pod that dies resets its connections at once: each of its callers knows at that time. What callers that
 * have a time limit or try again do is told at `Attempts`.
 */
export class Calls {
  readonly visits = new Visits();
  readonly tallies: ServiceTallies;
  readonly counts: AttemptCounts = { retries: 0, timeouts: 0, overBudget: 0, overloaded: 0 };
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #network: Network;
  readonly #compute: Compute;
  readonly #options: CallsOptions;
  readonly #callers: Callers;
  readonly #toPod: ReceiverId;
  readonly #toCaller: ReceiverId;
  readonly #work: PlannedWork;
  /** What the assured channels have reserved; undefined where none has. */
  readonly #reservations: ReadonlyMap<Channel, ReservationId> | undefined;
  readonly #pods: (ServingPod | undefined)[] = [];
  readonly load: PodLoads;
  /** Undefined where no caller has a time limit or tries again. */
  readonly #attempts: Attempts | undefined;

  /** @param reservations of the channels that the requests may call along */
  constructor(
    kernel: Kernel,
    world: World,
    network: Network,
    compute: Compute,
    options: CallsOptions,
    callers: Callers,
    reservations: ReadonlyMap<Channel, ReservationId>,
  ) {
    this.#kernel = kernel;
    this.#world = world;
    this.#network = network;
    this.#compute = compute;
    this.#options = options;
    this.#callers = callers;
    this.load = new PodLoads(kernel, this.#pods, this.visits);
    this.#toPod = network.receiver((visit, outcome) => this.#arrive(visit, outcome));
    this.#toCaller = network.receiver((visit, outcome) => this.#returned(visit, outcome));
    const samplers = world.services.map((service) => durationSampler(service.behaviour.cpu));
    this.#work = new PlannedWork(this.visits, samplers);
    this.tallies = new ServiceTallies(world.services.length);
    this.#reservations = reservations.size === 0 ? undefined : reservations;
    const hasPolicies =
      world.userGroups.some(({ requests }) => requests?.policy !== undefined) ||
      world.services.some(({ channels }) => channels.some(({ policy }) => policy !== undefined));
    this.#attempts = hasPolicies ? new Attempts(kernel, this.visits, this.counts, this.#attemptHost()) : undefined;
  }

  /**
   * A request of the user, not yet sent: all CPU demands are drawn now, in the order of its call plan.
   * @param entryWorkNs CPU time where it enters, ns, in place of the one drawn; undefined where the service says it
   * @returns its root visit
   */
  open(
    user: UserId,
    request: number,
    plan: CallPlan,
    draws: { readonly work: RandomStream; readonly data: () => RandomStream },
    entryWorkNs: number | undefined,
  ): number {
    const visits = this.visits;
    const root = visits.add(-1, -1, 0, -1);
    visits.user[root] = user;
    visits.issuedNs[root] = this.#kernel.now;
    visits.request[root] = request;
    this.#work.add(root, plan, draws.work, entryWorkNs);
    this.#options.data?.draw(root, plan.services, draws.data);
    return root;
  }

  /** Sends a request that has been opened. */
  start(root: number): void {
    if (this.#callers.policyOf(this.visits.user[root] as UserId) === undefined) this.#sendFromCaller(root);
    else this.#attempts!.begin(root);
  }

  /** Sends a visit from where its caller is, a user in coverage or a pod that runs. */
  #sendFromCaller(visit: number): void {
    const visits = this.visits;
    const service = this.#work.serviceOf(visit);
    const callerPod = visits.callerPod[visit]!;
    const user = visits.user[visits.root[visit]!]!;
    if (callerPod >= 0) this.#send(visit, this.#pods[callerPod]!.endpoint, service);
    else if (this.#callers.covered[user] === 0) this.#fail(visit, NOT_COVERED);
    else this.#send(visit, this.#callers.endpoints[user]!, service);
  }

  #attemptHost(): AttemptHost {
    const visits = this.visits;
    const userOf = (visit: number): UserId => visits.user[visits.root[visit]!] as UserId;
    return {
      policyOf: (call) =>
        (visits.parent[call]! < 0
          ? this.#callers.policyOf(userOf(call))
          : this.#work.planOf(call).channels[visits.position[call]!]!.policy)!,
      send: (attempt) => this.#sendFromCaller(attempt),
      end: (visit) => this.#end(visit),
      note: (visit, cause) => this.#noteFailure(visit, cause),
      isCallerGone: (call) => {
        const parent = visits.parent[call]!;
        if (parent < 0) return this.#callers.present[userOf(call)] === 0;
        return visits.state[parent] === VisitState.Dead || visits.state[parent] === VisitState.Lost;
      },
      budgetKeyOf: (call) => {
        const callerPod = visits.callerPod[call]!;
        const { users, services } = this.#world;
        return callerPod < 0 ? userOf(call) : users.length + callerPod * services.length + this.#work.serviceOf(call);
      },
      backoffStream: (call) => this.#kernel.streams.get(`user/${this.#world.users[userOf(call)]!.name}/backoff`),
      isMeasured: (call) => this.#isMeasured(call),
    };
  }

  /** Whether the visit's request counts in the measures. */
  #isMeasured(visit: number): boolean {
    const { issuedNs, root } = this.visits;
    return issuedNs[root[visit]!]! >= this.#world.warmupNs;
  }

  #reservationOf(visit: number): ReservationId | undefined {
    if (this.#reservations === undefined) return undefined;
    const channel = this.#work.planOf(visit).channels[this.visits.position[visit]!];
    return channel && this.#reservations.get(channel);
  }

  /** The pod serves from now on. */
  addPod(pod: PodId, service: ServiceId, endpoint: EndpointId): void {
    this.#pods[pod] = servingPod(service, endpoint, this.#world.services[service]!.behaviour);
  }

  /** The pod is dead or gone: what it had in hand fails. Its CPU tasks must have been removed. */
  removePod(pod: PodId): void {
    if (this.#pods[pod] === undefined) return;
    this.#pods[pod] = undefined;
    const visits = this.visits;
    const now = this.#kernel.now;
    const lost: number[] = [];
    for (let visit = 0, used = visits.used; visit < used; visit++) {
      if (visits.pod[visit] !== pod) continue;
      const state = visits.state[visit]!;
      if (state < VisitState.Queued || state > VisitState.Calling) continue;
      const column =
        state === VisitState.Queued ? visits.queueNs : state === VisitState.Running ? visits.cpuNs : visits.networkNs;
      column[visit]! += now - visits.sinceNs[visit]!;
      visits.state[visit] = VisitState.Lost;
      lost.push(visit);
    }
    // all are marked before the first is told of: one may have called another
    for (const visit of lost) {
      this.#options.data?.abandon(visit);
      this.#fail(visit, POD_LOST);
    }
  }

  #send(visit: number, from: EndpointId, service: ServiceId): void {
    const pod = this.#options.endpointFor(service, from);
    if (pod < 0) {
      this.#fail(visit, NO_ENDPOINT);
      return;
    }
    const visits = this.visits;
    visits.pod[visit] = pod;
    visits.sinceNs[visit] = this.#kernel.now;
    const serving = this.#pods[pod];
    if (serving === undefined) {
      // its endpoint is still listed, but nobody listens there any more
      this.#fail(visit, POD_LOST);
      return;
    }
    const { requestBytes } = this.#world.services[service]!.behaviour;
    this.#countBytes(visit, requestBytes);
    this.#network.send(this.#toPod, visit, from, serving.endpoint, requestBytes, this.#reservationOf(visit));
  }

  #arrive(visit: number, outcome: number): void {
    const visits = this.visits;
    const now = this.#kernel.now;
    visits.networkNs[visit]! += now - visits.sinceNs[visit]!;
    visits.sinceNs[visit] = now;
    if (outcome !== DELIVERED) {
      this.#fail(visit, outcome === UNREACHABLE ? NO_ROUTE : LOST);
      return;
    }
    const serving = this.#pods[visits.pod[visit]!];
    if (serving === undefined) {
      this.#fail(visit, POD_LOST);
      return;
    }
    if (serving.busy < serving.concurrency) {
      serving.busy++;
      this.#run(visit);
    } else if (serving.queue.length - serving.head >= serving.queueLimit) {
      this.tallies.refused[serving.service]!++;
      if (this.#isMeasured(visit)) this.counts.overloaded++;
      this.#noteFailure(visit, OVERLOADED);
      this.#respond(visit, serving);
    } else {
      visits.state[visit] = VisitState.Queued;
      serving.queue.push(visit);
    }
    serving.loadChanged?.();
  }

  #run(visit: number): void {
    const visits = this.visits;
    visits.state[visit] = VisitState.Running;
    this.#compute.start(visits.pod[visit] as PodId, this.#work.workNs(visit), visit);
  }

  /** A visit's CPU task has finished: the sink that `Compute` must be made with. */
  cpuFinished(visit: number): void {
    const visits = this.visits;
    const now = this.#kernel.now;
    visits.cpuNs[visit]! += now - visits.sinceNs[visit]!;
    visits.sinceNs[visit] = now;
    visits.state[visit] = VisitState.Calling;
    const { data } = this.#options;
    const serving = this.#pods[visits.pod[visit]!]!;
    // its calls have not begun: what is booked is its own
    this.tallies.worked(serving, visits.queueNs[visit]!, visits.cpuNs[visit]!);
    if (data === undefined || !data.isUsedBy(serving.service)) this.#callNext(visit);
    else data.begin(visit, visits.root[visit]!, visits.position[visit]!, serving.service, serving.endpoint);
  }

  /** A visit's reads and writes are done, or one has failed: the sink that `DataAccess` must be made with. */
  dataAccessed(visit: number, ok: boolean): void {
    const visits = this.visits;
    const now = this.#kernel.now;
    visits.networkNs[visit]! += now - visits.sinceNs[visit]!;
    visits.sinceNs[visit] = now;
    if (!ok) this.#noteFailure(visit, DATA_UNAVAILABLE);
    this.#callNext(visit);
  }

  /** Makes the next call, or all of them, or answers when all have come back. */
  #callNext(visit: number): void {
    const visits = this.visits;
    const plan = this.#work.planOf(visit);
    const position = visits.position[visit]!;
    const calls = plan.callCount[position]!;
    if (visits.called[visit]! >= calls || visits.cause[visit] !== OK) {
      this.#answer(visit);
      return;
    }
    const { behaviour } = this.#world.services[plan.services[position]!]!;
    const upTo = behaviour.calls === 'parallel' ? calls : visits.called[visit]! + 1;
    const first = plan.firstCall[position]!;
    const serving = this.#pods[visits.pod[visit]!]!;
    const from = serving.endpoint;
    // count them all before the first is sent: a call that fails comes back at once
    const already = visits.called[visit]!;
    visits.pending[visit] = upTo - already;
    visits.called[visit] = upTo;
    for (let call = first + already; call < first + upTo; call++) {
      const child = visits.add(visit, visits.root[visit]!, call, visits.pod[visit]!);
      if (plan.channels[call]!.policy === undefined) this.#send(child, from, plan.services[call]!);
      else this.#attempts!.begin(child);
    }
    if (already === 0 && !serving.holdsSlotWhileCalling) {
      serving.calling++;
      this.#releaseSlot(serving);
    }
  }

  /** The visit's work is done. */
  #answer(visit: number): void {
    const serving = this.#pods[this.visits.pod[visit]!]!;
    const hasSlot = serving.holdsSlotWhileCalling || this.visits.called[visit] === 0;
    this.#respond(visit, serving);
    if (hasSlot) this.#releaseSlot(serving);
    else serving.calling--;
    serving.loadChanged?.();
  }

  /** Sends the caller an answer, or word that there will be none. */
  #respond(visit: number, serving: ServingPod): void {
    const visits = this.visits;
    visits.state[visit] = VisitState.Returning;
    visits.sinceNs[visit] = this.#kernel.now;
    const callerPod = visits.callerPod[visit]!;
    const caller =
      callerPod < 0 ? this.#callers.endpoints[visits.user[visits.root[visit]!]!]! : this.#pods[callerPod]?.endpoint;
    const bytes = visits.cause[visit] === OK ? this.#world.services[serving.service]!.behaviour.responseBytes : 0;
    // a caller whose pod has died waits for no answer
    if (caller === undefined) return this.#end(visit);
    this.#countBytes(visit, bytes);
    this.#network.send(this.#toCaller, visit, serving.endpoint, caller, bytes, this.#reservationOf(visit));
  }

  #countBytes(visit: number, bytes: number): void {
    this.tallies.entryBytes[this.#work.serviceOf(this.visits.root[visit]!)]! += bytes;
  }

  #releaseSlot(serving: ServingPod): void {
    if (serving.head === serving.queue.length) serving.busy--;
    else this.#serveNext(serving);
    serving.loadChanged?.();
  }

  #serveNext(serving: ServingPod): void {
    const next = serving.queue[serving.head++]!;
    if (serving.head > 64 && serving.head * 2 > serving.queue.length) {
      serving.queue.splice(0, serving.head);
      serving.head = 0;
    }
    const visits = this.visits;
    const now = this.#kernel.now;
    visits.queueNs[next]! += now - visits.sinceNs[next]!;
    visits.sinceNs[next] = now;
    this.#run(next);
  }

  #returned(visit: number, outcome: number): void {
    const visits = this.visits;
    visits.networkNs[visit]! += this.#kernel.now - visits.sinceNs[visit]!;
    if (outcome !== DELIVERED) this.#noteFailure(visit, outcome === UNREACHABLE ? NO_ROUTE : LOST);
    this.#end(visit);
  }

  #fail(visit: number, cause: number): void {
    this.#noteFailure(visit, cause);
    this.#end(visit);
  }

  /** Notes why a visit fails, unless it has failed before: at the service that it is a visit to. */
  #noteFailure(visit: number, cause: number): void {
    const visits = this.visits;
    if (visits.cause[visit] !== OK) return;
    visits.cause[visit] = cause;
    visits.failedAt[visit] = this.#work.serviceOf(visit);
  }

  /** The visit is over for its caller, well or not. */
  #end(visit: number): void {
    const visits = this.visits;
    const parent = visits.parent[visit]!;
    if (parent < 0) {
      this.#callers.ended(visit, visits.cause[visit]!);
      visits.state[visit] = VisitState.Dead;
      this.#removeIfDone(visit);
      return;
    }
    visits.state[visit] = VisitState.Dead;
    visits.pending[parent]!--;
    const parentState = visits.state[parent]!;
    if (parentState === VisitState.Calling) this.#callEnded(parent, visit);
    else if (parentState === VisitState.Trying) {
      this.#attempts!.attemptEnded(parent, visit);
      this.#removeIfDone(visit);
    } else {
      // nobody waits for it
      this.#removeIfDone(visit);
      if (parentState === VisitState.Dead && visits.parent[parent] !== -1) this.#removeIfDone(parent);
    }
  }

  /** The calls of a visit that died come back to nobody, but they still need it and the request's root till then. */
  #removeIfDone(visit: number): void {
    const visits = this.visits;
    const root = visits.root[visit]!;
    if (visit !== root && visits.pending[visit] === 0) visits.remove(visit);
    if (visits.state[root] === VisitState.Dead && visits.live[root] === 1) {
      this.#work.remove(root);
      visits.remove(root);
    }
  }

  #callEnded(parent: number, call: number): void {
    const visits = this.visits;
    if (visits.cause[call] !== OK && visits.cause[parent] === OK) {
      visits.cause[parent] = visits.cause[call]!;
      visits.failedAt[parent] = visits.failedAt[call]!;
      visits.gaveUp[parent] = visits.gaveUp[call]!;
    }
    if (visits.pending[parent] === 0) {
      visits.networkNs[parent]! += visits.networkNs[call]!;
      visits.queueNs[parent]! += visits.queueNs[call]!;
      visits.cpuNs[parent]! += visits.cpuNs[call]!;
      visits.retryNs[parent]! += visits.retryNs[call]!;
      visits.sinceNs[parent] = this.#kernel.now;
    }
    this.#removeIfDone(call);
    if (visits.pending[parent] === 0) this.#callNext(parent);
  }
}
