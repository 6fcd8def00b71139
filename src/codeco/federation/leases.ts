import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import type { ClusterId, FederationSettings, World } from '../../model/index.ts';
import type { HubContact } from './hub-contact.ts';
import { newlyKnown, type ClusterAgents, type Known, type Report } from './knowledge.ts';
import type { Messages } from './messages.ts';
import type { Noted } from './notes.ts';
import type { AddOnScore } from './placement.ts';
import { LEAVE_BYTES, RETRY_NS } from './placement-leave.ts';
import type { Timers } from './timers.ts';

/** Size of a lease and its answer. Own design. */
const LEASE_BYTES = 512;
/** A cluster is lost after so many leases without a renewal. Source: OCM, pkg/registration/hub/lease/controller.go. */
const LOST_AFTER_LEASES = 5;

/** What follows from leases, or their absence. */
export interface LeaseEffects {
  /** Whom a cluster's agent renews its lease at. */
  takers(cluster: ClusterId): ClusterId[];
  /** What a cluster runs. */
  reports(cluster: ClusterId): Report[];
  /** A cluster tells a decider of an application that it runs. */
  reported(decider: ClusterId, cluster: ClusterId, report: Report): void;
  /** A decider takes a cluster for lost, or has heard that it has left. */
  gone(decider: ClusterId, cluster: ClusterId): void;
  /** A cluster that has left runs nothing any more. */
  dropAll(cluster: ClusterId, decider: ClusterId): void;
}

/** How leases get to deciders. */
export interface LeaseWays {
  readonly messages: Messages;
  readonly timers: Timers;
  readonly note: Noted;
  readonly contact: HubContact;
}

/** The leases of a federation's clusters: who is a member, and whom a decider hears. */
export class Leases {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #settings: FederationSettings;
  readonly #hub: ClusterId | undefined;
  readonly #agents: ClusterAgents;
  readonly #ways: LeaseWays;
  readonly #effects: LeaseEffects;
  /** By decider, by cluster; undefined where it hears no leases. */
  readonly #known: readonly (Known[] | undefined)[];
  /** By cluster, as it knows itself. */
  readonly #isMember: boolean[];
  readonly #renew: HandlerId;
  readonly #expire: HandlerId;
  readonly #membership: HandlerId;

  constructor(
    kernel: Kernel,
    world: World,
    settings: FederationSettings,
    hub: ClusterId | undefined,
    agents: ClusterAgents,
    ways: LeaseWays,
    effects: LeaseEffects,
  ) {
    this.#kernel = kernel;
    this.#world = world;
    this.#settings = settings;
    this.#hub = hub;
    this.#agents = agents;
    this.#ways = ways;
    this.#effects = effects;
    const { clusters } = world;
    this.#known = clusters.map(({ role }, id) =>
      (hub === undefined ? role === 'managed' : id === hub)
        ? clusters.map((_, other) => newlyKnown(settings.members.get(other as ClusterId)))
        : undefined,
    );
    this.#isMember = clusters.map((_, cluster) => (settings.members.get(cluster as ClusterId)?.joinsNs ?? 0) === 0);
    this.#renew = kernel.on('federation.renew', (cluster) => this.#renewLease(cluster as ClusterId));
    this.#expire = kernel.on('federation.expire', (pair, renewals) => {
      this.#expired(Math.floor(pair / clusters.length) as ClusterId, (pair % clusters.length) as ClusterId, renewals);
    });
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

  /** Those who decide on something, as they hear leases. */
  get deciders(): ClusterId[] {
    return [...this.#known.keys()].filter((id) => this.#known[id] !== undefined) as ClusterId[];
  }

  /** What a decider knows of a cluster; undefined where it hears no leases. */
  known(decider: ClusterId, cluster: ClusterId): Known | undefined {
    return this.#known[decider]?.[cluster];
  }

  /** Whether a cluster is a member by what another one knows. */
  isMemberTo(viewer: ClusterId): (cluster: ClusterId) => boolean {
    return (cluster) =>
      cluster === viewer ? this.#isMember[cluster]! : this.known(viewer, cluster)?.isMember !== false;
  }

  /** Whether a decider takes a cluster for a member that it hears. */
  isThere(decider: ClusterId, cluster: ClusterId): boolean {
    return this.isMemberTo(decider)(cluster) && (cluster === decider || !this.known(decider, cluster)!.isLost);
  }

  /** A cluster's agent renews its lease at whoever takes leases, and says in it what the cluster runs. */
  #renewLease(cluster: ClusterId): void {
    if (!this.#isMember[cluster]!) return;
    this.#kernel.after(this.#settings.leaseNs, this.#renew, cluster);
    if (!this.#agents.isRunning(cluster)) return;
    const reports = this.#effects.reports(cluster);
    // what a decider runs itself it knows without a message
    if (this.#known[cluster] !== undefined)
      for (const report of reports) this.#effects.reported(cluster, cluster, report);
    for (const decider of this.#effects.takers(cluster)) {
      const value = this.#agents.addOnScore(cluster);
      const score = value === undefined ? value : { value, validUntilNs: this.#kernel.now + this.#graceNs };
      this.#ways.messages.send(cluster, decider, LEASE_BYTES, (arrived) => {
        const isTaken = arrived && this.#agents.isRunning(decider);
        if (isTaken) this.#renewed(decider, cluster, reports, score);
        if (decider === this.#hub) this.#ways.contact.tried(cluster, decider, isTaken);
      });
    }
  }

  #watch(decider: ClusterId, cluster: ClusterId): void {
    const { renewals } = this.known(decider, cluster)!;
    this.#kernel.after(this.#graceNs, this.#expire, decider * this.#world.clusters.length + cluster, renewals);
  }

  #renewed(decider: ClusterId, cluster: ClusterId, reports: readonly Report[], score: AddOnScore | undefined): void {
    const known = this.known(decider, cluster);
    if (known === undefined) return;
    known.score = score;
    known.reports = reports;
    if (!known.isMember) {
      known.isMember = true;
      this.#ways.note('cluster-joined', this.#actor, { cluster: decider, peer: cluster });
    }
    known.renewals++;
    this.#watch(decider, cluster);
    if (known.isLost) {
      known.isLost = false;
      const durationNs = this.#kernel.now - known.lostNs;
      this.#ways.note('cluster-returned', this.#actor, { cluster: decider, peer: cluster, durationNs });
    }
    for (const report of reports) this.#effects.reported(decider, cluster, report);
  }

  #expired(decider: ClusterId, cluster: ClusterId, renewals: number): void {
    const known = this.known(decider, cluster)!;
    const isSilent = !this.#isMember[decider]! || !this.#agents.isRunning(decider);
    if (known.renewals !== renewals || known.isLost || isSilent) return;
    known.isLost = true;
    known.lostNs = this.#kernel.now;
    const facts = { cluster: decider, peer: cluster, detail: 'unreachable:NoSelect' };
    this.#ways.note('cluster-unknown', this.#actor, facts);
    this.#effects.gone(decider, cluster);
  }

  /** A cluster renews no more, and says so until it is heard; then it drops what it runs. */
  #leave(cluster: ClusterId): void {
    const takers = this.#effects.takers(cluster);
    this.#isMember[cluster] = false;
    for (const decider of takers) {
      const tell = (): void =>
        this.#ways.messages.send(cluster, decider, LEAVE_BYTES, (arrived) => {
          if (!arrived || !this.#agents.isRunning(decider)) return this.#ways.timers.after(RETRY_NS, tell);
          this.#effects.dropAll(cluster, decider);
          this.#left(decider, cluster);
        });
      tell();
    }
  }

  /** A decider learns that a cluster has left. */
  #left(decider: ClusterId, cluster: ClusterId): void {
    const known = this.known(decider, cluster);
    if (known === undefined) return;
    known.isMember = false;
    known.renewals++;
    this.#ways.note('cluster-left', this.#actor, { cluster: decider, peer: cluster });
    this.#effects.gone(decider, cluster);
  }

  /** Five leases: as long as what a lease said holds. */
  get #graceNs(): Nanoseconds {
    return (LOST_AFTER_LEASES * this.#settings.leaseNs) as Nanoseconds;
  }

  get #actor(): 'hub' | 'neighbourhood' {
    return this.#hub === undefined ? 'neighbourhood' : 'hub';
  }
}
