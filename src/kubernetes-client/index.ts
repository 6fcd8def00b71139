export type { AccessRule } from './access-rule.ts';
export { Cluster, connectCluster, type ClusterOptions } from './cluster.ts';
export { followObjects, type Followed } from './follow.ts';
