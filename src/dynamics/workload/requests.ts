import type { Kernel, StreamFamily } from '../../kernel/index.ts';
import type { Channel, PodId, ServiceId, UserId, World } from '../../model/index.ts';
import type { Compute } from '../compute.ts';
import type { EndpointId, Network, ReservationId } from '../network/index.ts';
import { ArrivalSchedule } from './arrivals/schedule.ts';
import type { AttemptCounts } from './attempts.ts';
import { planningOf, type CallPlanning } from './call-planning.ts';
import type { CallsOptions } from './callers.ts';
import { Calls } from './calls.ts';
import { reservationsOf } from './channel-reservations.ts';
import { UNFINISHED } from './outcomes.ts';
import type { PodLoads } from './pod-loads.ts';
import type { ServiceTallies } from './service-tallies.ts';
import { VisitState } from './visits.ts';

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
  /** What the time from issue to end was spent on: exactly `latency = network + queue + cpu + retry`. */
  networkNs: number;
  queueNs: number;
  cpuNs: number;
  retryNs: number;
  /** The attempts that its user made. */
  attempts: number;
  /** Of a failure: the service where it failed first, and an index in `giveUps`. */
  failedAt: ServiceId;
  gaveUp: number;
  /** Whether it was drawn to have a row of its own. */
  recorded: boolean;
}

export interface RequestsOptions extends CallsOptions {
  readonly ended: (request: EndedRequest) => void;
  /** Whether a request that the user issues now is to be recorded. */
  readonly isRecorded: (user: UserId) => boolean;
}

/**
 * Users' requests: when they are issued, and what became of them. `Calls` follows them in between.
 *
 * Fair comparison: which calls a request makes, and all its CPU demands in the order of its call plan, are drawn when it is
 * issued, from streams of its user, and so is whether it gets a row of its own; what happens later to this or another request draws
 * nothing.
 */
export class Requests {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #options: RequestsOptions;
  readonly #calls: Calls;
  /** By user group: how a request's calls are planned; undefined where its users send nothing. */
  readonly #plans: (CallPlanning | undefined)[];
  readonly #arrivals: ArrivalSchedule;
  readonly #streams: StreamFamily<'arrivals' | 'work'>;
  readonly #userEndpoints: EndpointId[] = [];
  /** Group by user, apart from the users themselves: it is asked for at every request. */
  readonly #groupOf: Int32Array;
  readonly #covered: Uint8Array;
  readonly #present: Uint8Array;
  /** By assured channel with a bandwidth: its claim. */
  readonly reservations: ReadonlyMap<Channel, ReservationId>;
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
    retryNs: 0,
    attempts: 1,
    failedAt: 0 as ServiceId,
    gaveUp: 0,
    recorded: false,
  };

  constructor(kernel: Kernel, world: World, network: Network, compute: Compute, options: RequestsOptions) {
    this.#kernel = kernel;
    this.#world = world;
    this.#options = options;
    const issue = kernel.on('user.request', (user) => this.#issueRequest(user as UserId));
    this.#streams = kernel.streams.family('user', world.users.length, ['arrivals', 'work']);
    this.#arrivals = new ArrivalSchedule(kernel, world, issue, this.#streams);
    this.#covered = new Uint8Array(world.users.length);
    this.#present = new Uint8Array(world.users.length).fill(1);
    this.#groupOf = Int32Array.from(world.users, ({ group }) => group);
    this.#plans = world.userGroups.map(({ requests }) => requests && planningOf(world.services, requests.to));
    const policies = world.userGroups.map(({ requests }) => requests?.policy);
    const callers = {
      endpoints: this.#userEndpoints,
      covered: this.#covered,
      present: this.#present,
      policyOf: (user: UserId) => policies[this.#groupOf[user]!],
      ended: (root: number, outcome: number) => this.#rootEnded(root, outcome),
    };
    this.reservations = reservationsOf(
      world.services.flatMap(({ channels }) => channels),
      network,
    );
    this.#calls = new Calls(kernel, world, network, compute, options, callers, this.reservations);
  }

  /** Requests issued so far. */
  get issuedCount(): number {
    return this.#issued;
  }

  /** What the pods of each service have done. */
  get tallies(): ServiceTallies {
    return this.#calls.tallies;
  }

  /** What pods have in hand. */
  get load(): PodLoads {
    return this.#calls.load;
  }

  /** What became of attempts. */
  get attemptCounts(): Readonly<AttemptCounts> {
    return this.#calls.counts;
  }

  /** Users send from here on; `endpoints[user]` is where each hangs on the network. */
  start(endpoints: readonly EndpointId[]): void {
    const { users, userGroups } = this.#world;
    for (const [index, { name, group }] of users.entries()) {
      this.#userEndpoints.push(endpoints[index]!);
      if (userGroups[group]!.requests === undefined) continue;
      this.#streams.begin(index, `user/${name}`);
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
    this.#calls.addPod(pod, service, endpoint);
  }

  /** The pod is dead or gone: what it had in hand fails. Its CPU tasks must have been removed. */
  removePod(pod: PodId): void {
    this.#calls.removePod(pod);
  }

  /** A visit's CPU task has finished: the sink that `Compute` must be made with. */
  cpuFinished(visit: number): void {
    this.#calls.cpuFinished(visit);
  }

  /** A visit's reads and writes are done, or one has failed: the sink that `DataAccess` must be made with. */
  dataAccessed(visit: number, ok: boolean): void {
    this.#calls.dataAccessed(visit, ok);
  }

  /** The run is over: requests still under way end as `unfinished`. */
  finish(): void {
    this.#arrivals.close();
    const { visits } = this.#calls;
    for (let visit = 0; visit < visits.used; visit++) {
      const state = visits.state[visit]!;
      if (state === VisitState.Free || state === VisitState.Dead || visits.parent[visit] !== -1) continue;
      this.#report(visit, UNFINISHED);
    }
  }

  #issueRequest(user: UserId): void {
    const group = this.#groupOf[user]!;
    const entryWorkNs = this.#arrivals.entryWorkNs(user);
    const isPresent = this.#present[user] !== 0;
    if (!isPresent || !this.#arrivals.waitsForEnd(user)) this.#arrivals.next(user);
    if (!isPresent) return;
    const planning = this.#plans[group]!;
    const plan =
      planning.fixed ?? planning.draw(this.#kernel.streams.get(`user/${this.#world.users[user]!.name}/calls`));
    const draws = {
      work: this.#streams.of(user, 'work'),
      data: () => this.#kernel.streams.get(`user/${this.#world.users[user]!.name}/data`),
    };
    const root = this.#calls.open(user, this.#issued++, plan, draws, entryWorkNs);
    this.#calls.visits.recorded[root] = this.#options.isRecorded(user) ? 1 : 0;
    this.#calls.start(root);
  }

  #rootEnded(root: number, outcome: number): void {
    this.#report(root, outcome);
    const user = this.#calls.visits.user[root]! as UserId;
    if (this.#arrivals.waitsForEnd(user)) this.#arrivals.next(user);
  }

  #report(root: number, outcome: number): void {
    const { visits } = this.#calls;
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
    ended.retryNs = visits.retryNs[root]!;
    ended.attempts = visits.state[root] === VisitState.Trying ? visits.called[root]! : 1;
    ended.failedAt = visits.failedAt[root]! as ServiceId;
    ended.gaveUp = visits.gaveUp[root]!;
    ended.recorded = visits.recorded[root] === 1;
    this.#options.ended(ended);
  }
}
