export type { AccessRule } from './access-rule.ts';
export { ClusterError } from './cluster-error.ts';
export { Cluster, connectCluster, defaultLimits, type CallLimits, type ClusterOptions } from './cluster.ts';
export { followObjects, type Followed } from './follow.ts';
