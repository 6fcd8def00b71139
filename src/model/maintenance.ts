import type { Nanoseconds } from '../kernel/index.ts';
import type { NodeId } from './ids.ts';

/** What an administrator does to a node at a time, with kubectl. */
export interface Maintenance {
  readonly atNs: Nanoseconds;
  readonly action: 'cordon' | 'drain' | 'uncordon';
  readonly nodes: readonly NodeId[];
  /** Of a drain: pods that no controller makes anew go as well (`--force`). */
  readonly force: boolean;
}
