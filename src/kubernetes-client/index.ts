export type { AccessRule } from './access-rule.ts';
export { ClusterError } from './cluster-error.ts';
export { Cluster, connectCluster, type ClusterOptions } from './cluster.ts';
export { followObjects, type Followed } from './follow.ts';
