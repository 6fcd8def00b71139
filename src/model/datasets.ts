import type { Nanoseconds } from '../kernel/index.ts';
import type { ClusterId, DatasetId, VertexId } from './ids.ts';
import type { Bytes } from './units.ts';

/** Data with a place. Its first copy is the primary: versions come into being there, and spread to the others. */
export interface Dataset {
  readonly name: string;
  readonly owner?: string;
  readonly complianceClass?: string;
  /** Clusters where data of its class may be; all where it has none. */
  readonly allowedClusters?: readonly ClusterId[];
  readonly sizeBytes: Bytes;
  /** Where the copies are: the primary, then the replicas. A node, or the gateway of a cluster. */
  readonly copies: readonly VertexId[];
  /** How new versions come into being, beside what services write; none do where absent. */
  readonly updates?: { readonly process: 'periodic' | 'poisson'; readonly meanIntervalNs: Nanoseconds };
  /** Time between two looks at whether a replica is behind; each new version is sent at once where absent. */
  readonly replicationIntervalNs?: Nanoseconds;
}

/** What a request reads from a dataset or writes to it, with this probability. */
export interface DatasetAccess {
  readonly dataset: DatasetId;
  readonly kind: 'read' | 'write';
  readonly bytes: Bytes;
  readonly probability: number;
}
