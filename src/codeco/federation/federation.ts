import { fromSeconds, type HandlerId, type Kernel, type Nanoseconds } from '../../kernel/index.ts';
import type { Network } from '../../dynamics/index.ts';
import type { EntryDemand, ObservedTopology } from '../../kubernetes/index.ts';
import type { AppId, ClusterId, FederationSettings, World } from '../../model/index.ts';
import { authorities, type Authorities } from '../governance/authority.ts';
import type { GovernanceNote } from '../governance/policy-governor.ts';
import { BidCalls } from './bids.ts';
import { Duplicates } from './duplicates.ts';
import { HubContact } from './hub-contact.ts';
import { newlyKnown, type ClusterAgents, type Desired, type Known } from './knowledge.ts';
import { Messages } from './messages.ts';
import { notesOf, type Noted } from './notes.ts';
import { Neighbourhoods } from './neighbourhoods.ts';
import { Timers } from './timers.ts';
import { rankClusters, scoredClusters, validScore, type AddOnScore } from './placement.ts';
import { WORK_BYTES, Works } from './works.ts';

/** Sizes of messages. Own design: a lease and its answer, a question and its answer. */
const BYTES = { lease: 512, leave: 256 } as const;
/** A message that did not get through is sent again after this time. Own design. */
const RETRY_NS = fromSeconds(10);
/** A cluster is lost after so many leases without a renewal. Source: OCM, pkg/registration/hub/lease/controller.go. */
const LOST_AFTER_LEASES = 5;

/**
 * A federation of clusters. Each cluster's agent renews a lease over the network at whoever decides: the hub, or where there
 * is none its neighbours. A decider that has not heard a cluster for five leases takes it for lost, and has its applications
 * run elsewhere; the lost cluster keeps what it runs. A lease says what its cluster runs: when a cluster comes back with a copy
 * of what was given to another, one of the two has to go, as `authorities` says. What a cluster is to run it learns by
 * works, which are sent again until they arrive.
 *
 * Deciders know what leases, bids and the observed topology told them, never what is true. Source of leases and placement:
 * Open Cluster Management; neighbourhoods, bids and reconciliation are own design.
 */
export class Federation {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #settings: FederationSettings;
  readonly #authorities: Authorities;
  readonly #hub: ClusterId | undefined;
  readonly #agents: ClusterAgents;
  readonly #note: Noted;
  readonly #bids: BidCalls;
  readonly #messages: Messages;
  /** By decider, by cluster; undefined where it hears no leases. */
  readonly #known: readonly (Known[] | undefined)[];
  /** By decider, by application. */
  readonly #desired: readonly Desired[][];
  readonly #works: Works;
  readonly #contact: HubContact;
  readonly #duplicates: Duplicates;
  readonly #neighbourhoods: Neighbourhoods;
  /** By application: the one noted last. */
  readonly #notedNeighbourhoods: string[] = [];
  readonly #timers: Timers;
  readonly #renew: HandlerId;
  readonly #expire: HandlerId;
  readonly #membership: HandlerId;
  /** By cluster, as it knows itself. */
  readonly #isMember: boolean[];
  #counts = { decisions: 0, waitedNs: 0 };

  constructor(
    kernel: Kernel,
    world: World,
    settings: FederationSettings,
    network: Network,
    topology: ObservedTopology,
    demand: () => readonly EntryDemand[],
    agents: ClusterAgents,
    noted: (note: GovernanceNote) => void,
  ) {
    this.#kernel = kernel;
    this.#world = world;
    this.#settings = settings;
    this.#authorities = authorities[settings.governance];
    this.#neighbourhoods = new Neighbourhoods(world, settings.neighbourhoodSize, topology, demand);
    this.#duplicates = new Duplicates(kernel, (event, app, facts) => this.#note(event, 'observer', { app, ...facts }));
    this.#agents = agents;
    this.#note = notesOf(world, settings.governance, noted);
    this.#messages = new Messages(network, world);
    this.#bids = new BidCalls(kernel, settings.bidTimeoutNs, this.#messages, {
      bid: (member, app) =>
        agents.isRunning(member)
          ? this.#neighbourhoods.bid(member, app, agents.requestedMillicores(member))
          : undefined,
      after: (delayNs, resume) => this.#timers.after(delayNs, resume),
      note: (event, facts) => this.#note(event, 'neighbourhood', facts),
    });
    const { clusters, apps } = world;
    const hub = clusters.findIndex(({ role }) => role === 'hub');
    this.#hub = settings.governance === 'decentralized' || hub < 0 ? undefined : (hub as ClusterId);
    this.#known = clusters.map(({ role }, id) =>
      (this.#hub === undefined ? role === 'managed' : id === this.#hub)
        ? clusters.map((_, other) => newlyKnown(settings.members.get(other as ClusterId)))
        : undefined,
    );
    this.#desired = clusters.map(() => apps.map(() => ({ cluster: undefined, version: 0, isCalling: false })));
    this.#works = new Works(world, agents, this.#duplicates, this.#note);
    this.#contact = new HubContact(kernel, clusters.length, this.#note);
    this.#renew = kernel.on('federation.renew', (cluster) => this.#renewLease(cluster as ClusterId));
    this.#expire = kernel.on('federation.expire', (pair, renewals) => {
      this.#expired(Math.floor(pair / clusters.length) as ClusterId, (pair % clusters.length) as ClusterId, renewals);
    });
    this.#timers = new Timers(kernel, 'federation.resume');
    const create = kernel.on('federation.create-app', (app) => this.#create(app as AppId));
    for (const [id, { createdAtNs }] of apps.entries()) kernel.at(createdAtNs, create, id);
    this.#isMember = clusters.map((_, cluster) => (settings.members.get(cluster as ClusterId)?.joinsNs ?? 0) === 0);
    this.#membership = kernel.on('federation.membership', (cluster, joins) => {
      if (joins === 1) this.#isMember[cluster] = true;
      else this.#leave(cluster as ClusterId);
    });
  }

  /** Begins the leases, each at a phase of its own. */
  start(): void {
    for (const [id, { name, role }] of this.#world.clusters.entries()) {
      const cluster = id as ClusterId;
      for (const [decider, known] of this.#known.entries())
        if (known !== undefined && decider !== cluster && role === 'managed')
          if (known[cluster]!.isMember) this.#watch(decider as ClusterId, cluster);
      if (role !== 'managed') continue;
      const { joinsNs = 0, leavesNs } = this.#settings.members.get(cluster) ?? {};
      const phase = this.#kernel.streams.get(`cluster/${name}/lease`).uniform();
      if (joinsNs > 0) this.#kernel.at(joinsNs as Nanoseconds, this.#membership, cluster, 1);
      this.#kernel.at((joinsNs + Math.floor(phase * this.#settings.leaseNs)) as Nanoseconds, this.#renew, cluster);
      if (leavesNs !== undefined) this.#kernel.at(leavesNs, this.#membership, cluster, 0);
    }
  }

  /** A cluster has pods to place: who decides on that lets it, when asked. Calls back at once where it is the cluster. */
  askLeave(cluster: ClusterId, granted: () => void): void {
    if (this.#authorities.placementInCluster === 'cluster' || this.#hub === undefined || this.#hub === cluster) {
      this.#contact.decidedAlone(cluster);
      granted();
      return;
    }
    const [hub, sinceNs] = [this.#hub, this.#kernel.now];
    const ask = (): void => {
      this.#messages.send(cluster, hub, BYTES.leave, (asked) => {
        if (!asked || !this.#agents.isRunning(hub)) return this.#timers.after(RETRY_NS, ask);
        this.#messages.send(hub, cluster, BYTES.leave, (answered) => {
          if (!answered) return this.#timers.after(RETRY_NS, ask);
          const durationNs = this.#kernel.now - sinceNs;
          this.#decidedAfter(durationNs);
          this.#note('placement-allowed', 'hub', { cluster, peer: hub, bytes: 2 * BYTES.leave, durationNs });
          granted();
        });
      });
    };
    ask();
  }

  /** Closes what is open at the end of the run. */
  finish(): void {
    this.#duplicates.finish();
  }

  /** Messages between clusters and their bytes, decisions and their mean latency, duplicates and the time they lasted. */
  get measures(): {
    federation_messages: number;
    federation_bytes: number;
    federation_decisions: number;
    federation_decision_mean_ns: number;
    duplicates: number;
    duplicate_ns: number;
  } {
    const { decisions, waitedNs } = this.#counts;
    const { count: duplicates, lastedNs: duplicateNs } = this.#duplicates;
    return {
      federation_messages: this.#messages.sent,
      federation_bytes: this.#messages.bytes,
      federation_decisions: decisions,
      federation_decision_mean_ns: decisions === 0 ? 0 : waitedNs / decisions,
      duplicates,
      duplicate_ns: duplicateNs,
    };
  }

  /** The cluster whose agent decides on an application, as a cluster sees it. */
  #isDecider(cluster: ClusterId, app: AppId): boolean {
    if (this.#hub !== undefined) return cluster === this.#hub;
    const known = this.#known[cluster];
    const first = this.#membersOf(cluster, app).find(
      (member) => member === cluster || known?.[member]!.isLost === false,
    );
    return first === cluster;
  }

  #membersOf(viewer: ClusterId, app: AppId): ClusterId[] {
    return this.#neighbourhoods.of(app, this.#isMemberTo(viewer));
  }

  /** Whether a cluster is a member by what another one knows. */
  #isMemberTo(viewer: ClusterId): (cluster: ClusterId) => boolean {
    return (cluster) =>
      cluster === viewer ? this.#isMember[cluster]! : this.#known[viewer]?.[cluster]!.isMember !== false;
  }

  #create(app: AppId): void {
    for (const [cluster, known] of this.#known.entries()) {
      if (known === undefined || !this.#isDecider(cluster as ClusterId, app)) continue;
      this.#decide(cluster as ClusterId, app, this.#authorities.initialPlacement === 'hub' ? 'placement' : 'bids');
      return;
    }
    // no member may run it so far
    this.#timers.after(RETRY_NS * 6, () => this.#create(app));
  }

  /** A decider finds a cluster for an application. */
  #decide(decider: ClusterId, app: AppId, by: 'placement' | 'bids'): void {
    const known = this.#known[decider]!;
    const members = this.#membersOf(decider, app);
    const names = members.map((member) => this.#world.clusters[member]!.name).join(' ');
    if (this.#notedNeighbourhoods[app] !== names) {
      this.#notedNeighbourhoods[app] = names;
      this.#note('neighbourhood-formed', 'neighbourhood', { cluster: decider, app, detail: names });
    }
    const live = members.filter((member) => this.#isThere(decider, member));
    if (live.length === 0) {
      this.#note('no-cluster', 'hub', { cluster: decider, app, detail: 'every cluster of the neighbourhood is lost' });
      this.#timers.after(RETRY_NS * 6, () => this.#retry(decider, app, by));
      return;
    }
    if (by === 'bids') this.#callForBids(decider, app, live);
    else {
      const chosen = this.#desired[decider]!.map(({ cluster }) => cluster);
      const scored = scoredClusters(this.#world, live, chosen, app, (member) =>
        validScore(known[member]!.score, this.#kernel.now),
      );
      const best = live[rankClusters(scored, this.#settings.prioritizers)[0]!.index]!;
      this.#place(decider, app, best, this.#kernel.now, 'placement');
    }
  }

  /** Whether a decider takes a cluster for a member that it hears. */
  #isThere(decider: ClusterId, cluster: ClusterId): boolean {
    return this.#isMemberTo(decider)(cluster) && (cluster === decider || !this.#known[decider]![cluster]!.isLost);
  }

  #retry(decider: ClusterId, app: AppId, by: 'placement' | 'bids'): void {
    const { cluster } = this.#desired[decider]![app]!;
    if (cluster !== undefined && this.#isThere(decider, cluster)) return;
    this.#decide(decider, app, by);
  }

  #callForBids(decider: ClusterId, app: AppId, members: readonly ClusterId[]): void {
    const desired = this.#desired[decider]![app]!;
    if (desired.isCalling) return;
    desired.isCalling = true;
    this.#bids.call(decider, app, members, (best, sinceNs) => {
      desired.isCalling = false;
      if (best === undefined) this.#timers.after(RETRY_NS, () => this.#retry(decider, app, 'bids'));
      else this.#place(decider, app, best, sinceNs, 'bids');
    });
  }

  #place(decider: ClusterId, app: AppId, cluster: ClusterId, sinceNs: number, detail: string): void {
    const desired = this.#desired[decider]![app]!;
    desired.cluster = cluster;
    const durationNs = this.#kernel.now - sinceNs;
    this.#decidedAfter(durationNs);
    const facts = { cluster: decider, peer: cluster, app, version: desired.version + 1, durationNs, detail };
    this.#note('cluster-chosen', this.#actor, facts);
    this.#sendWork(decider, cluster, app, true);
  }

  /** Tells a cluster that it is to run an application, or to run it no longer; again until it arrives or is outdated. */
  #sendWork(decider: ClusterId, cluster: ClusterId, app: AppId, isToRun: boolean): void {
    const desired = this.#desired[decider]![app]!;
    const version = ++desired.version;
    const isOutdated = (): boolean => isToRun !== (desired.cluster === cluster);
    const send = (): void => {
      if (isOutdated()) return;
      this.#messages.send(decider, cluster, WORK_BYTES, (arrived) => {
        if (arrived && this.#agents.isRunning(cluster)) this.#works.apply(decider, cluster, app, isToRun, version);
        else this.#timers.after(RETRY_NS, send);
      });
    };
    send();
  }

  /** A cluster's agent renews its lease at whoever takes leases, and says in it what the cluster runs. */
  #renewLease(cluster: ClusterId): void {
    if (!this.#isMember[cluster]!) return;
    this.#kernel.after(this.#settings.leaseNs, this.#renew, cluster);
    if (!this.#agents.isRunning(cluster)) return;
    for (const decider of this.#leaseTakers(cluster)) {
      const runs = this.#works.runBy(cluster);
      const value = this.#agents.addOnScore(cluster);
      const score = value === undefined ? value : { value, validUntilNs: this.#kernel.now + this.#graceNs };
      this.#messages.send(cluster, decider, BYTES.lease, (arrived) => {
        const isTaken = arrived && this.#agents.isRunning(decider);
        if (isTaken) this.#renewed(decider, cluster, runs, score);
        if (decider === this.#hub) this.#contact.tried(cluster, decider, isTaken);
      });
    }
  }

  /** The hub; or where there is none the clusters that share a neighbourhood with this one. */
  #leaseTakers(cluster: ClusterId): ClusterId[] {
    return this.#hub === undefined ? this.#neighbourhoods.sharers(cluster, this.#isMemberTo(cluster)) : [this.#hub];
  }

  #watch(decider: ClusterId, cluster: ClusterId): void {
    const { renewals } = this.#known[decider]![cluster]!;
    this.#kernel.after(this.#graceNs, this.#expire, decider * this.#world.clusters.length + cluster, renewals);
  }

  #renewed(
    decider: ClusterId,
    cluster: ClusterId,
    runs: readonly { readonly app: AppId; readonly version: number }[],
    score: AddOnScore | undefined,
  ): void {
    const known = this.#known[decider]?.[cluster];
    if (known === undefined) return;
    known.score = score;
    if (!known.isMember) {
      known.isMember = true;
      this.#note('cluster-joined', this.#actor, { cluster: decider, peer: cluster });
    }
    known.renewals++;
    this.#watch(decider, cluster);
    if (known.isLost) {
      known.isLost = false;
      const durationNs = this.#kernel.now - known.lostNs;
      this.#note('cluster-returned', this.#actor, { cluster: decider, peer: cluster, durationNs });
    }
    for (const { app, version } of runs) this.#reported(decider, cluster, app, version);
  }

  /** A cluster renews no more, and says so until it is heard; then it drops what it runs. */
  #leave(cluster: ClusterId): void {
    const takers = this.#leaseTakers(cluster);
    this.#isMember[cluster] = false;
    for (const decider of takers) {
      const tell = (): void =>
        this.#messages.send(cluster, decider, BYTES.leave, (arrived) => {
          if (!arrived || !this.#agents.isRunning(decider)) return this.#timers.after(RETRY_NS, tell);
          this.#works.dropAll(cluster, decider);
          this.#left(decider, cluster);
        });
      tell();
    }
  }

  /** A decider learns that a cluster has left. */
  #left(decider: ClusterId, cluster: ClusterId): void {
    const known = this.#known[decider]?.[cluster];
    if (known === undefined) return;
    known.isMember = false;
    known.renewals++;
    this.#note('cluster-left', this.#actor, { cluster: decider, peer: cluster });
    this.#decideAnew(decider, cluster);
  }

  /** Has the applications of a cluster run elsewhere. */
  #decideAnew(decider: ClusterId, cluster: ClusterId): void {
    const by = this.#authorities.placementBetweenClusters === 'hub' ? 'placement' : 'bids';
    for (const [app, desired] of this.#desired[decider]!.entries())
      if (desired.cluster === cluster && this.#isDecider(decider, app as AppId))
        this.#decide(decider, app as AppId, by);
  }

  /** A cluster says that it runs an application. */
  #reported(decider: ClusterId, cluster: ClusterId, app: AppId, version: number): void {
    const desired = this.#desired[decider]![app]!;
    desired.version = Math.max(desired.version, version);
    if (desired.cluster === cluster) return;
    if (desired.cluster === undefined) {
      desired.cluster = cluster;
      return;
    }
    if (!this.#isDecider(decider, app)) {
      // another one decides: what it did shows in the leases
      desired.cluster = cluster;
      return;
    }
    const elsewhere = desired.cluster;
    const isLost = elsewhere !== decider && this.#known[decider]![elsewhere]!.isLost;
    const prefersReturned =
      isLost ||
      (this.#authorities.keepsCopy === 'most-users' && this.#neighbourhoods.servesMore(app, cluster, elsewhere));
    const [kept, dropped] = prefersReturned ? [cluster, elsewhere] : [elsewhere, cluster];
    desired.cluster = kept;
    const facts = { cluster: kept, peer: dropped, app, detail: this.#authorities.keepsCopy };
    this.#note('duplicate-resolved', this.#actor, facts);
    if (kept !== elsewhere) desired.version++;
    this.#sendWork(decider, dropped, app, false);
  }

  #expired(decider: ClusterId, cluster: ClusterId, renewals: number): void {
    const known = this.#known[decider]![cluster]!;
    const isSilent = !this.#isMember[decider]! || !this.#agents.isRunning(decider);
    if (known.renewals !== renewals || known.isLost || isSilent) return;
    known.isLost = true;
    known.lostNs = this.#kernel.now;
    this.#note('cluster-unknown', this.#actor, { cluster: decider, peer: cluster, detail: 'unreachable:NoSelect' });
    this.#decideAnew(decider, cluster);
  }

  /** Five leases: as long as what a lease said holds. */
  get #graceNs(): Nanoseconds {
    return (LOST_AFTER_LEASES * this.#settings.leaseNs) as Nanoseconds;
  }

  get #actor(): 'hub' | 'neighbourhood' {
    return this.#hub === undefined ? 'neighbourhood' : 'hub';
  }

  #decidedAfter(durationNs: number): void {
    this.#counts.decisions++;
    this.#counts.waitedNs += durationNs;
  }
}
