import type { Kernel } from '../../kernel/index.ts';
import type { Network } from '../../dynamics/index.ts';
import type { EntryDemand, ObservedTopology } from '../../kubernetes/index.ts';
import type { AppId, ClusterId, FederationSettings, World } from '../../model/index.ts';
import { authorities, type Authorities } from '../governance/authority.ts';
import type { GovernanceNote } from '../governance/policy-governor.ts';
import { BidCalls, rankBids, type HeardBid } from './bids.ts';
import { Duplicates } from './duplicates.ts';
import { HubContact } from './hub-contact.ts';
import { undecided, type ClusterAgents, type Desired, type Report } from './knowledge.ts';
import { Messages } from './messages.ts';
import { notesOf, type Noted } from './notes.ts';
import { Neighbourhoods } from './neighbourhoods.ts';
import { Timers } from './timers.ts';
import { Leases } from './leases.ts';
import { PlacementLeave, RETRY_NS } from './placement-leave.ts';
import { rankClusters, scoredClusters, validScore } from './placement.ts';
import { WORK_BYTES, Works } from './works.ts';

/** After so many leases that said that pods have no room where they are, bids of others are called for. Own design. */
const CRAMPED_LEASES = 2;
/**
 * A federation of clusters. Each cluster's agent renews a lease over the network at whoever decides: the hub, or where there
 * is none its neighbours. A decider that has not heard a cluster for five leases takes it for lost, and has its applications
 * run elsewhere; the lost cluster keeps what it runs. A lease says what its cluster runs, and how well: when a cluster comes
 * back with a copy of what was given to another, one of the two has to go, as `authorities` says. An application is moved where
 * policies come to forbid its cluster, or where bids are the way and another has room for more of its pods; the old copy goes
 * when the new one is ready. What a cluster is to run it learns by
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
  /** By decider, by application. */
  readonly #desired: readonly Desired[][];
  readonly #leases: Leases;
  readonly #works: Works;
  readonly #contact: HubContact;
  readonly #placementLeave: PlacementLeave;
  readonly #duplicates: Duplicates;
  readonly #neighbourhoods: Neighbourhoods;
  /** By application: the neighbourhood, and why there is no cluster, as noted last. */
  readonly #notedNeighbourhoods: string[] = [];
  readonly #notedReasons: (string | undefined)[] = [];
  readonly #timers: Timers;
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
    this.#timers = new Timers(kernel, 'federation.resume');
    this.#placementLeave = new PlacementLeave(kernel, this.#messages, this.#timers, this.#note);
    this.#bids = new BidCalls(kernel, settings.bidTimeoutNs, this.#messages, {
      bid: (member, app) =>
        agents.isRunning(member) ? this.#neighbourhoods.bid(member, app, agents.room(member, app)) : undefined,
      after: (delayNs, resume) => this.#timers.after(delayNs, resume),
      note: (event, facts) => this.#note(event, 'neighbourhood', facts),
    });
    const { clusters, apps } = world;
    const hub = clusters.findIndex(({ role }) => role === 'hub');
    this.#hub = settings.governance === 'decentralized' || hub < 0 ? undefined : (hub as ClusterId);
    this.#desired = clusters.map(() => apps.map(undecided));
    this.#works = new Works(world, agents, this.#duplicates, this.#note);
    this.#contact = new HubContact(kernel, clusters.length, this.#note);
    const ways = { messages: this.#messages, timers: this.#timers, note: this.#note, contact: this.#contact };
    this.#leases = new Leases(kernel, world, settings, this.#hub, agents, ways, {
      takers: (cluster) => this.#leaseTakers(cluster),
      reports: (cluster) => this.#works.runBy(cluster).map((work) => this.#reportOn(cluster, work)),
      reported: (decider, cluster, report) => this.#reported(decider, cluster, report),
      gone: (decider, cluster) => this.#decideAnew(decider, cluster),
      dropAll: (cluster, decider) => this.#works.dropAll(cluster, decider),
    });
    const create = kernel.on('federation.create-app', (app) => this.#create(app as AppId));
    for (const [id, { createdAtNs }] of apps.entries()) kernel.at(createdAtNs, create, id);
  }

  /** Begins the leases, each at a phase of its own. */
  start(): void {
    this.#leases.start();
  }

  /** A cluster has pods to place: who decides on that lets it, when asked. Calls back at once where it is the cluster. */
  askLeave(cluster: ClusterId, granted: () => void): void {
    if (this.#authorities.placementInCluster === 'cluster' || this.#hub === undefined || this.#hub === cluster) {
      this.#contact.decidedAlone(cluster);
      granted();
      return;
    }
    const hub = this.#hub;
    this.#placementLeave.ask(
      cluster,
      hub,
      () => this.#agents.isRunning(hub),
      (durationNs) => {
        this.#decidedAfter(durationNs);
        granted();
      },
    );
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
    const heard = (member: ClusterId): boolean =>
      member === cluster || this.#leases.known(cluster, member)?.isLost === false;
    return this.#membersOf(cluster, app).find(heard) === cluster;
  }

  #membersOf(viewer: ClusterId, app: AppId): ClusterId[] {
    return this.#neighbourhoods.of(app, this.#mayServe(viewer));
  }

  /** Whether a cluster may be in an application's neighbourhood: a member, and not forbidden, by what another one knows. */
  #mayServe(viewer: ClusterId): (cluster: ClusterId, app: AppId) => boolean {
    const isMember = this.#leases.isMemberTo(viewer);
    return (cluster, app) => isMember(cluster) && this.#agents.objection(viewer, cluster, app) === undefined;
  }

  #create(app: AppId): void {
    for (const decider of this.#leases.deciders) {
      if (!this.#isDecider(decider, app)) continue;
      this.#decide(decider, app, this.#authorities.initialPlacement === 'hub' ? 'placement' : 'bids');
      return;
    }
    // no member may run it so far
    const [anyone] = this.#leases.deciders;
    this.#noteNoCluster(anyone!, app, this.#whyNone(anyone!, app));
    this.#timers.after(RETRY_NS * 6, () => this.#create(app));
  }

  /** A decider finds a cluster for an application. */
  #decide(decider: ClusterId, app: AppId, by: 'placement' | 'bids'): void {
    const members = this.#membersOf(decider, app);
    const names = members.map((member) => this.#world.clusters[member]!.name).join(' ');
    if (this.#notedNeighbourhoods[app] !== names) {
      this.#notedNeighbourhoods[app] = names;
      this.#note('neighbourhood-formed', 'neighbourhood', { cluster: decider, app, detail: names });
    }
    const live = members.filter((member) => this.#leases.isThere(decider, member));
    if (live.length === 0) {
      this.#noteNoCluster(decider, app, this.#whyNone(decider, app));
      this.#timers.after(RETRY_NS * 6, () => this.#retry(decider, app, by));
      return;
    }
    if (by === 'bids') this.#callForBids(decider, app, live);
    else {
      const chosen = this.#desired[decider]!.map(({ cluster }) => cluster);
      const scored = scoredClusters(this.#world, live, chosen, app, (member) =>
        validScore(this.#leases.known(decider, member)!.score, this.#kernel.now),
      );
      const best = live[rankClusters(scored, this.#settings.prioritizers)[0]!.index]!;
      this.#place(decider, app, best, this.#kernel.now, 'placement');
    }
  }

  /** Whether an application may go to a cluster, or stay there, by what a decider knows. */
  #mayRun(decider: ClusterId, cluster: ClusterId, app: AppId): boolean {
    return this.#leases.isThere(decider, cluster) && this.#agents.objection(decider, cluster, app) === undefined;
  }

  #whyNone(decider: ClusterId, app: AppId): string {
    const reasons = this.#world.apps[app]!.clusters.flatMap((cluster) => {
      const { name, role } = this.#world.clusters[cluster]!;
      if (role !== 'managed') return [];
      if (!this.#leases.isMemberTo(decider)(cluster)) return `${name}: no member`;
      return `${name}: ${this.#agents.objection(decider, cluster, app) ?? 'lost, or not near enough'}`;
    });
    return reasons.join('; ');
  }

  /** Notes that there is no cluster for an application, once for each reason. */
  #noteNoCluster(decider: ClusterId, app: AppId, detail: string): void {
    if (this.#notedReasons[app] === detail) return;
    this.#notedReasons[app] = detail;
    this.#note('no-cluster', this.#actor, { cluster: decider, app, detail });
  }

  #retry(decider: ClusterId, app: AppId, by: 'placement' | 'bids'): void {
    const { cluster } = this.#desired[decider]![app]!;
    if (cluster !== undefined && this.#mayRun(decider, cluster, app)) return;
    this.#decide(decider, app, by);
  }

  #callForBids(decider: ClusterId, app: AppId, members: readonly ClusterId[]): void {
    const desired = this.#desired[decider]![app]!;
    if (desired.isCalling) return;
    desired.isCalling = true;
    this.#bids.call(decider, app, members, (bids, sinceNs) => {
      desired.isCalling = false;
      const [best] = rankBids(bids);
      const { cluster } = desired;
      if (cluster !== undefined && this.#mayRun(decider, cluster, app) && this.#keeps(bids, cluster, best)) return;
      if (best !== undefined) return this.#place(decider, app, best.cluster, sinceNs, 'bids');
      const detail = bids.length === 0 ? 'no cluster answered' : 'no cluster that answered has room';
      this.#noteNoCluster(decider, app, detail);
      this.#timers.after(RETRY_NS, () => this.#retry(decider, app, 'bids'));
    });
  }

  /** Whether an application stays: its cluster was lost and is back, or no other has room for more of its pods. */
  #keeps(bids: readonly HeardBid[], cluster: ClusterId, best: HeardBid | undefined): boolean {
    const own = bids.find((bid) => bid.cluster === cluster);
    return own === undefined || best === undefined || own.lacking <= best.lacking;
  }

  #place(decider: ClusterId, app: AppId, cluster: ClusterId, sinceNs: number, detail: string): void {
    const desired = this.#desired[decider]![app]!;
    const before = desired.cluster;
    const isMove = before !== undefined && before !== cluster && this.#leases.isThere(decider, before);
    desired.movesFrom = isMove ? before : undefined;
    desired.cluster = cluster;
    desired.crampedLeases = 0;
    this.#notedReasons[app] = undefined;
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

  /** The hub; or where there is none the clusters that share a neighbourhood with this one. */
  #leaseTakers(cluster: ClusterId): ClusterId[] {
    return this.#hub === undefined
      ? this.#neighbourhoods.sharers(cluster, [this.#leases.isMemberTo(cluster), this.#mayServe(cluster)])
      : [this.#hub];
  }

  #reportOn(cluster: ClusterId, { app, version }: Pick<Report, 'app' | 'version'>): Report {
    const readyShare = this.#agents.readyShare(cluster, app);
    return { app, version, readyShare, lacking: readyShare === 1 ? 0 : this.#agents.room(cluster, app).lacking };
  }

  /** Has the applications of a cluster run elsewhere. */
  #decideAnew(decider: ClusterId, cluster: ClusterId): void {
    const by = this.#authorities.placementBetweenClusters === 'hub' ? 'placement' : 'bids';
    for (const [app, desired] of this.#desired[decider]!.entries())
      if (desired.cluster === cluster && this.#isDecider(decider, app as AppId))
        this.#decide(decider, app as AppId, by);
  }

  /** A cluster says that it runs an application. */
  #reported(decider: ClusterId, cluster: ClusterId, report: Report): void {
    const { app, version } = report;
    const desired = this.#desired[decider]![app]!;
    desired.version = Math.max(desired.version, version);
    if (this.#reviewed(decider, cluster, report) || decider === cluster) return;
    if (desired.cluster === undefined || !this.#isDecider(decider, app)) {
      // another one has decided: what it did shows in the leases
      desired.cluster = cluster;
      return;
    }
    const elsewhere = desired.cluster;
    const isLost = elsewhere !== decider && this.#leases.known(decider, elsewhere)!.isLost;
    const prefersReturned =
      isLost ||
      (this.#authorities.keepsCopy === 'most-users' && this.#servesBetter(decider, report, cluster, elsewhere));
    const [kept, dropped] = prefersReturned ? [cluster, elsewhere] : [elsewhere, cluster];
    desired.cluster = kept;
    desired.movesFrom = undefined;
    const facts = { cluster: kept, peer: dropped, app, detail: this.#authorities.keepsCopy };
    this.#note('duplicate-resolved', this.#actor, facts);
    if (kept !== elsewhere) desired.version++;
    this.#sendWork(decider, dropped, app, false);
  }

  /** Of two copies: the one with the greater share of its pods ready, of equals the one nearer most users. */
  #servesBetter(decider: ClusterId, { app, readyShare }: Report, cluster: ClusterId, other: ClusterId): boolean {
    const otherShare = this.#readyShareAt(decider, other, app);
    return readyShare === otherShare ? this.#neighbourhoods.servesMore(app, cluster, other) : readyShare > otherShare;
  }

  /** As the last lease said it; 0 where none has spoken of the application yet. */
  #readyShareAt(decider: ClusterId, cluster: ClusterId, app: AppId): number {
    if (decider === cluster) return this.#agents.readyShare(cluster, app);
    return this.#leases.known(decider, cluster)!.reports.find((report) => report.app === app)?.readyShare ?? 0;
  }

  /** A cluster says how an application does that it is to run, or is to give up; false where it is neither. */
  #reviewed(decider: ClusterId, cluster: ClusterId, { app, lacking }: Report): boolean {
    const desired = this.#desired[decider]![app]!;
    const isDecider = this.#isDecider(decider, app);
    if (desired.cluster !== cluster) {
      const target = desired.cluster;
      if (desired.movesFrom !== cluster || target === undefined || !this.#leases.isThere(decider, target)) return false;
      if (!isDecider || this.#readyShareAt(decider, target, app) < 1) return true;
      desired.movesFrom = undefined;
      this.#sendWork(decider, cluster, app, false);
      return true;
    }
    if (!isDecider || desired.movesFrom !== undefined || desired.isCalling) return true;
    const byBids = this.#authorities.placementBetweenClusters !== 'hub';
    desired.crampedLeases = lacking > 0 ? desired.crampedLeases + 1 : 0;
    const objection = this.#agents.objection(decider, cluster, app);
    if (objection === undefined && (!byBids || desired.crampedLeases < CRAMPED_LEASES)) return true;
    desired.crampedLeases = 0;
    const detail = objection ?? `no room for ${lacking} pods`;
    this.#note('move-sought', this.#actor, { cluster: decider, peer: cluster, app, detail });
    this.#decide(decider, app, byBids ? 'bids' : 'placement');
    return true;
  }

  get #actor(): 'hub' | 'neighbourhood' {
    return this.#hub === undefined ? 'neighbourhood' : 'hub';
  }

  #decidedAfter(durationNs: number): void {
    this.#counts.decisions++;
    this.#counts.waitedNs += durationNs;
  }
}
