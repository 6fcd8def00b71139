import type { Kernel } from '../../kernel/index.ts';
import type { CallPlan, Channel, PodId, ServiceId, UserId, World } from '../../model/index.ts';
import type { RandomStream } from '../../kernel/index.ts';
import type { Compute } from '../compute.ts';
import type { DataAccess } from '../datasets/index.ts';
import { durationSampler, type DurationSampler } from '../distributions/index.ts';
import {
  DELIVERED,
  UNREACHABLE,
  type EndpointId,
  type Network,
  type ReceiverId,
  type ReservationId,
} from '../network/index.ts';
import { DemandPool } from './demand-pool.ts';
import { DATA_UNAVAILABLE, LOST, NO_ENDPOINT, NO_ROUTE, NOT_COVERED, OK, POD_LOST } from './outcomes.ts';
import type { ServingPod } from './serving-pod.ts';
import { Visits, VisitState } from './visits.ts';

export interface CallsOptions {
  /** The pod that a caller at `from` reaches when it calls the service; -1 when the service has none. */
  readonly endpointFor: (service: ServiceId, from: EndpointId) => number;
  /** Reads and writes of datasets, told of `dataAccessed`; absent where no service does any. */
  readonly data?: DataAccess;
}

/** What the calls of users' requests need of those users. */
export interface Callers {
  /** By user: where it hangs on the network. */
  readonly endpoints: readonly EndpointId[];
  /** The request is over: `Calls.visits` of its root can be read until this returns. */
  readonly ended: (root: number, outcome: number) => void;
}

/**
 * Requests on their way through the service graph, as trees of visits.
 *
 * A visit to a service: the request travels to a pod, waits for one of the pod's slots, uses CPU, then calls the
 * services of its channels (one after the other or all at once), and answers when they have answered; the slot is held
 * until then, as a thread is. Time is booked where it was spent: a parallel call counts the branch that came back last,
 * so that network, queue and CPU always add up to the latency.
 *
 * Failure (own design): a call that fails makes its caller answer with an error (no body, so latency alone) and call
 * nothing further. A pod that dies resets its connections at once: each of its callers knows at that time.
 */
export class Calls {
  readonly visits = new Visits();
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #network: Network;
  readonly #compute: Compute;
  readonly #options: CallsOptions;
  readonly #callers: Callers;
  readonly #toPod: ReceiverId;
  readonly #toCaller: ReceiverId;
  readonly #samplers: readonly DurationSampler[];
  /** What the assured channels have reserved; undefined where none has. */
  readonly #reservations: ReadonlyMap<Channel, ReservationId> | undefined;
  readonly #demands = new DemandPool();
  readonly #pods: (ServingPod | undefined)[] = [];
  /** By root visit. */
  readonly #plans: CallPlan[] = [];

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
    this.#toPod = network.receiver((visit, outcome) => this.#arrive(visit, outcome));
    this.#toCaller = network.receiver((visit, outcome) => this.#returned(visit, outcome));
    this.#samplers = world.services.map((service) => durationSampler(service.behaviour.cpu));
    this.#reservations = reservations.size === 0 ? undefined : reservations;
  }

  /**
   * A request of the user, not yet sent: all CPU demands are drawn now, in the order of its call plan.
   * @returns its root visit
   */
  open(user: UserId, request: number, plan: CallPlan, work: RandomStream, data: () => RandomStream): number {
    const visits = this.visits;
    const root = visits.add(-1, -1, 0);
    this.#plans[root] = plan;
    visits.user[root] = user;
    visits.issuedNs[root] = this.#kernel.now;
    visits.request[root] = request;
    const { services } = plan;
    const demands = this.#demands.take(services.length);
    visits.demands[root] = demands;
    for (let position = 0; position < services.length; position++) {
      this.#demands.workNs[demands + position] = this.#samplers[services[position]!]!(work);
    }
    this.#options.data?.draw(root, services, data);
    return root;
  }

  /** Sends a request that has been opened; it fails at once where its user is out of coverage. */
  start(root: number, covered: boolean): void {
    if (!covered) this.#fail(root, NOT_COVERED);
    else this.#send(root, this.#callers.endpoints[this.visits.user[root]!]!, this.#planOf(root).services[0]!);
  }

  #planOf(visit: number): CallPlan {
    return this.#plans[this.visits.root[visit]!]!;
  }

  #reservationOf(visit: number): ReservationId | undefined {
    if (this.#reservations === undefined) return undefined;
    const channel = this.#planOf(visit).channels[this.visits.position[visit]!];
    return channel && this.#reservations.get(channel);
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
    const visits = this.visits;
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
    } else {
      visits.state[visit] = VisitState.Queued;
      serving.queue.push(visit);
    }
  }

  #run(visit: number): void {
    const visits = this.visits;
    visits.state[visit] = VisitState.Running;
    const workNs = this.#demands.workNs[visits.demands[visits.root[visit]!]! + visits.position[visit]!]!;
    this.#compute.start(visits.pod[visit] as PodId, workNs, visit);
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
    if (data === undefined || !data.isUsedBy(serving.service)) this.#callNext(visit);
    else data.begin(visit, visits.root[visit]!, visits.position[visit]!, serving.service, serving.endpoint);
  }

  /** A visit's reads and writes are done, or one has failed: the sink that `DataAccess` must be made with. */
  dataAccessed(visit: number, ok: boolean): void {
    const visits = this.visits;
    const now = this.#kernel.now;
    visits.networkNs[visit]! += now - visits.sinceNs[visit]!;
    visits.sinceNs[visit] = now;
    if (!ok) visits.cause[visit] = DATA_UNAVAILABLE;
    this.#callNext(visit);
  }

  /** Makes the next call, or all of them, or answers when all have come back. */
  #callNext(visit: number): void {
    const visits = this.visits;
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
    const visits = this.visits;
    const pod = visits.pod[visit]!;
    const serving = this.#pods[pod]!;
    visits.state[visit] = VisitState.Returning;
    visits.sinceNs[visit] = this.#kernel.now;
    const parent = visits.parent[visit]!;
    const caller =
      parent < 0 ? this.#callers.endpoints[visits.user[visit]!]! : this.#pods[visits.pod[parent]!]?.endpoint;
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
    const visits = this.visits;
    const now = this.#kernel.now;
    visits.queueNs[next]! += now - visits.sinceNs[next]!;
    visits.sinceNs[next] = now;
    this.#run(next);
  }

  #returned(visit: number, outcome: number): void {
    const visits = this.visits;
    visits.networkNs[visit]! += this.#kernel.now - visits.sinceNs[visit]!;
    if (outcome !== DELIVERED && visits.cause[visit] === OK)
      visits.cause[visit] = outcome === UNREACHABLE ? NO_ROUTE : LOST;
    this.#end(visit);
  }

  #fail(visit: number, cause: number): void {
    this.visits.cause[visit] = cause;
    this.#end(visit);
  }

  /** The visit is over for its caller, well or not. */
  #end(visit: number): void {
    const visits = this.visits;
    const parent = visits.parent[visit]!;
    const cause = visits.cause[visit]!;
    const networkNs = visits.networkNs[visit]!;
    const queueNs = visits.queueNs[visit]!;
    const cpuNs = visits.cpuNs[visit]!;
    if (parent < 0) this.#callers.ended(visit, cause);
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
    const visits = this.visits;
    const root = visits.root[visit]!;
    if (visit !== root && visits.pending[visit] === 0) visits.remove(visit);
    if (visits.state[root] === VisitState.Dead && visits.live[root] === 1) {
      this.#demands.give(visits.demands[root]!, this.#planOf(root).services.length);
      visits.remove(root);
    }
  }

  #callEnded(parent: number, cause: number, networkNs: number, queueNs: number, cpuNs: number): void {
    const visits = this.visits;
    if (cause !== OK) visits.cause[parent] = cause;
    if (visits.pending[parent]! > 0) return;
    visits.networkNs[parent]! += networkNs;
    visits.queueNs[parent]! += queueNs;
    visits.cpuNs[parent]! += cpuNs;
    visits.sinceNs[parent] = this.#kernel.now;
    this.#callNext(parent);
  }
}
