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
  /** Millicores that the pods on the cluster's nodes ask for. */
  requestedMillicores(cluster: ClusterId): number;
}

/** What one cluster knows of another by its leases. */
export interface Known {
  /** Counts the renewals: a timer that was set before the last one does nothing. */
  renewals: number;
  isMember: boolean;
  isLost: boolean;
  lostNs: number;
  score: AddOnScore | undefined;
}

/** What is known of a cluster at first: whether it is a member from the start. */
export const newlyKnown = (membership: Membership | undefined): Known => ({
  renewals: 0,
  isMember: (membership?.joinsNs ?? 0) === 0,
  isLost: false,
  lostNs: 0,
  score: undefined,
});

/** What a decider knows of where an application is to run. */
export interface Desired {
  cluster: ClusterId | undefined;
  version: number;
  /** Whether a call for bids is open. */
  isCalling: boolean;
}
