import type { Kernel, RandomStream } from '../../kernel/index.ts';
import { planCalls, type CallPlan, type PodId, type ServiceId, type UserId, type World } from '../../model/index.ts';
import type { Compute } from '../compute.ts';
import type { DataAccess } from '../datasets/index.ts';
import { DELIVERED, UNREACHABLE, type EndpointId, type Network, type ReceiverId } from '../network/index.ts';
import { ArrivalSchedule } from './arrivals/schedule.ts';
import { DemandPool } from './demand-pool.ts';
import type { ServingPod } from './serving-pod.ts';
import { reservationsOf } from './channel-reservations.ts';
import { durationSampler, type DurationSampler } from '../distributions/index.ts';
import { DATA_UNAVAILABLE, LOST, NO_ENDPOINT, NO_ROUTE, NOT_COVERED, OK, POD_LOST, UNFINISHED } from './outcomes.ts';
import { Visits, VisitState } from './visits.ts';

/** A request that has ended. One object serves all: read it at once, keep nothing of it. */
export interface EndedRequest {
  request: number;
  user: UserId;
  service: ServiceId;
  /** The pod of the entry service, -1 when none was found. */
  pod: number;
  /** Index in `requestOutcomes`. */
  outcome: number;
  issuedNs: number;
  /** What the time from issue to end was spent on: exactly `latency = network + queue + cpu`. */
  networkNs: number;
  queueNs: number;
  cpuNs: number;
}

export interface RequestsOptions {
  /** The pod that a caller at `from` reaches when it calls the service; -1 when the service has none. */
  readonly endpointFor: (service: ServiceId, from: EndpointId) => number;
  readonly ended: (request: EndedRequest) => void;
  /** Reads and writes of datasets, told of `dataAccessed`; absent where no service does any. */
  readonly data?: DataAccess;
}

/**
 * Users' requests, followed through network, queue and CPU.
 *
 * A visit to a service: the request travels to a pod, waits for one of the pod's slots, uses CPU, then calls the
 * services of its channels (one after the other or all at once), and answers when they have answered; the slot is held
 * until then, as a thread is. Time is booked where it was spent: a parallel call counts the branch that came back last,
 * so that network, queue and CPU always add up to the latency.
 *
 * Failure (own design): a call that fails makes its caller answer with an error (no body, so latency alone) and call
 * nothing further. A pod that dies resets its connections at once: each of its callers knows at that time.
 *
 * Fair comparison: all CPU demands of a request are drawn when it is issued, in the order of its call plan, from a
 * stream of its user; what happens later to this or another request draws nothing.
 */
export class Requests {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #network: Network;
  readonly #compute: Compute;
  readonly #options: RequestsOptions;
  readonly #toPod: ReceiverId;
  readonly #toCaller: ReceiverId;
  readonly #visits = new Visits();
  readonly #demands = new DemandPool();
  readonly #pods: (ServingPod | undefined)[] = [];
  /** By user group: undefined where its users send nothing. */
  readonly #plans: (CallPlan | undefined)[];
  /** By user group and position of its plan: what its assured channels have reserved; undefined where none has. */
  readonly #reservations: ReturnType<typeof reservationsOf>;
  readonly #arrivals: ArrivalSchedule;
  readonly #samplers: readonly DurationSampler[];
  readonly #workStreams: (RandomStream | undefined)[] = [];
  readonly #userEndpoints: EndpointId[] = [];
  /** Group by user, apart from the users themselves: it is asked for at every step of a request. */
  readonly #groupOf: Int32Array;
  readonly #covered: Uint8Array;
  readonly #present: Uint8Array;
  #issued = 0;
  readonly #ended: EndedRequest = {
    request: 0,
    user: 0 as UserId,
    service: 0 as ServiceId,
    pod: -1,
    outcome: 0,
    issuedNs: 0,
    networkNs: 0,
    queueNs: 0,
    cpuNs: 0,
  };

  constructor(kernel: Kernel, world: World, network: Network, compute: Compute, options: RequestsOptions) {
    this.#kernel = kernel;
    this.#world = world;
    this.#network = network;
    this.#compute = compute;
    this.#options = options;
    const issue = kernel.on('user.request', (user) => this.#issueRequest(user as UserId));
    this.#arrivals = new ArrivalSchedule(kernel, world, issue);
    this.#toPod = network.receiver((visit, outcome) => this.#arrive(visit, outcome));
    this.#toCaller = network.receiver((visit, outcome) => this.#returned(visit, outcome));
    this.#samplers = world.services.map((service) => durationSampler(service.behaviour.cpu));
    this.#plans = world.userGroups.map(({ requests }) => requests && planCalls(world.services, requests.to));
    this.#reservations = reservationsOf(this.#plans, network);
    this.#covered = new Uint8Array(world.users.length);
    this.#present = new Uint8Array(world.users.length).fill(1);
    this.#groupOf = Int32Array.from(world.users, ({ group }) => group);
  }

  /** Requests issued so far. */
  get issuedCount(): number {
    return this.#issued;
  }

  /** Users send from here on; `endpoints[user]` is where each hangs on the network. */
  start(endpoints: readonly EndpointId[]): void {
    const { users, userGroups } = this.#world;
    for (const [index, { name, group }] of users.entries()) {
      this.#userEndpoints.push(endpoints[index]!);
      if (userGroups[group]!.requests === undefined) continue;
      this.#workStreams[index] = this.#kernel.streams.get(`user/${name}/work`);
      this.#arrivals.start(index as UserId);
    }
  }

  /** Whether the user is attached to an access point, and whether it is there at all: an absent one sends nothing. */
  setCovered(user: UserId, covered: boolean, present = true): void {
    this.#covered[user] = covered ? 1 : 0;
    this.#present[user] = present ? 1 : 0;
  }

  /** The pod serves from now on. */
  addPod(pod: PodId, service: ServiceId, endpoint: EndpointId): void {
    const { concurrency } = this.#world.services[service]!.behaviour;
    this.#pods[pod] = { service, endpoint, concurrency, busy: 0, queue: [], head: 0 };
  }

  /** The pod is dead or gone: what it had in hand fails. Its CPU tasks must have been removed. */
  removePod(pod: PodId): void {
    if (this.#pods[pod] === undefined) return;
    this.#pods[pod] = undefined;
    const visits = this.#visits;
    const now = this.#kernel.now;
    for (let visit = 0, used = visits.used; visit < used; visit++) {
      if (visits.pod[visit] !== pod) continue;
      const state = visits.state[visit]!;
      if (state < VisitState.Queued || state > VisitState.Calling) continue;
      const column =
        state === VisitState.Queued ? visits.queueNs : state === VisitState.Running ? visits.cpuNs : visits.networkNs;
      column[visit]! += now - visits.sinceNs[visit]!;
      visits.cause[visit] = POD_LOST;
      this.#options.data?.abandon(visit);
      this.#end(visit);
    }
  }

  /** The run is over: requests still under way end as `unfinished`. */
  finish(): void {
    const visits = this.#visits;
    for (let visit = 0; visit < visits.used; visit++) {
      const state = visits.state[visit]!;
      if (state === VisitState.Free || state === VisitState.Dead || visits.parent[visit] !== -1) continue;
      this.#report(visit, UNFINISHED);
    }
  }

  #issueRequest(user: UserId): void {
    const now = this.#kernel.now;
    const group = this.#groupOf[user]!;
    const entryWorkNs = this.#arrivals.entryWorkNs(user);
    const isPresent = this.#present[user] !== 0;
    if (!isPresent || !this.#arrivals.waitsForEnd(user)) this.#arrivals.next(user);
    if (!isPresent) return;

    const visits = this.#visits;
    const plan = this.#plans[group]!;
    const root = visits.add(-1, -1, 0);
    visits.user[root] = user;
    visits.issuedNs[root] = now;
    visits.request[root] = this.#issued++;
    const demands = this.#demands.take(plan.services.length);
    visits.demands[root] = demands;
    const stream = this.#workStreams[user]!;
    for (let position = 0; position < plan.services.length; position++) {
      this.#demands.workNs[demands + position] = this.#samplers[plan.services[position]!]!(stream);
    }
    if (entryWorkNs !== undefined) this.#demands.workNs[demands] = entryWorkNs;
    this.#options.data?.draw(root, plan.services, () =>
      this.#kernel.streams.get(`user/${this.#world.users[user]!.name}/data`),
    );
    if (this.#covered[user] === 0) this.#fail(root, NOT_COVERED);
    else this.#send(root, this.#userEndpoints[user]!, plan.services[0]!);
  }

  #planOf(visit: number): CallPlan {
    const user = this.#visits.user[this.#visits.root[visit]!]!;
    return this.#plans[this.#groupOf[user]!]!;
  }

  #reservationOf(visit: number) {
    const visits = this.#visits;
    const ofGroup = this.#reservations[this.#groupOf[visits.user[visits.root[visit]!]!]!];
    return ofGroup?.[visits.position[visit]!];
  }

  #send(visit: number, from: EndpointId, service: ServiceId): void {
    const pod = this.#options.endpointFor(service, from);
    if (pod < 0) {
      this.#fail(visit, NO_ENDPOINT);
      return;
    }
    const visits = this.#visits;
    visits.pod[visit] = pod;
    visits.sinceNs[visit] = this.#kernel.now;
    const serving = this.#pods[pod];
    if (serving === undefined) {
      // its endpoint is still listed, but nobody listens there any more
      this.#fail(visit, POD_LOST);
      return;
    }
    const { requestBytes } = this.#world.services[service]!.behaviour;
    this.#network.send(this.#toPod, visit, from, serving.endpoint, requestBytes, this.#reservationOf(visit));
  }

  #arrive(visit: number, outcome: number): void {
    const visits = this.#visits;
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
    } else {
      visits.state[visit] = VisitState.Queued;
      serving.queue.push(visit);
    }
  }

  #run(visit: number): void {
    const visits = this.#visits;
    visits.state[visit] = VisitState.Running;
    const workNs = this.#demands.workNs[visits.demands[visits.root[visit]!]! + visits.position[visit]!]!;
    this.#compute.start(visits.pod[visit] as PodId, workNs, visit);
  }

  /** A visit's CPU task has finished: the sink that `Compute` must be made with. */
  cpuFinished(visit: number): void {
    const visits = this.#visits;
    const now = this.#kernel.now;
    visits.cpuNs[visit]! += now - visits.sinceNs[visit]!;
    visits.sinceNs[visit] = now;
    visits.state[visit] = VisitState.Calling;
    const { data } = this.#options;
    const serving = this.#pods[visits.pod[visit]!]!;
    if (data === undefined || !data.isUsedBy(serving.service)) this.#callNext(visit);
    else data.begin(visit, visits.root[visit]!, visits.position[visit]!, serving.service, serving.endpoint);
  }

  /** A visit's reads and writes are done, or one has failed: the sink that `DataAccess` must be made with. */
  dataAccessed(visit: number, ok: boolean): void {
    const visits = this.#visits;
    const now = this.#kernel.now;
    visits.networkNs[visit]! += now - visits.sinceNs[visit]!;
    visits.sinceNs[visit] = now;
    if (!ok) visits.cause[visit] = DATA_UNAVAILABLE;
    this.#callNext(visit);
  }

  /** Makes the next call, or all of them, or answers when all have come back. */
  #callNext(visit: number): void {
    const visits = this.#visits;
    const plan = this.#planOf(visit);
    const position = visits.position[visit]!;
    const calls = plan.callCount[position]!;
    if (visits.called[visit]! >= calls || visits.cause[visit] !== OK) {
      this.#answer(visit);
      return;
    }
    const { behaviour } = this.#world.services[plan.services[position]!]!;
    const upTo = behaviour.calls === 'parallel' ? calls : visits.called[visit]! + 1;
    const first = plan.firstCall[position]!;
    const from = this.#pods[visits.pod[visit]!]!.endpoint;
    // count them all before the first is sent: a call that fails comes back at once
    const already = visits.called[visit]!;
    visits.pending[visit] = upTo - already;
    visits.called[visit] = upTo;
    for (let call = already; call < upTo; call++) {
      const child = visits.add(visit, visits.root[visit]!, first + call);
      this.#send(child, from, plan.services[first + call]!);
    }
  }

  #answer(visit: number): void {
    const visits = this.#visits;
    const pod = visits.pod[visit]!;
    const serving = this.#pods[pod]!;
    visits.state[visit] = VisitState.Returning;
    visits.sinceNs[visit] = this.#kernel.now;
    const parent = visits.parent[visit]!;
    const caller = parent < 0 ? this.#userEndpoints[visits.user[visit]!]! : this.#pods[visits.pod[parent]!]?.endpoint;
    const bytes = visits.cause[visit] === OK ? this.#world.services[serving.service]!.behaviour.responseBytes : 0;
    // a caller whose pod has died waits for no answer
    if (caller === undefined) this.#end(visit);
    else this.#network.send(this.#toCaller, visit, serving.endpoint, caller, bytes, this.#reservationOf(visit));
    this.#releaseSlot(serving);
  }

  #releaseSlot(serving: ServingPod): void {
    if (serving.head === serving.queue.length) {
      serving.busy--;
      return;
    }
    const next = serving.queue[serving.head++]!;
    if (serving.head > 64 && serving.head * 2 > serving.queue.length) {
      serving.queue.splice(0, serving.head);
      serving.head = 0;
    }
    const visits = this.#visits;
    const now = this.#kernel.now;
    visits.queueNs[next]! += now - visits.sinceNs[next]!;
    visits.sinceNs[next] = now;
    this.#run(next);
  }

  #returned(visit: number, outcome: number): void {
    const visits = this.#visits;
    visits.networkNs[visit]! += this.#kernel.now - visits.sinceNs[visit]!;
    if (outcome !== DELIVERED && visits.cause[visit] === OK)
      visits.cause[visit] = outcome === UNREACHABLE ? NO_ROUTE : LOST;
    this.#end(visit);
  }

  #fail(visit: number, cause: number): void {
    this.#visits.cause[visit] = cause;
    this.#end(visit);
  }

  /** The visit is over for its caller, well or not. */
  #end(visit: number): void {
    const visits = this.#visits;
    const parent = visits.parent[visit]!;
    const cause = visits.cause[visit]!;
    const networkNs = visits.networkNs[visit]!;
    const queueNs = visits.queueNs[visit]!;
    const cpuNs = visits.cpuNs[visit]!;
    if (parent < 0) {
      this.#report(visit, cause);
      const user = visits.user[visit]! as UserId;
      if (this.#arrivals.waitsForEnd(user)) this.#arrivals.next(user);
    }
    visits.state[visit] = VisitState.Dead;
    if (parent < 0) {
      this.#removeIfDone(visit);
      return;
    }
    const parentIsDead = visits.state[parent] === VisitState.Dead;
    visits.pending[parent]!--;
    this.#removeIfDone(visit);
    if (!parentIsDead) this.#callEnded(parent, cause, networkNs, queueNs, cpuNs);
    else if (visits.parent[parent] !== -1) this.#removeIfDone(parent);
  }

  /** The calls of a visit that died come back to nobody, but they still need it and the request's root till then. */
  #removeIfDone(visit: number): void {
    const visits = this.#visits;
    const root = visits.root[visit]!;
    if (visit !== root && visits.pending[visit] === 0) visits.remove(visit);
    if (visits.state[root] === VisitState.Dead && visits.live[root] === 1) {
      this.#demands.give(visits.demands[root]!, this.#planOf(root).services.length);
      visits.remove(root);
    }
  }

  #callEnded(parent: number, cause: number, networkNs: number, queueNs: number, cpuNs: number): void {
    const visits = this.#visits;
    if (cause !== OK) visits.cause[parent] = cause;
    if (visits.pending[parent]! > 0) return;
    visits.networkNs[parent]! += networkNs;
    visits.queueNs[parent]! += queueNs;
    visits.cpuNs[parent]! += cpuNs;
    visits.sinceNs[parent] = this.#kernel.now;
    this.#callNext(parent);
  }

  #report(root: number, outcome: number): void {
    const visits = this.#visits;
    const ended = this.#ended;
    const user = visits.user[root]! as UserId;
    ended.request = visits.request[root]!;
    ended.user = user;
    ended.service = this.#world.userGroups[this.#groupOf[user]!]!.requests!.to;
    ended.pod = visits.pod[root]!;
    ended.outcome = outcome;
    ended.issuedNs = visits.issuedNs[root]!;
    ended.networkNs = visits.networkNs[root]!;
    ended.queueNs = visits.queueNs[root]!;
    ended.cpuNs = visits.cpuNs[root]!;
    this.#options.ended(ended);
  }
}
