import { fromSeconds, type HandlerId, type Kernel, type Nanoseconds } from '../../kernel/index.ts';
import type { Network } from '../../dynamics/index.ts';
import type { EntryDemand, ObservedTopology } from '../../kubernetes/index.ts';
import type { AppId, ClusterId, FederationSettings, World } from '../../model/index.ts';
import { authorities, type Authorities } from '../governance/authority.ts';
import type { GovernanceNote } from '../governance/policy-governor.ts';
import { BidCalls } from './bids.ts';
import { Duplicates } from './duplicates.ts';
import type { ClusterAgents, Desired, Known } from './knowledge.ts';
import { Messages } from './messages.ts';
import { notesOf, type Noted } from './notes.ts';
import { Neighbourhoods } from './neighbourhoods.ts';
import { rankClusters, scoredClusters, validScore, type AddOnScore } from './placement.ts';

/** Sizes of messages. Own design: a lease and its answer, a work, a question and its answer. */
const BYTES = { lease: 512, work: 4096, leave: 256 } as const;
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
  /** By cluster, by application: the newest work that it has. */
  readonly #works: readonly Int32Array[];
  readonly #runs: readonly Set<AppId>[];
  /** By cluster: when it first failed to reach the hub, and what it has decided alone since. */
  readonly #cutNs: (number | undefined)[];
  readonly #alone: Int32Array;
  readonly #duplicates: Duplicates;
  readonly #neighbourhoods: Neighbourhoods;
  /** By application: the one noted last. */
  readonly #notedNeighbourhoods: string[] = [];
  readonly #later = new Map<number, () => void>();
  readonly #renew: HandlerId;
  readonly #expire: HandlerId;
  readonly #resume: HandlerId;
  #waits = 0;
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
      after: (delayNs, resume) => this.#after(delayNs, resume),
      note: (event, facts) => this.#note(event, 'neighbourhood', facts),
    });
    const { clusters, apps } = world;
    const hub = clusters.findIndex(({ role }) => role === 'hub');
    this.#hub = settings.governance === 'decentralized' || hub < 0 ? undefined : (hub as ClusterId);
    this.#known = clusters.map(({ role }, id) =>
      (this.#hub === undefined ? role === 'managed' : id === this.#hub)
        ? clusters.map(() => ({ renewals: 0, isLost: false, lostNs: 0, score: undefined }))
        : undefined,
    );
    this.#desired = clusters.map(() => apps.map(() => ({ cluster: undefined, version: 0, isCalling: false })));
    this.#works = clusters.map(() => new Int32Array(apps.length));
    this.#runs = clusters.map(() => new Set());
    this.#cutNs = clusters.map(() => undefined);
    this.#alone = new Int32Array(clusters.length);
    this.#renew = kernel.on('federation.renew', (cluster) => this.#renewLease(cluster as ClusterId));
    this.#expire = kernel.on('federation.expire', (pair, renewals) => {
      this.#expired(Math.floor(pair / clusters.length) as ClusterId, (pair % clusters.length) as ClusterId, renewals);
    });
    this.#resume = kernel.on('federation.resume', (slot) => {
      const resume = this.#later.get(slot)!;
      this.#later.delete(slot);
      resume();
    });
    const create = kernel.on('federation.create-app', (app) => this.#create(app as AppId));
    for (const [id, { createdAtNs }] of apps.entries()) kernel.at(createdAtNs, create, id);
  }

  /** Begins the leases, each at a phase of its own. */
  start(): void {
    for (const [id, { name, role }] of this.#world.clusters.entries()) {
      const cluster = id as ClusterId;
      for (const [decider, known] of this.#known.entries())
        if (known !== undefined && decider !== cluster && role === 'managed')
          this.#watch(decider as ClusterId, cluster);
      if (role !== 'managed') continue;
      const phase = this.#kernel.streams.get(`cluster/${name}/lease`).uniform();
      this.#kernel.at(Math.floor(phase * this.#settings.leaseNs) as Nanoseconds, this.#renew, cluster);
    }
  }

  /** A cluster has pods to place: who decides on that lets it, when asked. Calls back at once where it is the cluster. */
  askLeave(cluster: ClusterId, granted: () => void): void {
    if (this.#authorities.placementInCluster === 'cluster' || this.#hub === undefined || this.#hub === cluster) {
      if (this.#cutNs[cluster] !== undefined) this.#alone[cluster]!++;
      granted();
      return;
    }
    const [hub, sinceNs] = [this.#hub, this.#kernel.now];
    const ask = (): void => {
      this.#messages.send(cluster, hub, BYTES.leave, (asked) => {
        if (!asked || !this.#agents.isRunning(hub)) return this.#after(RETRY_NS, ask);
        this.#messages.send(hub, cluster, BYTES.leave, (answered) => {
          if (!answered) return this.#after(RETRY_NS, ask);
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
    const first = this.#neighbourhoods
      .of(app)
      .find((member) => member === cluster || known?.[member]!.isLost === false);
    return first === cluster;
  }

  #create(app: AppId): void {
    for (const [cluster, known] of this.#known.entries()) {
      if (known === undefined || !this.#isDecider(cluster as ClusterId, app)) continue;
      this.#decide(cluster as ClusterId, app, this.#authorities.initialPlacement === 'hub' ? 'placement' : 'bids');
      return;
    }
  }

  /** A decider finds a cluster for an application. */
  #decide(decider: ClusterId, app: AppId, by: 'placement' | 'bids'): void {
    const known = this.#known[decider]!;
    const members = this.#neighbourhoods.of(app);
    const names = members.map((member) => this.#world.clusters[member]!.name).join(' ');
    if (this.#notedNeighbourhoods[app] !== names) {
      this.#notedNeighbourhoods[app] = names;
      this.#note('neighbourhood-formed', 'neighbourhood', { cluster: decider, app, detail: names });
    }
    const live = members.filter((member) => member === decider || !known[member]!.isLost);
    if (live.length === 0) {
      this.#note('no-cluster', 'hub', { cluster: decider, app, detail: 'every cluster of the neighbourhood is lost' });
      this.#after(RETRY_NS * 6, () => this.#retry(decider, app, by));
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

  #retry(decider: ClusterId, app: AppId, by: 'placement' | 'bids'): void {
    const { cluster } = this.#desired[decider]![app]!;
    if (cluster !== undefined && (cluster === decider || !this.#known[decider]![cluster]!.isLost)) return;
    this.#decide(decider, app, by);
  }

  #callForBids(decider: ClusterId, app: AppId, members: readonly ClusterId[]): void {
    const desired = this.#desired[decider]![app]!;
    if (desired.isCalling) return;
    desired.isCalling = true;
    this.#bids.call(decider, app, members, (best, sinceNs) => {
      desired.isCalling = false;
      if (best === undefined) this.#after(RETRY_NS, () => this.#retry(decider, app, 'bids'));
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
      this.#messages.send(decider, cluster, BYTES.work, (arrived) => {
        if (arrived && this.#agents.isRunning(cluster)) this.#apply(decider, cluster, app, isToRun, version);
        else this.#after(RETRY_NS, send);
      });
    };
    send();
  }

  #apply(decider: ClusterId, cluster: ClusterId, app: AppId, isToRun: boolean, version: number): void {
    if (version < this.#works[cluster]![app]!) return;
    this.#works[cluster]![app] = version;
    const event = isToRun ? 'work-applied' : 'work-removed';
    this.#note(event, 'agent', { cluster, peer: decider, app, version, bytes: BYTES.work });
    if (isToRun) {
      this.#runs[cluster]!.add(app);
      this.#agents.give(cluster, app);
    } else {
      this.#runs[cluster]!.delete(app);
      this.#agents.take(cluster, app);
    }
    const copies = this.#runs.reduce((count, runs) => count + (runs.has(app) ? 1 : 0), 0);
    this.#duplicates.counted(app, copies, cluster);
  }

  /** A cluster's agent renews its lease at whoever takes leases, and says in it what the cluster runs. */
  #renewLease(cluster: ClusterId): void {
    this.#kernel.after(this.#settings.leaseNs, this.#renew, cluster);
    if (!this.#agents.isRunning(cluster)) return;
    for (const decider of this.#leaseTakers(cluster)) {
      const runs = [...this.#runs[cluster]!].map((app) => ({ app, version: this.#works[cluster]![app]! }));
      const value = this.#agents.addOnScore(cluster);
      const score = value === undefined ? value : { value, validUntilNs: this.#kernel.now + this.#graceNs };
      this.#messages.send(cluster, decider, BYTES.lease, (arrived) => {
        const isTaken = arrived && this.#agents.isRunning(decider);
        if (isTaken) this.#renewed(decider, cluster, runs, score);
        if (decider === this.#hub) this.#hubHeard(cluster, decider, isTaken);
      });
    }
  }

  /** The hub; or where there is none the clusters that share a neighbourhood with this one. */
  #leaseTakers(cluster: ClusterId): ClusterId[] {
    return this.#hub === undefined ? this.#neighbourhoods.sharers(cluster) : [this.#hub];
  }

  /** Whether an agent got through to the hub, as it learns by the answer to its lease. */
  #hubHeard(cluster: ClusterId, hub: ClusterId, heard: boolean): void {
    const cutNs = this.#cutNs[cluster];
    if (!heard && cutNs === undefined) {
      this.#cutNs[cluster] = this.#kernel.now;
      this.#alone[cluster] = 0;
      this.#note('hub-lost', 'agent', { cluster, peer: hub });
    } else if (heard && cutNs !== undefined) {
      this.#cutNs[cluster] = undefined;
      const detail = `${this.#alone[cluster]!} placements decided alone`;
      this.#note('hub-heard', 'agent', { cluster, peer: hub, durationNs: this.#kernel.now - cutNs, detail });
    }
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
    known.renewals++;
    this.#watch(decider, cluster);
    if (known.isLost) {
      known.isLost = false;
      const durationNs = this.#kernel.now - known.lostNs;
      this.#note('cluster-returned', this.#actor, { cluster: decider, peer: cluster, durationNs });
    }
    for (const { app, version } of runs) this.#reported(decider, cluster, app, version);
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
    if (known.renewals !== renewals || known.isLost || !this.#agents.isRunning(decider)) return;
    known.isLost = true;
    known.lostNs = this.#kernel.now;
    this.#note('cluster-unknown', this.#actor, { cluster: decider, peer: cluster, detail: 'unreachable:NoSelect' });
    for (const [app, desired] of this.#desired[decider]!.entries()) {
      if (desired.cluster !== cluster || !this.#isDecider(decider, app as AppId)) continue;
      const by = this.#authorities.placementBetweenClusters === 'hub' ? 'placement' : 'bids';
      this.#decide(decider, app as AppId, by);
    }
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

  #after(delayNs: number, resume: () => void): void {
    this.#later.set(this.#waits, resume);
    this.#kernel.after(delayNs as Nanoseconds, this.#resume, this.#waits++);
  }
}
