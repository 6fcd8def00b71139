import type { GovernanceName } from '../../model/index.ts';

/** Who may decide something: the hub, the application's neighbourhood of clusters, or the cluster itself. */
export type Authority = 'hub' | 'neighbourhood' | 'cluster';

/** What there is to decide in a federation. */
export interface Authorities {
  /** Which cluster an application comes to when it is created. */
  readonly initialPlacement: Authority;
  /** Which node of its cluster a pod comes to, for the first time and after. */
  readonly placementInCluster: Authority;
  /** Which cluster takes an application over whose cluster is lost, or forbidden; or, where it is not the hub who decides, has no room for all of it. */
  readonly placementBetweenClusters: Authority;
  /** Of two copies after a cut: the one that the desired state names stays, or the one with most of its pods ready, of equals the one nearest to most users. */
  readonly keepsCopy: 'desired-state' | 'most-users';
}

/**
 * Who decides what. Whoever decides needs to be reached: what the hub decides is not decided where the hub cannot be reached,
 * and the cluster of an application keeps what it runs in any mode. Own design, from "centralized policy enforcement with
 * decentralized execution and learning".
 */
export const authorities: Readonly<Record<GovernanceName, Authorities>> = {
  centralized: {
    initialPlacement: 'hub',
    placementInCluster: 'hub',
    placementBetweenClusters: 'hub',
    keepsCopy: 'desired-state',
  },
  decentralized: {
    initialPlacement: 'neighbourhood',
    placementInCluster: 'cluster',
    placementBetweenClusters: 'neighbourhood',
    keepsCopy: 'most-users',
  },
  hybrid: {
    initialPlacement: 'hub',
    placementInCluster: 'cluster',
    placementBetweenClusters: 'neighbourhood',
    keepsCopy: 'most-users',
  },
};
