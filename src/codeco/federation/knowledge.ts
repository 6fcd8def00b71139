import type { Room } from '../../kubernetes/index.ts';
import type { AppId, ClusterId, Membership } from '../../model/index.ts';
import type { AddOnScore } from './placement.ts';

/** What a federation does to its clusters, and asks them about themselves. */
export interface ClusterAgents {
  give(cluster: ClusterId, app: AppId): void;
  take(cluster: ClusterId, app: AppId): void;
  /** Whether a cluster runs at all, so that its agent does. */
  isRunning(cluster: ClusterId): boolean;
  /** PDLC's score of a cluster, from -100 to 100; undefined where no placement goes by it. */
  addOnScore(cluster: ClusterId): number | undefined;
  /** How much of an application a cluster could take, as its control plane knows it. */
  room(cluster: ClusterId, app: AppId): Room;
  /** The least share of its pods that a service of an application has ready on a cluster, as that knows it. */
  readyShare(cluster: ClusterId, app: AppId): number;
  /** Why policies keep an application out of a cluster as a whole, by the versions that another goes by. */
  objection(by: ClusterId, cluster: ClusterId, app: AppId): string | undefined;
}

/** What a lease says of an application that its cluster runs. */
export interface Report {
  readonly app: AppId;
  /** Of the work by which it runs it. */
  readonly version: number;
  readonly readyShare: number;
  /** Pods that have no node and would find none there. */
  readonly lacking: number;
}

/** What one cluster knows of another by its leases. */
export interface Known {
  /** Counts the renewals: a timer that was set before the last one does nothing. */
  renewals: number;
  isMember: boolean;
  isLost: boolean;
  lostNs: number;
  score: AddOnScore | undefined;
  /** What its last lease said. */
  reports: readonly Report[];
}

/** What is known of a cluster at first: whether it is a member from the start. */
export const newlyKnown = (membership: Membership | undefined): Known => ({
  renewals: 0,
  isMember: (membership?.joinsNs ?? 0) === 0,
  isLost: false,
  lostNs: 0,
  score: undefined,
  reports: [],
});

/** What a decider knows of where an application is to run. */
export interface Desired {
  cluster: ClusterId | undefined;
  version: number;
  /** The cluster that is to stop once the application is ready where it was moved to. */
  movesFrom: ClusterId | undefined;
  /** Leases in succession that said that pods have no room where they are. */
  crampedLeases: number;
  /** Whether a call for bids is open. */
  isCalling: boolean;
}

/** What is known of where an application is to run before anybody has decided. */
export const undecided = (): Desired => ({
  cluster: undefined,
  version: 0,
  movesFrom: undefined,
  crampedLeases: 0,
  isCalling: false,
});
